package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

// names tells what ids are called. The first reading of a batch uses one that only notes what will be asked.
type names interface {
	person(id string) (name string, bot bool)
	channel(id string) string
	group(id string) string
}

// noting is the names of the first reading.
type noting struct{ need *need }

func (n noting) person(id string) (string, bool) { n.need.people[id] = true; return id, false }
func (n noting) channel(id string) string        { n.need.channels[id] = true; return id }
func (n noting) group(id string) string          { n.need.groups = true; return id }

// reader turns Slack's marks into chat.Text.
type reader struct {
	network string
	names   names
	out     chat.Text
	tail    []byte // words of the last span, which may still grow
	depth   int    // things that the words stand in
}

// add appends s, joined to the span before it when both look alike.
func (r *reader) add(s chat.Span) {
	if s.Text == "" && s.URL == "" {
		return
	}
	if n := len(r.out); n > 0 && sameLook(r.out[n-1], s) {
		r.tail = append(r.tail, s.Text...)
		return
	}
	r.out, r.tail = append(r.text(), s), append(r.tail[:0], s.Text...)
}

// text is what was read so far.
func (r *reader) text() chat.Text {
	if n := len(r.out); n > 0 && len(r.tail) > len(r.out[n-1].Text) {
		r.out[n-1].Text = string(r.tail)
	}
	return r.out
}

// sameLook says that a and b are words that look alike, so that they are one span.
func sameLook(a, b chat.Span) bool {
	if a.URL != "" || a.Who != nil || a.Lead != "" {
		return false
	}
	b.Text = a.Text
	return a == b
}

// words adds words in which names of emoji stand for emoji, code apart.
func (r *reader) words(text string, look chat.Span) {
	if !look.Code {
		text = emojied(text)
	}
	r.addText(text, look)
}

func (r *reader) addText(text string, look chat.Span) {
	look.Text = text
	r.add(look)
}

func (r *reader) addPerson(id string, look chat.Span) {
	name, bot := r.names.person(id)
	look.Text, look.Who = "@"+name, &chat.Handle{Network: r.network, ID: id, Nick: name, Bot: bot}
	r.add(look)
}

