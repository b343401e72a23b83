package commands

import (
	"strings"
	"unicode"

	"sprintbot/sprints/chat"
)

// seen is a line as people see it: one line, without the characters that show
// nothing, as copying and some keyboards leave them. Joiners stay only between
// what they join: the parts of an emoji, letters of scripts that need them.
func seen(line string) string {
	rs := []rune(chat.Name(line))
	var b strings.Builder
	for i, r := range rs {
		joiner := r == '\u200C' || r == '\u200D'
		if joiner && (i == 0 || i+1 == len(rs) || rs[i-1] <= unicode.MaxASCII || rs[i+1] <= unicode.MaxASCII) {
			continue
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// word is one word of a command line.
type word struct {
	text   string
	quoted bool
}

// closing is the quote that ends what a quote began, 0 for no quote. People's
// keyboards make curly ones of straight ones.
func closing(r rune) string {
	switch r {
	case '"', '\'':
		return string(r)
	case '“', '„':
		return "”“\""
	case '‘', '‚':
		return "’‘'"
	case '«':
		return "»"
	}
	return ""
}

// split cuts a line into words. A quote opens at the beginning of a word and
// only if it is closed at the end of one, so that an apostrophe is a letter.
func split(line string) []word {
	var words []word
	rs := []rune(line)
	for i := 0; i < len(rs); {
		if unicode.IsSpace(rs[i]) {
			i++
			continue
		}
		if end := quoteEnd(rs, i); end > 0 {
			words = append(words, word{text: strings.TrimSpace(string(rs[i+1 : end])), quoted: true})
			for i = end + 1; i < len(rs) && !unicode.IsSpace(rs[i]); i++ {
			}
			continue
		}
		j := i
		for j < len(rs) && !unicode.IsSpace(rs[j]) {
			j++
		}
		words = append(words, word{text: string(rs[i:j])})
		i = j
	}
	return words
}

// quoteEnd is where the quote that opens at i is closed, 0 if none does.
func quoteEnd(rs []rune, i int) int {
	ends := closing(rs[i])
	if ends == "" {
		return 0
	}
	for j := i + 1; j < len(rs); j++ {
		if !strings.ContainsRune(ends, rs[j]) {
			continue
		}
		k := j + 1
		for k < len(rs) && strings.ContainsRune(".,;:!?", rs[k]) {
			k++
		}
		if k == len(rs) || unicode.IsSpace(rs[k]) {
			return j
		}
	}
	return 0
}

// joined is words as one would type them again.
func joined(words []word) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = w.text
		if w.quoted && strings.ContainsFunc(w.text, unicode.IsSpace) && !strings.Contains(w.text, `"`) {
			parts[i] = `"` + w.text + `"`
		}
	}
	return strings.Join(parts, " ")
}
