package slack

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// Bounds of reading a block of unknown shape.
const (
	walkDepth    = 12     // of objects and lists in one another
	walkBytes    = 40_000 // of words; a message has 40,000 characters at most
	libraryDepth = 64     // objects and lists in one another that the library is given
)

// member is one field of a JSON object, in the order it was written.
type member struct {
	key string
	raw json.RawMessage
}

type object []member

// membersOf are the fields of raw, none where it is no object.
func membersOf(raw json.RawMessage) (o object) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		var m json.RawMessage
		if err != nil || !ok || dec.Decode(&m) != nil {
			return o
		}
		o = append(o, member{key, m})
	}
	return o
}

// str is a field that is a string, "" else.
func (o object) str(key string) string {
	for _, m := range o {
		if m.key == key {
			return stringOf(m.raw)
		}
	}
	return ""
}

func (o object) yes(key string) bool {
	return slices.ContainsFunc(o, func(m member) bool { return m.key == key && string(m.raw) == "true" })
}

func stringOf(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s) // what is no string says nothing
	return s
}

// deep says that things stand in one another further than any block of Slack's: the library's time grows with the square of
// that.
func deep(raw []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			if depth++; depth > libraryDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}

// inside adds a block that stands in others.
func (s *sheet) inside(b slackapi.Block, depth int) {
	before := s.depth
	s.depth = depth
	s.block(b)
	s.depth = before
}

// unseen says that nobody sees a field's words in a message: names for programs, and what a control would offer.
func unseen(key string) bool {
	switch key {
	case "type", "block_id", "action_id", "value", "confirm", "options", "option_groups", "initial_option", "initial_options",
		"placeholder", "accessibility_label", "style", "icon", "slack_icon", "icon_url", "format", "metadata", "workflow", "trigger",
		"categories", "status", "fallback", "alt_text":
		return true
	}
	return false
}

// worded says that a field's strings are words, be they as short as they like; others are where they have a space.
func worded(key string) bool {
	switch key {
	case "title", "text", "subtitle", "subtext", "body", "description", "label", "name", "details", "output", "message", "content",
		"header", "heading", "summary", "caption", "footer", "note", "x_label", "y_label":
		return true
	}
	return false
}

// walk adds the words of JSON of any shape: what is known in it as it is known, else what stands in fields for words, in their
// order. So a block that is newer than this program costs no word.
func (s *sheet) walk(raw json.RawMessage, depth int) {
	if depth > walkDepth || s.size > walkBytes {
		return
	}
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0:
	case raw[0] == '[':
		var all []json.RawMessage
		_ = json.Unmarshal(raw, &all)
		for _, one := range all {
			if one = bytes.TrimSpace(one); len(one) > 0 && one[0] == '[' {
				s.cells(one, depth)
			} else {
				s.walk(one, depth+1)
			}
		}
	case raw[0] == '{':
		s.thing(raw, depth)
	}
}

// cells adds a row of a table.
func (s *sheet) cells(raw json.RawMessage, depth int) {
	var all []json.RawMessage
	_ = json.Unmarshal(raw, &all)
	var line chat.Text
	for i, one := range all {
		in := sheet{network: s.network, names: s.names}
		in.walk(one, depth+1)
		if i > 0 {
			line = append(line, chat.Span{Text: " | "})
		}
		for j, l := range in.text.Lines() {
			if j > 0 {
				line = append(line, chat.Span{Text: " "})
			}
			line = append(line, l...)
		}
	}
	s.line(line)
}

// thing adds what one object says.
func (s *sheet) thing(raw json.RawMessage, depth int) {
	o := membersOf(raw)
	kind := o.str("type")
	switch kind {
	case string(slackapi.MarkdownType):
		s.marked(o.str("text"))
		return
	case string(slackapi.PlainTextType), "raw_text":
		s.link("", o.str("text"))
		return
	case "raw_number":
		s.link("", firstOf(o.str("text"), o.number("value")))
		return
	case "rich_text", "header", "section", "context", "image", "markdown", "video", "alert", "card", "call", "table", "actions":
		var one slackapi.Blocks
		if depth > 0 && !deep(raw) && one.UnmarshalJSON([]byte("["+string(raw)+"]")) == nil {
			s.inside(one.BlockSet[0], depth)
			return
		}
	case "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted":
		var one slackapi.Blocks
		if !deep(raw) && one.UnmarshalJSON([]byte(`[{"type":"rich_text","elements":[`+string(raw)+`]}]`)) == nil {
			s.inside(one.BlockSet[0], depth)
			return
		}
	case "emoji":
		s.line(chat.Plainly(emojied(":" + o.str("name") + ":")))
		return
	}
	if url := firstOf(o.str("url"), o.str("title_url"), o.str("link")); url != "" {
		words := firstOf(o.str("text"), o.str("title"), o.str("name"), o.str("label"))
		for _, m := range o {
			if words == "" && (m.key == "text" || m.key == "title") {
				words = membersOf(m.raw).str("text")
			}
		}
		s.link(url, words)
		o = slices.DeleteFunc(o, func(m member) bool { return m.key == "text" || m.key == "title" })
	}
	if control(kind) {
		return
	}
	if label, n := o.str("label"), o.number("value"); label != "" && n != "" { // a point of a chart
		s.link("", label+": "+n)
		return
	}
	before := len(s.text)
	for _, m := range o {
		switch {
		case unseen(m.key):
		case m.key == "title" && o.yes("hide_title"), m.key == "label" && kind == "layout" && !o.yes("is_label_visible"):
		case len(m.raw) > 0 && m.raw[0] == '"':
			words := stringOf(m.raw)
			if status := o.str("status"); m.key == "title" && kind == "task_card" && status != "" {
				words += " (" + strings.ReplaceAll(status, "_", " ") + ")"
			}
			if worded(m.key) || strings.Contains(words, " ") {
				s.link("", words)
			}
		default:
			s.walk(m.raw, depth+1)
		}
	}
	if len(s.text) == before { // what is shown instead where it can't be shown
		s.link("", firstOf(o.str("alt_text"), o.str("fallback")))
		for _, m := range o {
			if m.key == "fallback" {
				s.walk(m.raw, depth+1)
			}
		}
	}
}

// control says that an element is there to be pressed or filled in.
func control(kind string) bool {
	switch kind {
	case "button", "workflow_button", "icon_button", "feedback_buttons", "checkboxes", "radio_buttons", "overflow":
		return true
	}
	return strings.HasSuffix(kind, "_select") || strings.HasSuffix(kind, "picker") || strings.HasSuffix(kind, "_input")
}

// number is a field that is a number, as it was written.
func (o object) number(key string) string {
	for _, m := range o {
		var n json.Number
		if m.key == key && len(m.raw) > 0 && m.raw[0] != '"' && json.Unmarshal(m.raw, &n) == nil {
			return n.String()
		}
	}
	return ""
}

func firstOf(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}
