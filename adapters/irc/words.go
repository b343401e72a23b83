package irc

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// words takes one PRIVMSG or NOTICE.
func (s *session) words(l line) {
	if len(l.params) < 2 || l.nick == "" {
		return
	}
	target, raw := l.param(0), l.text()
	if s.folding.same(l.nick, s.nick) {
		s.echoed(l, target, raw)
		return
	}
	if s.welcomed.IsZero() || l.host == "" || s.playbacks[l.tags["batch"]] {
		return // a server's own words, or a bouncer's old ones
	}
	s.lines++
	kind := chat.Said
	if ctcp, ok := strings.CutPrefix(raw, "\x01"); ok {
		verb, rest, _ := strings.Cut(strings.TrimSuffix(ctcp, "\x01"), " ")
		if verb != "ACTION" {
			if l.command == "PRIVMSG" && verb == "VERSION" {
				s.version(l.nick)
			}
			return
		}
		kind, raw = chat.Action, rest
	}
	text := decode(raw)
	if strings.TrimSpace(text.Plain()) == "" {
		return
	}
	private := s.folding.same(target, s.nick)
	r := s.rooms[s.folding.fold(target)]
	if !private && (r == nil || !r.joined) || private && l.command == "NOTICE" {
		return
	}
	from := s.handle(s.see(l))
	_, bot := l.tags["bot"]
	from.Bot = bot || l.command == "NOTICE"
	m := chat.Message{ID: l.tags["msgid"], From: from, At: l.at, Text: text, Kind: kind}
	if m.ID == "" {
		m.ID = s.id + "-" + strconv.Itoa(s.lines)
	}
	if private {
		m.In, m.Direct = chat.Direct(from), true
	} else {
		m.In = chat.Place{Network: s.n.cfg.Name, Channel: r.name}
	}
	if kind == chat.Said && !from.Bot {
		m.Door, m.Text, m.Addressed = s.door(text, private)
	}
	s.n.heard.Put(m)
}

// door takes off what makes words a command: "!" before a word, or our nick
// with ":" or ","; in private everything is one.
func (s *session) door(t chat.Text, private bool) (door string, rest chat.Text, addressed bool) {
	plain := t.Plain()
	at := len(plain) - len(strings.TrimLeft(plain, " "))
	named := false
	if after := plain[at:]; len(after) > len(s.nick) && s.folding.same(after[:len(s.nick)], s.nick) &&
		(after[len(s.nick)] == ':' || after[len(s.nick)] == ',') {
		named = true
		at += len(s.nick) + 1
		at += len(plain[at:]) - len(strings.TrimLeft(plain[at:], " "))
	}
	if bang, ok := strings.CutPrefix(plain[at:], "!"); ok {
		if r, _ := utf8.DecodeRuneInString(bang); unicode.IsLetter(r) {
			return plain[:at+1], behind(t, at+1), true
		}
	}
	if named || private {
		return plain[:at], behind(t, at), true
	}
	return "", t, false
}

// behind is t without its first n bytes.
func behind(t chat.Text, n int) chat.Text {
	var rest chat.Text
	for _, span := range t {
		cut := min(n, len(span.Text))
		n -= cut
		if span.Text = span.Text[cut:]; span.Text != "" {
			rest = append(rest, span)
		}
	}
	return rest
}

// version answers CTCP VERSION, at most once a second whoever asks.
func (s *session) version(nick string) {
	if now := time.Now(); now.Sub(s.versioned) >= time.Second {
		s.versioned = now
		s.link.send("NOTICE " + nick + " :\x01VERSION " + s.n.cfg.Version + "\x01")
	}
}

// batch remembers which open batches are old words played back, and which
// answer a label.
func (s *session) batch(l line) {
	ref := l.param(0)
	if opened, ok := strings.CutPrefix(ref, "+"); ok {
		if strings.HasSuffix(l.param(1), "chathistory") {
			s.playbacks[opened] = true
		}
		if label := l.tags["label"]; label != "" {
			s.labels[opened] = label
		}
	} else if closed, ok := strings.CutPrefix(ref, "-"); ok {
		delete(s.playbacks, closed)
		delete(s.labels, closed)
	}
}
