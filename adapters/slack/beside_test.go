package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// caughtUp waits until all gaps are read, those beside the configured channels too.
func (b *bench) caughtUp() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.ctx())
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !b.n.gaps.allRead() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatal("the gaps are never read")
		}
	}
}

// allRead says that nothing is left to be read.
func (g *gaps) allRead() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.all {
		if one.open() {
			return false
		}
	}
	return !g.beside.open() && g.beside.wanted > 0
}

func (b *bench) away(f func()) {
	b.t.Helper()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	f()
	b.d.SetAway(false)
	b.until("back", func() bool { return b.n.Status().Up })
}

func TestAPrivateWordSaidWhileTheSocketWasDownIsHeard(t *testing.T) {
	b, k := keeping(t, theApp(App{}))
	b.d.AddUser(slackdouble.User{Name: "grace"})
	b.run()
	b.d.Say("ada.l", "#sprints", "first")
	b.d.DirectMessage("ada.l", "here 7")
	b.messages(2)
	b.settled()
	b.caughtUp()
	b.away(func() {
		b.d.DirectMessage("grace", "next") // never heard before
		b.d.DirectMessage("ada.l", "leave")
	})
	got := b.messages(4)
	b.caughtUp()
	b.settled()
	words := plain(b.messages(4))
	slices.Sort(words)
	if !slices.Equal(words, []string{"first", "here 7", "leave", "next"}) {
		t.Fatalf("heard %q", words)
	}
	for _, m := range got[2:] {
		if !m.Addressed || !m.Direct || m.In != chat.Direct(m.From) || m.Ago <= 0 || m.Behind {
			t.Errorf("heard %+v", m)
		}
	}
	b.stop() // and over a restart
	b.d.DirectMessage("grace", "easy")
	b.again(k)
	if m := b.messages(5)[4]; m.Text.Plain() != "easy" || !m.Direct {
		t.Errorf("heard %+v", m)
	}
	b.caughtUp()
	if got := b.messages(5); len(got) != 5 {
		t.Errorf("heard %q", plain(got))
	}
}

func TestAPrivateWordBeforeItsGapIsReadMovesNoMark(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.caughtUp()
	b.d.DirectMessage("ada.l", "here 7")
	b.messages(1)
	b.settled()
	b.d.Fail(slackdouble.Fault{Method: "conversations.list", Times: 1, RetryAfter: time.Second})
	b.away(func() { b.d.DirectMessage("ada.l", "meanwhile") })
	b.d.DirectMessage("ada.l", "live")
	got := b.messages(2)
	if got[1].Text.Plain() != "live" || !got[1].Behind {
		t.Errorf("heard %+v", got[1])
	}
	b.messages(3)
	b.caughtUp()
	if at := k.of["@"+b.ada]; at.ID != got[1].ID {
		t.Errorf("mark %+v, want that of %+v", at, got[1])
	}
}

func TestWhatWasSaidInAChannelNobodyConfiguredIsHeard(t *testing.T) {
	b, k := keeping(t)
	lobby := b.d.AddChannel(slackdouble.Channel{Name: "lobby"})
	b.d.SetClock(func() time.Time { return time.Now().Add(-time.Hour) })
	b.d.Say("ada.l", lobby, "long before the bot")
	b.d.SetClock(time.Now)
	b.run()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.caughtUp()
	b.away(func() { b.d.Say("ada.l", lobby, "!next") })
	if m := b.messages(2)[1]; m.In.Channel != lobby || !m.Addressed || m.Ago <= 0 {
		t.Errorf("heard %+v", m)
	}
	b.stop()
	b.d.Say("ada.l", lobby, "!easy")
	b.again(k)
	b.messages(3)
	b.caughtUp()
	if got := plain(b.messages(3)); !slices.Equal(got, []string{"first", "next", "easy"}) {
		t.Errorf("heard %q", got)
	}
}

