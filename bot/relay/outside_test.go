package relay_test

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestAPlaceIsTakenOutAndPutBackWhileItsNetworkStays(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	var gone atomic.Bool
	s := relay.NewSender(w, r.store, r.clock, slog.New(slog.DiscardHandler))
	s.KeepFor(func(p chat.Place) bool { return !gone.Load() || p.Channel != "#a" },
		func(sprints.Tx, chat.Place, string, chat.Text) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()
	reason := func(want string) {
		t.Helper()
		r.until("told why #a waits", func() bool {
			return slices.ContainsFunc(r.queues(), func(q sprints.Queue) bool { return q.Place.Channel == "#a" && q.Reason == want })
		})
	}

	w.set(func() { w.up = false })
	r.post("#a", chat.Relays, nil, "first")
	r.post("#b", chat.Relays, nil, "elsewhere")
	gone.Store(true)
	s.Kick()
	reason(sprints.Outside)
	w.set(func() { w.up = true })
	if got := w.wait(t, 1); !slices.Equal(got, []string{"#b elsewhere"}) {
		t.Fatalf("sent %q", got)
	}
	gone.Store(false)
	s.Kick()
	if got := w.wait(t, 2); got[1] != "#a first" {
		t.Fatalf("sent %q", got)
	}
	w.set(func() { w.up = false })
	r.post("#a", chat.Relays, nil, "what has no end of its own")
	reason("")
	gone.Store(true)
	s.Kick()
	reason(sprints.Outside)
	r.clock.forward(25 * time.Hour)
	r.drained()
	if got := w.lines(); len(got) != 2 {
		t.Errorf("sent %q", got)
	}
}

// What becomes of words that were on the wire as their place was taken out does
// not change why the rest waits.
func TestWhatWasOnTheWireDoesNotPutItsPlaceBack(t *testing.T) {
	for name, err := range map[string]error{"arrived": nil, "refused": &chat.ErrPlace{Reason: "not told to join it"}, "too fast": &chat.RetryAfter{Wait: time.Hour}} {
		w := newWire()
		w.pace.Window, w.keep = 1, true
		r := newRig(t, w, w)
		r.stop()
		var gone atomic.Bool
		s := relay.NewSender(w, r.store, r.clock, slog.New(slog.DiscardHandler))
		s.KeepFor(func(p chat.Place) bool { return !gone.Load() || p.Channel != "#a" },
			func(sprints.Tx, chat.Place, string, chat.Text) error { return nil })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		reason := func() (why string) {
			for _, q := range r.queues() {
				if q.Place.Channel == "#a" {
					why = q.Reason
				}
			}
			return why
		}
		r.post("#a", chat.Relays, nil, "on the wire")
		r.post("#a", chat.Relays, nil, "waits")
		w.wait(t, 1)
		gone.Store(true)
		s.Kick()
		r.until(name+": taken out", func() bool { return reason() == sprints.Outside })
		var answer func(chat.Receipt, error)
		w.set(func() { w.keep, answer = false, w.dones[0] })
		answer(chat.Receipt{}, err)
		r.post("#b", chat.Relays, nil, "elsewhere")
		r.until(name+": all told", func() bool {
			return !slices.ContainsFunc(r.queues(), func(q sprints.Queue) bool { return q.Place.Channel == "#b" && q.Waiting > 0 })
		})
		if got := reason(); got != sprints.Outside {
			t.Errorf("%s: waits since %q", name, got)
		}
		cancel()
		<-done
	}
}

// A place that is gone, for which nothing waits, is not kept for because it once
// taught a pace.
func TestAPlaceThatIsGoneAndTaughtAPaceIsLeftAlone(t *testing.T) {
	w := newWire()
	w.pace.PlaceEvery, w.pace.PlaceBurst = time.Millisecond, 1
	r := newRig(t, w, w)
	r.stop()
	if err := r.store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.Learned(chat.Place{Network: w.Name(), Channel: "#a"}, 4*time.Second)
	}); err != nil {
		t.Fatal(err)
	}
	s := relay.NewSender(w, r.store, r.clock, slog.New(slog.DiscardHandler))
	s.KeepFor(func(p chat.Place) bool { return p.Channel != "#a" }, func(sprints.Tx, chat.Place, string, chat.Text) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()
	r.post("#b", chat.Relays, nil, "elsewhere")
	r.drained()
	if err := r.store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Traffic()
		for _, q := range all {
			if q.Reason != "" {
				t.Errorf("%s waits since %q", q.Place, q.Reason)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
