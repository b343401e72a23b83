package slackdouble_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

func room(d *slackdouble.Double) string {
	d.AddUser(slackdouble.User{Name: "ada"})
	return d.AddChannel(slackdouble.Channel{Name: "sprints"})
}

func TestWhatFindsNoSocketIsForgottenAfterItsTries(t *testing.T) {
	d := slackdouble.New(t, slackdouble.WithRetryAfter(0, 10*time.Millisecond))
	room(d)
	d.Forget(true)
	d.Say("ada", "#sprints", "lost")
	if err := d.WaitLost(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	a := connect(t, d)
	d.Say("ada", "#sprints", "heard")
	if f := a.read(); !strings.Contains(string(f.Payload), "heard") || f.Attempt != 0 {
		t.Errorf("got %s", f.Payload)
	}
}

func TestHeldDeliveriesComeShuffled(t *testing.T) {
	d := slackdouble.New(t)
	room(d)
	a := connect(t, d)
	d.SetRepeat(3)
	d.Hold()
	var said []string
	for range 10 {
		said = append(said, d.Say("ada", "#sprints", "x"))
	}
	d.Release(7)
	var got []string
	for range 30 {
		var in struct{ Event struct{ TS string } }
		f := a.read()
		if err := json.Unmarshal(f.Payload, &in); err != nil {
			t.Fatal(err)
		}
		got = append(got, in.Event.TS)
		a.ack(f)
	}
	if slices.IsSorted(got) {
		t.Error("not shuffled")
	}
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, said) {
		t.Errorf("got %v, said %v", got, said)
	}
}

func TestDoorsCloseAndOpenWithTheirEvents(t *testing.T) {
	d := slackdouble.New(t)
	id := room(d)
	a := connect(t, d)
	event := func() string {
		var in struct{ Event struct{ Type string } }
		if err := json.Unmarshal(a.read().Payload, &in); err != nil {
			t.Fatal(err)
		}
		return in.Event.Type
	}
	post := func() any {
		_, _, got := call(t, d, "chat.postMessage", d.BotToken, "channel", id, "text", "x")
		return got["error"]
	}
	d.Archive("#sprints", true)
	if e := event(); e != "channel_archive" || post() != "is_archived" {
		t.Error(e)
	}
	d.Archive("#sprints", false)
	if e := event(); e != "channel_unarchive" || post() != "not_in_channel" {
		t.Error(e)
	}
	d.Invite("#sprints", "")
	if e := event(); e != "member_joined_channel" || post() != nil {
		t.Error(e)
	}
	event() // the post
	d.Kick("#sprints", "")
	if e := event(); e != "channel_left" || post() != "not_in_channel" {
		t.Error(e)
	}
	d.Revoke()
	if e := event(); e != "tokens_revoked" || post() != "token_revoked" {
		t.Error(e)
	}
	d.Install("xapp-2", "xoxb-2")
	if got := post(); got != "not_in_channel" {
		t.Error(got)
	}
}

func TestRootsTellOfTheirReplies(t *testing.T) {
	d := slackdouble.New(t)
	id := room(d)
	root := d.Say("ada", "#sprints", "root")
	d.SayInThread("ada", "#sprints", root, "one")
	last := d.SayInThread("ada", "#sprints", root, "two")
	_, _, got := call(t, d, "conversations.history", d.BotToken, "channel", id)
	m := got["messages"].([]any)[0].(map[string]any)
	if m["thread_ts"] != root || m["reply_count"] != 2.0 || m["latest_reply"] != last {
		t.Errorf("%v", m)
	}
}

func TestAPictureIsShownOnlyOnceItIsUploadedWhole(t *testing.T) {
	d := slackdouble.New(t)
	id := room(d)
	_, _, got := call(t, d, "files.getUploadURLExternal", d.BotToken, "filename", "heads.png", "length", "4", "alt_txt", "heads by day")
	file := got["file_id"].(string)
	blocks := `[{"type":"image","alt_text":"heads by day","slack_file":{"id":"` + file + `"}}]`
	post := func() any {
		_, _, got := call(t, d, "chat.postMessage", d.BotToken, "channel", id, "text", "heads", "blocks", blocks)
		return got["error"]
	}
	if post() != "invalid_blocks" {
		t.Error("shown before it was uploaded")
	}
	upload := func(data string) int {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", "heads.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(data))
		_ = w.Close()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, got["upload_url"].(string), &b)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", w.FormDataContentType())
		req.Header.Set("Authorization", "Bearer "+d.BotToken)
		req.Close = true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if upload("too long") != http.StatusBadRequest || upload("four") != http.StatusOK {
		t.Error("the announced length is not looked at")
	}
	if _, _, a := call(t, d, "files.completeUploadExternal", d.BotToken, "files", `[{"id":"`+file+`","title":"Heads"}]`); a["ok"] != true {
		t.Error(a)
	}
	if e := post(); e != nil {
		t.Error(e)
	}
	if u := d.Uploads()[0]; string(u.Data) != "four" || u.Title != "Heads" || u.Alt != "heads by day" || !u.Complete {
		t.Errorf("%+v", u)
	}
	if _, _, a := call(t, d, "files.info", d.BotToken, "file", file); a["ok"] != true {
		t.Error(a)
	}
}
