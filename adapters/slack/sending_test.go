package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

func TestARelayedLineCarriesWhoSaidItAndItsKey(t *testing.T) {
	b := newBench(t).run()
	r := b.send(b.relay("relay-1", "a <b> & <!channel> @here *c* https://example.org/x?a=1&b=2."))[0]
	if r.err != nil || r.receipt.ID == "" || r.receipt.At.IsZero() {
		t.Fatalf("%+v", r)
	}
	p := b.d.Posts()[0]
	if p.Username != "grace (IRC)" || p.Metadata == nil || p.Metadata.EventType != "sprintbot" ||
		fmt.Sprint(p.Metadata.EventPayload["keys"]) != "[relay-1]" || p.Metadata.EventPayload["part"] != "0" {
		t.Errorf("posted %+v", p)
	}
	if want := "a &lt;b&gt; &amp; &lt;\u200b!channel&gt; @\u200bhere *c* <https://example.org/x?a=1&amp;b=2>."; p.Text != want {
		t.Errorf("text %q, want %q", p.Text, want)
	}
	for _, c := range b.d.Calls() {
		if c.Method != "chat.postMessage" {
			continue
		}
		for key, want := range map[string]string{"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false"} {
			if c.Args[key] != want {
				t.Errorf("%s is %q, want %q", key, c.Args[key], want)
			}
		}
	}
}

func TestTwoHundredLinesArriveInOrder(t *testing.T) {
	b := newBench(t).run()
	results := make(chan error, 200)
	for i := range 200 {
		p := b.n.Render(b.relay(fmt.Sprint("k", i), fmt.Sprint("line ", i)))[0]
		b.n.Send(t.Context(), p, func(_ chat.Receipt, err error) { results <- err })
	}
	for range 200 {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	for i, l := range b.d.History("#sprints") {
		if want := fmt.Sprint("line ", i); l.Text != want {
			t.Fatalf("line %d is %q", i, l.Text)
		}
	}
}

func TestAnOverlongTextArrivesWholeInParts(t *testing.T) {
	b := newBench(t).run()
	words := strings.Repeat("Lovelace & Hopper wrote <this> 👩‍🔬 é. ", 2000)
	results := b.send(b.relay("long", words))
	var all strings.Builder
	for i, r := range results {
		if r.err != nil {
			t.Fatalf("part %d: %v", i, r.err)
		}
	}
	for i, p := range b.d.Posts() {
		if got := p.Metadata.EventPayload["part"]; got != fmt.Sprint(i) {
			t.Errorf("part %d is marked %v", i, got)
		}
		all.WriteString(p.Plain())
	}
	if len(results) < 20 || all.String() != words {
		t.Errorf("%d parts, whole: %v", len(results), all.String() == words)
	}
}

func TestPrivateAnswersGoToTheDirectMessage(t *testing.T) {
	b := newBench(t).run()
	for i := range 2 {
		b.send(chat.Outgoing{Key: fmt.Sprint("k", i), To: chat.Direct(chat.Handle{Network: "pycon", ID: b.ada}), Kind: chat.Said,
			Reply: chat.Reply{Private: true, Lines: []chat.Line{{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("You sit at B4.")}}}}})
	}
	if _, err := b.d.WaitPost(b.ctx(), slackdouble.ToUser(b.ada, "You sit at B4.")); err != nil {
		t.Fatal(err)
	}
	opens := 0
	for _, c := range b.d.Calls() {
		if c.Method == "conversations.open" {
			opens++
		}
	}
	if opens != 1 {
		t.Errorf("conversations.open was called %d times", opens)
	}
}

