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

// veil stands in front of every command that girc must not act on by itself:
// all but ERROR. It answers CTCP at any rate, PING through a queue that can
// stand still, and sleeps two seconds after 001 in a goroutine nobody waits
// for.
const veil = "SPRINTBOT-"

// lineOf copies what a girc event says.
func lineOf(e girc.Event) line {
	l := line{command: strings.TrimPrefix(e.Command, veil), params: append([]string(nil), e.Params...), at: e.Timestamp}
	if e.Source != nil {
		l.nick, l.user, l.host = e.Source.Name, e.Source.Ident, e.Source.Host
	}
	if len(e.Tags) > 0 {
		l.tags = make(map[string]string, len(e.Tags))
		for k, v := range e.Tags {
			l.tags[k] = v
		}
	}
	return l
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

// veiled puts the veil into a raw line (without CRLF), and returns "" for a
// line on which girc would end the connection or that is no line at all.
func veiled(raw string) string {
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
	if strings.EqualFold(command, girc.ERROR) {
		return tags + source + rest
	}
	return tags + source + veil + rest
}
