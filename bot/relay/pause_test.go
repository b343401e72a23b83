package relay_test

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

func TestRelaysOfAPausedPlaceWaitAndAnswersGo(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	var paused atomic.Bool
	paused.Store(true)
	s := relay.NewSender(w, r.store, r.clock, slog.New(slog.DiscardHandler))
	s.Heed(func(p chat.Place) bool { return paused.Load() && p.Channel == "#a" })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()

	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.As, o.Expires = &chat.Handle{Nick: "ada"}, r.clock.Now().Add(time.Minute) }, "too late")
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Expires = r.clock.Now().Add(time.Hour) }, "waits")
	r.post("#a", chat.Announcements, nil, "announced")
	r.post("#a", chat.Answers, nil, "answered")
	r.post("#b", chat.Relays, nil, "elsewhere")
	got := w.wait(t, 3)
	slices.Sort(got)
	if want := []string{"#a announced", "#a answered", "#b elsewhere"}; !slices.Equal(got, want) {
		t.Fatalf("sent %q, want %q", got, want)
	}
	r.clock.forward(2 * time.Minute)
	if got := w.wait(t, 4); got[3] != "#a 1 message skipped, 09:00." {
		t.Errorf("what expired in a paused place: %q", got)
	}
	paused.Store(false)
	s.Kick()
	if got := w.wait(t, 5); got[4] != "#a waits" {
		t.Errorf("sent %q", got)
	}
	r.drained()
}
