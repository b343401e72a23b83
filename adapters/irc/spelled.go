package irc

import (
	"sprintbot/sprints/chat"
)

// spelled is a line of what people say with code in backticks and what was struck out in tildes. IRC has codes for both, but
// irssi shows these as letters turned white on black (a Q around code, a ^ around what is gone), WeeChat takes the one away
// and shows the other, and HexChat knows one of them: what is struck out would read as if it were meant. Whole lines of code
// stand as they are.
func spelled(line chat.Text) chat.Text {
	var t chat.Text
	var code, gone bool
	mark := func(s chat.Span, sign string) {
		t = append(t, chat.Span{Text: sign, Bold: s.Bold, Italic: s.Italic})
	}
	var last chat.Span
	for _, s := range append(line[:len(line):len(line)], chat.Span{}) {
		codes := s.Code && !s.Pre
		if code && (!codes || gone != s.Strike) {
			mark(last, "`")
			code = false
		}
		if gone && !s.Strike {
			mark(last, "~")
		}
		if !gone && s.Strike {
			mark(s, "~")
		}
		gone = s.Strike
		if !code && codes {
			mark(s, "`")
			code = true
		}
		last = s
		if s.Code, s.Strike = false, false; s.Text != "" || s.URL != "" {
			t = append(t, s)
		}
	}
	return t
}
