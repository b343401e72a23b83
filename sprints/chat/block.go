package chat

import (
	"strconv"
	"strings"
)

// Lead is what the mark in front of a line says of it.
type Lead string

// The leads of a line.
const (
	Quote  Lead = "quote"  // "> "
	Bullet Lead = "bullet" // "• ", behind two spaces for each level
	Number Lead = "number" // "3. ", the same
)

// Mark is the span that stands in front of a line of a quote or list. Its Text
// is how the mark shows where there are no such blocks, so that whoever looks
// at words only is right; networks that have blocks make them of it (Blocks).
// Depth counts from 0, n is an item's number; a Bullet and a Quote have none.
func Mark(l Lead, depth, n int) Span {
	indent := strings.Repeat("  ", max(depth, 0))
	switch l {
	case Quote:
		return Span{Text: "> ", Lead: l}
	case Number:
		return Span{Text: indent + strconv.Itoa(n) + ". ", Lead: l}
	}
	return Span{Text: indent + "• ", Lead: l}
}

// level is how deep in a list a mark stands, and its number if it has one.
func (s Span) level() (depth, n int) {
	words := strings.TrimLeft(s.Text, " ")
	digits, _, _ := strings.Cut(words, ".")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		n = 0
	}
	return (len(s.Text) - len(words)) / 2, n
}

// Block is lines of a Text that belong together.
type Block struct {
	Quoted bool // in a quote
	Pre    bool // preformatted
	Lead   Lead // Bullet or Number: each line is an item; else ""
	Depth  int  // of the items
	First  int  // number of the first item of a numbered list
	Lines  []Text
}

// Blocks is t in blocks, without the marks that stand in front of lines and
// without the newlines between lines. Lines of no kind make blocks as well.
func (t Text) Blocks() []Block {
	var blocks []Block
	for _, line := range t.Lines() {
		b := Block{}
		for len(line) > 0 && line[0].Lead == Quote {
			b.Quoted, line = true, line[1:]
		}
		if len(line) > 0 && line[0].Lead != "" {
			b.Lead = line[0].Lead
			b.Depth, b.First = line[0].level()
			line = line[1:]
		}
		b.Pre = b.Lead == "" && len(line) > 0
		for _, s := range line {
			b.Pre = b.Pre && s.Pre
		}
		b.Lines = []Text{line}
		if n := len(blocks); n > 0 && blocks[n-1].goesOn(b) {
			blocks[n-1].Lines = append(blocks[n-1].Lines, line)
			continue
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// goesOn says that next is more of the same block.
func (b Block) goesOn(next Block) bool {
	return b.Quoted == next.Quoted && b.Pre == next.Pre && b.Lead == next.Lead && b.Depth == next.Depth &&
		(b.Lead != Number || next.First == b.First+len(b.Lines))
}