func TestEditsAndDeletesReachTheirPost(t *testing.T) {
	b := newBench(t).run()
	first := b.send(b.relay("k1", "helo"))[0].receipt.ID
	edit := b.relay("k2", "hello")
	edit.Kind, edit.Of = chat.Edited, first
	if r := b.send(edit)[0]; r.err != nil || r.receipt.ID != first {
		t.Fatalf("edit: %+v", r)
	}
	if l := b.d.History("#sprints")[0]; l.Text != "hello" || !l.Edited {
		t.Errorf("history %+v", l)
	}
	gone := chat.Outgoing{Key: "k3", To: b.place(), Kind: chat.Deleted, Of: first}
	for range 2 { // the second finds nothing, which is what was asked
		if r := b.send(gone)[0]; r.err != nil {
			t.Fatalf("delete: %v", r.err)
		}
	}
	if h := b.d.History("#sprints"); len(h) != 0 {
		t.Errorf("history %+v", h)
	}
}

func TestAChangeOfALongRowReachesAllItsPosts(t *testing.T) {
	b := newBench(t).run()
	long := strings.Repeat("word ", 1500)
	rs := b.send(b.relay("k1", long))
	if len(rs) != 3 {
		t.Fatalf("%d posts", len(rs))
	}
	change := func(key, words string, kind chat.Kind) {
		t.Helper()
		out := b.relay(key, words)
		out.Kind, out.Of, out.OfKey, out.OfParts = kind, rs[0].receipt.ID, "k1", len(rs)
		for _, r := range b.send(out) {
			if r.err != nil {
				t.Fatal(r.err)
			}
		}
	}
	shows := func(want int, words string) {
		t.Helper()
		h := b.d.History("#sprints")
		if len(h) != want {
			t.Fatalf("%d posts, want %d", len(h), want)
		}
		for _, l := range h {
			if !strings.HasPrefix(strings.TrimSpace(l.Text), words) {
				t.Errorf("post %q", l.Text)
			}
		}
	}
	change("k2", strings.ReplaceAll(long, "word", "next"), chat.Edited)
	shows(3, "next")
	b.n.own = newReceipts() // as after a restart
	change("k3", strings.Repeat("less ", 800), chat.Edited)
	shows(2, "less")
	change("k4", "", chat.Deleted)
	shows(0, "")
}