// addLink adds a link; a label that only repeats the address is dropped, and a mail or phone address is words.
func (r *reader) addLink(url, label string, look chat.Span) {
	if bare, ok := strings.CutPrefix(url, "mailto:"); ok {
		r.addText(or(label, bare), look)
		return
	}
	if bare, ok := strings.CutPrefix(url, "tel:"); ok {
		r.addText(or(label, bare), look)
		return
	}
	look.URL = url
	if _, bare, _ := strings.Cut(url, "://"); label != url && strings.TrimSuffix(label, "/") != strings.TrimSuffix(bare, "/") {
		look.Text = label
		if !look.Code {
			look.Text = emojied(label)
		}
	}
	r.add(look)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// unescape undoes the three escapes Slack makes; whatever else looks like one was typed.
var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

func unescape(s string) string { return unescaper.Replace(s) }

// readMrkdwn reads a message's text field.
func readMrkdwn(network, text string, n names) chat.Text {
	r := &reader{network: network, names: n}
	text = strings.ToValidUTF8(text, "\uFFFD")
	for text != "" {
		from := outside(text, fence)
		size := -1
		if from >= 0 {
			size = outside(text[from+len(fence):], fence)
		}
		if size < 1 {
			r.lines(text)
			break
		}
		r.lines(text[:from])
		from += len(fence)
		r.block(strings.TrimSuffix(strings.TrimPrefix(text[from:from+size], "\n"), "\n"))
		if text = strings.TrimPrefix(text[from+size+len(fence):], "\n"); strings.TrimSpace(text) != "" {
			r.newline()
		}
	}
	return r.text()
}

// block adds a preformatted block on lines of its own.
func (r *reader) block(s string) {
	if s != "" {
		r.newline()
		r.inline(s, chat.Span{Code: true, Pre: true})
	}
}

// lines adds text outside fences: marks end with their line. It begins at the beginning of one.
func (r *reader) lines(s string) {
	quoted := false // by ">>>", to the end
	for i, line := range strings.SplitAfter(s, "\n") {
		if line == "" && i > 0 {
			break
		}
		line, quoted = r.lead(line, quoted)
		r.inline(line, chat.Span{})
	}
}

// lead adds the mark in front of a line of a quote or list, as it was typed.
func (r *reader) lead(line string, quoted bool) (rest string, still bool) {
	const mark, bullet = "&gt;", "• "
	if after, ok := strings.CutPrefix(line, mark+mark+mark); ok {
		line, quoted = after, true
	} else if after, ok := strings.CutPrefix(line, mark); ok {
		r.add(chat.Mark(chat.Quote, 0, 0))
		return strings.TrimPrefix(after, " "), quoted
	}
	if quoted {
		r.add(chat.Mark(chat.Quote, 0, 0))
		return strings.TrimPrefix(line, " "), true
	}
	if after, ok := strings.CutPrefix(strings.TrimLeft(line, " "), bullet); ok {
		r.add(chat.Span{Text: strings.TrimSuffix(line, after), Lead: chat.Bullet})
		return after, false
	}
	return line, false
}

// inline adds text with marks in one look; looks nest once each.
func (r *reader) inline(s string, look chat.Span) {
	start := 0
	var unclosed [256]bool // marks that have no closing one further on
	flush := func(end int) { r.words(unescape(s[start:end]), look) }
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '<':
			size := bracketed(s[i:])
			if size == 0 {
				continue
			}
			flush(i)
			r.mark(s[i+1:i+size-1], look)
			i += size - 1
			start = i + 1
		case '`':
			if look.Code || unclosed[c] {
				continue
			}
			size, code := coded(s[i:])
			if code {
				flush(i)
				in := look
				in.Code = true
				r.inline(s[i+1:i+size-1], in)
				start = i + size
			}
			unclosed[c] = size == 1
			i += size - 1
		case '*', '_', '~':
			if look.Code || unclosed[c] || has(look, c) || !opens(s, i) {
				continue
			}
			end := closing(s, i)
			if end < 0 {
				unclosed[c] = true
				continue
			}
			flush(i)
			r.inline(s[i+1:end], with(look, c))
			i = end
			start = i + 1
		}
	}
	flush(len(s))
}

func has(look chat.Span, c byte) bool { return look == with(look, c) }

func with(look chat.Span, c byte) chat.Span {
	switch c {
	case '*':
		look.Bold = true
	case '_':
		look.Italic = true
	case '~':
		look.Strike = true
	}
	return look
}

// opens says that the mark at i may begin a look: no word before it, a word behind it.
func opens(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, size := utf8.DecodeRuneInString(s[i+1:])
	return (i == 0 || !wordy(before)) && size > 0 && !unicode.IsSpace(after) && s[i+1] != s[i]
}

// mark adds what stands between angle brackets.
func (r *reader) mark(body string, look chat.Span) {
	what, label, _ := strings.Cut(body, "|")
	label = unescape(label)
	switch {
	case what == "":
		r.addText(unescape("<"+body+">"), look)
	case what[0] == '@' && len(what) > 1:
		r.addPerson(what[1:], look)
	case what[0] == '#' && len(what) > 1:
		if label == "" {
			label = r.names.channel(what[1:])
		}
		r.addText("#"+label, look)
	case what[0] == '!':
		r.special(what[1:], label, look)
	case strings.Contains(what, ":"):
		r.addLink(unescape(what), label, look)
	default:
		r.addText(unescape("<"+body+">"), look)
	}
}

// special adds a group, a call to everyone, or a date.
func (r *reader) special(what, label string, look chat.Span) {
	if id, ok := strings.CutPrefix(what, "subteam^"); ok {
		if label == "" {
			label = r.names.group(id)
		}
		r.addGroup(id, label, look)
		return
	}
	if strings.HasPrefix(what, "date^") {
		r.addText(or(label, what), look)
		return
	}
	r.addText("@"+strings.TrimPrefix(or(label, what), "@"), look)
}
