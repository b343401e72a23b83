package irc

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"sprintbot/sprints/chat"
)

// cell is one grapheme (or a piece of one too large for any line) and how it
// looks.
type cell struct {
	text string
	look look
}

// wrap writes t as lines of at most budget bytes each, formatting codes
// counted, cut behind a space where there is one and else between graphemes.
// Nothing is lost: the lines read one after the other, without their codes, are
// t's words. A line starts with no formatting, as IRC's lines do. The budget is
// at least 16.
func wrap(t chat.Text, budget int) []string {
	budget = max(budget, 16)
	cells := cellsOf(t, budget-len(toggles(look{}, look{true, true, true, true})))
	var lines []string
	for len(cells) > 0 {
		n := fit(cells, budget)
		if n < len(cells) {
			if k := behindSpace(cells[:n]); k > 0 {
				n = k
			}
		}
		lines = append(lines, write(cells[:n]))
		cells = cells[n:]
	}
	return lines
}

// cellsOf takes t apart; no cell is longer than most bytes.
func cellsOf(t chat.Text, most int) []cell {
	var cells []cell
	for _, span := range t {
		rest, state, cluster := clean(chat.Text{span}.Plain()), -1, ""
		for rest != "" {
			cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
			for len(cluster) > most {
				n := most
				for n > 0 && !utf8.RuneStart(cluster[n]) {
					n--
				}
				cells = append(cells, cell{cluster[:n], lookOf(span)})
				cluster = cluster[n:]
			}
			cells = append(cells, cell{cluster, lookOf(span)})
		}
	}
	return cells
}

// fit is how many of the cells fit into budget bytes, at least one.
func fit(cells []cell, budget int) int {
	size, now := 0, look{}
	for i, c := range cells {
		size += len(toggles(now, c.look)) + len(c.text)
		now = c.look
		if size > budget {
			return max(i, 1)
		}
	}
	return len(cells)
}

// behindSpace is how many cells end with the last space, 0 when there is none.
func behindSpace(cells []cell) int {
	for i := len(cells) - 1; i >= 0; i-- {
		if cells[i].text == " " {
			return i + 1
		}
	}
	return 0
}

// write is the cells as they stand on the wire.
func write(cells []cell) string {
	var b strings.Builder
	now := look{}
	for _, c := range cells {
		b.WriteString(toggles(now, c.look))
		b.WriteString(c.text)
		now = c.look
	}
	return b.String()
}

// toggles are the codes that change one look into another.
func toggles(from, to look) string {
	if from == to {
		return ""
	}
	var b strings.Builder
	for _, t := range []struct {
		change bool
		code   byte
	}{
		{from.bold != to.bold, 0x02},
		{from.italic != to.italic, 0x1d},
		{from.strike != to.strike, 0x1e},
		{from.code != to.code, 0x11},
	} {
		if t.change {
			b.WriteByte(t.code)
		}
	}
	return b.String()
}
