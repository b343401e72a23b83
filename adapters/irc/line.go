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

// parse takes a raw line (without CRLF) apart; false says that it is no line at
// all. girc's parser does it and nothing else of girc: its client answers, waits
// and reconnects by itself, and takes three goroutines for a line.
func parse(raw string) (line, bool) {
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

// sound is a raw line with one space where the parser expects one, or "" where
// nothing is behind its tags or its source, or there is no command.
func sound(raw string) string {
	front, rest := "", strings.TrimLeft(raw, " ")
	for _, mark := range []string{"@", ":"} {
		if !strings.HasPrefix(rest, mark) {
			continue
		}
		first, after, found := strings.Cut(rest, " ")
		if !found || len(first) < 2 {
			return ""
		}
		front, rest = front+first+" ", strings.TrimLeft(after, " ")
	}
	command, _, _ := strings.Cut(rest, " ")
	if command == "" || strings.HasPrefix(command, ":") {
		return ""
	}
	return front + rest
}
