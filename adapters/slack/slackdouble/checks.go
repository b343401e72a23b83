package slackdouble

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type block struct {
	Type     string            `json:"type"`
	ID       string            `json:"block_id"`
	Text     *textObject       `json:"text"`
	Fields   []textObject      `json:"fields"`
	Elements []json.RawMessage `json:"elements"`
}

type element struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"`
	ActionID string          `json:"action_id"`
	Value    string          `json:"value"`
	URL      string          `json:"url"`
}

// checkBlocks says what Slack would refuse in the blocks of a message or view; limits as published for Block Kit.
func checkBlocks(raw []byte, most int) []string {
	var blocks []block
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return []string{"blocks are no array of objects [json-pointer:/blocks]"}
	}
	var errs []string
	say := func(i int, format string, a ...any) {
		errs = append(errs, fmt.Sprintf(format, a...)+fmt.Sprintf(" [json-pointer:/blocks/%d]", i))
	}
	if len(blocks) > most {
		say(0, "no more than %d items allowed", most)
	}
	ids := map[string]bool{}
	for i, b := range blocks {
		if b.ID != "" && ids[b.ID] {
			say(i, "block_id %q is used twice", b.ID)
		}
		ids[b.ID] = true
		if len(b.ID) > 255 {
			say(i, "block_id longer than 255 characters")
		}
		switch b.Type {
		case "section":
			if b.Text == nil && len(b.Fields) == 0 {
				say(i, "section without text or fields")
			}
			checkText(b.Text, 3000, func(s string) { say(i, "section: %s", s) })
			if len(b.Fields) > 10 {
				say(i, "more than 10 fields")
			}
			for _, f := range b.Fields {
				checkText(&f, 2000, func(s string) { say(i, "field: %s", s) })
			}
		case "header":
			if b.Text == nil || b.Text.Type != "plain_text" {
				say(i, "header needs plain_text")
			}
			checkText(b.Text, 150, func(s string) { say(i, "header: %s", s) })
		case "context":
			if n := len(b.Elements); n == 0 || n > 10 {
				say(i, "context needs 1 to 10 elements, got %d", n)
			}
			for _, raw := range b.Elements {
				var t textObject
				if json.Unmarshal(raw, &t) == nil && t.Type != "image" {
					checkText(&t, 2000, func(s string) { say(i, "context: %s", s) })
				}
			}
		case "actions":
			checkActions(b, func(format string, a ...any) { say(i, format, a...) })
		case "rich_text":
			checkRich(b.Elements, func(format string, a ...any) { say(i, format, a...) })
		case "divider", "image", "input", "markdown", "video", "file":
		default:
			say(i, "unsupported type: %s", b.Type)
		}
	}
	return errs
}

func checkText(t *textObject, most int, say func(string)) {
	switch {
	case t == nil:
	case t.Type != "mrkdwn" && t.Type != "plain_text":
		say("text of type " + t.Type)
	case t.Text == "":
		say("must be more than 0 characters")
	case utf8.RuneCountInString(t.Text) > most:
		say(fmt.Sprintf("must be less than %d characters", most+1))
	}
}

func checkActions(b block, say func(string, ...any)) {
	if n := len(b.Elements); n == 0 || n > 25 {
		say("actions needs 1 to 25 elements, got %d", n)
	}
	ids := map[string]bool{}
	for _, raw := range b.Elements {
		var el element
		if json.Unmarshal(raw, &el) != nil || el.Type == "" {
			say("element without a type")
			continue
		}
		if el.ActionID != "" && ids[el.ActionID] {
			say("action_id %q is used twice", el.ActionID)
		}
		ids[el.ActionID] = true
		if len(el.ActionID) > 255 {
			say("action_id longer than 255 characters")
		}
		if el.Type != "button" {
			continue
		}
		var words textObject
		if json.Unmarshal(el.Text, &words) != nil || words.Type != "plain_text" {
			say("button needs plain_text")
		}
		checkText(&words, 75, func(s string) { say("button: %s", s) })
		if utf8.RuneCountInString(el.Value) > 2000 {
			say("button value longer than 2000 characters")
		}
		if len(el.URL) > 3000 {
			say("button url longer than 3000 characters")
		}
	}
}

// checkRich looks into rich text: known elements, no empty words, and no more than a person could type.
func checkRich(elements []json.RawMessage, say func(string, ...any)) {
	if len(elements) == 0 {
		say("rich_text without elements")
	}
	for _, raw := range elements {
		var el struct {
			Type     string            `json:"type"`
			Style    json.RawMessage   `json:"style"`
			Elements []json.RawMessage `json:"elements"`
		}
		if json.Unmarshal(raw, &el) != nil {
			say("rich_text element is no object")
			continue
		}
		switch el.Type {
		case "rich_text_list":
			if s := string(el.Style); s != `"bullet"` && s != `"ordered"` {
				say("rich_text_list of style %s", s)
			}
			checkRich(el.Elements, say)
		case "rich_text_section", "rich_text_preformatted", "rich_text_quote":
			checkSection(el.Elements, say)
		default:
			say("unsupported rich_text element: %s", el.Type)
		}
	}
}

func checkSection(elements []json.RawMessage, say func(string, ...any)) {
	if len(elements) == 0 {
		say("rich text section without elements")
	}
	total := 0
	for _, raw := range elements {
		var el struct{ Type, Text, URL, Name, Range string }
		if json.Unmarshal(raw, &el) != nil {
			say("element is no object")
			continue
		}
		total += utf8.RuneCountInString(el.Text)
		switch el.Type {
		case "text":
			if el.Text == "" {
				say("text must be more than 0 characters")
			}
		case "link":
			if el.URL == "" || len(el.URL) > 3000 {
				say("link with an address of %d bytes", len(el.URL))
			}
		case "user", "usergroup", "channel", "emoji", "broadcast", "date", "color", "team":
		default:
			say("unsupported rich text: %s", el.Type)
		}
	}
	if total > 12000 {
		say("rich text of %d characters", total)
	}
}

// checkView reads a modal or Home view: at most 100 blocks, a modal needs a title of at most 24 characters.
func checkView(raw string) (map[string]any, *refusal) {
	var view map[string]any
	if json.Unmarshal([]byte(raw), &view) != nil {
		return nil, refuse("invalid_arguments")
	}
	blocks, _ := json.Marshal(view["blocks"])
	errs := checkBlocks(blocks, 100)
	if list, ok := view["blocks"].([]any); !ok || len(list) == 0 {
		errs = append(errs, "blocks are required [json-pointer:/view/blocks]")
	}
	switch view["type"] {
	case "home":
	case "modal":
		title, _ := view["title"].(map[string]any)
		if s, _ := title["text"].(string); s == "" || utf8.RuneCountInString(s) > 24 {
			errs = append(errs, "title must have 1 to 24 characters [json-pointer:/view/title]")
		}
	default:
		errs = append(errs, "unknown view type [json-pointer:/view/type]")
	}
	if len(errs) > 0 {
		return nil, &refusal{code: "invalid_arguments", extra: map[string]any{
			"response_metadata": map[string]any{"messages": errs}}}
	}
	return view, nil
}

// Refusals says what Slack would refuse in a message of this text and these blocks (JSON, empty for none), for tests
// that render without sending.
func Refusals(text string, blocks []byte) []string {
	var errs []string
	if utf8.RuneCountInString(text) > 40000 {
		errs = append(errs, "msg_too_long")
	}
	if len(blocks) > 0 && string(blocks) != "null" {
		errs = append(errs, checkBlocks(blocks, 50)...)
	}
	return errs
}
