package slack

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

func TestWordsAreHeardInOrderUnderTheirKeys(t *testing.T) {
	b := newBench(t).run()
	var want []string
	for i := range 200 {
		want = append(want, b.room+":"+b.d.Say("ada.l", "#sprints", strings.Repeat("x", i%7+1)))
	}
	got := b.messages(200)
	for i, m := range got {
		if m.ID != want[i] {
			t.Fatalf("message %d is %s, want %s", i, m.ID, want[i])
		}
	}
	m := got[0]
	if m.In != b.place() || m.From.ID != b.ada || m.From.Nick != "ada" || m.Addressed || m.Direct || m.From.Bot || m.At.IsZero() {
		t.Errorf("heard %+v", m)
	}
	b.settled()
	if n := b.d.GaveUp(); n != 0 {
		t.Errorf("%d events were never acknowledged", n)
	}
}

func TestAnEventIsAcknowledgedOnlyAfterItIsKept(t *testing.T) {
	b := newBench(t)
	b.fail = func(ms []chat.Message) error {
		for _, m := range ms {
			if m.Text.Plain() != "kept" {
				continue
			}
			for _, e := range b.d.Envelopes() {
				if e.Kind == "events_api" && !e.Acked.IsZero() {
					t.Error("acknowledged before it was kept")
				}
			}
		}
		return nil
	}
	b.run()
	b.d.Say("ada.l", "#sprints", "kept")
	b.messages(1)
	b.settled()
}

func TestWhatCouldNotBeKeptIsTriedAgainBeforeWhatCameLaterAndNotAcknowledgedMeanwhile(t *testing.T) {
	b := newBench(t) // Slack brings again after three seconds what is not acknowledged
	failures := 2
	b.fail = func([]chat.Message) error {
		if failures == 2 {
			b.d.Say("ada.l", "#sprints", "second")
			b.d.Say("ada.l", "#sprints", "third")
		}
		for _, e := range b.d.Envelopes() {
			if failures >= 0 && !e.Acked.IsZero() {
				t.Errorf("acknowledged though nothing was kept")
			}
		}
		if failures--; failures >= 0 {
			return errors.New("database is locked")
		}
		return nil
	}
	b.n.stallAfter = time.Millisecond
	b.run()
	b.d.Say("ada.l", "#sprints", "first")
	if got := plain(b.messages(3)); !slices.Equal(got, []string{"first", "second", "third"}) {
		t.Errorf("heard %q", got)
	}
	for _, m := range b.messages(3) {
		if m.Ago == 0 || m.Ago > time.Minute {
			t.Errorf("%q waited for the database and is said %v ago", m.Line(), m.Ago)
		}
	}
	b.settled()
	for _, e := range b.d.Envelopes() {
		if e.Attempt > 0 {
			t.Errorf("attempt %d was needed", e.Attempt)
		}
	}
}

// Longer than Slack waits: what it brings again is recognised.
func TestWhatIsKeptAfterItWasBroughtAgainIsHeardOnceAndInOrder(t *testing.T) {
	b := newBench(t, slackdouble.WithAckWithin(50*time.Millisecond), slackdouble.WithRetryAfter(0, 0, 0))
	failures := 2
	b.fail = func([]chat.Message) error {
		if failures--; failures >= 0 {
			return errors.New("database is locked")
		}
		return nil
	}
	b.run()
	for _, words := range []string{"one", "two", "three"} {
		b.d.Say("ada.l", "#sprints", words)
	}
	b.messages(3)
	b.settled()
	if got := plain(b.messages(3)); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("heard %q", got)
	}
}

func TestRedeliveriesKeepTheirKey(t *testing.T) {
	b := newBench(t)
	b.d.SetRepeat(3)
	b.run()
	b.d.Say("ada.l", "#sprints", "@sprintbot here 7")
	b.d.Say("ada.l", "#sprints", "done")
	got := b.messages(2)
	b.settled()
	if got := b.messages(2); len(got) != 2 {
		t.Fatalf("six events and two mentions made %d messages: %v", len(got), got)
	}
	if !got[0].Addressed || got[0].Door != "@sprintbot " || got[0].Text.Plain() != "here 7" {
		t.Errorf("heard %+v", got[0])
	}
}

