package irc

import "sprintbot/sprints/chat"

// quoted is t with quotes around what is to be typed. Monospace says the same
// to few clients: irssi shows its code as a letter, WeeChat leaves it out, and
// what the bot says itself is read by people who are new here.
func quoted(t chat.Text) chat.Text {
	plain := make(chat.Text, len(t))
	for i, s := range t {
		if s.Code {
			s.Text, s.Code = `"`+s.Text+`"`, false
		}
		plain[i] = s
	}
	return plain
}
