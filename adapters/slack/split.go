package slack

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"sprintbot/sprints/chat"
)

// units is the length of s as Slack counts it: UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// shown is what a span shows.
func shown(s chat.Span) string {
	if s.Text == "" {
		return s.URL
	}
	return s.Text
}

func size(t chat.Text) int {
	n := 0
	for _, s := range t {
		n += units(shown(s))
	}
	return n
}

// split cuts t into pieces of at most most units: between paragraphs where it can, else lines, words, graphemes. Put
// together the pieces are t.
func split(t chat.Text, most int) []chat.Text {
	var out []chat.Text
	for size(t) > most {
		var all strings.Builder
		for _, s := range t {
			all.WriteString(shown(s))
		}
		head, rest := cutAt(t, cutPoint(all.String(), most))
		out = append(out, head)
		t = rest
	}
	return append(out, t)
}

// cutPoint is the byte to cut s at so that what is before it has at most most units and at least one rune.
func cutPoint(s string, most int) int {
	end, n := 0, 0
	state := -1
	for rest := s; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		u := units(cluster)
		if n+u > most {
			break
		}
		n += u
		end += len(cluster)
	}
	if end == 0 { // one grapheme larger than a message: its runes
		for i, r := range s {
			if n += units(string(r)); i > 0 && n > most {
				break
			}
			end = i + len(string(r))
		}
		return end
	}
	if end == len(s) {
		return end
	}
	head := s[:end]
	for _, between := range []string{"\n\n", "\n"} {
		if i := strings.LastIndex(head, between); i > end/2 {
			return i + len(between)
		}
	}
	if i := strings.LastIndexFunc(head, unicode.IsSpace); i > end/2 {
		for j := range head[i:] {
			if j > 0 {
				return i + j
			}
		}
	}
	return end
}

// cutAt parts t at a byte of what it shows. A link cut in two keeps its address on both sides.
func cutAt(t chat.Text, at int) (head, rest chat.Text) {
	for i, s := range t {
		text := shown(s)
		if at >= len(text) {
			head = append(head, s)
			at -= len(text)
			continue
		}
		if at == 0 {
			return head, t[i:]
		}
		a, b := s, s
		a.Text, b.Text = text[:at], text[at:]
		return append(head, a), append(chat.Text{b}, t[i+1:]...)
	}
	return head, nil
}

// clip is s in at most most units, ending in … when something was left out.
func clip(s string, most int) string {
	if units(s) <= most {
		return s
	}
	n := cutPoint(s, most-1)
	return strings.TrimRightFunc(s[:n], unicode.IsSpace) + "…"
}
