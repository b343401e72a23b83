package slack

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

const (
	emojiName  = 60               // bytes of a name at most
	toneSuffix = "::skin-tone-"   // between an emoji's name and the number of its skin tone
	firstTone  = rune(0x1F3FB)    // Slack's skin-tone-2
	persons    = "👨👩🧑"            // of whom each takes a skin tone where several stand in one emoji
	joiner     = '\u200D'         // makes one emoji of several
	variation  = string('\uFE0F') // asks for the coloured form; a skin tone stands in its place
)

// emoji is the characters of one of Slack's names, "wave" or "wave::skin-tone-3", and "" for one it does not have of its
// own: a workspace's custom emoji.
func emoji(name string) string {
	name, tone, toned := strings.Cut(name, toneSuffix)
	chars, kind := emojiNamed(name)
	if !toned || chars == "" {
		return chars
	}
	if len(tone) != 1 || tone[0] < '2' || tone[0] > '6' {
		return ""
	}
	return withTone(chars, kind, int(tone[0]-'0'))
}

// emojiToned is the same for a name and a number; 0 is no skin tone.
func emojiToned(name string, tone int) string {
	chars, kind := emojiNamed(name)
	if tone < 2 || tone > 6 || chars == "" {
		return chars
	}
	return withTone(chars, kind, tone)
}

// codePoints is the characters of "1f469-200d-1f4bb", "" where it is not that.
func codePoints(s string) string {
	if len(s) > emojiName {
		return ""
	}
	var b strings.Builder
	shown := false
	for hex := range strings.SplitSeq(s, "-") {
		n, err := strconv.ParseUint(hex, 16, 21)
		r := rune(n)
		switch {
		case err != nil || !utf8.ValidRune(r):
			return ""
		case unicode.IsGraphic(r) && !unicode.IsSpace(r):
			shown = shown || !unicode.IsMark(r)
		case r != joiner && (r < 0xE0020 || r > 0xE007F): // tags spell flags of regions
			return ""
		}
		b.WriteRune(r)
	}
	if !shown {
		return ""
	}
	return b.String()
}

func withTone(chars string, kind byte, tone int) string {
	skin := string(firstTone + rune(tone-2))
	switch kind {
	case '*':
		_, first := utf8.DecodeRuneInString(chars)
		return chars[:first] + skin + strings.TrimPrefix(chars[first:], variation)
	case '&':
		var b strings.Builder
		for _, r := range chars {
			b.WriteRune(r)
			if strings.ContainsRune(persons, r) {
				b.WriteString(skin)
			}
		}
		return b.String()
	}
	return chars
}

// emojiNamed finds a name in the table, and the sign behind it that says how a skin tone is shown.
func emojiNamed(name string) (chars string, kind byte) {
	if name == "" || len(name) > emojiName {
		return "", 0
	}
	for table := emojiTable; table != ""; {
		middle := strings.LastIndexByte(table[:len(table)/2], '\n') + 1
		end := middle + strings.IndexByte(table[middle:], '\n')
		line := table[middle:end]
		at := strings.IndexAny(line, " *&")
		switch strings.Compare(name, line[:at]) {
		case 0:
			return line[at+1:], line[at]
		case -1:
			table = table[:middle]
		default:
			table = table[end+1:]
		}
	}
	return "", 0
}

// emojied is s with the names of emoji between colons shown as characters. A name counts only where it stands by itself:
// "12:100:30" and "std::x::y" stay what they are. So do names that Slack does not have.
func emojied(s string) string {
	if strings.IndexByte(s, ':') < 0 {
		return s
	}
	var b strings.Builder
	done, free := 0, 0 // written so far; from where a name may begin whatever stands before it
	for i := 0; i < len(s); i++ {
		if s[i] != ':' {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); i > free && (wordy(before) || before == ':' || before == '/') {
			continue
		}
		chars, size := emojiAt(s[i:])
		if size == 0 {
			continue
		}
		b.WriteString(s[done:i] + chars)
		i += size - 1
		done, free = i+1, i+1
	}
	return b.String() + s[done:]
}

// emojiAt is the emoji that s begins with and how many bytes name it, 0 where it begins with none.
func emojiAt(s string) (chars string, size int) {
	end := 1
	for end < len(s) && end <= emojiName && isNameByte(s[end]) {
		end++
	}
	if end == 1 || end >= len(s) || s[end] != ':' {
		return "", 0
	}
	name := s[1:end]
	if tail := s[end:]; strings.HasPrefix(tail, toneSuffix) && len(tail) > len(toneSuffix)+1 && tail[len(toneSuffix)+1] == ':' {
		if chars = emoji(name + tail[:len(toneSuffix)+1]); chars != "" {
			name, end = "", end+len(toneSuffix)+1
		}
	}
	if name != "" {
		chars = emoji(name)
	}
	if chars == "" {
		return "", 0
	}
	if after, _ := utf8.DecodeRuneInString(s[end+1:]); wordy(after) {
		return "", 0
	}
	return chars, end + 1
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '+'
}

// withEmoji is t with emoji named by people shown as characters, code (marked, or typed between backticks) and addresses
// apart.
func withEmoji(t chat.Text) chat.Text {
	code := typedCode(t)
	out := make(chat.Text, len(t))
	at := 0
	for i, s := range t {
		out[i] = s
		if !s.Code && s.Lead == "" {
			apart := chat.Addresses(s.Text)
			for _, c := range code {
				if from, to := max(c[0]-at, 0), min(c[1]-at, len(s.Text)); from < to {
					apart = append(apart, [2]int{from, to})
				}
			}
			out[i].Text = emojiedBut(s.Text, apart)
		}
		at += len(s.Text)
	}
	return out
}

// emojiedBut leaves out stretches of words.
func emojiedBut(words string, apart [][2]int) string {
	slices.SortFunc(apart, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	var b strings.Builder
	last := 0
	for _, at := range apart {
		if at[1] <= last {
			continue
		}
		from := max(at[0], last)
		b.WriteString(emojied(words[last:from]) + words[from:at[1]])
		last = at[1]
	}
	return b.String() + emojied(words[last:])
}

// typedCode is where people have put code between backticks: a run of them up to the next one as long, in the same line
// unless it is a fence of three or more. First byte and the one behind the last, over the words of all spans.
func typedCode(t chat.Text) (found [][2]int) {
	var all strings.Builder
	for _, s := range t {
		if s.Code || s.Who != nil { // a backtick there is no mark
			all.WriteString(strings.Repeat(" ", len(s.Text)))
			continue
		}
		all.WriteString(s.Text)
	}
	words := all.String()
	for i := 0; i < len(words); {
		from := strings.IndexByte(words[i:], '`')
		if from < 0 {
			break
		}
		from += i
		i = from + ticks(words[from:])
		within := words[i:]
		if end := strings.IndexByte(within, '\n'); end >= 0 && i-from < 3 {
			within = within[:end]
		}
		if size := ticked(within, i-from); size > 0 {
			i += size
			found = append(found, [2]int{from, i})
		}
	}
	return found
}

// ticked is how many bytes of words reach to the end of the first run of so many backticks, 0 where there is none.
func ticked(words string, run int) int {
	for at := 0; at < len(words); {
		next := strings.IndexByte(words[at:], '`')
		if next < 0 {
			break
		}
		at += next
		n := ticks(words[at:])
		if at += n; n == run {
			return at
		}
	}
	return 0
}

// ticks is how many backticks s begins with.
func ticks(s string) int { return len(s) - len(strings.TrimLeft(s, "`")) }

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
