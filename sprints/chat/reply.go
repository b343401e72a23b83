package chat

import (
	"slices"
	"strings"
)

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
	Private bool     `json:"private,omitempty"` // for the asker only; else for every place of the bridge, once
	Lines   []Line   `json:"lines,omitempty"`
	Picture *Picture `json:"picture,omitempty"` // that the bot made; nil is none
}

// Picture is one that the bot made, as a Reply carries it. Its PNG is kept in
// the store, for a day.
type Picture struct {
	Token string `json:"token"`          // unguessable: by it the PNG is found
	Title string `json:"title"`          // what it is, a few words
	Alt   string `json:"alt"`            // what it shows, for who does not see it
	URL   string `json:"url,omitempty"`  // where anybody with the address sees it, "" nowhere
	Told  bool   `json:"told,omitempty"` // the reply's lines say what it shows: where it can't be shown its address is enough
}

// Lines say what a picture shows, where it can't be shown: none if the reply's
// own say it and it has no address.
func (p Picture) Lines() []Line {
	var lines []Line
	if !p.Told {
		lines = []Line{{Role: Plain, Cells: []Text{{{Text: p.Title + ": ", Bold: true}, {Text: p.Alt}}}}}
	}
	if p.URL != "" {
		lines = append(lines, Line{Role: Plain, Cells: []Text{{{URL: p.URL}}}})
	}
	return lines
}

// Spelled is the reply for where no picture can be shown: in words, with the
// picture's address if it has one, in front of what to try next. The address
// of one that the lines tell stands behind the first of them, so that the
// answer is no longer than it was.
func (r Reply) Spelled() Reply {
	if r.Picture == nil {
		return r
	}
	if p := *r.Picture; p.Told && len(r.Lines) > 0 {
		r.Picture = nil
		if p.URL != "" {
			r.Lines = slices.Clone(r.Lines)
			r.Lines[0].Cells = append(slices.Clone(r.Lines[0].Cells), Text{{URL: p.URL}})
		}
		return r
	}
	at := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Role == Try || l.Role == Hint })
	if at < 0 {
		at = len(r.Lines)
	}
	r.Lines = slices.Insert(slices.Clone(r.Lines), at, r.Picture.Lines()...)
	r.Picture = nil
	return r
}

// Silent says that there is nothing to say.
func (r Reply) Silent() bool { return len(r.Lines) == 0 && r.Picture == nil }

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
