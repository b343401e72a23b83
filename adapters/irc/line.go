package irc

import (
	"strings"
	"time"

	"github.com/lrstanley/girc"
)

// line is one line from the server.
type line struct {
	tags             map[string]string
	nick, user, host string // of the source; user and host are empty for a server
	command          string
	params           []string
	at               time.Time // by the server's clock where it tells
}

// lineOf takes one raw line (without CRLF) apart; false: it is none.
func lineOf(raw string) (line, bool) {
	if raw = sound(raw); raw == "" {
		return line{}, false
	}
	e := girc.ParseEvent(raw)
	if e == nil {
		return line{}, false
	}
	l := line{tags: e.Tags, command: e.Command, params: e.Params, at: e.Timestamp}
	if e.Source != nil {
		l.nick, l.user, l.host = e.Source.Name, e.Source.Ident, e.Source.Host
	}
	return l, true
}

// param is the i-th parameter, or "".
func (l line) param(i int) string {
	if i >= len(l.params) {
		return ""
	}
	return l.params[i]
}

// text is the last parameter, or "".
func (l line) text() string {
	if len(l.params) == 0 {
		return ""
	}
	return l.params[len(l.params)-1]
}

// sound is a raw line without what girc does not expect in front of its parts,
// and "" for one that is no line at all.
func sound(raw string) string {
	tags, source, rest := "", "", strings.TrimLeft(raw, " ")
	if strings.HasPrefix(rest, "@") {
		var found bool
		if tags, rest, found = strings.Cut(rest, " "); !found || len(tags) < 2 {
			return ""
		}
		tags, rest = tags+" ", strings.TrimLeft(rest, " ")
	}
	if strings.HasPrefix(rest, ":") {
		var found bool
		if source, rest, found = strings.Cut(rest, " "); !found || len(source) < 2 {
			return ""
		}
		source, rest = source+" ", strings.TrimLeft(rest, " ")
	}
	command, _, _ := strings.Cut(rest, " ")
	if command == "" || strings.HasPrefix(command, ":") {
		return ""
	}
	return tags + source + rest
}
