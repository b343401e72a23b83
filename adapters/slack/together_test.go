package slack

import (
	"fmt"
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestSeveralPeoplesLinesShareAPost(t *testing.T) {
	b := newBench(t).run()
	lin := chat.Handle{Network: "libera", ID: "account:lin", Nick: "lin"}
	one, two, three := b.relay("k1", "hello"), b.relay("k2", "*waves*"), b.relay("k3", "x := 1")
	two.As, two.Kind = &lin, chat.Action
	three.As, three.Reply.Lines[0].Cells = &lin, []chat.Text{{{Text: "x := 1", Code: true, Pre: true}}}
	if !b.n.Joins([]chat.Outgoing{one, two}, three) {
		t.Error("three short lines do not fit")
	}
	if b.n.Joins([]chat.Outgoing{one}, b.relay("k4", strings.Repeat("word ", 600))) {
		t.Error("a post grew too long")
	}
	all := one
	all.Together = []chat.Outgoing{one, two, three}
	r := b.send(all)
	if len(r) != 1 || r[0].err != nil {
		t.Fatalf("%+v", r)
	}
	p := b.d.Posts()[0]
	if want := "grace: hello\nlin *waves*\nlin:\nx := 1"; p.Username != "several people (IRC)" || p.Text != want {
		t.Errorf("%s: %q, want %q", p.Username, p.Text, want)
	}
	if got := fmt.Sprint(p.Metadata.EventPayload["keys"]); got != "[k1 k2 k3]" {
		t.Errorf("keys %s", got)
	}
	for _, key := range []string{"k1", "k2", "k3"} { // each row is found by its own key after a crash
		out := b.relay(key, "x")
		if _, found, err := b.n.Find(t.Context(), b.n.Render(out)[0], ""); !found || err != nil {
			t.Errorf("%s is not found: %v", key, err)
		}
	}

	mended := two
	mended.Reply = chat.Saying(chat.Plainly("bows"))
	gone := three
	gone.Reply = chat.Reply{}
	edit := all
	edit.Kind, edit.Of, edit.Together = chat.Edited, r[0].receipt.ID, []chat.Outgoing{one, mended, gone}
	if r := b.send(edit)[0]; r.err != nil {
		t.Fatal(r.err)
	}
	m := b.d.Posts()
	if last := m[len(m)-1]; last.Method != "chat.update" || !strings.Contains(last.Text, "bows") || strings.Contains(last.Text, "x := 1") || !strings.Contains(last.Text, "grace") {
		t.Errorf("the edited post: %s %q", last.Method, last.Text)
	}
}

func TestNobodyWritesALineOfAnothersInASharedPost(t *testing.T) {
	b := newBench(t).run()
	eve := chat.Handle{Network: "libera", ID: "account:eve", Nick: "eve"}
	one, two := b.relay("k1", "hello"), b.relay("k2", "so\ngrace: I agree\n")
	two.As = &eve
	two.Reply.Lines[0].Cells[0] = append(two.Reply.Lines[0].Cells[0], chat.Span{Text: "a()\nb()", Code: true, Pre: true})
	one.Together = []chat.Outgoing{one, two}
	b.send(one)
	if p, want := b.d.Posts()[0], "grace: hello\neve: so\neve: grace: I agree\neve:\na()\nb()"; p.Text != want {
		t.Errorf("%q, want %q", p.Text, want)
	}
}

func TestOnePersonsLinesShareAPostUnderTheirName(t *testing.T) {
	b := newBench(t).run()
	one, two := b.relay("k1", "hello"), b.relay("k2", "again")
	one.Together = []chat.Outgoing{one, two}
	b.send(one)
	if p := b.d.Posts()[0]; p.Username != "grace (IRC)" || p.Text != "hello\nagain" {
		t.Errorf("%s: %q", p.Username, p.Text)
	}
	b = newBench(t).run()
	one.Together, two.Kind = nil, chat.Action
	one.Together = []chat.Outgoing{one, two}
	b.send(one)
	if p := b.d.Posts()[0]; p.Username != "grace (IRC)" || p.Text != "hello\n_again_" && p.Text != "hello\nagain" {
		t.Errorf("with a /me %s: %q", p.Username, p.Text)
	}
}

func TestAReplyStandsUnderWhatItAnswers(t *testing.T) {
	b := newBench(t).run()
	root := b.d.Say(b.ada, "#sprints", "root")
	reply := b.relay("k1", "yes")
	reply.Of = b.room + ":" + root // as it was heard here
	b.send(reply)
	if p := b.d.Posts()[0]; p.Thread != root {
		t.Errorf("it stands under %q, want %q", p.Thread, root)
	}
}

// Who changed nick while their lines waited is one person still; a bot that
// speaks for several is not.
func TestOneWhoChangedNickIsNotSeveralPeople(t *testing.T) {
	b := newBench(t).run()
	one, two := b.relay("k1", "hello"), b.relay("k2", "again")
	renamed := *one.As
	renamed.Nick = "grace_away"
	two.As = &renamed
	all := one
	all.Together = []chat.Outgoing{one, two}
	b.send(all)
	if p := b.d.Posts()[0]; p.Username != "grace (IRC)" || p.Text != "hello\nagain" {
		t.Errorf("%s: %q", p.Username, p.Text)
	}

	b = newBench(t).run()
	first, second := *one.As, renamed
	first.Bot, second.Bot = true, true
	one.As, two.As = &first, &second
	one.Together = []chat.Outgoing{one, two}
	b.send(one)
	if p := b.d.Posts()[0]; p.Username != "several people (IRC)" || p.Text != "grace: hello\ngrace_away: again" {
		t.Errorf("a bot under two names: %s: %q", p.Username, p.Text)
	}
}

// Two channels of one workspace may be bridged: who speaks in one is not called in the other by their own words.
func TestASharedPostCallsNoneOfThoseWhoSpeakInIt(t *testing.T) {
	b := newBench(t)
	one, two := b.relay("k1", "hello"), b.relay("k2", "waves")
	one.As, two.As = &chat.Handle{Network: "pycon", ID: "U1", Nick: "ada"}, &chat.Handle{Network: "pycon", ID: "U2", Nick: "bob"}
	two.Kind = chat.Action
	one.Together = []chat.Outgoing{one, two}
	if body := b.n.Render(one)[0].Body; strings.Contains(body, "<@") || strings.Contains(body, "user_id") || !strings.Contains(body, `"ada: hello\nbob waves"`) {
		t.Errorf("rendered %s", body)
	}
}
