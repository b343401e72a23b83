package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// TestOrganizersAreToldOnceADayThatTheBotIsKeptOut has channels refuse words,
// or have other troubles, and a network serve less than it is configured for.
func TestOrganizersAreToldOnceADayThatTheBotIsKeptOut(t *testing.T) {
	clock := newStepClock()
	libera := &moody{standIn: standIn{name: "libera"}}
	b, store := newBot(t)
	b.clock, b.networks = clock, append(b.networks, libera)
	b.ear.organizers = []chat.Place{chat.Direct(ada)}
	watching := func() (stop func()) {
		t.Helper()
		w, err := newWatch(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { w.run(ctx) })
		return func() { end(); all.Wait() }
	}
	stop := watching()
	defer func() { stop() }()
	told := func(within time.Duration) (words []string) {
		t.Helper()
		for range within / shutEvery {
			clock.forward(shutEvery)
			clock.waited(t, lookEvery)
		}
		for _, r := range rows(t, store) {
			if having([]string{r}, "needs somebody") == 1 {
				words = append(words, r)
			}
		}
		return words
	}
	write := func(fn func(sprints.Tx) error) {
		t.Helper()
		if err := store.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	django, flask := chat.Place{Network: "libera", Channel: "#django"}, chat.Place{Network: "libera", Channel: "#flask"}
	hold := func(p chat.Place, why error) {
		t.Helper()
		write(func(tx sprints.Tx) error { return tx.Hold(p, tx.Now().Add(time.Minute), why.Error()) })
	}
	banned := &chat.ErrPlace{Reason: "not in #django: banned"}
	libera.set(chat.Status{Up: true, Note: "connected as sprintbot"}, 0)
	hold(django, banned)
	if got := told(5 * time.Minute); len(got) != 0 {
		t.Errorf("told of a place for which nothing waits: %q", got)
	}
	for _, p := range []chat.Place{django, flask} {
		write(func(tx sprints.Tx) error {
			_, _, err := tx.Post(chat.Outgoing{Key: p.Channel, To: p, Lane: chat.Relays, At: tx.Now(), Expires: tx.Now().Add(48 * time.Hour),
				Reply: chat.Reply{Lines: []chat.Line{sayLine("hello")}}})
			return err
		})
	}
	for _, passing := range []error{&chat.RetryAfter{Wait: time.Minute}, &chat.ErrPlace{Reason: "not in #django yet"}, context.DeadlineExceeded} {
		hold(django, passing)
		if got := told(5 * time.Minute); len(got) != 0 {
			t.Errorf("told of a place that is %q: %q", passing, got)
		}
	}
	hold(django, banned)
	hold(flask, &chat.ErrPlace{Reason: "not in #flask: full"})
	if got := told(2 * time.Minute); len(got) != 0 {
		t.Errorf("told at once: %q", got)
	}
	if got := told(5 * time.Minute); len(got) != 1 ||
		having(got, "libera needs somebody: #django takes no words of mine (not in #django: banned); #flask takes no words of mine (not in #flask: full).") != 1 {
		t.Errorf("told %q", got)
	}
	libera.set(chat.Status{Up: true, Lacks: true, Note: "connected as sprintbot, not in #ops (it is invite-only)"}, 0)
	stop()
	stop = watching()
	if got := told(5 * time.Minute); len(got) != 1 {
		t.Errorf("told again after a restart and a change: %q", got)
	}
	libera.set(chat.Status{Note: "away"}, 0)
	clock.forward(24 * time.Hour)
	clock.waited(t, lookEvery)
	if got := told(5 * time.Minute); len(got) != 1 {
		t.Errorf("told of a network that is away: %q", got)
	}
	libera.set(chat.Status{Up: true, Lacks: true, Note: "connected as sprintbot, not in #ops (it is invite-only)"}, 0)
	if got := told(5 * time.Minute); len(got) != 2 || having(got, "libera needs somebody: connected as sprintbot, not in #ops (it is invite-only); #django takes") != 1 {
		t.Errorf("told on another day %q", got)
	}
}
