package slack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// recorded is the folder of recorded shapes beside the project, "" where there is none.
func recorded(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			data := filepath.Join(filepath.Dir(dir), "shared", "data", "slack")
			if _, err := os.Stat(data); err == nil {
				return data
			}
		}
	}
	t.Skip("no folder ../shared/data/slack with recorded shapes beside the project")
	return ""
}

// filled gives a blanked recording plausible values: strings are "1", sizes of pictures numbers.
func filled(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = filled(v[k], k)
		}
	case []any:
		for i := range v {
			v[i] = filled(v[i], key)
		}
	case string:
		if strings.HasSuffix(key, "_w") || strings.HasSuffix(key, "_h") {
			return 1
		}
		if v == "" {
			return "1"
		}
	}
	return v
}

func shapeOf(t *testing.T, path string) map[string]any {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryRecordedEventDecodes(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(recorded(t), "events", "*.json"))
	if len(files) < 10 {
		t.Fatalf("%d recorded events", len(files))
	}
	said := map[string]bool{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		t.Run(name, func(t *testing.T) {
			v := shapeOf(t, f)
			v["type"] = "event_callback"
			raw, _ := json.Marshal(filled(v, ""))
			ev, err := slackevents.ParseEvent(raw, slackevents.OptionNoVerifyToken())
			if err != nil {
				t.Fatal(err)
			}
			m, ok := translated(socketmode.Event{Type: socketmode.EventTypeEventsAPI, Data: ev})
			said[name] = ok
			if ok && (m.ID == "" || m.In.Channel == "" || m.From.ID == "" || m.At.IsZero()) {
				t.Errorf("translated to %+v", m)
			}
		})
	}
	for _, name := range []string{"Message", "MessageBot", "MessageMe", "MessageDeleted", "AppMention", "MessageThreadBroadcast"} {
		if !said[name] {
			t.Errorf("%s says nothing", name)
		}
	}
	for _, name := range []string{"MessageChanged", "MessageChannelJoin", "MessageChannelTopic", "AppHomeOpened", "UserChange"} {
		if said[name] {
			t.Errorf("%s says something, though no words changed", name)
		}
	}
}

func TestEveryRecordedInteractionDecodes(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(recorded(t), "app-backend", "*.json"))
	if len(files) == 0 {
		t.Fatal("no recorded interactions")
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		t.Run(name, func(t *testing.T) {
			raw, _ := json.Marshal(filled(shapeOf(t, f), ""))
			var data any
			if name == "SlashCommand" {
				var c slackapi.SlashCommand
				if err := json.Unmarshal(raw, &c); err != nil {
					t.Fatal(err)
				}
				data = c
			} else {
				var c slackapi.InteractionCallback
				if err := json.Unmarshal(raw, &c); err != nil {
					t.Fatal(err)
				}
				data = c
			}
			m, ok := translated(socketmode.Event{Data: data})
			if (name == "SlashCommand") != ok {
				t.Errorf("translated: %v, %+v", ok, m)
			}
		})
	}
}

// FuzzEvent reads events of any shape as they stand in an envelope: translating them never panics.
func FuzzEvent(f *testing.F) {
	for _, s := range []string{
		`{"type":"message","channel":"C1","user":"U1","text":"hi","ts":"1.000001","channel_type":"channel"}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","message":{"text":"a","ts":"1.1"},"ts":"1.2"}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","message":null}`,
		`{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1.1"}`,
		`{"type":"message","channel":"D1","files":[{}],"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_list"}]}]}`,
		`{"type":"message","channel":"C1","ts":"1.1","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user"},{"type":"date"},{"type":"link"}]}]}]}`,
		`{"type":"app_mention","channel":"C1","text":"<@UBOT>","ts":"1.1"}`, `{"type":"user_change","user":{}}`, `{}`, `null`, `[]`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, inner string) {
		if !json.Valid([]byte(inner)) {
			return
		}
		outer := `{"type":"event_callback","team_id":"T1","event_id":"Ev1","event":` + inner + `}`
		ev, err := slackevents.ParseEvent(json.RawMessage(outer), slackevents.OptionNoVerifyToken())
		if err != nil {
			frame := json.RawMessage(`{"envelope_id":"e","type":"events_api","payload":` + outer + `}`)
			translated(socketmode.Event{Data: &socketmode.ErrorBadMessage{Message: frame}})
			return
		}
		if m, ok := translated(socketmode.Event{Data: ev}); ok && (m.ID == "" || m.In.Channel == "" || m.From.ID == "") {
			t.Errorf("%s became %+v", inner, m)
		}
	})
}
