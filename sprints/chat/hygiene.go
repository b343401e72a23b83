package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Apart stands inside a word to make it another word for machines, and shows
// as nothing: a zero-width space. Clients that call their owner by name, and
// bridges that read "@here", see two words. Of the invisible separators it is
// the one that terminals and clients have always drawn with no width; the word
// joiner, U+2060, is a box in some.
const Apart = "\u200B"

// Name is s fit to stand as somebody's name: one line, no control characters,
// nothing invisible but the joiners that scripts and emoji need, and no mark
// that turns the direction of the words around it. It may be empty, as one of
// which nothing would show is.
func Name(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	var b strings.Builder
	var before rune
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case hidden(r, before):
			continue
		default:
			b.WriteRune(r)
		}
		before = r
	}
	if strings.IndexFunc(b.String(), shows) < 0 {
		return ""
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// shows says that r is seen by itself.
func shows(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) }

// hidden says that r shows nothing by itself. The letters of a flag's tag are
// part of an emoji where they follow its black flag.
func hidden(r, before rune) bool {
	switch {
	case unicode.IsControl(r), r == 0x00AD, r == 0x034F, r == 0x061C, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0xFEFF:
		return true
	case r == 0x180E, r == 0x200B, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F, r == 0x2800,
		r >= 0xFFF9 && r <= 0xFFFB:
		return true
	case r >= 0xE0000 && r <= 0xE007F:
		return before != 0x1F3F4 && (before < 0xE0020 || before > 0xE007F)
	}
	return false
}

// lookalikes are scripts whose letters pass for each other's.
var lookalikes = [...]*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

// Mixed says that a name has letters of several scripts that look alike, as a
// Latin name with one Cyrillic letter in it: it may pass for another's, so
// whoever shows it says so.
func Mixed(name string) bool {
	found := -1
	for _, r := range name {
		for i, script := range lookalikes {
			if r > unicode.MaxASCII && unicode.Is(script, r) || i == 0 && (r|0x20 >= 'a' && r|0x20 <= 'z') {
				if found >= 0 && found != i {
					return true
				}
				found = i
			}
		}
	}
	return false
}

// Unturned is s without the characters that turn the direction of text around
// or hold a state open behind it, and without byte order marks. The single
// marks that right-to-left writing uses stay.
func Unturned(s string) string {
	if strings.IndexFunc(s, turns) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if turns(r) {
			return -1
		}
		return r
	}, s)
}

func turns(r rune) bool {
	return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0xFEFF
}

// Misleads says that s is a link whose label is another address than the one it
// leads to: what shows labels only must show where it leads as well.
func (s Span) Misleads() bool {
	if s.URL == "" || s.Text == "" || s.Text == s.URL {
		return false
	}
	label := strings.ToLower(strings.TrimSpace(s.Text))
	if strings.HasPrefix(label, "www.") {
		_, bare, _ := strings.Cut(strings.ToLower(s.URL), "://")
		return !strings.HasPrefix(bare, label)
	}
	return strings.Contains(label, "://") && !strings.HasPrefix(strings.ToLower(s.URL), strings.TrimRight(label, ".…"))
}

// calls are the words that call everybody.
var calls = [...]string{"here", "channel", "everyone", "group"}

// Defused is s with Apart inside what calls everybody on some network:
// "@here", "@channel", "@everyone", "@group", "<!here>" and the like. It reads as before.
func Defused(s string) string {
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); i++ {
		after, ok := s[i+1:], false
		switch s[i] {
		case '@':
			ok = called(after)
		case '<':
			if bang, found := strings.CutPrefix(after, "!"); found {
				ok = called(bang) || strings.HasPrefix(bang, "subteam^")
			}
		}
		if ok {
			b.WriteString(s[last:i+1] + Apart)
			last = i + 1
		}
	}
	if last == 0 {
		return s
	}
	return b.String() + s[last:]
}

// called says that s begins with a word that calls everybody.
func called(s string) bool {
	for _, c := range calls {
		if len(s) >= len(c) && strings.EqualFold(s[:len(c)], c) {
			r, _ := utf8.DecodeRuneInString(s[len(c):])
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}
	}
	return false
}

// Calls says that name, in whatever case, calls everybody and can be nobody's.
func Calls(name string) bool {
	for _, c := range calls {
		if strings.EqualFold(name, c) {
			return true
		}
	}
	return false
}
