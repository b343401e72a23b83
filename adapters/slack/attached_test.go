package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints/chat"
)

// Whatever of a message has words is heard, wherever in it they stand.
func TestWordsOutsideTheTextAreHeard(t *testing.T) {
	const bot = `"subtype":"bot_message","bot_id":"B1","username":"ci"`
	var out strings.Builder
	for _, c := range []struct{ name, inner string }{
		{"a notice from GitHub", bot + `,"text":"","attachments":[{"fallback":"[org/repo] Pull request opened by ada","pretext":"Pull request opened by <https://github.example/ada|ada>","author_name":"ada","author_link":"https://github.example/ada","title":"#7 Fix &amp; mend","title_link":"https://github.example/org/repo/pull/7","text":"It *fixes* all :tada:","fields":[{"title":"Reviewers","value":"grace","short":true},{"title":"Labels","value":"bug"}],"footer":"org/repo"}]`},
		{"only a fallback", bot + `,"text":"","attachments":[{"fallback":"build <https://ci.example/9|#9> is red"}]`},
		{"blocks of CI", bot + `,"text":"","blocks":[{"type":"header","text":{"type":"plain_text","text":"Build failed :x:"}},{"type":"divider"},{"type":"section","text":{"type":"mrkdwn","text":"*main* at <https://ci.example/9|#9>"},"fields":[{"type":"mrkdwn","text":"*Branch:* main"},{"type":"plain_text","text":"took 3 min"}]},{"type":"context","elements":[{"type":"image","image_url":"https://ci.example/i.png","alt_text":"logo"},{"type":"mrkdwn","text":"by ada"}]},{"type":"image","image_url":"https://ci.example/graph.png","alt_text":"a graph"},{"type":"actions","elements":[{"type":"button","action_id":"x","text":{"type":"plain_text","text":"View log"},"url":"https://ci.example/9/log"}]}]`},
		{"text is a summary of blocks", bot + `,"text":"Build failed","blocks":[{"type":"header","text":{"type":"plain_text","text":"Build failed"}},{"type":"section","text":{"type":"mrkdwn","text":"of main, 3 tests"}}]`},
		{"text and buttons", bot + `,"text":"all is well today","blocks":[{"type":"divider"}]`},
		{"text, then what the attachment adds", bot + `,"text":"deploy","attachments":[{"color":"good","text":"done in 3 min","image_url":"https://ci.example/p.png"}]`},
		{"an attachment of blocks", bot + `,"text":"","attachments":[{"fallback":"[no preview available]","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"in a block"}}]}]`},
		{"passed on", `"user":"U1","text":"","attachments":[{"is_share":true,"is_msg_unfurl":true,"from_url":"https://s.example/archives/C2/p1","author_name":"grace","author_id":"U2","text":"B4 is free\ncome over","fallback":"[x] grace: B4"}]`},
		{"passed on with a word", `"user":"U1","text":"look","attachments":[{"is_share":true,"from_url":"https://s.example/archives/C2/p1","author_name":"grace","text":"B4 is free"}]`},
		{"a link and its preview", `"user":"U1","text":"see <https://x.example/a>","attachments":[{"from_url":"https://x.example/a","original_url":"https://x.example/a","title":"A","title_link":"https://x.example/a","text":"about a"}]`},
		{"a link to a message", `"user":"U1","text":"see <https://s.example/archives/C2/p1>","attachments":[{"is_msg_unfurl":true,"from_url":"https://s.example/archives/C2/p1","author_name":"grace","text":"B4 is free"}]`},
		{"a block the library cannot read", bot + `,"text":"","blocks":[{"type":"context","elements":[{"type":"hologram"}]},{"type":"section","text":{"type":"mrkdwn","text":"still heard"}}]`},
		{"Slackbot", `"subtype":"slackbot_response","user":"USLACKBOT","text":"the wifi is *sprint*"`},
		{"a reminder", `"subtype":"reminder_add","user":"U1","text":"set up a reminder to eat"`},
		{"a purpose", `"subtype":"channel_purpose","user":"U1","text":"set the purpose"`},
		{"hidden", `"subtype":"something_new","hidden":true,"user":"U1","text":"nobody sees it"`},
		{"files that are gone", `"user":"U1","text":"","files":[{"id":"F1","mode":"tombstone"},{"id":"F2","mode":"hidden_by_limit"},{"id":"F3","file_access":"check_file_info"},{"id":"F4","name":"a.png","permalink":"https://s.example/a.png"}]`},
	} {
		fmt.Fprintf(&out, "--- %s\n", c.name)
		m, ok := heardAs(t, `{"type":"message","channel":"C1","channel_type":"channel","ts":"1.1",`+c.inner+`}`)
		if !ok {
			out.WriteString("(nothing)\n")
			continue
		}
		fmt.Fprintf(&out, "%s, bot %v:\n", m.From.Nick, m.From.Bot)
		for _, line := range m.Text.Lines() {
			for i, s := range line {
				raw, _ := json.Marshal(s)
				fmt.Fprintf(&out, "%s%s", strings.Repeat(" ", min(i, 1)), plainJSON(t, raw))
			}
			out.WriteString("\n")
		}
	}
	golden(t, "attached.txt", out.String())
}

// heardAs is an event as the connection hands it on, also when the library cannot read it.
func heardAs(t *testing.T, inner string) (chat.Message, bool) {
	t.Helper()
	if strings.Contains(inner, "hologram") {
		return translated(socketmode.Event{Data: &socketmode.ErrorBadMessage{Message: json.RawMessage(`{"payload":{"event":` + inner + `}}`)}})
	}
	return emitted(t, inner)
}

func TestAnEditOfAnAttachmentIsAnEditAndAPreviewIsNone(t *testing.T) {
	for _, c := range []struct {
		name, before, now string
		edit              bool
	}{
		{"an attachment", `"text":"","attachments":[{"text":"running"}]`, `"text":"","attachments":[{"text":"failed"}]`, true},
		{"a block", `"text":"CI","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"build running"}}]`, `"text":"CI","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"build failed"}}]`, true},
		{"a colour", `"text":"","attachments":[{"text":"done","color":"red"}]`, `"text":"","attachments":[{"text":"done","color":"good"}]`, false},
		{"a preview", `"text":"<https://x.example>"`, `"text":"<https://x.example>","attachments":[{"from_url":"https://x.example","title":"X","text":"about"}]`, false},
		{"a message's preview", `"text":"<https://s.example/p1>"`, `"text":"<https://s.example/p1>","attachments":[{"is_msg_unfurl":true,"from_url":"https://s.example/p1","text":"about"}]`, false},
	} {
		_, ok := emitted(t, `{"type":"message","subtype":"message_changed","channel":"C1","channel_type":"channel","ts":"2.2","event_ts":"2.2",
			"message":{"type":"message","bot_id":"B1","ts":"1.1",`+c.now+`},"previous_message":{"type":"message","bot_id":"B1","ts":"1.1",`+c.before+`}}`)
		if ok != c.edit {
			t.Errorf("%s: an edit %v, want %v", c.name, ok, c.edit)
		}
	}
}
