package wiki

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestParseHTML(t *testing.T) {
	for name, x := range map[string]struct{ page, title, summary string }{
		"og first":              {`<title>c</title><meta property="og:title" content=" A &amp; B "><h1>b</h1><p>Words enough to be a paragraph.`, "A & B", "Words enough to be a paragraph."},
		"h1 before title":       {`<title>c</title><h1>b</h1>`, "b", ""},
		"title last":            {`<title>c &lt;d&gt;</title>`, "c <d>", ""},
		"empty h1":              {`<title>c</title><h1><img src=x></h1>`, "c", ""},
		"short one is kept":     {`<h1>a</h1><p>Short.</p>`, "a", "Short."},
		"longer one is better":  {`<h1>a</h1><p>Edit</p><p>A kettle that boils water.</p>`, "a", "A kettle that boils water."},
		"no paragraph":          {`<meta name=description content="A kettle."><h1>a</h1>`, "a", "A kettle."},
		"script and style":      {`<h1>a</h1><script><p>alert("x") or something like it</p></script><style>p{}</style><p>A kettle that boils water.</p>`, "a", "A kettle that boils water."},
		"nav and footer":        {`<nav><ul><nav></nav><p>one two three four five six</p></nav><h1>a</h1><footer><p>one two three four five six</p></footer>`, "a", ""},
		"h1 in header":          {`<header><h1>a</h1></header><p>A kettle that boils water.`, "a", "A kettle that boils water."},
		"paragraphs unclosed":   {`<h1>a</h1><p>A kettle that boils water.<p>Another one, much like it.`, "a", "A kettle that boils water."},
		"break":                 {`<h1>a<br>b</h1><p>A kettle that<br/>boils water.</p>`, "a b", "A kettle that boils water."},
		"controls":              {"<h1>a\x07\u202eb\u2066\u200b</h1><p>A kettle\r\n that\tboils \x00water.</p>", "ab", "A kettle that boils water."},
		"entities once":         {`<h1>&amp;lt;b&amp;gt;</h1>`, "&lt;b&gt;", ""},
		"comment":               {`<!-- <h1>no</h1> --><h1>a</h1>`, "a", ""},
		"nothing":               {``, "", ""},
		"no tags":               {`just words`, "", ""},
		"broken":                {`<h1>a</h1><p>A kettle that boils water. <b`, "a", "A kettle that boils water."},
		"title of a drawing":    {`<svg><title>logo</title></svg><h1>a</h1>`, "a", ""},
		"a list ends the words": {`<h1>a</h1><p>A kettle that boils water.<ul><li>one</ul>`, "a", "A kettle that boils water."},
	} {
		title, summary := parseHTML(x.page)
		if title != x.title || summary != x.summary {
			t.Errorf("%s: got %q, %q; want %q, %q", name, title, summary, x.title, x.summary)
		}
	}
}

func TestParseText(t *testing.T) {
	for name, x := range map[string]struct{ text, title, summary string }{
		"markdown":     {"![badge](x)\n\n# Copper *Kettle* #\n\nBoils [water](http://x).\nMakes `tea`.\n\nMore.", "Copper Kettle #", "Boils water. Makes tea."},
		"plain":        {"Copper Kettle\n=============\n\nBoils water.\n", "Copper Kettle", "Boils water."},
		"front matter": {"---\ntitle: x\n---\n# Foo\nA kettle.", "Foo", "A kettle."},
		"code":         {"# Foo\n```\nmake\n```\nA kettle.", "Foo", "A kettle."},
		"old newlines": {"# Foo\r\rA kettle.\r\n\r\nMore", "Foo", "A kettle."},
		"next heading": {"# Foo\n\n## Where\n\nTable B4.\n## What", "Foo", "Table B4."},
		"nothing":      {" \n\t\n", "", ""},
	} {
		title, summary := parseText(x.text)
		if title != x.title || summary != x.summary {
			t.Errorf("%s: got %q, %q; want %q, %q", name, title, summary, x.title, x.summary)
		}
	}
}

func TestClipAtAWord(t *testing.T) {
	long := strings.Repeat("kettle ", 40)
	got := clip(long, 140)
	if n := utf8.RuneCountInString(got); n > 140 || n < 130 || !strings.HasSuffix(got, "kettle…") {
		t.Errorf("%d %q", n, got)
	}
	if got := clip(strings.Repeat("x", 200), 140); utf8.RuneCountInString(got) != 140 {
		t.Errorf("one long word: %q", got)
	}
	if got := clip(strings.Repeat("e\u0301", 100), 140); strings.HasSuffix(strings.TrimSuffix(got, "…"), "e") {
		t.Errorf("an accent was cut off: %q", got)
	}
	if got := clip("short", 140); got != "short" {
		t.Errorf("%q", got)
	}
}

// TestWorkGrowsWithThePageOnly holds hostile pages against ones a quarter as
// long: four times the words may cost some ten times the work on a busy
// machine, not for three tries the sixteen times and more of work that grows
// with the square.
func TestWorkGrowsWithThePageOnly(t *testing.T) {
	took := func(s string) time.Duration {
		begin := time.Now()
		parseHTML(s)
		parseText(s)
		return time.Since(begin)
	}
	for _, piece := range []string{"<div>", "<p>", "<svg>", "<a", "a\n", "# \n", "[a](b", "&amp", "<!--", "<b>x"} {
		const size = 1 << 17
		short, long := "<h1>"+strings.Repeat(piece, size/4/len(piece)), "<h1>"+strings.Repeat(piece, size/len(piece))
		for try := 1; ; try++ {
			a, b := took(short), took(long)
			if b < 50*time.Millisecond || b < 12*a {
				break
			}
			if try == 3 {
				t.Errorf("%q: %s for a quarter of the page, %s for the whole", piece, a, b)
				break
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"<h1>a</h1><p>b", "# a\n\nb", "<title>x</title><meta name=description content=y>", "---\n---\n", "<p>\u202e", "<svg/><nav>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, parse := range []func(string) (string, string){parseHTML, parseText} {
			title, summary := parse(strings.ToValidUTF8(s, "\uFFFD"))
			for words, most := range map[string]int{title: titleLength, summary: summaryLength} {
				if n := utf8.RuneCountInString(words); n > most {
					t.Errorf("%d characters: %q", n, words)
				}
				if !utf8.ValidString(words) || strings.TrimSpace(words) != words {
					t.Errorf("unclean: %q", words)
				}
				for _, r := range words {
					if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
						t.Errorf("%U in %q", r, words)
					}
				}
			}
		}
	})
}
