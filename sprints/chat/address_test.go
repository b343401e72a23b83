package chat

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAddressesInWordsAreLinks(t *testing.T) {
	for in, want := range map[string]string{
		"see https://x.org/a_(b)?c=1&d, ok": "see [https://x.org/a_(b)?c=1&d], ok",
		"(http://x.org/y).":                 "([http://x.org/y]).",
		"<https://x.org>|https://y.org|":    "<[https://x.org]>|[https://y.org]|",
		"HTTPS://x.org ftp://x":             "HTTPS://x.org ftp://x",
		"*https://x.org*":                   "*[https://x.org]*",
		"https://":                          "https://",
		"":                                  "",
	} {
		var got strings.Builder
		for _, s := range Linked(Plainly(in)) {
			if s.URL != "" {
				got.WriteString("[" + s.URL + "]")
			} else {
				got.WriteString(s.Text)
			}
		}
		if got.String() != want {
			t.Errorf("%q is %q, want %q", in, got.String(), want)
		}
	}
	kept := Text{{Text: "https://x.org", Code: true}, {Text: "https://x.org", Who: &Handle{}}, {Text: "https://x.org", URL: "https://y.org"}}
	if diff := cmp.Diff(kept, Linked(kept)); diff != "" {
		t.Error(diff)
	}
	if !IsAddress("https://x.org/y") || IsAddress("https://x.org y") || IsAddress("x") || IsAddress("") {
		t.Error("IsAddress")
	}
}

func FuzzLinked(f *testing.F) {
	f.Add("see https://x.org/a_(b)., http://http://")
	f.Fuzz(func(t *testing.T, s string) {
		if got := Linked(Plainly(s)); got.Plain() != s {
			t.Errorf("%q became %q", s, got.Plain())
		}
	})
}