func TestTheLaterPostsOfAnEditAreChangedByTheirOwnIDs(t *testing.T) {
	b := newBench(t).run()
	posts := []string{b.send(b.relay("k1", "short"))[0].receipt.ID}
	change := func(key, words string, kind chat.Kind) {
		t.Helper()
		out := b.relay(key, words)
		out.Kind, out.Of, out.OfKey, out.OfParts, out.OfPosts = kind, posts[0], "k1", len(posts), posts
		posts = nil
		for _, r := range b.send(out) {
			if r.err != nil {
				t.Fatal(r.err)
			}
			posts = append(posts, r.receipt.ID)
		}
		b.n.own.mu.Lock() // as after a restart
		clear(b.n.own.seen)
		b.n.own.mu.Unlock()
	}
	shows := func(want ...string) {
		t.Helper()
		var got []string
		for _, l := range b.d.History("#sprints") {
			got = append(got, strings.TrimSpace(l.Text))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
	many := func(word string, n int) string { return strings.TrimSpace(strings.Repeat(word+" ", n)) }
	change("k2", many("word", 1000), chat.Edited)
	shows(many("word", 600), many("word", 400))
	change("k3", many("next", 1500), chat.Edited)
	shows(many("next", 600), many("next", 600), many("next", 300))
	change("k4", many("less", 800), chat.Edited)
	shows(many("less", 600), many("less", 200))
	change("k5", "", chat.Deleted)
	shows()
}

func TestAnEditWhosePostIsGoneIsRefused(t *testing.T) {
	b := newBench(t).run()
	out := b.relay("k2", strings.Repeat("word ", 1000))
	out.Kind, out.Of, out.OfKey, out.OfParts = chat.Edited, b.send(b.relay("k1", "short"))[0].receipt.ID, "k1", 2
	for i, r := range b.send(out) {
		if refused := errors.As(r.err, new(*chat.ErrRefused)); refused != (i == 1) {
			t.Errorf("part %d: %v", i, r.err)
		}
	}
}

func TestThreadsStayThreads(t *testing.T) {
	b := newBench(t).run()
	root := b.d.Say("ada.l", "#sprints", "who is in?")
	out := b.relay("k", "me")
	out.To.Thread = root
	if r := b.send(out)[0]; r.err != nil {
		t.Fatal(r.err)
	}
	if l := b.d.History("#sprints")[1]; l.Thread != root {
		t.Errorf("posted %+v", l)
	}
}

func TestWhatSlackAnswersIsTold(t *testing.T) {
	b := newBench(t)
	b.n.own.wait = 50 * time.Millisecond
	b.run()
	refused := func(err error) bool { _, ok := errors.AsType[*chat.ErrRefused](err); return ok }
	retry := func(err error) bool {
		r, ok := errors.AsType[*chat.RetryAfter](err)
		return ok && r.Wait == 2*time.Second
	}
	other := func(err error) bool {
		return err != nil && !isPlace(err) && !refused(err) && !errors.Is(err, chat.ErrOffline)
	}
	for _, c := range []struct {
		name  string
		fault slackdouble.Fault
		want  func(error) bool
		says  string
	}{
		{"asked to wait", slackdouble.Fault{RetryAfter: 2 * time.Second}, retry, ""},
		{"not a member", slackdouble.Fault{Error: "not_in_channel"}, isPlace, "not_in_channel"},
		{"archived", slackdouble.Fault{Error: "is_archived"}, isPlace, ""},
		{"scope", slackdouble.Fault{Error: "missing_scope", Needed: "chat:write.customize"}, isPlace, "needs chat:write.customize"},
		{"token", slackdouble.Fault{Error: "invalid_auth"}, isPlace, ""},
		{"too long", slackdouble.Fault{Error: "msg_too_long"}, refused, "msg_too_long"},
		{"blocks", slackdouble.Fault{Error: "invalid_blocks"}, refused, ""},
		{"what only some words meet", slackdouble.Fault{Error: "slack_connect_file_link_sharing_blocked"}, refused, ""},
		{"server error", slackdouble.Fault{Status: 502}, other, "502"},
		{"internal error", slackdouble.Fault{Error: "internal_error"}, other, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.fault.Method, c.fault.Times = "chat.postMessage", 1
			b.d.Fail(c.fault)
			r := b.send(b.relay(c.name, "secret words"))[0]
			if !c.want(r.err) || !strings.Contains(r.err.Error(), c.says) || strings.Contains(r.err.Error(), "secret") {
				t.Errorf("answered %v", r.err)
			}
		})
	}
}

// What Slack will not have taken back or changed stays as it is: the channel does not wait for it.
func TestWhatMayNotBeChangedHoldsNoChannelUp(t *testing.T) {
	b := newBench(t).run()
	ts := b.send(b.relay("words", "old words"))[0].receipt.ID
	for code, kind := range map[string]chat.Kind{"compliance_exports_prevent_deletion": chat.Deleted, "block_mismatch": chat.Edited} {
		out := b.relay("change by "+code, "new words")
		out.Kind, out.Of, out.OfParts, out.OfPosts = kind, ts, 1, []string{ts}
		b.d.Fail(slackdouble.Fault{Error: code, Times: 1})
		if _, refused := errors.AsType[*chat.ErrRefused](b.send(out)[0].err); !refused {
			t.Errorf("%s is taken for the channel's word", code)
		}
	}
}

// A reply that its thread does not take any more is said in the channel, and nothing waits for it.
func TestAReplyToAThreadThatTakesNoneIsSaidInTheChannel(t *testing.T) {
	for _, code := range []string{"cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel", "thread_not_found"} {
		b := newBench(t).run()
		out := b.relay("reply", "an answer")
		out.Of = b.send(b.relay("root", "a question"))[0].receipt.ID
		b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Error: code, Times: 1})
		r := b.send(out)[0]
		posts := b.d.Posts()
		if last := posts[len(posts)-1]; r.err != nil || last.Thread != "" || last.Plain() != "an answer" {
			t.Errorf("%s: %v; the last post is %+v", code, r.err, last)
		}
	}
}

