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
