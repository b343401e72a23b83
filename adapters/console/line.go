package console

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

const (
	nickRunes = 30
	lineBytes = 8000 // of one line; what is longer is refused
)

// typed is what a line asks for: one of a message, a new nick, the end, or
// words to show at once.
type typed struct {
	message *chat.Message // without ID, From and At
	nick    string
	quit    bool
	say     []string // shown at once, nobody else hears of it
}

// read tells what a line means.
func (n *Network) read(line string) typed {
	line = strings.TrimSpace(clean(line))
	verb, rest := line, ""
	if cut := strings.IndexFunc(line, unicode.IsSpace); cut >= 0 {
		verb, rest = line[:cut], strings.TrimSpace(line[cut:])
	}
	switch {
	case line == "":
		return typed{}
	case strings.EqualFold(line, "quit"), strings.EqualFold(line, "exit"):
		return typed{say: []string{"To end, say it with a stroke:", "  /quit"}}
	case !strings.HasPrefix(verb, "/"):
		return n.private(line)
	}
	switch strings.ToLower(verb) {
	case "/quit", "/exit":
		return typed{quit: true}
	case "/say":
		if rest == "" {
			return typed{say: []string{"Say what? For example:", "  /say Hello, room."}}
		}
		return n.room(rest, chat.Said)
	case "/me":
		if rest == "" {
			return typed{say: []string{"Do what? For example:", "  /me waves"}}
		}
		return n.room(rest, chat.Action)
	case "/nick":
		nick, ok := nickname(rest, n.cfg.Bot)
		if !ok {
			return typed{say: []string{"A nick is one word of at most 30 characters, and not mine. For example:", "  /nick ada"}}
		}
		return typed{nick: nick}
	case "/" + strings.ToLower(n.cfg.Bot), "/sprint":
		if rest == "" {
			rest = "help"
		}
		return n.private(rest)
	}
	return typed{say: []string{
		"I don't know " + verb + " here. There are:",
		"  /say TEXT    speak in the room",
		"  /me TEXT     say there what you do",
		"  /nick NAME   be somebody else",
		"  /quit        end",
		"Anything without a stroke is a word to me.",
		"  try: help",
	}}
}

// private is a word to the bot.
func (n *Network) private(line string) typed {
	door, command, _ := n.door(line)
	return typed{message: &chat.Message{
		Kind: chat.Said, Text: chat.Plainly(command), Door: door,
		Addressed: true, Direct: true, Inline: true,
	}}
}

// room is words in the room, to the bot where a door stands in front.
func (n *Network) room(words string, kind chat.Kind) typed {
	m := chat.Message{In: n.Place(), Kind: kind, Text: chat.Plainly(words), Inline: true}
	door, command, ok := n.door(words)
	if bang, found := strings.CutPrefix(words, "!"); found {
		first, _ := utf8.DecodeRuneInString(bang)
		ok = unicode.IsLetter(first) // "!! really", "! no" and "!1" are words
	}
	if ok && kind == chat.Said {
		m.Text, m.Door, m.Addressed = chat.Plainly(command), door, true
	}
	return typed{message: &m}
}

// door takes off what addresses the bot: "!" or its name.
func (n *Network) door(line string) (door, rest string, ok bool) {
	if after, found := strings.CutPrefix(line, "!"); found && after != "" && !strings.HasPrefix(after, "!") {
		return "!", strings.TrimSpace(after), strings.TrimSpace(after) != ""
	}
	word, bot := strings.TrimPrefix(line, "@"), n.cfg.Bot
	if len(word) <= len(bot) || !strings.EqualFold(word[:len(bot)], bot) {
		return "", line, false
	}
	after := word[len(bot):]
	named := len(word) < len(line) && unicode.IsSpace(rune(after[0]))
	if !named && !strings.HasPrefix(after, ":") && !strings.HasPrefix(after, ",") {
		return "", line, false
	}
	rest = strings.TrimSpace(strings.TrimLeft(after, ":,"))
	if rest == "" {
		return "", line, false
	}
	return line[:len(line)-len(rest)], rest, true
}

// handleID is the stable key of whoever speaks by a nick.
func handleID(nick string) string { return "console:" + strings.ToLower(nick) }

// nickname is s as a nick, false where it can't be one.
func nickname(s, bot string) (string, bool) {
	s = strings.TrimSpace(clean(s))
	if s == "" || utf8.RuneCountInString(s) > nickRunes || strings.EqualFold(s, bot) ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '@' || r == ':' }) {
		return "", false
	}
	return s, true
}

// clean is s without what would move a terminal's cursor, colour it, or turn
// the direction of the words around it.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
