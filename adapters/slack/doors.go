package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// atDoor says whether t is said to the bot, and takes the door off: "!here", "sprintbot: here", "@sprintbot here". In a
// direct message everything is said to the bot, with or without a door. door+rest is what was said.
func atDoor(t chat.Text, me self, direct bool) (door string, rest chat.Text, addressed bool) {
	for len(t) > 0 && t[0].Who == nil && t[0].URL == "" {
		t0 := t[0]
		if t0.Text = strings.TrimLeftFunc(t0.Text, unicode.IsSpace); t0.Text != "" {
			t = append(chat.Text{t0}, t[1:]...)
			break
		}
		t = t[1:]
	}
	if len(t) == 0 {
		return "", nil, direct
	}
	first := t[0]
	switch {
	case first.Who != nil && first.Who.ID == me.UserID:
		more, rest := trimLead(t[1:])
		return "@" + me.Name + more, rest, true
	case first.Who != nil || first.URL != "" || first.Code:
		return "", t, direct
	case len(first.Text) > 1 && first.Text[0] == '!':
		if r, _ := utf8.DecodeRuneInString(first.Text[1:]); unicode.IsLetter(r) {
			return "!", from(t, 1), true
		}
	}
	if n := named(first.Text, me.Name); n > 0 {
		more, rest := trimLead(from(t, n))
		return first.Text[:n] + more, rest, true
	}
	return "", t, direct
}

// named is how many bytes of text are the bot's name with a colon or comma, or with an @ before it; 0 if none.
func named(text, name string) int {
	at := 0
	if strings.HasPrefix(text, "@") {
		at = 1
	}
	end := at + len(name)
	if name == "" || len(text) < end || !strings.EqualFold(text[at:end], name) {
		return 0
	}
	switch {
	case len(text) > end && (text[end] == ':' || text[end] == ','):
		return end + 1
	case at == 1 && (len(text) == end || unicode.IsSpace(rune(text[end]))):
		return end
	}
	return 0
}

// from is t without its first n bytes.
func from(t chat.Text, n int) chat.Text {
	first := t[0]
	if first.Text = first.Text[n:]; first.Text == "" {
		return t[1:]
	}
	return append(chat.Text{first}, t[1:]...)
}

// trimLead takes spaces and a colon or comma off the front.
func trimLead(t chat.Text) (lead string, rest chat.Text) {
	if len(t) == 0 || t[0].Who != nil || t[0].URL != "" {
		return "", t
	}
	text := t[0].Text
	n := len(text) - len(strings.TrimLeft(text, " \t\u00a0:,"))
	return text[:n], from(t, n)
}
