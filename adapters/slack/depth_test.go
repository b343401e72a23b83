package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack/socketmode"
)

// What stands in one another without end costs no time, and what the library cannot read costs no words.
func TestBlocksOfAnyDepthAndShapeAreReadAtOnce(t *testing.T) {
	nested := func(open, inside, shut string) string {
		return strings.Repeat(open, 2000) + inside + strings.Repeat(shut, 2000)
	}
	many := func(one string) string { return strings.TrimSuffix(strings.Repeat(one+",", 2000), ",") }
	for _, c := range []struct{ name, block, want string }{
		{"containers", nested(`{"type":"container","child_blocks":[`, `{"type":"section","text":{"type":"mrkdwn","text":"deep"}}`, `]}`), ""},
		{"rich text", nested(`{"type":"rich_text","elements":[{"type":"new","elements":[`, `{"type":"text","text":"deep"}`, `]}]}`), ""},
		{"alerts", nested(`{"type":"alert","text":`, `"deep words"`, `}`), ""},
		{"rows", `{"type":"new","rows":` + nested(`[`, `"deep words"`, `]`) + `}`, ""},
		{"many", `{"type":"new","x":[` + many(`{"a":{"b":{"c":{}}}}`) + `]}`, ""},
		{"a style of another type", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hello world","style":"x"}]}]}`, "hello world"},
		{"words of another type", `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":7},{"type":"text","text":"more words"}]}]}`, "more words"},
		{"a list of another shape", `{"type":"rich_text","elements":[{"type":"rich_text_list","indent":"x","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"hello "},{"type":"text","text":"world","style":{"bold":true}}]}]}]}`, "hello world"},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			m, _ := translated(socketmode.Event{Data: &socketmode.ErrorBadMessage{Message: json.RawMessage(`{"payload":{"type":"event_callback","event":` +
				`{"type":"message","channel":"C1","channel_type":"channel","ts":"1.1","user":"U1","text":"","blocks":[` + c.block + `]}}}`)}})
			if took := time.Since(began); took > 5*time.Second { // it was 10 and 19 s; it is 0.03
				t.Errorf("took %s", took)
			}
			if got := m.Text.Plain(); c.want != "" && got != c.want {
				t.Errorf("heard %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzBlocks reads blocks of any shape: without a panic, and at once.
func FuzzBlocks(f *testing.F) {
	for _, seed := range []string{
		`{"type":"new","rows":[[["deep words"]]],"fallback":{"a":{"alt_text":"x y"}}}`,
		`{"type":"rich_text","elements":[{"type":"new","elements":[{"type":"text","text":7},{"type":"rich_text_list","elements":[{}]}]}]}`,
		`{"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_number","value":7},null]]},{"type":"context","elements":[{"type":"hologram"}]}`,
		`{"type":"container","child_blocks":[{"type":"actions","elements":[{"type":"button","text":{"text":"x"},"url":"y"}]},{"type":"card","title":null}]}`,
		`{"type":"plan","tasks":[{"type":"task_card","title":"x","status":"in_progress","sources":[{"url":"u","text":{"text":"t"}}]}]},[],7,"x",null`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, blocks string) {
		began := time.Now()
		translated(socketmode.Event{Data: &socketmode.ErrorBadMessage{Message: json.RawMessage(`{"payload":{"type":"event_callback","event":` +
			`{"type":"message","channel":"C1","channel_type":"channel","ts":"1.1","user":"U1","text":"","blocks":[` + blocks + `]}}}`)}})
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
