package main

import (
	"fmt"
	"strings"
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Rows keep their keys for ever: who was taken for a relay can't be read there.
func TestWhoIsTakenForARelayIsNotNamedInTheKeysOfRows(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	gateway := chat.Handle{Network: "libera", ID: "account:grace", Nick: "gateway"}
	bob := chat.Handle{Network: "pycon", ID: "U1", Nick: "bob"}
	for i := range 6 {
		e.hears(t, said(fmt.Sprint("s", i), fmt.Sprintf("words %d", i), func(m *chat.Message) { m.In, m.From = onSlack, bob }))
		e.hears(t, said(fmt.Sprint(i), fmt.Sprintf("<b%sob (Slack)> words %d", chat.Apart, i), by(gateway)))
	}
	var ms []chat.Message
	for i := range 40 {
		ms = append(ms, said(fmt.Sprint("m", i), fmt.Sprintf("<%s> hello", []string{"cas", "dot"}[i%2]), by(gateway)))
	}
	e.hears(t, ms...)
	told := 0
	if err := store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Waiting("libera", 0, 1000)
		for _, r := range all {
			if strings.HasPrefix(r.Key, "organizers") {
				told++
			}
			if strings.Contains(r.Key, "grace") {
				t.Errorf("key %q", r.Key)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if told == 0 {
		t.Error("organizers were told nothing")
	}
}
