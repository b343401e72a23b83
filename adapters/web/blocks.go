package web

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/bidi"

	"sprintbot/sprints/chat"
)

// structured says that lines have quotes, lists or preformatted words.
func structured(lines []chat.Line) bool {
	for _, l := range lines {
		for _, cell := range l.Cells {
			for _, s := range cell {
				if s.Lead != "" || s.Pre {
					return true
				}
			}
		}
	}
	return false
}

// linesHTML is plain lines, a paragraph each; quotes, lists and preformatted
// words that go over several lines are one element.
func linesHTML(lines []chat.Line) string {
	if !structured(lines) {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString(paragraph(cellsHTML(l.Cells, " ")))
		}
		return b.String()
	}
	var t chat.Text
	for i, l := range lines {
		if i > 0 {
			t = append(t, chat.Span{Text: "\n"})
		}
		for j, cell := range l.Cells {
			if j > 0 {
				t = append(t, chat.Span{Text: " "})
			}
			t = append(t, cell...)
		}
	}
	var w blockWriter
	for _, b := range t.Blocks() {
		w.block(b)
	}
	w.quote(false)
	w.closeLists(-1)
	return w.String()
}

// paragraph is escaped words as one; such as are written from right to left
// begin on the right.
func paragraph(inner string) string { return "<p" + direction(inner) + ">" + inner + "</p>" }

func direction(words string) string {
	for _, r := range words {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return ` dir="auto"`
		}
	}
	return ""
}

// blockWriter writes blocks; what it has open is closed in order.
type blockWriter struct {
	strings.Builder
	quoted bool
	lists  []openList
}

type openList struct {
	lead  chat.Lead
	depth int
	next  int // number of the item that goes on with it
}

func (l openList) tag() string {
	if l.lead == chat.Number {
		return "ol"
	}
	return "ul"
}

func (w *blockWriter) block(b chat.Block) {
	w.quote(b.Quoted)
	if b.Lead != "" {
		for i, line := range b.Lines {
			w.item(b.Lead, b.Depth, b.First+i, textHTML(line))
		}
		return
	}
	w.closeLists(-1)
	if b.Pre {
		lines := make([]string, len(b.Lines))
		for i, line := range b.Lines {
			plain := make(chat.Text, len(line))
			for j, s := range line {
				s.Code = false // the element says it
				plain[j] = s
			}
			lines[i] = textHTML(plain)
		}
		w.WriteString("<pre>" + strings.Join(lines, "\n") + "</pre>")
		return
	}
	for _, line := range b.Lines {
		if inner := textHTML(line); inner != "" {
			w.WriteString(paragraph(inner))
		}
	}
}

// quote opens or closes a quote.
func (w *blockWriter) quote(on bool) {
	if on == w.quoted {
		return
	}
	w.closeLists(-1)
	w.quoted = on
	if on {
		w.WriteString("<blockquote>")
	} else {
		w.WriteString("</blockquote>")
	}
}

// item writes one of a list; a deeper one stands inside the item before it.
func (w *blockWriter) item(lead chat.Lead, depth, number int, inner string) {
	w.closeLists(depth)
	if n := len(w.lists); n > 0 && w.lists[n-1].depth == depth {
		if last := w.lists[n-1]; last.lead == lead && (lead != chat.Number || last.next == number) {
			w.WriteString("</li>")
		} else {
			w.closeLists(depth - 1)
		}
	}
	if n := len(w.lists); n == 0 || w.lists[n-1].depth < depth {
		l := openList{lead: lead, depth: depth}
		w.lists = append(w.lists, l)
		start := ""
		if lead == chat.Number && number != 1 {
			start = ` start="` + strconv.Itoa(number) + `"`
		}
		w.WriteString("<" + l.tag() + start + ">")
	}
	w.lists[len(w.lists)-1].next = number + 1
	w.WriteString("<li" + direction(inner) + ">" + inner)
}

// closeLists closes what is deeper than depth.
func (w *blockWriter) closeLists(depth int) {
	for n := len(w.lists); n > 0 && w.lists[n-1].depth > depth; n-- {
		w.WriteString("</li></" + w.lists[n-1].tag() + ">")
		w.lists = w.lists[:n-1]
	}
}
