package irc

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// behindNames is what may stand behind a name in a sentence, and be of it.
const behindNames = "]}|-^"

// called is what was said in a channel with those who are in it named as its
// mentions: "grace:" and "grace," at the beginning, "@grace" anywhere. So the
// words call them alone, and not whoever bears the same name elsewhere.
func (s *session) called(r *room, t chat.Text) chat.Text {
	var out chat.Text
	for i, span := range t {
		if span.Code || span.URL != "" {
			out = append(out, span)
			continue
		}
		out = append(out, s.calledIn(r, span, i == 0)...)
	}
	return out
}

// calledIn cuts a span where it names somebody who is in the channel.
func (s *session) calledIn(r *room, span chat.Span, first bool) chat.Text {
	var out chat.Text
	words, done := span.Text, 0
	mark := func(from, name, to int) {
		p := s.people[s.folding.fold(words[name:to])]
		if p == nil || !p.channels[s.folding.fold(r.name)] {
			return
		}
		for _, piece := range []struct {
			text string
			who  bool
		}{{words[done:from], false}, {words[from:to], true}} {
			c := span
			if c.Text = piece.text; c.Text == "" {
				continue
			}
			if piece.who {
				h := s.handle(p)
				c.Who = &h
			}
			out = append(out, c)
		}
		done = to
	}
	if end := strings.IndexAny(words, ":, "); first && end > 0 && words[end] != ' ' {
		mark(0, 0, end)
	}
	for i := done; i < len(words); i++ {
		if words[i] != '@' || !alone(words[:i]) {
			continue
		}
		for name := nickIn(words[i+1:]); name != "" && done <= i; {
			mark(i, i+1, i+1+len(name))
			r, size := utf8.DecodeLastRuneInString(name)
			if !strings.ContainsRune(behindNames, r) {
				break
			}
			name = name[:len(name)-size]
		}
	}
	if rest := words[done:]; rest != "" {
		c := span
		c.Text = rest
		out = append(out, c)
	}
	return out
}

// alone says that what follows before begins a word: not the second half of a
// mail address, and nothing in backticks.
func alone(before string) bool {
	r, size := utf8.DecodeLastRuneInString(before)
	return size == 0 || !inNick(r) && !strings.ContainsRune("@./+", r) || strings.ContainsRune("[{|", r)
}

// nickIn is what s begins with that may be a nick, "" where it goes on as
// something else: "ada.org", "ada:8".
func nickIn(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return !inNick(r) })
	if end < 0 {
		return s
	}
	r, size := utf8.DecodeRuneInString(s[end:])
	if after, _ := utf8.DecodeRuneInString(s[end+size:]); strings.ContainsRune(".:+@", r) && inNick(after) && after != utf8.RuneError {
		return ""
	}
	return s[:end]
}

// inNick says that r may be part of a nick.
func inNick(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("[]\\`_^{|}-", r)
}
