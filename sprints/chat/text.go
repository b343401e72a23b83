package chat

import "strings"

// Span is a run of words that look alike.
type Span struct {
	Text   string  `json:"t,omitempty"`
	Bold   bool    `json:"b,omitempty"`
	Italic bool    `json:"i,omitempty"`
	Strike bool    `json:"s,omitempty"`
	Code   bool    `json:"c,omitempty"`
	Pre    bool    `json:"p,omitempty"` // words of a preformatted block; Code is set as well
	Lead   Lead    `json:"l,omitempty"` // this span is the mark in front of a line of a quote or list (see Mark)
	URL    string  `json:"u,omitempty"` // a link; Text is its label, "" shows the URL
	Who    *Handle `json:"w,omitempty"` // a mention of a person known on Who.Network; Text is the name to show elsewhere, where it calls nobody
}

// Text is words with their looks. It may hold newlines; it never holds any
// network's own marks: those are made by the adapter that sends it.
type Text []Span

// Plainly is s without looks.
func Plainly(s string) Text {
	if s == "" {
		return nil
	}
	return Text{{Text: s}}
}

// Plain is t without looks; a link is its label, and its URL behind it where
// the two differ.
func (t Text) Plain() string {
	var b strings.Builder
	for _, s := range t {
		switch {
		case s.URL == "" || s.Text == s.URL:
			b.WriteString(s.Text)
		case s.Text == "":
			b.WriteString(s.URL)
		default:
			b.WriteString(s.Text + " (" + s.URL + ")")
		}
	}
	return b.String()
}

// Command is t as a command line: like Plain, but a link is its URL alone, so
// that a pasted address arrives as typed.
func (t Text) Command() string {
	var b strings.Builder
	for _, s := range t {
		if s.URL != "" {
			b.WriteString(s.URL)
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// Lines is t cut at its newlines; empty lines are kept. An empty line inside a
// preformatted block has one empty span, which says so.
func (t Text) Lines() []Text {
	var lines []Text
	var line Text
	for _, s := range t {
		if s.URL != "" {
			s.Text = strings.ReplaceAll(s.Text, "\n", " ") // cut in two it would be two links
		}
		pieces := strings.Split(s.Text, "\n")
		for i, p := range pieces {
			if i > 0 {
				lines, line = append(lines, line), nil
			}
			inside := i > 0 && i < len(pieces)-1
			hollow := s.Pre && (inside || len(pieces) == 1) // an empty line of code is one of its block
			if p != "" || hollow || len(pieces) == 1 && s.URL != "" {
				c := s
				c.Text = p
				line = append(line, c)
			}
		}
	}
	return append(lines, line)
}
