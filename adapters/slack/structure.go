package slack

import (
	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// elements is a text as rich text, its quotes, lists and preformatted blocks as Slack has them.
func (n *Network) elements(t chat.Text) []slackapi.RichTextElement {
	var out []slackapi.RichTextElement
	for _, b := range t.Blocks() {
		border := 0
		if b.Quoted {
			border = 1
		}
		if b.Lead != "" {
			out = append(out, n.items(b, border))
			continue
		}
		var words reader // of which only the joining of spans is used
		for i, line := range b.Lines {
			if i > 0 {
				words.add(chat.Span{Text: "\n"})
			}
			if b.Pre {
				line = bare(line)
			}
			for _, s := range line {
				words.add(s)
			}
		}
		inner := n.rich(words.text())
		switch {
		case len(inner) == 0: // an empty line between blocks: Slack leaves a gap there by itself
		case b.Pre:
			out = append(out, &slackapi.RichTextPreformatted{Type: slackapi.RTEPreformatted, Elements: inner, Border: border})
		case b.Quoted:
			out = append(out, &slackapi.RichTextQuote{Type: slackapi.RTEQuote, Elements: inner})
		default:
			out = append(out, slackapi.NewRichTextSection(inner...))
		}
	}
	return out
}

func (n *Network) items(b chat.Block, border int) *slackapi.RichTextList {
	style := slackapi.RTEListBullet
	if b.Lead == chat.Number {
		style = slackapi.RTEListOrdered
	}
	list := slackapi.NewRichTextList(style, min(b.Depth, deepest))
	list.Border, list.Offset = border, max(b.First-1, 0)
	for _, line := range b.Lines {
		inner := n.rich(line)
		if len(inner) == 0 {
			inner = append(inner, slackapi.NewRichTextSectionTextElement(" ", nil)) // it keeps the next item's number
		}
		list.Elements = append(list.Elements, slackapi.NewRichTextSection(inner...))
	}
	return list
}

// bare is the words of a preformatted block: the block is their look, and nobody is called from inside code.
func bare(t chat.Text) chat.Text {
	out := make(chat.Text, len(t))
	for i, s := range t {
		s.Code, s.Pre, s.Who = false, false, nil
		out[i] = s
	}
	return out
}
