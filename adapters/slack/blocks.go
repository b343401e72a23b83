package slack

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// blocks gathers the lines of one post into Block Kit: lines of one role that follow each other share a block.
type blocks struct {
	net   *Network
	done  []slackapi.Block
	role  chat.Role
	lines []chat.Line
	tries int
}

func (b *blocks) add(l chat.Line) {
	role := l.Role
	switch {
	case role == chat.Title:
		role, l.Cells = chat.Plain, []chat.Text{bold(joined(l.Cells))}
	case role == chat.Item && numbered(l), role == chat.Hint && units(l.Plain()) > hintUnits:
		role = chat.Plain
	case role == chat.Try && units(pressed(l)) > longestLink:
		role, l.Cells = chat.Plain, []chat.Text{{{Text: "!" + pressed(l), Code: true}}}
	}
	if role != b.role || role == chat.Try && len(b.lines) == actionRow {
		b.close()
	}
	b.role, b.lines = role, append(b.lines, l)
}

// close turns the lines gathered into a block.
func (b *blocks) close() {
	if len(b.lines) == 0 {
		return
	}
	switch b.role {
	case chat.Item:
		b.list()
	case chat.Row:
		b.table()
	case chat.Try:
		b.buttons()
	case chat.Hint:
		b.hint()
	default:
		b.plain(b.lines)
	}
	b.lines = nil
}

func bold(t chat.Text) chat.Text {
	out := make(chat.Text, len(t))
	for i, s := range t {
		s.Bold = true
		out[i] = s
	}
	return out
}

func (b *blocks) put(elements ...slackapi.RichTextElement) {
	if len(elements) > 0 {
		b.done = append(b.done, slackapi.NewRichTextBlock("", elements...))
	}
}

func (b *blocks) plain(lines []chat.Line) {
	var elements []slackapi.RichTextSectionElement
	for i, l := range lines {
		t := joined(l.Cells)
		if i > 0 {
			t = append(chat.Text{{Text: "\n"}}, t...)
		}
		elements = append(elements, b.net.rich(t)...)
	}
	if len(elements) > 0 {
		b.put(slackapi.NewRichTextSection(elements...))
	}
}

func (b *blocks) list() {
	var items []slackapi.RichTextElement
	for _, l := range b.lines {
		if elements := b.net.rich(joined(l.Cells)); len(elements) > 0 {
			items = append(items, slackapi.NewRichTextSection(elements...))
		}
	}
	if len(items) > 0 {
		b.put(slackapi.NewRichTextList(slackapi.RTEListBullet, 0, items...))
	}
}

// table lines up columns in fixed width where that fits a phone, else gives a line each.
func (b *blocks) table() {
	var widths []int
	for _, l := range b.lines {
		for i, c := range l.Cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(clean(c.Plain())))
		}
	}
	total := 0
	for _, w := range widths {
		total += w + 2
	}
	if total > tableUnits {
		b.plain(b.lines)
		return
	}
	var t chat.Text
	for i, l := range b.lines {
		if i > 0 {
			t = append(t, chat.Span{Text: "\n"})
		}
		for j, c := range l.Cells {
			words := clean(c.Plain())
			if j < len(l.Cells)-1 {
				words += strings.Repeat(" ", widths[j]+2-uniseg.StringWidth(words))
			}
			t = append(t, chat.Span{Text: words})
		}
	}
	if elements := b.net.rich(t); len(elements) > 0 {
		b.put(&slackapi.RichTextPreformatted{Type: slackapi.RTEPreformatted, Elements: elements})
	}
}

// buttons are suggested commands: pressing one says it in private. One too long for a button's value is words.
func (b *blocks) buttons() {
	var elements []slackapi.BlockElement
	for _, l := range b.lines {
		command := pressed(l)
		if command == "" {
			continue
		}
		b.tries++
		words := slackapi.NewTextBlockObject(slackapi.PlainTextType, clip(command, buttonUnits), false, false)
		elements = append(elements, slackapi.NewButtonBlockElement(tryAction+":"+strconv.Itoa(b.tries), command, words))
	}
	if len(elements) > 0 {
		b.done = append(b.done, slackapi.NewActionBlock("", elements...))
	}
}

// pressed is the command that a press says.
func pressed(l chat.Line) string {
	return strings.Join(strings.Fields(clean(joined(l.Cells).Command())), " ")
}

// hint is quieter: small letters. Words without a link go as plain text, in which nothing is a mark.
func (b *blocks) hint() {
	for _, l := range b.lines {
		t := joined(l.Cells)
		marked := false
		for _, s := range bits(t) {
			marked = marked || s.URL != "" || b.net.known(s)
		}
		words := slackapi.NewTextBlockObject(slackapi.PlainTextType, clean(t.Plain()), false, false)
		if marked {
			words = slackapi.NewTextBlockObject(slackapi.MarkdownType, b.net.fallback(t), false, true)
		}
		if words.Text != "" {
			b.done = append(b.done, slackapi.NewContextBlock("", words))
		}
	}
}
