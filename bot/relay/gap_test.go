package relay_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestWhatIsBehindAGapGoesAfterWhatTheGapHeld(t *testing.T) {
	w, clock := newWire(), newClock()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), sqlite.Options{Clock: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: store, clock: clock, net: w}
	source := chat.Place{Network: "other", Channel: "#c"}
	open := make(chan struct{})
	gaps := func(p chat.Place) <-chan struct{} {
		if p == source {
			select {
			case <-open:
			default:
				return open
			}
		}
		return nil
	}
	start := func() {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		s := relay.NewSender(w, store, clock, log)
		s.WaitFor(gaps)
		go func() { done <- s.Run(ctx) }()
		r.stop = sync.OnceFunc(func() { cancel(); <-done })
	}
	start()
	t.Cleanup(func() { r.stop(); store.Close() })
	begin := clock.Now()
	at := func(seconds int, behind *chat.Place) func(*chat.Outgoing) {
		return func(out *chat.Outgoing) {
			out.As = &chat.Handle{Network: "other", ID: "x", Nick: "x"}
			out.Source = chat.SourceKey("other", out.Key)
			out.At, out.Behind = begin.Add(time.Duration(seconds)*time.Second), behind
			seconds++
		}
	}
	r.post("#to", chat.Relays, at(20, &source), "live 1", "live 2")
	r.post("#to", chat.Relays, at(40, nil), "in a later gap")
	r.post("#to", chat.Relays, func(out *chat.Outgoing) {
		at(50, nil)(out)
		out.Source = chat.SourceKey("third", out.Key)
	}, "another's")
	r.post("#to", chat.Answers, at(30, nil), "an answer")
	w.wait(t, 2)
	r.stop() // what waits waits over a restart
	start()
	r.post("#to", chat.Relays, at(10, nil), "meanwhile 1", "meanwhile 2")
	w.wait(t, 4)
	w.set(func() { w.up = false }) // what the gap held is still waiting when the gap is over
	r.post("#to", chat.Relays, at(12, nil), "meanwhile 3")
	close(open)
	w.set(func() { w.up = true })
	r.drained()
	got := w.wait(t, 8)
	slices.Sort(got[:2])
	want := []string{"#to an answer", "#to another's", "#to meanwhile 1", "#to meanwhile 2", "#to meanwhile 3", "#to live 1", "#to live 2", "#to in a later gap"}
	if !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
}

// A network that is started again, or taken out, never ends the gap it had.
func TestAGapOfANetworkThatIsStartedAgainIsAskedForAnew(t *testing.T) {
	w, clock := newWire(), newClock()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), sqlite.Options{Clock: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: store, clock: clock, net: w}
	source := chat.Place{Network: "other", Channel: "#c"}
	var now atomic.Pointer[chan struct{}]
	open := func() chan struct{} { end := make(chan struct{}); now.Store(&end); return end }
	open()
	s := relay.NewSender(w, store, clock, log)
	s.WaitFor(func(chat.Place) <-chan struct{} {
		if end := now.Load(); end != nil {
			return *end
		}
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; store.Close() })
	behind := func(out *chat.Outgoing) { out.Behind, out.Source = &source, chat.SourceKey("other", out.Key) }
	r.post("#to", chat.Relays, behind, "live 1")
	r.post("#to", chat.Answers, nil, "taken 1")
	w.wait(t, 1)
	again := open()
	r.post("#to", chat.Relays, behind, "live 2") // of the network as it is now
	r.post("#to", chat.Answers, nil, "taken 2")
	w.wait(t, 2)
	s.Kick() // started again
	w.wait(t, 2)
	r.post("#to", chat.Answers, nil, "taken 3")
	w.wait(t, 3)
	now.Store(nil)
	close(again)
	w.wait(t, 5)
	open()
	r.post("#to", chat.Relays, behind, "live 3")
	r.post("#to", chat.Answers, nil, "taken 4")
	w.wait(t, 6)
	now.Store(nil)
	s.Kick() // taken out
	want := []string{"#to taken 1", "#to taken 2", "#to taken 3", "#to live 1", "#to live 2", "#to taken 4", "#to live 3"}
	if got := w.wait(t, 7); !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
}

// deaf is a store that never tells that something has changed.
type deaf struct{ sprints.Store }

func (deaf) Changes(context.Context) <-chan struct{} { return nil }

// The end of a gap may be known before what the gap held is in hand.
func TestWhatAGapHeldIsTakenInHandAsTheGapEnds(t *testing.T) {
	w, clock := newWire(), newClock()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), sqlite.Options{Clock: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: store, clock: clock, net: w}
	source, begin, end := chat.Place{Network: "other", Channel: "#c"}, clock.Now(), make(chan struct{})
	said := func(after time.Duration, behind *chat.Place) func(*chat.Outgoing) {
		return func(out *chat.Outgoing) {
			out.Source, out.At, out.Behind = chat.SourceKey("other", out.Key), begin.Add(after), behind
		}
	}
	r.post("#to", chat.Relays, said(time.Minute, &source), "live")
	r.post("#to", chat.Answers, nil, "taken")
	s := relay.NewSender(w, deaf{store}, clock, log)
	s.WaitFor(func(chat.Place) <-chan struct{} { return end })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; store.Close() })
	w.wait(t, 1)
	r.post("#to", chat.Relays, said(time.Second, nil), "meanwhile")
	close(end)
	if got, want := w.wait(t, 3), []string{"#to taken", "#to meanwhile", "#to live"}; !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
}