func TestWithoutTheRightToListThemKnownPrivateConversationsAreStillRead(t *testing.T) {
	b, _ := keeping(t, slackdouble.WithoutScope("im:read"))
	b.run()
	b.d.DirectMessage("ada.l", "here 7")
	b.messages(1)
	b.settled()
	b.caughtUp()
	b.away(func() { b.d.DirectMessage("ada.l", "leave") })
	if m := b.messages(2)[1]; m.Text.Plain() != "leave" {
		t.Errorf("heard %+v", m)
	}
}

func TestEditsAndDeletionsOfTheGapAreHeard(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("restart %v", restart), func(t *testing.T) {
			b, k := keeping(t)
			b.run()
			b.caughtUp()
			say := func(s string) string { return b.d.Say("ada.l", "#sprints", s) }
			edited, deleted, root := say("helo"), say("oops"), say("root")
			reply := b.d.SayInThread("ada.l", "#sprints", root, "a reply")
			topped := say("root with a thread")
			b.d.SayInThread("ada.l", "#sprints", topped, "below it")
			say("it stays")
			b.messages(7)
			b.settled()
			b.caughtUp()
			meanwhile := func() {
				b.d.Edit("#sprints", edited, "hello")
				b.d.Delete("#sprints", deleted)
				b.d.Delete("#sprints", reply)
				b.d.SayInThread("ada.l", "#sprints", root, "another reply")
				b.d.Tombstone("#sprints", topped)
				again := b.d.Say("ada.l", "#sprints", "tehm")
				b.d.Edit("#sprints", again, "them")
			}
			if restart {
				b.stop()
				b.ran <- <-b.ran // it hears nothing any more
				lost := b.d.Lost()
				meanwhile()
				if err := b.d.WaitLost(b.ctx(), lost+7); err != nil { // nor is any of it delivered later
					t.Fatal(err)
				}
				b.again(k)
			} else {
				b.away(meanwhile)
			}
			b.messages(13)
			b.caughtUp()
			got := b.messages(13)
			of := func(ts string) string { return b.room + ":" + ts }
			var news []string
			for _, m := range got[7:] {
				news = append(news, string(m.Kind)+" "+m.Of+" "+m.Text.Plain())
			}
			want := []string{
				"edited " + of(edited) + " hello", "deleted " + of(deleted) + " ", "deleted " + of(reply) + " ",
				"deleted " + of(topped) + " ", "said " + of(root) + " another reply", "said  them",
			}
			for _, w := range want {
				if !slices.Contains(news, w) {
					t.Errorf("not heard: %q", w)
				}
			}
			if len(news) != len(want) {
				t.Errorf("heard %q", news)
			}
		})
	}
}

func TestAnEditHeardLiveIsTheSameInHistory(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.caughtUp()
	ts := b.d.Say("ada.l", "#sprints", "helo")
	b.d.Edit("#sprints", ts, "hello")
	gone := b.d.Say("ada.l", "#sprints", "oops")
	b.d.Delete("#sprints", gone)
	b.messages(4)
	b.settled()
	b.again(k)
	b.caughtUp()
	if got := b.messages(4); len(got) != 4 {
		t.Errorf("heard %q", plain(got))
	}
}

// An old thread in which somebody spoke within a day is asked after a restart, whatever stands in the channel itself.
func TestAnOldThreadHeardWithinADayIsAskedAfterARestart(t *testing.T) {
	b, k := keeping(t)
	old := time.Now().Add(-72 * time.Hour)
	b.d.SetClock(func() time.Time { return old })
	root := b.d.Say("ada.l", "#sprints", "three days ago")
	b.d.SetClock(time.Now)
	b.run()
	b.caughtUp()
	b.d.SayInThread("ada.l", "#sprints", root, "today")
	b.d.Say("ada.l", "#sprints", "and outside of it")
	b.messages(2)
	b.settled()
	b.stop()
	b.d.SayInThread("ada.l", "#sprints", root, "meanwhile")
	b.again(k)
	if m := b.messages(3)[2]; m.Text.Plain() != "meanwhile" || m.In.Thread != root {
		t.Errorf("heard %+v", m)
	}
	b.caughtUp()
	if got := plain(b.messages(3)); len(got) != 3 || strings.Contains(strings.Join(got, " "), "ago") {
		t.Errorf("heard %q", got)
	}
}