func TestEveryDoorIsFound(t *testing.T) {
	b := newBench(t).run()
	for i, c := range []struct{ said, door, words string }{
		{"!here 7", "!", "here 7"},
		{"sprintbot: here 7", "sprintbot: ", "here 7"},
		{"SprintBot, here 7", "SprintBot, ", "here 7"},
		{"@sprintbot here 7", "@sprintbot ", "here 7"},
		{"@sprintbot: page https://example.org/a_b?c=1&d=2", "@sprintbot: ", "page https://example.org/a_b?c=1&d=2"},
		{"@sprintbot", "@sprintbot", ""},
	} {
		b.d.Say("ada.l", "#sprints", c.said)
		m := b.messages(i + 1)[i]
		if !m.Addressed || m.Door != c.door || m.Text.Command() != c.words || m.Direct {
			t.Errorf("%q: door %q, words %q, addressed %v", c.said, m.Door, m.Text.Command(), m.Addressed)
		}
	}
	n := len(b.messages(6))
	for i, said := range []string{"ask @sprintbot later", "! really", "sprintbots: no", "!!", "the sprintbot: yes"} {
		b.d.Say("ada.l", "#sprints", said)
		if m := b.messages(n + i + 1)[n+i]; m.Addressed || m.Door != "" {
			t.Errorf("%q is taken for a command: %q %q", said, m.Door, m.Text.Plain())
		}
	}
}

func TestAPrivateWordIsSaidToTheBot(t *testing.T) {
	b := newBench(t).run()
	b.d.DirectMessage("ada.l", "here 7")
	m := b.messages(1)[0]
	if !m.Addressed || !m.Direct || m.In != chat.Direct(m.From) || m.In.Channel != "@"+b.ada || m.Text.Plain() != "here 7" {
		t.Errorf("heard %+v", m)
	}
	trigger := b.d.Slash("ada.l", "#sprints", "/sprint here  7 & more")
	m = b.messages(2)[1]
	if m.ID != trigger || !m.Addressed || !m.Direct || m.In != chat.Direct(m.From) || m.Door != "/sprint " ||
		m.Text.Plain() != "here  7 & more" || m.Return == "" {
		t.Errorf("heard %+v", m)
	}
	b.d.Slash("ada.l", "#sprints", "/sprint !here 7")
	if m = b.messages(3)[2]; m.Door != "/sprint !" || m.Text.Plain() != "here 7" {
		t.Errorf("heard %+v", m)
	}
	b.settled()
}

func TestASuggestedCommandIsAButtonWhosePressSaysIt(t *testing.T) {
	b := newBench(t).run()
	got := b.send(chat.Outgoing{Key: "k", To: chat.Direct(chat.Handle{Network: "pycon", ID: b.ada}), Kind: chat.Said,
		Reply: chat.Reply{Private: true, Lines: []chat.Line{
			{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("One issue is free.")}},
			{Role: chat.Try, Cells: []chat.Text{chat.Plainly("take 2")}},
		}}})
	if got[0].err != nil {
		t.Fatal(got[0].err)
	}
	trigger, err := b.d.Click("ada.l", b.d.DirectChannel("ada.l"), got[0].receipt.ID, "take 2")
	if err != nil {
		t.Fatal(err)
	}
	m := b.messages(1)[0]
	if m.ID != trigger || !m.Addressed || !m.Direct || m.Text.Plain() != "take 2" || m.From.ID != b.ada || m.From.Nick != "ada" {
		t.Errorf("heard %+v", m)
	}
	b.settled()
}

func TestEditsAndDeletesNameTheirMessage(t *testing.T) {
	b := newBench(t).run()
	ts := b.d.Say("ada.l", "#sprints", "helo https://example.org")
	b.d.Unfurl("#sprints", ts)
	b.d.Edit("#sprints", ts, "hello")
	b.d.Delete("#sprints", ts)
	got := b.messages(3)
	b.settled()
	if len(b.messages(3)) != 3 {
		t.Fatalf("a link's preview was taken for an edit: %v", got)
	}
	of := b.room + ":" + ts
	if e := got[1]; e.Kind != chat.Edited || e.Of != of || !strings.HasPrefix(e.ID, of+":") || e.Text.Plain() != "hello" || e.From.ID != b.ada {
		t.Errorf("heard %+v", e)
	}
	if d := got[2]; d.Kind != chat.Deleted || d.Of != of || d.ID != of+":deleted" || d.From.ID != b.ada {
		t.Errorf("heard %+v", d)
	}
}

