package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// elsewhere is a configuration in which pycon stays, without the place that
// words wait for.
func (l *leaving) elsewhere() Config {
	c := l.without
	c.Networks = []NetworkConfig{l.with.Networks[0], {Name: "pycon", Channels: []string{"#elsewhere"}}}
	return c
}

// again has pycon start as a network that takes all.
func (l *leaving) again() {
	l.pycon = &standIn{name: "pycon", up: true, sent: make(chan string, 64)}
}

// TestWhatWaitsForAPlaceThatIsTakenOutGoesWhenItIsPutBack takes a channel out of
// a network that stays: nothing is tried there, and it is said what waits.
func TestWhatWaitsForAPlaceThatIsTakenOutGoesWhenItIsPutBack(t *testing.T) {
	l := newLeaving(t, time.Hour)
	l.says("1", "one", nil)
	done := l.becomes(l.elsewhere())
	said := regexp.MustCompile(`^pycon #sprints taken out \(1 message of [0-9:]+ waits for it, to go if it is put back before it expires, [-0-9:]+\)$`)
	if !slices.ContainsFunc(done, said.MatchString) {
		t.Errorf("told %q", done)
	}
	l.shows(sprints.Outside)
	if len(l.pycon.sent) > 0 {
		t.Errorf("%q is sent to a place that is gone", <-l.pycon.sent)
	}
	l.again()
	l.becomes(l.with)
	select {
	case got := <-l.pycon.sent:
		if got != "one" {
			t.Errorf("sent %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("not sent: %q", rows(t, l.store))
	}
}

// TestWhatExpiresForAPlaceThatIsTakenOutIsToldAndOver has words expire for a
// channel that its network has no more: organizers are told, and what stands in
// the channel's own rows ends too.
func TestWhatExpiresForAPlaceThatIsTakenOutIsToldAndOver(t *testing.T) {
	l := newLeaving(t, 2*time.Second)
	l.says("1", "one", nil)
	l.becomes(l.elsewhere())
	l.has("libera @account:ada: pycon #sprints is not in the configuration any more: 1 message skipped, ")
	err := l.store.Read(l.ctx, func(v sprints.View) error {
		waiting, err := v.Waiting("pycon", 0, 10)
		if len(waiting) != 1 || !strings.HasPrefix(waiting[0].Reply.Plain(), "1 message skipped") || waiting[0].Expires.IsZero() {
			t.Errorf("waiting %+v", waiting)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAPlaceThatIsBackIsNotSaidToBeGone puts a channel back in which nothing waits
// any more: what waits there later waits for its network.
func TestAPlaceThatIsBackIsNotSaidToBeGone(t *testing.T) {
	l := newLeaving(t, time.Hour)
	l.says("1", "one", nil)
	l.becomes(l.elsewhere())
	l.shows(sprints.Outside)
	err := l.store.Write(l.ctx, func(tx sprints.Tx) error {
		waiting, err := tx.Waiting("pycon", 0, 10)
		if err != nil {
			return err
		}
		return tx.Expire([]int64{waiting[0].Row})
	})
	if err != nil {
		t.Fatal(err)
	}
	l.again()
	l.pycon.up = false
	l.becomes(l.with)
	l.says("2", "two", nil)
	l.shows("")
}

// TestWhoIsSpokenToInPrivateIsNoPlaceThatIsTakenOut answers somebody on a network
// whose channels have changed.
func TestWhoIsSpokenToInPrivateIsNoPlaceThatIsTakenOut(t *testing.T) {
	l := newLeaving(t, time.Hour)
	l.becomes(l.elsewhere())
	l.says("1", "help", func(m *chat.Message) {
		m.From = chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}
		m.Addressed, m.Direct, m.In = true, true, chat.Direct(m.From)
	})
	select {
	case <-l.pycon.sent:
	case <-time.After(20 * time.Second):
		t.Fatalf("not answered: %q", rows(t, l.store))
	}
}
