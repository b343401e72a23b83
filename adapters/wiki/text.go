package wiki

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lengths of what is kept, in characters.
const (
	titleLength   = 80
	summaryLength = 140
	longestLine   = 2 << 10 // bytes of a line that are looked at
	mostLines     = 1000    // of a text
)

// clean is s as one line: spaces joined, control characters and marks that
// turn the direction of writing left out.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, r == '\uFEFF', r == '\u200B', unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// clip cuts s to at most n characters, at a word where that keeps half of it.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := []rune(s)[:n-1]
	end := len(cut)
	for i := len(cut) - 1; i >= n/2; i-- {
		if cut[i] == ' ' {
			end = i
			break
		}
	}
	// Never between a letter and the marks or joiners that belong to it.
	if rest := []rune(s)[end]; end == len(cut) && belongs(rest) {
		for end > 0 && (belongs([]rune(s)[end]) || cut[end-1] == '\u200D') {
			end--
		}
	}
	return strings.TrimRight(string(cut[:end]), " ,;:.-–—") + "…"
}

func belongs(r rune) bool {
	return unicode.Is(unicode.M, r) || r == '\u200D' || r >= 0x1F3FB && r <= 0x1F3FF
}

// Marks of Markdown that are no words.
var (
	markdownLink  = regexp.MustCompile(`!?\[([^\]\n]*)\]\([^)\n]*\)`)
	markdownMarks = regexp.MustCompile("[*_`~]{1,3}")
	markdownLead  = regexp.MustCompile(`^\s*(?:#{1,6}\s+|[-*+]\s+|>\s*|\d{1,3}[.)]\s+)`)
	heading       = regexp.MustCompile(`^\s*#{1,6}\s+\S`)
	underline     = regexp.MustCompile(`^\s*(?:={3,}|-{3,})\s*$`)
	tag           = regexp.MustCompile(`<[^>\n]{0,200}>`)
)

// parseText finds title and summary in plain text or Markdown: the first
// heading, else the first line; then the first paragraph behind it.
func parseText(s string) (title, summary string) {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
	lines = withoutFront(lines)
	lines = lines[:min(len(lines), mostLines)]
	at := -1
	for i, line := range lines {
		if at < 0 && words(line) != "" && !underline.MatchString(line) {
			at = i
		}
		if heading.MatchString(line) && words(line) != "" {
			at = i
			break
		}
	}
	if at < 0 {
		return "", ""
	}
	title = clip(words(lines[at]), titleLength)
	var paragraph []string
	fenced := false
	for _, line := range lines[at+1:] {
		if fence := strings.TrimSpace(line); strings.HasPrefix(fence, "```") || strings.HasPrefix(fence, "~~~") {
			fenced = !fenced
			continue
		}
		if fenced || underline.MatchString(line) {
			continue
		}
		w := words(line)
		if w == "" || heading.MatchString(line) {
			if len(paragraph) > 0 {
				break
			}
			continue
		}
		paragraph = append(paragraph, w)
	}
	return title, clip(strings.Join(paragraph, " "), summaryLength)
}

// withoutFront leaves out the settings that some pages have between two "---".
func withoutFront(lines []string) []string {
	if len(lines) == 0 || strings.TrimSpace(lines[0]) != "---" {
		return lines
	}
	for i := 1; i < min(len(lines), 50); i++ {
		if strings.TrimSpace(lines[i]) == "---" {
			return lines[i+1:]
		}
	}
	return lines
}

// words is a line of Markdown without its marks.
func words(line string) string {
	if len(line) > longestLine {
		line = strings.ToValidUTF8(line[:longestLine], "")
	}
	line = markdownLead.ReplaceAllString(line, "")
	line = markdownLink.ReplaceAllString(line, "$1")
	line = tag.ReplaceAllString(line, "")
	line = markdownMarks.ReplaceAllString(line, "")
	return clean(line)
}
