package chat

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNamesHideNothing(t *testing.T) {
	for in, want := range map[string]string{
		"ada":                            "ada",
		"  Ada \t Lovelace\n":            "Ada Lovelace",
		"eve\x1b[31m\u202eada":           "eve[31mada",
		"a\u200bd\u2060a\u00ad":          "ada",
		"\u3164\u115f\u200e":             "",
		"\xffx":                          "\uFFFDx",
		"👩\u200d💻":                       "👩\u200d💻",
		"नेत्रा क्\u200dष":               "नेत्रा क्\u200dष",
		"x\U000E0041y":                   "xy",
		"\U0001F3F4\U000E0067\U000E007F": "\U0001F3F4\U000E0067\U000E007F",
		"נועה\u200f":                     "נועה",
		"\u200d":                         "", // joins nothing
		"\u2800 \ufe0f\u0301":            "",
		"a\ufff9b\u2800c":                "abc",
	} {
		if got := Name(in); got != want {
			t.Errorf("%q is named %q, want %q", in, got, want)
		}
	}
}

func TestNobodyCallsEverybody(t *testing.T) {
	for in, want := range map[string]string{
		"@here @Channel, (@everyone) @group!": "@~here @~Channel, (@~everyone) @~group!",
		"@hereafter @channels @ here":         "@hereafter @channels @ here",
		"<!here> <!channel|x> <!subteam^S1>":  "<~!here> <~!channel|x> <~!subteam^S1>",
		"<!-- comment --> <!doctype>":         "<!-- comment --> <!doctype>",
		"x@here.org":                          "x@~here.org",
		"":                                    "",
	} {
		if got := strings.ReplaceAll(Defused(in), Apart, "~"); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	for name, want := range map[string]bool{"here": true, "EVERYONE": true, "ada": false, "": false, "heres": false} {
		if Calls(name) != want {
			t.Errorf("Calls(%q) is %v", name, !want)
		}
	}
}

func TestTurnedWordsAreTurnedBack(t *testing.T) {
	if got := Unturned("a\u202eb\u2066c\ufeffד\u200f"); got != "abcד\u200f" {
		t.Errorf("%q", got)
	}
}

func FuzzHygiene(f *testing.F) {
	f.Add("@here <!channel> \u202e\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		name := Name(s)
		if !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n\t\x00\u202e\u2066") || Name(name) != name {
			t.Errorf("%q is named %q", s, name)
		}
		d := Defused(s)
		if strings.ReplaceAll(d, Apart, "") != strings.ReplaceAll(s, Apart, "") || Defused(d) != d {
			t.Errorf("%q is defused as %q", s, d)
		}
	})
}

func TestLabelsThatMislead(t *testing.T) {
	for _, c := range []struct {
		label, url string
		want       bool
	}{
		{"https://good.example/login", "https://evil.example", true},
		{"www.good.example", "https://evil.example", true},
		{"see HTTPS://good.example", "https://evil.example", true},
		{"https://good.example/a…", "https://good.example/a/long/way", false},
		{"www.good.example", "https://www.good.example/x", false},
		{"README.md", "https://good.example/README.md", false},
		{"", "https://good.example", false},
		{"https://good.example", "", false},
	} {
		if got := (Span{Text: c.label, URL: c.url}).Misleads(); got != c.want {
			t.Errorf("%q for %q: %v", c.label, c.url, got)
		}
	}
}

func TestNamesOfMixedLettersAreNoticed(t *testing.T) {
	for name, want := range map[string]bool{
		"ada": false, "Zoë 7": false, "\u0430da": true, "оlga": true, "Ольга": false, "Ὀλίγα": false, "\u03bfliver": true,
		"日本 kim": false, "נועה kim": false, "": false, "👩\u200d💻 ada": false, "µ": false,
	} {
		if Mixed(name) != want {
			t.Errorf("Mixed(%q) is %v", name, !want)
		}
	}
}
