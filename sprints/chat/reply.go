package chat

import "strings"

// Role is what a Line is for; each network shows it in its own honest way.
type Role string

// The roles of a Line.
const (
	Title Role = "title" // one, first: what this is
	Plain Role = "plain" // a sentence
	Item  Role = "item"  // one of a list
	Row   Role = "row"   // one of a table: Cells are its columns
	Try   Role = "try"   // a command to run next, without door: "take 2"; a button on Slack, "!take 2" on IRC
	Hint  Role = "hint"  // a quieter sentence
)

// Line is one line of a Reply.
type Line struct {
	Role  Role   `json:"r"`
	Cells []Text `json:"c"`
}

// Plain is the line's words, cells parted by two spaces.
func (l Line) Plain() string {
	cells := make([]string, len(l.Cells))
	for i, c := range l.Cells {
		cells[i] = c.Plain()
	}
	return strings.Join(cells, "  ")
}

// Reply is what the bot says. The zero Reply is silence.
type Reply struct {
	Private bool   `json:"private,omitempty"` // for the asker only; else for every place of the bridge, once
	Lines   []Line `json:"lines,omitempty"`
}

// Silent says that there is nothing to say.
func (r Reply) Silent() bool { return len(r.Lines) == 0 }

// Plain is the reply's words, a line each.
func (r Reply) Plain() string {
	var b strings.Builder
	for i, l := range r.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l.Plain())
	}
	return b.String()
}

// Saying is a Reply of one Plain line.
func Saying(t Text) Reply { return Reply{Lines: []Line{{Role: Plain, Cells: []Text{t}}}} }