func TestOneSlowChannelDoesNotHoldAnother(t *testing.T) {
	b := newBench(t)
	b.d.AddChannel(slackdouble.Channel{Name: "other"})
	b.n = newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, APIURL: b.d.URL(),
		Channels: []string{"#sprints", "#other"}}, testLog(t), time.Minute)
	b.run()
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Channel: b.room, RetryAfter: time.Minute})
	if r := b.send(b.relay("k1", "x"))[0]; r.err == nil {
		t.Error("posted in spite of 429")
	}
	out := b.relay("k2", "x")
	out.To.Channel = "#other"
	if r := b.send(out)[0]; r.err != nil {
		t.Error(r.err)
	}
}

func TestALostAnswerIsFoundInHistory(t *testing.T) {
	b := newBench(t, slackdouble.WithHistoryCap(15)).run()
	for i := range 40 {
		b.d.Say("ada.l", "#sprints", fmt.Sprint("before ", i))
	}
	b.messages(40)
	mark := b.n.Newest(b.place())
	out := b.relay("doubtful", "said once")
	part := b.n.Render(out)[0]
	if _, found, err := b.n.Find(t.Context(), part, mark); found || err != nil {
		t.Fatalf("found before it was sent: %v", err)
	}
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 1, AfterSuccess: true})
	b.send(out)
	for i := range 40 {
		b.d.Say("ada.l", "#sprints", fmt.Sprint("after ", i))
	}
	fresh := b.network(chat.Pace{}) // a bot that was started again and has seen nothing
	for _, after := range []string{mark, ""} {
		r, found, err := fresh.Find(t.Context(), part, after)
		if err == nil && !found {
			fresh.self = self{BotID: slackdouble.BotID}
			if err = fresh.places.list(t.Context()); err == nil {
				r, found, err = fresh.Find(t.Context(), part, after)
			}
		}
		if err != nil || !found || r.ID == "" {
			t.Errorf("after %q: found %v, %v", after, found, err)
		}
	}
	fresh.http.CloseIdleConnections()
	if n := len(b.d.Posts()); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestALostAnswerIsSettledByOurOwnMessage(t *testing.T) {
	b := newBench(t).run()
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 1, AfterSuccess: true})
	for range 2 { // the second is a part sent again that Slack has shown us already
		if r := b.send(b.relay("k", "said once"))[0]; r.err != nil || r.receipt.ID == "" {
			t.Errorf("%+v", r)
		}
	}
	if n := len(b.d.Posts()); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func TestNothingIsSentWhenTheNetworkDoesNotRun(t *testing.T) {
	b := newBench(t)
	if r := b.send(b.relay("k", "x"))[0]; !errors.Is(r.err, chat.ErrOffline) {
		t.Errorf("answered %v", r.err)
	}
}

func TestStoppingAnswersForEveryPart(t *testing.T) {
	b := newBench(t).run()
	results := make(chan error, 50)
	for i := range 50 {
		p := b.n.Render(b.relay(fmt.Sprint("k", i), "x"))[0]
		b.n.Send(t.Context(), p, func(_ chat.Receipt, err error) { results <- err })
	}
	b.stop()
	sent := 0
	for range 50 {
		select {
		case err := <-results:
			if err == nil {
				sent++
			} else if !errors.Is(err, chat.ErrOffline) {
				t.Errorf("answered %v", err)
			}
		case <-b.ctx().Done():
			t.Fatal("a part got no answer")
		}
	}
	if n := len(b.d.Posts()); n != sent {
		t.Errorf("%d posts, %d confirmed", n, sent)
	}
	if err := <-b.ran; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	b.ran <- nil
}
