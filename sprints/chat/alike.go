package chat

import (
	"slices"
	"strings"
	"unicode"
)

//go:generate go run lookalikes_gen.go confusables.txt

// Looks are what a name looks like, as Unicode's TR39 compares names: letters
// of any script that pass for others are those others, marks that European
// letters bear, spaces and signs are nothing. A name has several looks where a
// capital I may be read as an l, or where small letters look like others than
// the capitals do; none where it has no letter and no digit.
func Looks(name string) []string {
	var all []string
	for _, s := range []string{name, strings.Map(smallI, name), strings.ToLower(name)} {
		if l := look(s); l != "" && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// smallI is a capital that looks like an l, an I of any script, as its small
// letter; any other letter is itself.
func smallI(r rune) rune {
	if unicode.IsUpper(r) && look(string(r)) == "l" {
		return unicode.ToLower(r)
	}
	return r
}

// Alike says that people may take one name for the other, or that they are the
// same. Names that show nothing are like no other.
func Alike(a, b string) bool {
	looks := Looks(a)
	return slices.ContainsFunc(Looks(b), func(l string) bool { return slices.Contains(looks, l) })
}

// look is a name letter by letter as it looks. Marks of scripts that write
// vowels with them stay: without them other names would be the same.
func look(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch i, found := slices.BinarySearch(lookRunes[:], r); {
		case found:
			b.WriteString(lookLetters[lookOf[i]])
		case r == unicode.ReplacementChar, hidden(r, 0), bears(r):
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	s := b.String()
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsMark(r) }) < 0 {
		return ""
	}
	return s
}

// bears says that r is a mark above, below or through a European letter.
func bears(r rune) bool {
	return r >= 0x0300 && r <= 0x036F || r >= 0x0483 && r <= 0x0489 || r >= 0x1AB0 && r <= 0x1AFF || r >= 0x1DC0 && r <= 0x1DFF ||
		r >= 0x20D0 && r <= 0x20FF || r >= 0x2DE0 && r <= 0x2DFF || r >= 0xA66F && r <= 0xA672 || r >= 0xFE00 && r <= 0xFE2F
}