func TestActionsFilesThreadsAndBotsAreWhatTheyAre(t *testing.T) {
	b := newBench(t)
	b.d.AddUser(slackdouble.User{Name: "deploybot", Bot: true})
	b.run()
	root := b.d.Me("ada.l", "#sprints", "waves")
	b.d.Share("ada.l", "#sprints", "the plan", slackdouble.File{Name: "plan.pdf"})
	b.d.SayInThread("ada.l", "#sprints", root, "hi")
	b.d.Say("deploybot", "#sprints", "!here 7")
	got := b.messages(4)
	if got[0].Kind != chat.Action || got[0].Text.Plain() != "waves" {
		t.Errorf("an action: %+v", got[0])
	}
	if words := got[1].Text.Plain(); !strings.Contains(words, "the plan\nplan.pdf, 123 bytes (https://") || strings.Contains(words, "secret") {
		t.Errorf("a file: %q", words)
	}
	if got[2].In.Thread != root || got[2].Of != b.room+":"+root {
		t.Errorf("a reply: %+v", got[2])
	}
	if !got[3].From.Bot || got[3].Addressed || got[3].From.Nick != "deploybot" || got[3].Text.Plain() != "!here 7" {
		t.Errorf("a bot: %+v", got[3])
	}
}

func TestOwnPostsAreNotHeard(t *testing.T) {
	b := newBench(t).run()
	for _, r := range b.send(b.relay("k1", "hello from IRC")) {
		if r.err != nil {
			t.Fatal(r.err)
		}
	}
	b.d.Say("ada.l", "#sprints", "hello")
	if got := b.messages(1); len(got) != 1 || got[0].Text.Plain() != "hello" {
		t.Errorf("heard %v", got)
	}
	b.settled()
}

func TestNamesAreLookedUpAndKeptFresh(t *testing.T) {
	b := newBench(t)
	b.d.AddUser(slackdouble.User{Name: "grace.h", RealName: "Grace Hopper"})
	b.d.AddChannel(slackdouble.Channel{Name: "help"})
	group := b.d.AddGroup("mentors")
	b.run()
	b.d.SayRaw("ada.l", "#sprints", "<@"+b.d.AddUser(slackdouble.User{Name: "lin"})+"> and <@UNOBODY>, ask <!subteam^"+group+"> or <!here>", "")
	b.d.Say("ada.l", "#sprints", "@grace.h is in #help")
	b.messages(2)
	b.d.ChangeUser("ada.l", func(u *slackdouble.User) { u.DisplayName = "countess" })
	b.d.Say("ada.l", "#sprints", "me again")
	got := b.messages(3)
	for i, want := range []string{"@lin and @UNOBODY, ask @mentors or @here", "@Grace Hopper is in #help", "me again"} {
		if got[i].Text.Plain() != want {
			t.Errorf("heard %q, want %q", got[i].Text.Plain(), want)
		}
	}
	if got[0].From.Nick != "ada" || got[2].From.Nick != "countess" {
		t.Errorf("nicks %q and %q", got[0].From.Nick, got[2].From.Nick)
	}
	if w := got[1].Text[0].Who; w == nil || w.Network != "pycon" || w.Nick != "Grace Hopper" {
		t.Errorf("the mention is of %+v", w)
	}
}

// Whoever changes their name is told under it, and who changes anything else
// about themselves is not, as far as is known.
func TestARenameIsTold(t *testing.T) {
	b := newBench(t).run()
	b.d.ChangeUser("ada.l", func(u *slackdouble.User) { u.DisplayName = "countess" })
	b.d.ChangeUser("ada.l", func(u *slackdouble.User) { u.RealName = "Ada L" })
	b.d.ChangeUser("ada.l", func(u *slackdouble.User) { u.DisplayName = "ada" })
	b.d.Say("ada.l", "#sprints", "behind it")
	b.messages(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.renamed) != 2 {
		t.Fatalf("told %+v", b.renamed)
	}
	for i, nick := range []string{"countess", "ada"} {
		m := b.renamed[i]
		if m.From != (chat.Handle{Network: "pycon", ID: b.ada, Nick: nick}) || m.In != chat.Direct(m.From) || m.At.IsZero() || len(m.Text) > 0 || m.Addressed {
			t.Errorf("told %+v", m)
		}
	}
}
