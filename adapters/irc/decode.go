package irc

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ergochat/irc-go/ircfmt"
	"golang.org/x/text/encoding/charmap"

	"sprintbot/sprints/chat"
)

// look is how IRC can show a run of words.
type look struct{ bold, italic, strike, code bool }

func lookOf(s chat.Span) look {
	return look{bold: s.Bold, italic: s.Italic, strike: s.Strike, code: s.Code}
}

// decode makes Text of what stood on the wire: IRC's formatting codes become
// spans, colours and underlines are dropped, and so is every other control.
// Adjoining runs of one look are one span.
func decode(raw string) chat.Text {
	var t chat.Text
	for _, chunk := range ircfmt.Split(utf8Of(raw)) {
		words := clean(chunk.Content)
		if words == "" {
			continue
		}
		span := chat.Span{Text: words, Bold: chunk.Bold, Italic: chunk.Italic, Strike: chunk.Strikethrough, Code: chunk.Monospace}
		if n := len(t); n > 0 && lookOf(t[n-1]) == lookOf(span) {
			t[n-1].Text += words
			continue
		}
		t = append(t, span)
	}
	return t
}

// utf8Of reads valid UTF-8 as itself and only the bytes that are not as
// Windows-1252, which old clients send. A character that a server has cut at
// the end of a line that was too long for it is gone.
func utf8Of(raw string) string {
	if raw = raw[:len(raw)-cutOff(raw)]; utf8.ValidString(raw) {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRuneInString(raw[i:])
		if r == utf8.RuneError && size == 1 {
			r = charmap.Windows1252.DecodeByte(raw[i])
		}
		b.WriteRune(r)
		i += size
	}
	return b.String()
}

// clean keeps one line one line: a tab or a separator of lines or paragraphs
// becomes a space, every other control goes, bytes that are not UTF-8 become
// U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.IsControl(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cutOff is how many bytes at the end of raw are the beginning of a character
// that goes on no further, behind others that ASCII does not have.
func cutOff(raw string) int {
	for n := 1; n < utf8.UTFMax && n <= len(raw); n++ {
		before, end := raw[:len(raw)-n], raw[len(raw)-n:]
		if !utf8.RuneStart(end[0]) {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " "))
		if utf8.FullRuneInString(end) || last < utf8.RuneSelf || last == utf8.RuneError {
			return 0
		}
		return n
	}
	return 0
}
