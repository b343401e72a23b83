package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fence stands around a preformatted block.
const fence = "```"

// outside is where sep first stands in s, not in a mark in angle brackets; -1 where it does not.
func outside(s, sep string) int {
	for i := 0; i < len(s); i++ {
		if strings.HasPrefix(s[i:], sep) {
			return i
		}
		i += max(bracketed(s[i:])-1, 0)
	}
	return -1
}

// bracketed is how many bytes the mark in angle brackets has that s begins with, 0 where it begins with none.
func bracketed(s string) int {
	if s == "" || s[0] != '<' {
		return 0
	}
	end := strings.IndexAny(s[1:], "<>\n")
	if end < 0 || s[1+end] != '>' {
		return 0
	}
	return end + 2
}

// coded is how many bytes of s, which begins with a backtick, are code between backticks; or how many backticks mark none.
func coded(s string) (size int, code bool) {
	if n := ticks(s); n > 1 {
		return n, false
	}
	end := outside(s[1:], "`")
	if end < 0 {
		return 1, false
	}
	return end + 2, true
}

// closing finds where the look opened at i ends, -1 if it does not. Marks in angle brackets and code are passed over.
func closing(s string, i int) int {
	for j := i + 1; j < len(s); j++ {
		switch s[j] {
		case '<':
			j += max(bracketed(s[j:])-1, 0)
		case '`':
			size, _ := coded(s[j:])
			j += size - 1
		case s[i]:
			before, _ := utf8.DecodeLastRuneInString(s[:j])
			after, size := utf8.DecodeRuneInString(s[j+1:])
			if j > i+1 && !unicode.IsSpace(before) && (size == 0 || !wordy(after)) {
				return j
			}
		}
	}
	return -1
}
