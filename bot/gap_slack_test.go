package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// What happens on Slack while its socket is down: private words get their answer, old ones a word that they are old, and
// an edit of what had been carried is carried.
func TestWhatHappensOnSlackWhileItsSocketIsDownIsCaughtUp(t *testing.T) {
	start := time.Now()
	b := newBridged(t, []string{"#sprints"}, slackdouble.WithClock(func() time.Time { return start.Add(-30 * time.Minute) })) // the bridge carries what is younger than an hour
	b.d.AddUser(slackdouble.User{Name: "grace"})
	lobby := b.d.AddChannel(slackdouble.Channel{Name: "lobby"})
	first := b.d.Say("ada", "#sprints", "helo")
	b.carried([]string{"#sprints helo"})
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.slack.Status().Up })
	b.d.DirectMessage("ada", "next") // half an hour ago
	b.d.Edit("#sprints", first, "hello, all")
	b.d.SetClock(func() time.Time { return time.Now().Add(-time.Minute) })
	b.d.DirectMessage("grace", "next")
	b.d.Say("grace", lobby, "!projects")
	b.d.SetAway(false)
	b.carried([]string{"#sprints helo", "#sprints hello, all"})
	told := func(who string) string {
		var words []string
		for _, p := range b.d.Posts() {
			if p.Channel == b.d.DirectChannel(who) {
				words = append(words, p.Plain())
			}
		}
		return strings.Join(words, "\n")
	}
	b.until("answered", func() bool {
		return told("ada") != "" && strings.Count(told("grace"), "\n") > 0 && b.waiting("pycon") == 0
	})
	if got := told("ada"); !strings.Contains(got, "while I was away") {
		t.Errorf("ada is told %q", got)
	}
	if got := told("grace"); strings.Contains(got, "while I was away") {
		t.Errorf("grace is told %q", got)
	}
	n := len(b.d.Posts())
	b.stop()
	b.d.DirectMessage("grace", "easy")
	b.start()
	b.until("answered after a restart", func() bool { return len(b.d.Posts()) > n && b.waiting("pycon") == 0 })
}

// A network that finds words gone can't tell who took them back.
func TestWordsFoundToBeGoneWereTakenBackByWhoeverSaidThem(t *testing.T) {
	e, store := newEar(t)
	for i := range e.carrier.Routes {
		e.carrier.Routes[i].Ways = relay.Ways{Deletes: true}
	}
	gone := said("1:deleted", "", func(m *chat.Message) {
		m.Kind, m.Of, m.From = chat.Deleted, "1", chat.Handle{Network: m.From.Network}
	})
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "oops", nil), gone}); err != nil {
		t.Fatal(err)
	}
	err := store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Waiting("pycon", 0, 10)
		if !slices.ContainsFunc(all, func(q sprints.Queued) bool { return q.Kind == chat.Deleted && q.As != nil && q.As.ID == ada.ID }) {
			t.Errorf("rows %+v", all)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
