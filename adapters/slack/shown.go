package slack

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// blockWords is the words of blocks as Slack shows them, each on lines of its own. Controls say nothing, but a button that leads
// somewhere is a link.
func blockWords(network string, blocks slackapi.Blocks, n names) chat.Text {
	s := sheet{network: network, names: n}
	for _, b := range blocks.BlockSet {
		s.block(b)
	}
	return s.text
}

// sheet gathers words line by line.
type sheet struct {
	network string
	names   names
	text    chat.Text
	size    int // bytes of words so far
	depth   int // of what is read: things that it stands in
}

// line adds t on a line of its own, nothing where it has no words.
func (s *sheet) line(t chat.Text) {
	if strings.TrimSpace(t.Plain()) == "" && !slices.ContainsFunc(t, func(s chat.Span) bool { return s.URL != "" }) {
		return
	}
	if len(s.text) > 0 {
		s.text = append(s.text, chat.Span{Text: "\n"})
	}
	s.text = append(s.text, t...)
	for _, span := range t {
		s.size += len(span.Text) + len(span.URL)
	}
}

// marked adds words in Slack's marks.
func (s *sheet) marked(words string) {
	s.line(readMrkdwn(s.network, strings.TrimSpace(words), s.names))
}

// link adds words that lead somewhere, or only words where url is "".
func (s *sheet) link(url, words string) {
	words = strings.Join(strings.Fields(unescape(strings.ToValidUTF8(words, "\uFFFD"))), " ")
	if url == "" {
		s.line(chat.Plainly(emojied(words)))
		return
	}
	r := &reader{network: s.network, names: s.names}
	r.addLink(url, words, chat.Span{})
	s.line(r.text())
}

// object is the words of a text object.
func (s *sheet) object(o *slackapi.TextBlockObject) chat.Text {
	switch {
	case o == nil:
		return nil
	case o.Type == slackapi.MarkdownType:
		return readMrkdwn(s.network, strings.TrimSpace(o.Text), s.names)
	}
	return chat.Plainly(emojied(strings.ToValidUTF8(strings.TrimSpace(o.Text), "\uFFFD")))
}

func plainObject(o *slackapi.TextBlockObject) string {
	if o == nil {
		return ""
	}
	return o.Text
}

func (s *sheet) block(b slackapi.Block) {
	switch b := b.(type) {
	case *slackapi.RichTextBlock:
		s.line(richIn(s.network, b, s.names, s.depth))
	case *slackapi.HeaderBlock:
		s.line(bold(s.object(b.Text)))
	case *slackapi.SectionBlock:
		s.line(s.object(b.Text))
		for _, f := range b.Fields {
			s.line(s.object(f))
		}
		if b.Accessory != nil && b.Accessory.ImageElement != nil {
			s.element(b.Accessory.ImageElement)
		}
		if b.Accessory != nil && b.Accessory.ButtonElement != nil {
			s.element(b.Accessory.ButtonElement)
		}
	case *slackapi.ContextBlock:
		s.context(b.ContextElements.Elements)
	case *slackapi.ImageBlock:
		s.link(b.ImageURL, cmp.Or(plainObject(b.Title), b.AltText, "an image"))
	case *slackapi.MarkdownBlock:
		s.line(chat.Plainly(emojied(strings.ToValidUTF8(strings.TrimSpace(b.Text), "\uFFFD"))))
	case *slackapi.VideoBlock:
		s.link(cmp.Or(b.TitleURL, b.VideoURL), cmp.Or(plainObject(b.Title), b.AltText, "a video"))
		s.line(s.object(b.Description))
	case *slackapi.AlertBlock:
		s.line(s.object(b.Text))
	case *slackapi.CardBlock:
		s.line(bold(s.object(b.Title)))
		for _, o := range []*slackapi.TextBlockObject{b.Subtitle, b.Body, b.Subtext} {
			s.line(s.object(o))
		}
	case *slackapi.CallBlock:
		if b.Call != nil && b.Call.V1 != nil {
			s.link(b.Call.V1.JoinURL, cmp.Or(b.Call.V1.Name, "a call"))
		}
	case *slackapi.TableBlock:
		for _, row := range b.Rows {
			s.row(row)
		}
	case *slackapi.ActionBlock:
		if b.Elements != nil {
			for _, e := range b.Elements.ElementSet {
				s.element(e)
			}
		}
	default: // what groups others, and what is newer than this program
		if raw, err := json.Marshal(b); err == nil {
			s.walk(raw, s.depth)
		}
	}
}

// context is small words in one line; its pictures are ornaments unless there is nothing else.
func (s *sheet) context(elements []slackapi.MixedElement) {
	var line chat.Text
	var alt []string
	for _, e := range elements {
		switch e := e.(type) {
		case *slackapi.TextBlockObject:
			if len(line) > 0 {
				line = append(line, chat.Span{Text: " "})
			}
			line = append(line, s.object(e)...)
		case *slackapi.ImageBlockElement:
			alt = append(alt, e.AltText)
		}
	}
	if len(line) == 0 {
		s.link("", strings.Join(alt, " "))
		return
	}
	s.line(line)
}

func (s *sheet) element(e slackapi.BlockElement) {
	switch e := e.(type) {
	case *slackapi.ImageBlockElement:
		if e.ImageURL != nil {
			s.link(*e.ImageURL, e.AltText)
		}
	case *slackapi.ButtonBlockElement:
		if e.URL != "" {
			s.link(e.URL, plainObject(e.Text))
		}
	}
}

func (s *sheet) row(cells []slackapi.TableCell) {
	var line chat.Text
	for i, c := range cells {
		if i > 0 {
			line = append(line, chat.Span{Text: " | "})
		}
		switch c := c.(type) {
		case *slackapi.TableRichTextCell:
			line = append(line, richIn(s.network, &slackapi.RichTextBlock{Elements: c.Elements}, s.names, s.depth)...)
		case *slackapi.TableRawTextCell:
			line = append(line, chat.Plainly(c.Text)...)
		case *slackapi.TableRawNumberCell:
			line = append(line, chat.Plainly(c.Text)...)
		}
	}
	s.line(line)
}
