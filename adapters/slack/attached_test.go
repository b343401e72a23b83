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
		{"an author with half the pretext's name", bot + `,"text":"","attachments":[{"pretext":"Pull request opened by adalbert","author_name":"ada","title":"#8 Mend"}]`},
		{"an author named by the text", bot + `,"text":"New comment by ada","attachments":[{"author_name":"ada","text":"Looks good"}]`},
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
		{"a block the library cannot read", bot + `,"text":"","blocks":[{"type":"context","elements":[{"type":"hologram","label":"deep"}]},{"type":"section","text":{"type":"mrkdwn","text":"still heard"}}]`},
		{"a container", bot + `,"text":"","blocks":[{"type":"container","title":{"type":"plain_text","text":"Nightly"},"subtitle":{"type":"mrkdwn","text":"of *main*"},"icon":{"type":"image","image_url":"https://ci.example/i.png","alt_text":"logo"},"child_blocks":[{"type":"section","text":{"type":"mrkdwn","text":"3 tests <https://ci.example/9|failed>"}},{"type":"layout","label":"hidden","rows":[{"items":[{"block":{"type":"section","text":{"type":"plain_text","text":"left"}}},{"block":{"type":"section","text":{"type":"plain_text","text":"right"}}}]}]}]}]`},
		{"a plan of tasks", bot + `,"text":"","blocks":[{"type":"plan","plan_id":"p1","title":"Mending","tasks":[{"type":"task_card","task_id":"t1","title":"Read the log","status":"in_progress","details":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"line "},{"type":"text","text":"42","style":{"bold":true}}]}]},"sources":[{"type":"url","url":"https://ci.example/log","text":"the log"}]},{"type":"task_card","task_id":"t2","title":"hidden","hide_title":true,"output":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"all mended"}]}]}}]}]`},
		{"a data table", bot + `,"text":"","blocks":[{"type":"data_table","caption":"Who sits where","rows":[[{"type":"raw_text","text":"Table"},{"type":"raw_text","text":"People"}],[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://s.example/b4","text":"B4"}]}]},{"type":"raw_number","value":7}],[{"type":"action_cell","element":{"type":"button","text":{"type":"plain_text","text":"B5"},"action_id":"x","value":"y"},"fallback":{"type":"raw_text","text":"B5"}},{"type":"raw_number","value":12,"text":"a dozen"}]]}]`},
		{"a carousel", bot + `,"text":"","blocks":[{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":"One"},"body":{"type":"mrkdwn","text":"first *card*"}},{"type":"card","title":{"type":"mrkdwn","text":"Two"}}]}]`},
		{"a chart", bot + `,"text":"","blocks":[{"type":"data_visualization","title":"Lunches","chart":{"type":"pie","segments":[{"label":"Mon","value":40},{"label":"Tue","value":42.5}]}}]`},
		{"a question with controls", bot + `,"text":"","blocks":[{"type":"input","label":{"type":"plain_text","text":"Which table?"},"hint":{"type":"plain_text","text":"where you sit"},"element":{"type":"static_select","action_id":"x","placeholder":{"type":"plain_text","text":"choose one"},"options":[{"text":{"type":"plain_text","text":"B4"},"value":"b4"}]}}]`},
		{"a block of tomorrow", bot + `,"text":"","blocks":[{"type":"hologlyph","block_id":"an id","heading":"Deep","scenes":[{"caption":{"type":"mrkdwn","text":"a *cube*"},"colour":"red","url":"https://x.example/cube","title":"turn it"},{"narration":"it turns slowly"}],"fallback":"a cube"}]`},
		{"elements of tomorrow", `"user":"U1","text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"see "},{"type":"file","file_id":"F1","text":"plan.pdf","url":"https://s.example/plan"},{"type":"text","text":" and "},{"type":"tag","text":"urgent"},{"type":"text","text":", "},{"type":"future","text":"soon"}]},{"type":"rich_text_future","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"the end"}]}]}]}]`},
		{"an edit with a block that cannot be read", `"subtype":"message_changed","hidden":true,"event_ts":"2.2","message":{"type":"message","user":"U1","ts":"1.1","text":"","edited":{"user":"U1","ts":"2.2"},"blocks":[{"type":"context","elements":[{"type":"hologram","label":"deep"}]},{"type":"section","text":{"type":"mrkdwn","text":"mended"}}]},"previous_message":{"type":"message","user":"U1","ts":"1.1","text":"before"}`},
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
		return translated(socketmode.Event{Data: &socketmode.ErrorBadMessage{Message: json.RawMessage(`{"payload":{"type":"event_callback","event":` + inner + `}}`)}})
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
		{"a file deleted out of it", `"text":"","files":[{"id":"F1","name":"a.png"},{"id":"F2","name":"b.png"}]`, `"text":"","files":[{"id":"F1","mode":"tombstone"},{"id":"F2","name":"b.png"}]`, true},
		{"a file's size is known later", `"text":"look","files":[{"id":"F1","name":"a.png"}]`, `"text":"look","files":[{"id":"F1","name":"a.png","size":1234}]`, false},
		{"a message's preview", `"text":"<https://s.example/p1>"`, `"text":"<https://s.example/p1>","attachments":[{"is_msg_unfurl":true,"from_url":"https://s.example/p1","text":"about"}]`, false},
	} {
		_, ok := emitted(t, `{"type":"message","subtype":"message_changed","channel":"C1","channel_type":"channel","ts":"2.2","event_ts":"2.2",
			"message":{"type":"message","bot_id":"B1","ts":"1.1",`+c.now+`},"previous_message":{"type":"message","bot_id":"B1","ts":"1.1",`+c.before+`}}`)
		if ok != c.edit {
			t.Errorf("%s: an edit %v, want %v", c.name, ok, c.edit)
		}
	}
}
