package sprints

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// Bounds of what a lead may call and say about a project, in characters.
const (
	NameMax    = 60
	SummaryMax = 140
	FieldMax   = 60 // languages, level, days, contact
	AddressMax = 500
)

// Slug is the short name of a project called name: lower case, what is no
// letter and no digit becomes one hyphen. "" where nothing remains.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case r == '\'' || r == '’':
		default:
			gap = true
		}
	}
	return b.String()
}

// OneLine is s without newlines, control characters and doubled spaces, as
// names and summaries are kept.
func OneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1 // direction overrides would turn the words around theirs
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

var (
	repoOwner = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`)
	repoName  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
)

// ParseRepo reads owner/name or the address of a repository on GitHub, in the
// forms people paste; ok is false for anything else.
func ParseRepo(s string) (owner, name string, ok bool) {
	rest := s
	if at, cut := strings.CutPrefix(rest, "git@github.com:"); cut {
		rest = at
	} else if strings.Contains(rest, "://") || strings.HasPrefix(strings.ToLower(rest), "github.com/") ||
		strings.HasPrefix(strings.ToLower(rest), "www.github.com/") {
		if !strings.Contains(rest, "://") {
			rest = "https://" + rest
		}
		u, err := url.Parse(rest)
		if err != nil || u.User != nil {
			return "", "", false
		}
		if host := strings.ToLower(u.Hostname()); host != "github.com" && host != "www.github.com" {
			return "", "", false
		}
		rest = strings.TrimPrefix(u.Path, "/")
		if parts := strings.Split(rest, "/"); len(parts) > 2 {
			rest = parts[0] + "/" + parts[1]
		}
	}
	owner, name, ok = strings.Cut(rest, "/")
	name = strings.TrimSuffix(name, ".git")
	if !ok || !repoOwner.MatchString(owner) || !repoName.MatchString(name) || strings.Trim(name, ".") == "" {
		return "", "", false
	}
	return owner, name, true
}

// ParsePage reads the address of a wiki page: http or https, a host, no
// password. An address without a scheme ("wiki.example.org/Foo") gets https.
// Whether it may be asked for is decided when it is.
func ParsePage(s string) (address string, ok bool) {
	if !strings.Contains(s, "://") {
		host, _, _ := strings.Cut(s, "/")
		if !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(host, "@ ") {
			return "", false
		}
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || u.Hostname() == "" || len(s) > AddressMax {
		return "", false
	}
	u.Scheme = strings.ToLower(u.Scheme)
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	u.Host = strings.ToLower(u.Host)
	return u.String(), true
}
