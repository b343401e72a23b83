package slack

import (
	"fmt"
	"slices"
	"testing"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// many is a bench with so many channels more, all connected and read.
func many(t *testing.T, n int) (*bench, []string) {
	t.Helper()
	b, k := keeping(t)
	var all []string
	for i := range n {
		name := fmt.Sprintf("#room-%02d", i)
		b.d.AddChannel(slackdouble.Channel{Name: name})
		all = append(all, name)
	}
	b.n = b.marked(k, all...)
	b.n.reads = newPatience(1000, time.Millisecond)
	b.run()
	for _, name := range all {
		b.d.Say("ada.l", name, "first")
	}
	b.messages(n)
	b.settled()
	b.caughtUp()
	return b, all
}

func (b *bench) reads() (channels []string, limited int) {
	for _, c := range b.d.Calls() {
		switch {
		case c.Method != "conversations.history":
		case c.Status == 429:
			limited++
		default:
			channels = append(channels, c.Args["channel"])
		}
	}
	return channels, limited
}

func TestAHundredGapsAreReadUnderSlacksLimitTheLiveliestFirst(t *testing.T) {
	b, all := many(t, 100)
	b.d.Say("ada.l", "#room-70", "just now")
	b.d.Say("ada.l", "#room-30", "and now")
	b.messages(102)
	b.settled()
	before, _ := b.reads()
	b.d.SetTier("conversations.history", slackdouble.Pace{Burst: 60, Every: 50 * time.Millisecond})
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", RetryAfter: time.Second, Skip: 40, Times: 1}) // a slow machine never meets the limit
	b.away(func() {
		for _, name := range all {
			b.d.Say("ada.l", name, "meanwhile")
		}
	})
	b.messages(202)
	b.caughtUp()
	got := b.messages(202)
	if len(got) != 202 {
		t.Errorf("heard %d", len(got))
	}
	for _, m := range got[102:] {
		if m.Text.Plain() != "meanwhile" {
			t.Errorf("heard %q in %s", m.Text.Plain(), m.In.Channel)
		}
	}
	read, limited := b.reads()
	read = read[len(before):]
	id := func(name string) string { return b.n.places.id(name) }
	// four at a time, so that some overtake others a little
	if first := read[:2*gapCalls]; !slices.Contains(first, id("#room-30")) || !slices.Contains(first, id("#room-70")) {
		t.Errorf("the liveliest are read as number %d and %d", slices.Index(read, id("#room-30")), slices.Index(read, id("#room-70")))
	}
	if limited == 0 || limited > 12 || len(read) != 101 {
		t.Errorf("%d readings, %d refused", len(read), limited)
	}
}

// What is said live waits for a gap that takes long, but not for ever; the gap is read all the same.
func TestLiveWordsDoNotWaitForEverForAGap(t *testing.T) {
	b, k := keeping(t)
	b.n.gaps.hold = 300 * time.Millisecond
	b.run()
	b.caughtUp()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", Times: 1, RetryAfter: 3 * time.Second})
	b.away(func() { b.d.Say("ada.l", "#sprints", "meanwhile") })
	b.d.Say("ada.l", "#sprints", "live")
	first := b.messages(2)[1]
	gap := b.n.Gap(b.place())
	if gap == nil || !first.Behind {
		t.Fatalf("nothing waits for the gap; heard %+v", first)
	}
	select {
	case <-gap:
	case <-b.ctx().Done():
		t.Fatal("live words wait for ever")
	}
	if !b.n.gaps.behind("#sprints") || b.n.Gap(b.place()) != nil {
		t.Error("live words waited until the gap was read")
	}
	b.until("told", func() bool {
		return b.n.Status().Note == "connected as sprintbot; what was said meanwhile is still being read in 1 of 1 channels"
	})
	b.d.Say("ada.l", "#sprints", "later")
	if m := b.messages(3)[2]; !m.Behind || k.of["#sprints"].ID != b.messages(1)[0].ID {
		t.Errorf("the mark moved though the gap is unread: %+v", m)
	}
	if m := b.messages(4)[3]; m.Text.Plain() != "meanwhile" || m.Behind {
		t.Errorf("heard %+v", m)
	}
	b.until("read", func() bool { return b.n.Status().Note == "connected as sprintbot" })
	b.d.Say("ada.l", "#sprints", "after")
	if m := b.messages(5)[4]; m.Behind {
		t.Errorf("heard %+v", m)
	}
}

func TestAStartUnderSlacksLimitServesEveryChannel(t *testing.T) {
	b, k := keeping(t)
	b.d.SetTier("conversations.history", slackdouble.Pace{Burst: 1, Every: time.Minute})
	b.d.AddChannel(slackdouble.Channel{Name: "other"})
	b.n = b.marked(k, "#other")
	b.run()
	b.d.Say("ada.l", "#other", "hello")
	if m := b.messages(1)[0]; m.In != (chat.Place{Network: "pycon", Channel: "#other"}) {
		t.Errorf("heard %+v", m)
	}
}

// The pace of reading halves when Slack refuses what went at it, a refusal after a refusal teaches nothing, and in time
// it is forgotten.
func TestThePaceOfReadingIsLearned(t *testing.T) {
	b := newPatience(20, 2*time.Second).of("conversations.history")
	now, limited := time.Now(), &slackapi.RateLimitedError{RetryAfter: time.Second}
	is := func(every time.Duration, burst int) {
		t.Helper()
		if got := b.pace.Limit(); got != rate.Every(every) || b.pace.Burst() != burst {
			t.Errorf("%v a second, %d at once; wanted one each %s, %d", got, b.pace.Burst(), every, burst)
		}
	}
	b.answered(now, nil)
	is(2*time.Second, 20)
	for range gapCalls { // refused together
		b.answered(now, limited)
	}
	is(4*time.Second, 1)
	now = now.Add(2 * time.Second)
	b.answered(now, limited)
	is(4*time.Second, 1)
	b.answered(now, nil)
	now = now.Add(2 * time.Second)
	for range 3 {
		b.answered(now, nil)
		b.answered(now, limited)
		now = now.Add(2 * time.Second)
	}
	is(readSlowest, 1)
	for _, want := range []time.Duration{5 * time.Second, 2500 * time.Millisecond} {
		now = now.Add(readForgets)
		b.forgive(now)
		is(want, 1)
	}
	b.forgive(now)
	is(2500*time.Millisecond, 1)
	b.forgive(now.Add(readForgets))
	is(2*time.Second, 20)
}
