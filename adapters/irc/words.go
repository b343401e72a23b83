package irc

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// words takes one PRIVMSG or NOTICE, as it is said.
func (s *session) words(l line) {
	if len(l.params) < 2 || l.nick == "" {
		return
	}
	if s.folding.same(l.nick, s.nick) {
		s.echoed(l, l.param(0), l.text())
		return
	}
	if s.welcomed.IsZero() || l.host == "" || l.nick[0] == '*' {
		return // a server's own words, or a bouncer's
	}
	r := s.rooms[s.folding.fold(l.param(0))]
	if r != nil && s.saidBefore(r, l) {
		if m, ok := s.old(r, l); ok {
			s.hear(r, m)
		}
		return
	}
	m, ok := s.message(l)
	if !ok {
		return
	}
	if m.From = s.speaker(l, s.handle(s.see(l))); m.Direct {
		m.In = chat.Direct(m.From)
	}
	if !m.From.Bot && likeRelay(m.Text.Plain()) {
		s.suspect(s.people[s.folding.fold(l.nick)], true, time.Now())
	}
	s.hear(r, m)
}

// hear gives words that are said now to whoever keeps them, behind those of
// the gap before.
func (s *session) hear(r *room, m chat.Message) {
	if r != nil && r.holding {
		s.hold(r, m)
		return
	}
	s.put(r, m)
}

// speaker marks in a handle what speaks like a bot.
func (s *session) speaker(l line, h chat.Handle) chat.Handle {
	_, bot := l.tags["bot"]
	p := s.people[s.folding.fold(l.nick)]
	h.Bot = bot || l.command == "NOTICE" || p != nil && p.bot
	return h
}

// message is what one PRIVMSG or NOTICE says, and where; who says it is left
// to the caller. What is no word for us is none.
func (s *session) message(l line) (chat.Message, bool) {
	target, raw := l.param(0), l.text()
	kind := chat.Said
	if ctcp, ok := strings.CutPrefix(raw, "\x01"); ok {
		verb, rest, _ := strings.Cut(strings.TrimSuffix(ctcp, "\x01"), " ")
		if verb != "ACTION" {
			if l.command == "PRIVMSG" && verb == "VERSION" {
				s.version(l.nick)
			}
			return chat.Message{}, false
		}
		kind, raw = chat.Action, rest
	}
	text := decode(raw)
	if strings.TrimSpace(text.Plain()) == "" {
		return chat.Message{}, false
	}
	private := s.folding.same(target, s.nick)
	r := s.rooms[s.folding.fold(target)]
	if !private && (r == nil || !r.joined) || private && l.command == "NOTICE" {
		return chat.Message{}, false
	}
	s.lines++
	m := chat.Message{ID: l.tags["msgid"], At: l.at, Text: text, Kind: kind, Direct: private, Of: answers(l)}
	if !private {
		m.In = chat.Place{Network: s.n.cfg.Name, Channel: r.name}
	}
	switch {
	case m.ID != "":
	case r != nil && r.holding:
		m.ID = keyOf(l) // the history may play it back
	default:
		m.ID = s.id + "-" + strconv.Itoa(s.lines)
	}
	_, bot := l.tags["bot"]
	if kind == chat.Said && !bot && l.command == "PRIVMSG" {
		m.Door, m.Text, m.Addressed = s.door(text, private)
	}
	if !private && !m.Addressed {
		m.Text = s.called(r, m.Text)
	}
	return m, true
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
