package chat

import (
	"regexp"
	"strings"
)

var addresses = regexp.MustCompile(`https?://[^\s<>"|` + "`" + `]+`)

// Addresses are where addresses of the web stand in words, first byte and the
// one behind the last. The punctuation of the sentence around one is no part of
// it; brackets that belong to it are.
func Addresses(words string) [][2]int {
	var found [][2]int
	for _, at := range addresses.FindAllStringIndex(words, -1) {
		found = append(found, [2]int{at[0], at[0] + len(bare(words[at[0]:at[1]]))})
	}
	return found
}

// IsAddress says that s is one address of the web and nothing else.
func IsAddress(s string) bool { return s != "" && addresses.FindString(s) == s }

func bare(s string) string {
	spare := strings.Count(s, ")") - strings.Count(s, "(") // brackets that close one outside
	for {
		s = strings.TrimRight(s, ".,;:!?'*_")
		if spare <= 0 || !strings.HasSuffix(s, ")") {
			return s
		}
		s, spare = s[:len(s)-1], spare-1
	}
}

// Linked is t with the addresses in its words made links, but not in code.
func Linked(t Text) Text {
	var out Text
	for _, s := range t {
		if s.URL != "" || s.Who != nil || s.Code {
			out = append(out, s)
			continue
		}
		last, words := 0, s.Text
		for _, at := range Addresses(words) {
			if s.Text = words[last:at[0]]; s.Text != "" {
				out = append(out, s)
			}
			link := s
			link.Text, link.URL = "", words[at[0]:at[1]]
			out = append(out, link)
			last = at[1]
		}
		if s.Text = words[last:]; s.Text != "" {
			out = append(out, s)
		}
	}
	return out
}
