package main

import (
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// TestOrganizersAreToldOnceThatTheBotIsKeptOut has a channel refuse words, be
// slow, and a network serve less than it is configured for.
func TestOrganizersAreToldOnceThatTheBotIsKeptOut(t *testing.T) {
	clock := newStepClock()
	libera := &moody{standIn: standIn{name: "libera"}}
	b, store := newBot(t)
	b.clock, b.networks = clock, append(b.networks, libera)
	b.ear.organizers = []chat.Place{chat.Direct(ada)}
	w, err := newWatch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	told := func() []string { // in a minute
		t.Helper()
		for range 7 {
			w.tellShut(t.Context(), w.look())
			clock.forward(10 * time.Second)
		}
		var words []string
		for _, r := range rows(t, store) {
			if having([]string{r}, "bridge retry libera") == 1 {
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
	shut := chat.Place{Network: "libera", Channel: "#django"}
	hold := func(why string) {
		t.Helper()
		write(func(tx sprints.Tx) error { return tx.Hold(shut, tx.Now().Add(time.Minute), why) })
	}
	libera.set(chat.Status{Up: true, Note: "connected as sprintbot"}, 0)
	hold("not in #django: banned")
	if got := told(); len(got) != 0 {
		t.Errorf("told of a place for which nothing waits: %q", got)
	}
	write(func(tx sprints.Tx) error {
		_, _, err := tx.Post(chat.Outgoing{Key: "k", To: shut, Lane: chat.Relays, At: tx.Now(), Expires: tx.Now().Add(time.Hour),
			Reply: chat.Reply{Lines: []chat.Line{sayLine("hello")}}})
		return err
	})
	for _, passing := range []string{chat.AskedToWait, sprints.Outside, ""} {
		hold(passing)
		if got := told(); len(got) != 0 {
			t.Errorf("told of a place that is %q: %q", passing, got)
		}
	}
	hold("not in #django: banned")
	w.tellShut(t.Context(), w.look())
	if got := rows(t, store); len(got) != 1 {
		t.Errorf("told at once: %q", got)
	}
	if got := told(); len(got) != 1 || having(got, "libera #django takes no words of mine: not in #django: banned.") != 1 {
		t.Errorf("told %q", got)
	}
	if w, err = newWatch(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got := told(); len(got) != 1 {
		t.Errorf("told again after a restart: %q", got)
	}
	libera.set(chat.Status{Up: true, Lacks: true, Note: "connected as sprintbot, not in #flask (it is invite-only)"}, 0)
	if got := told(); len(got) != 2 || having(got, "libera needs you: connected as sprintbot, not in #flask (it is invite-only).") != 1 {
		t.Errorf("told %q", got)
	}
	libera.set(chat.Status{Note: "away"}, 0)
	if got := told(); len(got) != 2 {
		t.Errorf("told of a network that is away: %q", got)
	}
}
