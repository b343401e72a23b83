package slack

import (
	"strconv"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// readWords reads a message's words: its rich text where that is all it has, which is exact, else the text field.
func readWords(network, text string, blocks slackapi.Blocks, n names) chat.Text {
	if len(blocks.BlockSet) == 1 {
		if rich, ok := blocks.BlockSet[0].(*slackapi.RichTextBlock); ok {
			if t := readRich(network, rich, n); strings.TrimSpace(t.Plain()) != "" {
				return t
			}
		}
	}
	return readMrkdwn(network, text, n)
}

func readRich(network string, block *slackapi.RichTextBlock, n names) chat.Text {
	r := &reader{network: network, names: n}
	r.rich(block.Elements)
	if len(r.out) > 0 {
		last := &r.out[len(r.out)-1]
		last.Text = strings.TrimRight(last.Text, "\n")
	}
	return r.out
}

// rich adds elements, each on a line of its own.
func (r *reader) rich(elements []slackapi.RichTextElement) {
	number := 1
	for _, el := range elements {
		r.newline()
		switch e := el.(type) {
		case *slackapi.RichTextSection:
			r.section(e.Elements, chat.Span{})
		case *slackapi.RichTextPreformatted:
			r.section(e.Elements, chat.Span{Code: true})
		case *slackapi.RichTextQuote:
			quoted := &reader{network: r.network, names: r.names}
			quoted.section(e.Elements, chat.Span{})
			for i, line := range chat.Text(quoted.out).Lines() {
				if i > 0 {
					r.addText("\n", chat.Span{})
				}
				r.addText("> ", chat.Span{})
				for _, s := range line {
					r.add(s)
				}
			}
		case *slackapi.RichTextList:
			for _, item := range e.Elements {
				r.newline()
				lead := "• "
				if e.Style == slackapi.RTEListOrdered {
					lead = strconv.Itoa(number+e.Offset) + ". "
					number++
				}
				r.addText(strings.Repeat("  ", min(max(0, e.Indent), 8))+lead, chat.Span{})
				r.item(item)
			}
			continue
		}
		number = 1
	}
}

func (r *reader) item(el slackapi.RichTextElement) {
	if s, ok := el.(*slackapi.RichTextSection); ok {
		r.section(s.Elements, chat.Span{})
		return
	}
	r.rich([]slackapi.RichTextElement{el})
}

func (r *reader) newline() {
	if n := len(r.out); n > 0 && (r.out[n-1].URL != "" || !strings.HasSuffix(r.out[n-1].Text, "\n")) {
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
			r.addText("@"+strings.TrimPrefix(r.names.group(e.UsergroupID), "@"), base)
		case *slackapi.RichTextSectionBroadcastElement:
			r.addText("@"+e.Range, base)
		case *slackapi.RichTextSectionEmojiElement:
			name := e.Name
			if e.SkinTone > 0 {
				name += "::skin-tone-" + strconv.Itoa(e.SkinTone)
			}
			r.addText(":"+name+":", base)
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
		}
	}
}

func styled(base chat.Span, s *slackapi.RichTextSectionTextStyle) chat.Span {
	if s != nil {
		base.Bold, base.Italic, base.Strike = s.Bold, s.Italic, s.Strike
		base.Code = base.Code || s.Code
	}
	return base
}
