package slack

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// refreshed has Slack close the connection, and waits for the next.
func (b *bench) refreshed() {
	b.t.Helper()
	n := b.d.Connections()
	b.d.Disconnect("refresh_requested")
	if err := b.d.WaitConnected(b.ctx(), n+1); err != nil {
		b.t.Fatal(err)
	}
}

// exhausted is a bench that has read its channel once, and may look far back no more.
func exhausted(t *testing.T, opts ...slackdouble.Option) *bench {
	t.Helper()
	b, _ := keeping(t, opts...)
	b.run()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.caughtUp()
	b.refreshed()
	b.until("back", func() bool { return b.n.Status().Up })
	b.caughtUp()
	g := b.n.gaps
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all["#sprints"].read == "" {
		t.Fatal("the channel was never read")
	}
	g.all["#sprints"].far = rate.NewLimiter(0, 0)
	return b
}

// On an app that gets 15 messages at once, each look at the last ten minutes is several calls.
func TestAStormOfConnectionsCostsFewReadingsAndHoldsNobodyUp(t *testing.T) {
	b, _ := keeping(t, slackdouble.WithHistoryCap(15))
	b.run()
	var want []string
	say := func(words string) { want = append(want, words); b.d.Say("ada.l", "#sprints", words) }
	for i := range 60 {
		say(fmt.Sprint("before ", i))
	}
	b.messages(60)
	b.settled()
	b.caughtUp()
	before, _ := b.reads()
	began := time.Now()
	for i := range 20 {
		b.refreshed()
		say(fmt.Sprint("in the storm ", i))
	}
	b.messages(80)
	b.read()
	read, _ := b.reads()
	calls, most := len(read)-len(before), 20+2*int(time.Since(began)/briefEvery)
	t.Logf("%d calls for 20 connections in %v", calls, time.Since(began))
	if calls > most {
		t.Errorf("%d calls, at most %d should be enough", calls, most)
	}
	got := plain(b.messages(80))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("heard %q", got)
	}
}

// What a reading in a storm does not look at is looked at when all is calm, and nobody waits for it.
func TestWhatBecameOfOldWordsInAStormIsFoundWhenItIsOver(t *testing.T) {
	b := exhausted(t)
	thread := b.d.Say("ada.l", "#sprints", "a thread")
	gone := b.d.Say("ada.l", "#sprints", "taken back later")
	b.d.SayInThread("ada.l", "#sprints", thread, "the first reply")
	b.messages(4)
	b.settled()
	b.d.SetClock(func() time.Time { return time.Now().Add(time.Minute) })
	b.d.Say("ada.l", "#sprints", "a minute later")
	b.messages(5)
	b.settled()
	b.refreshed()
	b.caughtUp()
	g := b.n.gaps
	g.mu.Lock()
	g.calm = time.Second
	g.mu.Unlock()
	b.away(func() {
		b.d.Delete("#sprints", gone)
		b.d.SayInThread("ada.l", "#sprints", thread, "meanwhile in the thread")
		b.d.Say("ada.l", "#sprints", "meanwhile")
	})
	got := b.messages(7)
	b.read()
	if words := plain(got[5:]); !slices.Contains(words, "meanwhile") || !slices.Contains(words, "meanwhile in the thread") {
		t.Errorf("heard at once %q", words)
	}
	last := b.messages(8)[7]
	if last.Kind != chat.Deleted || last.Of != b.room+":"+gone || b.n.Gap(b.place()) != nil {
		t.Errorf("heard when it was calm %+v", last)
	}
}

// A reading whose first page comes late tells what was said before connections made meanwhile too.
func TestAReadingUnderWayIsJoinedByWhoeverConnectsMeanwhile(t *testing.T) {
	b := exhausted(t)
	before, _ := b.reads()
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", Times: 1, RetryAfter: 2 * time.Second})
	for range 5 {
		b.refreshed()
	}
	b.d.Say("ada.l", "#sprints", "live")
	b.messages(2)
	b.read()
	if read, _ := b.reads(); len(read)-len(before) != 1 {
		t.Errorf("read %d times for 5 connections", len(read)-len(before))
	}
}

func TestAReadingNobodyWaitsForGivesWay(t *testing.T) {
	g := newGaps("pycon", []string{"#sprints"})
	one := g.all["#sprints"]
	none := func(string) string { return "" }
	g.connected()
	first := g.due(time.Now(), none).read[0]
	first.newest = "100.000000"
	g.over(first, "")
	one.far = rate.NewLimiter(0, 0)
	g.connected()
	later := time.Now().Add(briefEvery)
	brief := g.due(later, none).read[0]
	if !brief.brief || brief.since != "100.000000" {
		t.Fatalf("read %+v", brief)
	}
	brief.newest = "200.000000"
	g.over(brief, "")
	if a := g.due(later, none); len(a.read) != 0 || a.next.IsZero() {
		t.Fatalf("due %+v before it is calm", a)
	}
	g.working = 0
	later = later.Add(calmAfter)
	calm := g.due(later, none).read[0]
	if !calm.calm || calm.brief || calm.since != "100.000000" || g.open("#sprints") != nil {
		t.Fatalf("read %+v", calm)
	}
	g.connected()
	if !g.disturbed(calm) || len(g.due(later, none).read) != 0 {
		t.Fatal("two readings at once")
	}
	g.putOff(calm)
	brief = g.due(later, none).read[0]
	g.over(brief, "")
	g.working = 0
	calm = g.due(later.Add(calmAfter), none).read[0]
	calm.newest = "300.000000"
	g.over(calm, "")
	if a := g.due(later.Add(time.Hour), none); len(a.read) != 0 || one.whole != "300.000000" {
		t.Errorf("due %+v after all was made up for", a)
	}
}
