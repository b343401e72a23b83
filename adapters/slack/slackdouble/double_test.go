package slackdouble_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"sprintbot/adapters/slack/slackdouble"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type answer map[string]any

// call posts a form as the app would.
func call(t *testing.T, d *slackdouble.Double, method, token string, pairs ...string) (int, http.Header, answer) {
	t.Helper()
	form := url.Values{"token": {token}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.PostForm(d.URL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	var a answer
	_ = json.NewDecoder(r.Body).Decode(&a)
	return r.StatusCode, r.Header, a
}

type frame struct {
	Type       string          `json:"type"`
	Reason     string          `json:"reason"`
	EnvelopeID string          `json:"envelope_id"`
	Attempt    int             `json:"retry_attempt"`
	Why        string          `json:"retry_reason"`
	Payload    json.RawMessage `json:"payload"`
}

type app struct {
	t    *testing.T
	conn *websocket.Conn
}

func connect(t *testing.T, d *slackdouble.Double) app {
	t.Helper()
	_, _, a := call(t, d, "apps.connections.open", d.AppToken)
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), a["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	out := app{t, conn}
	if f := out.read(); f.Type != "hello" {
		t.Fatalf("first frame is %q, want hello", f.Type)
	}
	return out
}

func (a app) read() frame {
	a.t.Helper()
	_ = a.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	var f frame
	if err := a.conn.ReadJSON(&f); err != nil {
		a.t.Fatal(err)
	}
	return f
}

func (a app) ack(f frame) {
	a.t.Helper()
	if err := a.conn.WriteJSON(map[string]any{"envelope_id": f.EnvelopeID}); err != nil {
		a.t.Fatal(err)
	}
}

func TestAnUnacknowledgedEventComesAgainWithTheSameEventID(t *testing.T) {
	d := slackdouble.New(t, slackdouble.WithAckWithin(20*time.Millisecond), slackdouble.WithRetryAfter(0, 0, 0))
	d.AddUser(slackdouble.User{Name: "ada"})
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	a := connect(t, d)
	d.Say("ada", "#sprints", "hello")
	var id string
	for attempt := range 4 {
		f := a.read()
		var payload struct {
			EventID string `json:"event_id"`
		}
		if err := json.Unmarshal(f.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		if f.Attempt != attempt || id != "" && payload.EventID != id {
			t.Errorf("attempt %d of %q, want %d of %q", f.Attempt, payload.EventID, attempt, id)
		}
		id = payload.EventID
		if attempt == 3 {
			a.ack(f)
		}
	}
	if err := d.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := d.GaveUp(); n != 0 {
		t.Errorf("gave up on %d", n)
	}
}

func TestAMentionArrivesTwiceWithOneTimestamp(t *testing.T) {
	d := slackdouble.New(t)
	d.AddUser(slackdouble.User{Name: "ada"})
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	a := connect(t, d)
	ts := d.Say("ada", "#sprints", "@sprintbot here 7")
	for _, want := range []string{"message", "app_mention"} {
		f := a.read()
		a.ack(f)
		var payload struct {
			Event struct{ Type, TS, Text string }
		}
		if err := json.Unmarshal(f.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		if e := payload.Event; e.Type != want || e.TS != ts || e.Text != "<@"+slackdouble.BotUserID+"> here 7" {
			t.Errorf("got %+v, want a %s of %s", e, want, ts)
		}
	}
	if err := d.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestADisconnectedAppGetsTheRestOnItsNextSocket(t *testing.T) {
	d := slackdouble.New(t)
	d.AddUser(slackdouble.User{Name: "ada"})
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	a := connect(t, d)
	d.Disconnect("refresh_requested")
	if f := a.read(); f.Type != "disconnect" || f.Reason != "refresh_requested" {
		t.Fatalf("got %+v", f)
	}
	d.Say("ada", "#sprints", "hello")
	b := connect(t, d)
	f := b.read()
	b.ack(f)
	if err := d.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatSlackRefusesIsRefused(t *testing.T) {
	d := slackdouble.New(t, slackdouble.WithoutScope("reactions:write", "chat:write.customize"))
	d.AddUser(slackdouble.User{ID: "U1", Name: "ada"})
	d.AddChannel(slackdouble.Channel{ID: "C1", Name: "sprints"})
	d.AddChannel(slackdouble.Channel{ID: "C2", Name: "elsewhere", NoBot: true})
	d.AddChannel(slackdouble.Channel{ID: "C3", Name: "old", Archived: true})
	d.AddChannel(slackdouble.Channel{ID: "C4", Name: "secret", Private: true, NoBot: true})
	section := `{"type":"section","text":{"type":"mrkdwn","text":"x"}}`
	for _, c := range []struct {
		name, method, token, want string
		pairs                     []string
	}{
		{"wrong token", "auth.test", "xoxb-other", "invalid_auth", nil},
		{"no token", "auth.test", "", "not_authed", nil},
		{"bot token for Socket Mode", "apps.connections.open", d.BotToken, "invalid_auth", nil},
		{"unknown method", "chat.shout", d.BotToken, "unknown_method", nil},
		{"missing scope", "reactions.add", d.BotToken, "missing_scope", nil},
		{"another name without the scope", "chat.postMessage", d.BotToken, "missing_scope", []string{"channel", "C1", "text", "x", "username", "ada"}},
		{"unknown channel", "chat.postMessage", d.BotToken, "channel_not_found", []string{"channel", "C9", "text", "x"}},
		{"private channel from outside", "chat.postMessage", d.BotToken, "channel_not_found", []string{"channel", "C4", "text", "x"}},
		{"not a member", "chat.postMessage", d.BotToken, "not_in_channel", []string{"channel", "C2", "text", "x"}},
		{"archived", "chat.postMessage", d.BotToken, "is_archived", []string{"channel", "C3", "text", "x"}},
		{"no words", "chat.postMessage", d.BotToken, "no_text", []string{"channel", "C1", "text", " "}},
		{"too many words", "chat.postMessage", d.BotToken, "msg_too_long", []string{"channel", "C1", "text", strings.Repeat("ä", 40001)}},
		{"long section", "chat.postMessage", d.BotToken, "invalid_blocks", []string{"channel", "C1", "blocks",
			`[{"type":"section","text":{"type":"mrkdwn","text":"` + strings.Repeat("x", 3001) + `"}}]`}},
		{"51 blocks", "chat.postMessage", d.BotToken, "invalid_blocks", []string{"channel", "C1", "blocks",
			"[" + strings.Repeat(section+",", 50) + section + "]"}},
		{"metadata without payload", "chat.postMessage", d.BotToken, "invalid_metadata_format", []string{"channel", "C1", "text", "x", "metadata", `{"event_type":"x"}`}},
		{"no thread", "chat.postMessage", d.BotToken, "thread_not_found", []string{"channel", "C1", "text", "x", "thread_ts", "1.2"}},
		{"message of nobody", "chat.update", d.BotToken, "message_not_found", []string{"channel", "C1", "text", "x", "ts", "1.2"}},
		{"spent trigger", "views.open", d.BotToken, "invalid_trigger_id", []string{"trigger_id", "1",
			"view", `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":[` + section + `]}`}},
		{"modal without blocks", "views.open", d.BotToken, "invalid_arguments", []string{"trigger_id", "1",
			"view", `{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":null}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, a := call(t, d, c.method, c.token, c.pairs...)
			if a["ok"] != false || a["error"] != c.want {
				t.Errorf("answered %v, want %s", a, c.want)
			}
			if c.want == "missing_scope" && (a["needed"] == nil || a["provided"] == nil) {
				t.Errorf("missing_scope names no scopes: %v", a)
			}
		})
	}
	if n := len(d.Posts()); n != 0 {
		t.Errorf("%d posts were taken", n)
	}
}

func TestFaultsComeAsAsked(t *testing.T) {
	d := slackdouble.New(t)
	d.AddChannel(slackdouble.Channel{ID: "C1", Name: "sprints"})
	d.Fail(slackdouble.Fault{Method: "chat.postMessage", Channel: "C1", Times: 1, RetryAfter: 1500 * time.Millisecond})
	status, h, _ := call(t, d, "chat.postMessage", d.BotToken, "channel", "C1", "text", "x")
	if status != http.StatusTooManyRequests || h.Get("Retry-After") != "2" {
		t.Errorf("got %d after %q", status, h.Get("Retry-After"))
	}
	d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 1, AfterSuccess: true})
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.PostForm(d.URL()+"chat.postMessage", url.Values{"token": {d.BotToken}, "channel": {"C1"}, "text": {"lost"}})
	if err == nil {
		_ = r.Body.Close()
		t.Error("the answer arrived")
	}
	if _, err := d.WaitPost(t.Context(), slackdouble.In("#sprints", "lost")); err != nil {
		t.Error(err)
	}
	if status, _, a := call(t, d, "chat.postMessage", d.BotToken, "channel", "C1", "text", "x"); status != 200 || a["ok"] != true {
		t.Errorf("after the faults: %d %v", status, a)
	}
}

func TestHistoryStripsThePayloadOfMetadataUnlessAsked(t *testing.T) {
	d := slackdouble.New(t, slackdouble.WithHistoryCap(2))
	d.AddChannel(slackdouble.Channel{ID: "C1", Name: "sprints"})
	for range 3 {
		call(t, d, "chat.postMessage", d.BotToken, "channel", "C1", "text", "x",
			"metadata", `{"event_type":"sprintbot","event_payload":{"key":"k"}}`)
	}
	for _, all := range []string{"", "true"} {
		_, _, a := call(t, d, "conversations.history", d.BotToken, "channel", "C1", "include_all_metadata", all)
		messages := a["messages"].([]any)
		if len(messages) != 2 || a["has_more"] != true {
			t.Errorf("%d messages, more %v", len(messages), a["has_more"])
		}
		meta := messages[0].(map[string]any)["metadata"].(map[string]any)
		if _, has := meta["event_payload"]; has != (all == "true") {
			t.Errorf("asked %q, payload there: %v", all, has)
		}
	}
}
