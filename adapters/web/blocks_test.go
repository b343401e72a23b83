package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"sprintbot/sprints/chat"
)

// lines are what a relay makes of words.
func lines(t chat.Text) chat.Reply {
	var r chat.Reply
	for _, l := range t.Lines() {
		if len(l) > 0 {
			r.Lines = append(r.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{l}})
		}
	}
	return r
}

func TestBlocksAreElements(t *testing.T) {
	words := chat.Text{{Text: "steps:\n"}, chat.Mark(chat.Number, 0, 1), {Text: "one\n"}, chat.Mark(chat.Bullet, 1, 0), {Text: "deeper\n"},
		chat.Mark(chat.Number, 0, 2), {Text: "two\n"}, chat.Mark(chat.Number, 0, 7), {Text: "seven\n"}, chat.Mark(chat.Quote, 0, 0), {Text: "said <b>\n"},
		chat.Mark(chat.Quote, 0, 0), {Text: "שלום\n"}, {Text: "if x < 1:\n\n\ty()", Code: true, Pre: true}, {Text: "\nend"}}
	want := `<p>steps:</p><ol><li>one<ul><li>deeper</li></ul></li><li>two</li></ol><ol start="7"><li>seven</li></ol>` +
		`<blockquote><p>said &lt;b&gt;</p><p dir="auto">שלום</p></blockquote>` + "<pre>if x &lt; 1:\n\n\ty()</pre><p>end</p>"
	if got := string(replyHTML(lines(words))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Whatever is said, the HTML is whole and shows its words.
func TestHTMLIsWholeAndKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text chat.Text
		for range rapid.IntRange(1, 12).Draw(t, "spans") {
			words := rapid.SampledFrom([]string{"a", "<b>", "&amp;", "x\ny", "\n", "\n\n", "</pre>", "\"'", "e\u202ev"}).Draw(t, "words")
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				text = append(text, chat.Span{Text: "\n"}, chat.Mark(rapid.SampledFrom([]chat.Lead{chat.Quote, chat.Bullet, chat.Number}).Draw(t, "lead"),
					rapid.IntRange(0, 3).Draw(t, "depth"), rapid.IntRange(0, 3).Draw(t, "n")))
			case 1:
				text = append(text, chat.Span{Text: words, Code: true, Pre: true})
			case 2:
				text = append(text, chat.Span{Text: words, URL: rapid.SampledFrom([]string{"https://example.org/?a=1&b", "javascript:x"}).Draw(t, "url")})
			default:
				text = append(text, chat.Span{Text: words, Bold: rapid.Bool().Draw(t, "bold")})
			}
		}
		page := string(replyHTML(lines(text)))
		var open []string
		var shown strings.Builder
		for z := html.NewTokenizer(strings.NewReader(page)); ; {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			token := z.Token()
			switch kind {
			case html.TextToken:
				shown.WriteString(token.Data)
			case html.StartTagToken:
				if token.Data != "br" {
					open = append(open, token.Data)
				}
			case html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != token.Data {
					t.Fatalf("</%s> closes %v in %s", token.Data, open, page)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Fatalf("%v is open at the end of %s", open, page)
		}
		var want strings.Builder
		for _, s := range text {
			if s.Lead == "" {
				want.WriteString(visible(s.Text))
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squeeze(shown.String()) != squeeze(want.String()) {
			t.Fatalf("%q shows %q", want.String(), shown.String())
		}
	})
}
