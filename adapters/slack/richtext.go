package slack

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

const deepest = 8 // level of a list; Slack has as many

// readWords reads a message's words: its rich text where that is all it has, which is exact, else what its blocks show. The
// text field counts where it says more; beside blocks it is a summary for notices.
func readWords(network, text string, blocks slackapi.Blocks, n names) chat.Text {
	inBlocks := blockWords(network, blocks, n)
	if len(blocks.BlockSet) == 1 {
		if _, ok := blocks.BlockSet[0].(*slackapi.RichTextBlock); ok && strings.TrimSpace(inBlocks.Plain()) != "" {
			return inBlocks
		}
	}
	if t := readMrkdwn(network, text, n); len(saying(t)) > len(saying(inBlocks)) {
		return t
	}
	return inBlocks
}

// saying is all that t says, whatever its looks.
func saying(t chat.Text) string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text + " " + s.URL + " ")
	}
	return strings.Join(strings.Fields(b.String()), "")
}

func readRich(network string, block *slackapi.RichTextBlock, n names) chat.Text {
	return richIn(network, block, n, 0)
}

// richIn reads rich text that stands in so many other things.
func richIn(network string, block *slackapi.RichTextBlock, n names, depth int) chat.Text {
	r := &reader{network: network, names: n, depth: depth}
	r.rich(block.Elements)
	out := r.text()
	for len(out) > 0 {
		last := &out[len(out)-1]
		last.Text = strings.TrimRight(last.Text, "\n")
		if last.Text != "" || last.URL != "" {
			break
		}
		out = out[:len(out)-1]
	}
	return out
}

// rich adds elements, each on a line of its own.
func (r *reader) rich(elements []slackapi.RichTextElement) {
	for _, el := range elements {
		r.newline()
		switch e := el.(type) {
		case *slackapi.RichTextSection:
			r.section(e.Elements, chat.Span{})
		case *slackapi.RichTextPreformatted:
			r.framed(e.Border, func(in *reader) { in.section(e.Elements, chat.Span{Code: true, Pre: true}) })
		case *slackapi.RichTextQuote:
			r.framed(1, func(in *reader) { in.section(e.Elements, chat.Span{}) })
		case *slackapi.RichTextList:
			r.framed(e.Border, func(in *reader) { in.list(e) })
		default:
			if raw, err := json.Marshal(e); err == nil {
				in := sheet{network: r.network, names: r.names}
				for _, m := range membersOf(raw) {
					if m.key == "elements" || m.key == "text" {
						in.walk(m.raw, r.depth+1)
					}
				}
				for _, s := range in.text {
					r.add(s)
				}
			}
		}
	}
}

// list adds items. Slack gives each level of a list within a list as one of its own, with the number it goes on from.
func (r *reader) list(l *slackapi.RichTextList) {
	lead := chat.Bullet
	if l.Style == slackapi.RTEListOrdered {
		lead = chat.Number
	}
	for i, item := range l.Elements {
		r.newline()
		r.add(chat.Mark(lead, min(max(0, l.Indent), deepest), max(0, l.Offset)+i+1))
		if s, ok := item.(*slackapi.RichTextSection); ok {
			r.section(s.Elements, chat.Span{})
			continue
		}
		r.rich([]slackapi.RichTextElement{item})
	}
}

// framed adds what fill reads; with a border it is a quote's: each of its lines gets the mark.
func (r *reader) framed(border int, fill func(*reader)) {
	if border == 0 {
		fill(r)
		return
	}
	in := &reader{network: r.network, names: r.names}
	fill(in)
	for i, line := range in.text().Lines() {
		if i > 0 {
			r.addText("\n", chat.Span{})
		}
		r.add(chat.Mark(chat.Quote, 0, 0))
		for _, s := range line {
			r.add(s)
		}
	}
}

func (r *reader) newline() {
	if n := len(r.out); n > 0 && (r.out[n-1].URL != "" || !bytes.HasSuffix(r.tail, []byte("\n"))) {
		r.addText("\n", chat.Span{})
	}
}

func (r *reader) section(elements []slackapi.RichTextSectionElement, base chat.Span) {
	for _, el := range elements {
		switch e := el.(type) {
		case *slackapi.RichTextSectionTextElement:
			r.addText(strings.ToValidUTF8(e.Text, "\uFFFD"), styled(base, e.Style))
		case *slackapi.RichTextSectionLinkElement:
			r.addLink(e.URL, e.Text, styled(base, e.Style))
		case *slackapi.RichTextSectionUserElement:
			r.addPerson(e.UserID, styled(base, e.Style))
		case *slackapi.RichTextSectionChannelElement:
			r.addText("#"+r.names.channel(e.ChannelID), styled(base, e.Style))
		case *slackapi.RichTextSectionUserGroupElement:
			r.addGroup(e.UsergroupID, r.names.group(e.UsergroupID), base)
		case *slackapi.RichTextSectionBroadcastElement:
			r.addText("@"+e.Range, base)
		case *slackapi.RichTextSectionEmojiElement:
			r.addText(emojiOf(e), styled(base, e.Style))
		case *slackapi.RichTextSectionDateElement:
			if e.Fallback != nil {
				r.addText(*e.Fallback, base)
			} else {
				r.addText(e.Timestamp.Time().UTC().Format("2006-01-02 15:04 MST"), base)
			}
		case *slackapi.RichTextSectionColorElement:
			r.addText(e.Value, base)
		case *slackapi.RichTextSectionTeamElement:
			r.addText(e.TeamID, base)
		case *slackapi.RichTextSectionCanvasUserMentionElement:
			r.addPerson(e.UserID, styled(base, e.Style))
		default: // mentions of files, messages, canvases and what else may come: their words, and where they lead
			raw, err := json.Marshal(e)
			if err != nil {
				continue
			}
			o := membersOf(raw)
			words := strings.ToValidUTF8(firstOf(o.str("text"), o.str("label"), o.str("salesforce_field_label"), o.str("name"), o.str("fallback")), "\uFFFD")
			if url := o.str("url"); url != "" {
				r.addLink(url, words, base)
			} else {
				r.addText(words, base)
			}
		}
	}
}

// addGroup adds a group of people, which calls nobody elsewhere: not somebody whose name it bears.
func (r *reader) addGroup(id, name string, look chat.Span) {
	name = strings.TrimPrefix(name, "@")
	look.Text, look.Who = "@"+name, &chat.Handle{Network: r.network, ID: id, Nick: name}
	r.add(look)
}

func styled(base chat.Span, s *slackapi.RichTextSectionTextStyle) chat.Span {
	if s != nil {
		base.Bold, base.Italic, base.Strike = s.Bold, s.Italic, s.Strike
		base.Code = base.Code || s.Code
	}
	return base
}

// emojiOf is an emoji's characters, those that Slack sends where the table has none; one of the workspace's own stays its
// name.
func emojiOf(e *slackapi.RichTextSectionEmojiElement) string {
	name, tone := e.Name, e.SkinTone
	if chars := emoji(name); chars != "" && tone == 0 {
		return chars
	}
	if chars := emojiToned(name, tone); chars != "" {
		return chars
	}
	if chars := codePoints(e.Unicode); chars != "" {
		return chars
	}
	if tone > 0 {
		name += toneSuffix + strconv.Itoa(tone)
	}
	return ":" + name + ":"
}
