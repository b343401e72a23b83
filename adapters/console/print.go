package console

import (
	"context"
	"strings"

	"github.com/rivo/uniseg"

	"sprintbot/sprints/chat"
)

// Looks on a terminal.
const (
	bold = "\x1b[1m"
	dim  = "\x1b[2m"
	off  = "\x1b[0m"
)

// Render makes the one part of a row: its lines, each with who speaks in
// front.
func (n *Network) Render(out chat.Outgoing) []chat.Part {
	head := n.head(out)
	var lines []string
	switch {
	case out.Kind == chat.Deleted:
		lines = []string{head + "(" + out.TookBack() + ")"}
	default:
		for _, l := range replyLines(out.Words(), false) {
			lines = append(lines, head+l)
		}
	}
	if len(lines) == 0 {
		lines = []string{strings.TrimRight(head, " ")}
	}
	if out.Kind == chat.Edited {
		lines[len(lines)-1] += " (edited)"
	}
	return []chat.Part{{Out: out, Of: 1, Body: strings.Join(lines, "\n")}}
}

// head is what stands in front of each line of a row.
func (n *Network) head(out chat.Outgoing) string {
	if id, direct := out.To.DirectID(); direct {
		return "[to " + clean(strings.TrimPrefix(id, "console:")) + "] " + n.cfg.Bot + ": "
	}
	from, who := strings.TrimPrefix(Room, "#"), n.cfg.Bot
	if out.Relayed() {
		from, who = out.From, out.As.Nick
		if from == "" {
			from = out.As.Network
		}
		if who == "" {
			who = "someone"
		}
		if caveat := out.Caveat(); caveat != "" {
			from += ", " + caveat
		}
	}
	who = clean(who)
	if out.Kind == chat.Action {
		return "[" + clean(from) + "] * " + who + " "
	}
	return "[" + clean(from) + "] " + who + ": "
}

// Send prints a part and confirms it at once, also before and after Run.
func (n *Network) Send(_ context.Context, part chat.Part, done func(chat.Receipt, error)) {
	n.mu.Lock()
	if n.up {
		n.out.WriteString("\r\x1b[K")
	}
	for line := range strings.SplitSeq(part.Body, "\n") {
		if head, words, ok := strings.Cut(line, "] "); ok && n.cfg.Terminal {
			line = dim + head + "]" + off + " " + words
		}
		n.out.WriteString(line + "\n")
	}
	err := n.out.Flush()
	if n.up {
		redraw()
	}
	n.mu.Unlock()
	done(chat.Receipt{At: n.cfg.Clock.Now()}, err)
}

// print shows lines and, where no terminal stands in front, the blank line
// that ends an answer.
func (n *Network) print(lines []string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range lines {
		n.out.WriteString(l + "\n")
	}
	if !n.cfg.Terminal || len(lines) > 0 {
		n.out.WriteString("\n")
	}
	return n.out.Flush()
}

// replyLines are a reply's lines as a console shows them: the cells of
// neighbouring rows stand under each other, a command to try is named so.
func replyLines(r chat.Reply, colour bool) []string {
	r = r.Spelled()
	var lines []string
	widths := columns(r.Lines)
	for i, l := range r.Lines {
		words := strings.ReplaceAll(l.Plain(), "\t", "    ") // a tab would depend on what stands in front
		if l.Role == chat.Row {
			words = row(l, widths[i])
		}
		for piece := range strings.SplitSeq(words, "\n") {
			piece = clean(piece)
			switch {
			case l.Role == chat.Try && colour:
				piece = "  " + dim + "try:" + off + " " + bold + piece + off
			case l.Role == chat.Try:
				piece = "  try: " + piece
			case l.Role == chat.Title && colour:
				piece = bold + piece + off
			case l.Role == chat.Hint && colour:
				piece = dim + piece + off
			}
			lines = append(lines, piece)
		}
	}
	return lines
}

// columns are, for each row, how wide the columns of its run of rows are.
func columns(lines []chat.Line) [][]int {
	widths := make([][]int, len(lines))
	for i := 0; i < len(lines); {
		end := i
		var run []int
		for ; end < len(lines) && lines[end].Role == chat.Row; end++ {
			for c, cell := range lines[end].Cells {
				if c == len(run) {
					run = append(run, 0)
				}
				run[c] = max(run[c], uniseg.StringWidth(clean(cell.Plain())))
			}
		}
		for ; i < end; i++ {
			widths[i] = run
		}
		i = max(i, end)
		if i < len(lines) && lines[i].Role != chat.Row {
			i++
		}
	}
	return widths
}

// columnWidth is the widest column that is kept straight; one of whole
// sentences is not.
const columnWidth = 30

func row(l chat.Line, widths []int) string {
	var b strings.Builder
	for c, cell := range l.Cells {
		words := clean(cell.Plain())
		b.WriteString(words)
		if c < len(l.Cells)-1 {
			gap := 2
			if widths[c] <= columnWidth {
				gap += widths[c] - uniseg.StringWidth(words)
			}
			b.WriteString(strings.Repeat(" ", gap))
		}
	}
	return strings.TrimRight(b.String(), " ")
}
