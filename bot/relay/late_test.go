package relay_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestWhatMayGoSoonerIsNotHeldByWhatWaitsLonger(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	begin := r.clock.Now()
	after := func(said, wait time.Duration) func(*chat.Outgoing) {
		return func(out *chat.Outgoing) { out.At, out.NotBefore = begin.Add(said), begin.Add(wait) }
	}
	r.post("#to", chat.Relays, after(0, time.Minute), "in a minute")
	r.post("#to", chat.Relays, after(time.Second, 10*time.Second), "in ten seconds")
	r.post("#else", chat.Relays, nil, "now")
	w.wait(t, 1) // all three are in hand
	for asked := int64(-1); asked != r.clock.asked.Load(); {
		asked = r.clock.asked.Load()
		<-time.After(60 * time.Millisecond) // the receipt is stored, and nothing is left to do
	}
	r.clock.forward(10 * time.Second)
	if got := w.wait(t, 2); !slices.Equal(got, []string{"#else now", "#to in ten seconds"}) {
		t.Errorf("sent %q", got)
	}
}

// seeing is a store that tells when a sender has asked what a post is made of.
type seeing struct {
	sprints.Store
	seen func()
}

func (s seeing) Read(ctx context.Context, fn func(sprints.View) error) error {
	return s.Store.Read(ctx, func(v sprints.View) error { return fn(seer{v, s.seen}) })
}

type seer struct {
	sprints.View
	seen func()
}

func (s seer) Together(row int64) ([]sprints.Counterpart, error) {
	all, err := s.View.Together(row)
	s.seen()
	return all, err
}

// The network goes away just when an edit of a line in a shared post is about to
// go; meanwhile the line is edited again.
func TestTheLastEditOfALineInASharedPostIsWhatIsSaid(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up = false })
	b.say(ada, "one")
	two := b.say(bob, "two")
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "ada: one + bob: two")
	b.stop()
	asked := make(chan struct{}, 8)
	var once sync.Once
	away := func() {
		once.Do(func() {
			b.slack.mu.Lock()
			b.slack.up = false
			b.slack.mu.Unlock()
			asked <- struct{}{}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	var sender sync.WaitGroup
	s := relay.NewSender(b.slack, seeing{b.store, away}, b.clock, slog.New(slog.DiscardHandler))
	turned := make(chan struct{}, 1)
	s.Heed(func(chat.Place) bool {
		select {
		case turned <- struct{}{}:
		default:
		}
		return false
	})
	sender.Go(func() { s.Run(ctx) })
	b.stop = sync.OnceFunc(func() { cancel(); sender.Wait() })
	b.edit(bob, two, "second")
	select {
	case <-asked:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody asked what the post is made of")
	}
	for range 20 { // until what was asked is most likely known to the sender
		for len(turned) > 0 {
			<-turned
		}
		s.Kick()
		<-turned
	}
	b.edit(bob, two, "third")
	b.slack.set(func() { b.slack.up = true })
	b.stands("edited", b.slack.room, "ada: one + bob: third")
}
