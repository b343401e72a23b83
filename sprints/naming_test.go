package sprints_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"sprintbot/sprints"
)

func TestSlugIsTheNameInSmallLettersAndHyphens(t *testing.T) {
	for name, want := range map[string]string{
		"Copperkettle": "copperkettle", "Tin Whistle": "tin-whistle", "  C++ / Rust!  ": "c-rust", "Ada's Bell": "adas-bell",
		"Étude Ñandú": "étude-ñandú", "數學": "數學", "a__b--c": "a-b-c", "!!!": "", "": "", "🎉": "", "v2.0": "v2-0",
	} {
		if got := sprints.Slug(name); got != want {
			t.Errorf("Slug(%q) = %q, not %q", name, got, want)
		}
	}
}

func TestParseRepoTakesWhatPeoplePaste(t *testing.T) {
	for s, want := range map[string]string{
		"owner/name": "owner/name", "https://github.com/owner/name": "owner/name", "https://github.com/owner/name.git": "owner/name",
		"http://www.GitHub.com/owner/name/issues?q=is%3Aopen": "owner/name", "github.com/owner/name/": "owner/name",
		"git@github.com:owner/name.git": "owner/name", "o-1/n.a_m-e": "o-1/n.a_m-e",
		"owner": "", "owner/name/more": "", "https://gitlab.com/owner/name": "", "/name": "", "owner/": "", "-o/n": "", "o/..": "",
		"https://user:pass@github.com/owner/name": "", "a b/c": "", "https://github.com/owner": "", "": "",
	} {
		owner, name, ok := sprints.ParseRepo(s)
		got := ""
		if ok {
			got = owner + "/" + name
		}
		if got != want {
			t.Errorf("ParseRepo(%q) = %q, not %q", s, got, want)
		}
	}
}

func TestParsePageTakesWebAddressesOnly(t *testing.T) {
	for s, want := range map[string]string{
		"https://wiki.example.org/Sprint/Foo?x=1#y": "https://wiki.example.org/Sprint/Foo?x=1#y",
		"HTTP://Wiki.Example.org/Foo":               "http://wiki.example.org/Foo",
		"wiki.example.org/Foo":                      "https://wiki.example.org/Foo",
		"https://wiki.example.org:8080/":            "https://wiki.example.org:8080/",
		"https://me:secret@wiki.example.org/":       "", "me@wiki.example.org": "", "ftp://example.org/": "", "javascript:alert(1)": "",
		"file:///etc/passwd": "", "https:///x": "", "foo": "", "": "", "https://" + strings.Repeat("a", 600) + ".org/": "", "owner/name": "",
	} {
		got, ok := sprints.ParsePage(s)
		if got != want || ok != (want != "") {
			t.Errorf("ParsePage(%q) = %q %v, not %q", s, got, ok, want)
		}
	}
}

func FuzzParsePage(f *testing.F) {
	for _, s := range []string{"https://a.b/c", "a.b", "http://[::1]:80/", "//x", "https://a.b:port/", "https://a.b/\x00", "a.b/://"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, ok := sprints.ParsePage(s)
		if !ok {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.User != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("%q became %q", s, address)
		}
	})
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\nb")
	f.Add("\u202eevil")
	f.Add("\xff\x00\x03")
	f.Fuzz(func(t *testing.T, s string) {
		line := sprints.OneLine(s)
		if !utf8.ValidString(line) || strings.ContainsAny(line, "\n\r\t\x00\x02\x03\x0f\u202e") || sprints.OneLine(line) != line {
			t.Errorf("%q became %q", s, line)
		}
	})
}
