package main

import (
	"context"
	"errors"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// leaving is a bot of two stand-ins, of which pycon is away and can be taken out
// of the configuration and put back.
type leaving struct {
	*bot
	t             *testing.T
	store         sprints.Store
	pycon         *standIn // as it comes back
	with, without Config
	ctx           context.Context
}

func newLeaving(t *testing.T, expires time.Duration) *leaving {
	t.Helper()
	irc := &standIn{name: "libera", up: true, silent: true}
	b, store := newBot(t, irc, &standIn{name: "pycon"})
	day := sprints.DayOf(time.Now(), time.UTC)
	both := []NetworkConfig{{Name: "libera", Channels: []string{"#sprints"}}, {Name: "pycon", Channels: []string{"#sprints"}}}
	l := &leaving{bot: b, t: t, store: store, pycon: &standIn{name: "pycon", up: true, sent: make(chan string, 64)}}
	l.with = Config{
		Event: sprints.Event{Name: "Ears", Zone: time.UTC, First: day, Last: day.Add(3)}, Networks: both, Expires: expires,
		Bridges: relay.Routes{{Join: []chat.Place{onIRC, onSlack}}}, Organizers: []Organizer{{"libera", ada.ID}},
	}
	l.without = l.with
	l.without.Networks, l.without.Bridges = both[:1], nil
	b.ear.apply(l.with, b.networks)
	b.ear.carrier.Pages = "https://s.example"
	b.reloads = &reloads{asked: make(chan chat.Handle, 1), now: l.with, make: func(NetworkConfig, Config) (relay.Network, error) { return l.pycon, nil }}
	ctx, stop := context.WithCancel(t.Context())
	l.ctx = ctx
	b.start(ctx, nil, b.networks...)
	t.Cleanup(func() {
		stop()
		b.running.stop(b.running.list()...)
		b.outside.stop(b.outside.list()...)
	})
	return l
}

func (l *leaving) says(id, words string, change func(*chat.Message)) {
	l.t.Helper()
	if _, err := l.ear.hear(l.ctx, []chat.Message{said(id, words, change)}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *leaving) becomes(c Config) []string {
	l.t.Helper()
	l.reloads.load = func() (Config, error) { return c, nil }
	done, err := l.change(l.ctx, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return done
}

// has waits until a waiting row has these words, and returns it.
func (l *leaving) has(words string) string {
	l.t.Helper()
	changes := l.store.Changes(l.ctx)
	limit := time.After(20 * time.Second)
	for {
		all := rows(l.t, l.store)
		if i := slices.IndexFunc(all, func(r string) bool { return strings.Contains(r, words) }); i >= 0 {
			return all[i]
		}
		select {
		case <-changes:
		case <-limit:
			l.t.Fatalf("no row says %q: %q", words, all)
		}
	}
}

// TestWhatWaitsForANetworkThatIsTakenOutGoesWhenItIsPutBack takes a network out
// for which three messages wait, has one of them taken back and one edited
// meanwhile, and puts it back.
func TestWhatWaitsForANetworkThatIsTakenOutGoesWhenItIsPutBack(t *testing.T) {
	l := newLeaving(t, time.Hour)
	for i, words := range []string{"one", "two", "three", "for"} {
		l.says(words, words, func(m *chat.Message) { m.At = m.At.Add(time.Duration(i) * time.Millisecond) })
	}
	done := l.becomes(l.without)
	said := regexp.MustCompile(`^network pycon taken out \(4 messages of [-0-9:]+ wait for it, to go if it is put back before they expire, [-0-9:]+\)$`)
	if !slices.ContainsFunc(done, said.MatchString) {
		t.Errorf("told %q", done)
	}
	if got := rows(t, l.store); having(got, "pycon #sprints") != 4 {
		t.Errorf("rows %q", got)
	}
	l.says("back", "", func(m *chat.Message) { m.Kind, m.Of = chat.Deleted, "two" })
	l.says("edit", "four", func(m *chat.Message) { m.Kind, m.Of = chat.Edited, "for" })
	l.has("four")
	l.becomes(l.with)
	for _, words := range []string{"one", "three", "four"} {
		select {
		case got := <-l.pycon.sent:
			if got != words {
				t.Errorf("sent %q, wanted %q", got, words)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q is not sent: %q", words, rows(t, l.store))
		}
	}
}

// TestThatANetworkIsNotInTheConfigurationIsShown looks at the reason that
// bridges shows.
func TestThatANetworkIsNotInTheConfigurationIsShown(t *testing.T) {
	l := newLeaving(t, time.Hour)
	l.says("1", "one", nil)
	l.becomes(l.without)
	l.shows(sprints.Outside)
	l.pycon.up = false // though it is back in the configuration
	l.becomes(l.with)
	l.shows("")
}

// shows waits until that is why one row waits on Slack.
func (l *leaving) shows(why string) {
	l.t.Helper()
	changes := l.store.Changes(l.ctx)
	limit := time.After(20 * time.Second)
	for {
		reason, waiting := "", 0
		err := l.store.Read(l.ctx, func(v sprints.View) error {
			all, err := v.Traffic()
			for _, t := range all {
				if t.Place == onSlack {
					reason, waiting = t.Reason, t.Waiting
				}
			}
			return err
		})
		if err != nil {
			l.t.Fatal(err)
		}
		if reason == why && waiting == 1 {
			return
		}
		select {
		case <-changes:
		case <-limit:
			l.t.Fatalf("%d wait: %q", waiting, reason)
		}
	}
}

// TestWhatExpiresForANetworkThatIsTakenOutIsTold has words expire while their
// network is not in the configuration: organizers are told once, with a page
// that has none of what was taken back.
func TestWhatExpiresForANetworkThatIsTakenOutIsTold(t *testing.T) {
	l := newLeaving(t, 2*time.Second)
	for _, words := range []string{"one", "two", "three"} {
		l.says(words, words, nil)
	}
	l.becomes(l.without)
	l.says("back", "", func(m *chat.Message) { m.Kind, m.Of = chat.Deleted, "two" })
	told := l.has("libera @account:ada: pycon is not in the configuration any more. For pycon #sprints: 2 messages skipped, ")
	page := regexp.MustCompile(`read them at https://s\.example/t/([\w-]{22})\n`).FindStringSubmatch(told)
	if page == nil {
		t.Fatalf("told %q", told)
	}
	err := l.store.Read(l.ctx, func(v sprints.View) error {
		all, err := v.Skipped(page[1])
		if len(all) != 2 || all[0].Text.Plain() != "one" || all[1].Text.Plain() != "three" {
			t.Errorf("on the page %+v", all)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, l.store); len(got) != 2 || !slices.ContainsFunc(got, func(r string) bool { return strings.HasPrefix(r, "pycon #sprints: 2 messages skipped") }) {
		t.Errorf("rows %q", got)
	}
}

// TestAStartWithoutANetworkTellsWhatWaitsForIt starts on a database in which
// rows wait for a network that is not in the configuration.
func TestAStartWithoutANetworkTellsWhatWaitsForIt(t *testing.T) {
	irc := &standIn{name: "libera", up: true, silent: true}
	b, store := newBot(t, irc)
	if _, err := b.ear.hear(t.Context(), []chat.Message{said("1", "one", nil)}); err != nil {
		t.Fatal(err)
	}
	b.ear.organizers = []chat.Place{chat.Direct(ada)}
	b.reloads = &reloads{asked: make(chan chat.Handle, 1)}
	ctx, stop := context.WithCancel(t.Context())
	ended := b.runs(t, ctx)
	l := &leaving{bot: b, t: t, store: store, ctx: ctx}
	l.has("libera @account:ada: pycon is not in the configuration any more: 1 message of ")
	stop()
	ended()
	if got := rows(t, store); having(got, "pycon #sprints: one") != 1 {
		t.Errorf("rows %q", got)
	}
}

// TestWhatIsPostedLaterForANetworkThatIsGoneEndsToo has a row come for a network
// that is gone when nothing waited for it.
func TestWhatIsPostedLaterForANetworkThatIsGoneEndsToo(t *testing.T) {
	clock := newStepClock()
	irc := &standIn{name: "libera", up: true, silent: true}
	b, store := newBot(t, irc)
	b.clock, b.reloads = clock, &reloads{asked: make(chan chat.Handle, 1)}
	ctx, stop := context.WithCancel(t.Context())
	ended := b.runs(t, ctx)
	clock.waited(t, outsideEvery)
	err := store.Write(ctx, func(tx sprints.Tx) error {
		_, _, err := tx.Post(chat.Outgoing{Key: "late", To: onSlack, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("late")), Expires: clock.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	changes := store.Changes(ctx)
	clock.forward(outsideEvery)
	limit := time.After(20 * time.Second)
	for len(rows(t, store)) > 0 {
		select {
		case <-changes:
		case <-limit:
			t.Fatalf("it still waits: %q", rows(t, store))
		}
	}
	stop()
	ended()
}

// TestWhatExpiresIsToldWhileTheConfigurationIsReadAgain tells, in a write, what a
// place did not get, while what is heard waits for its turn to write and a new
// configuration for what is heard.
func TestWhatExpiresIsToldWhileTheConfigurationIsReadAgain(t *testing.T) {
	l := newLeaving(t, time.Hour)
	var others sync.WaitGroup
	err := l.store.Write(l.ctx, func(tx sprints.Tx) error {
		others.Go(func() {
			if _, err := l.ear.hear(l.ctx, []chat.Message{said("1", "one", nil)}); err != nil {
				t.Error(err)
			}
		})
		for l.ear.mu.TryLock() {
			l.ear.mu.Unlock()
			runtime.Gosched()
		}
		others.Go(func() { l.ear.apply(l.with, l.networks) })
		for l.ear.mu.TryRLock() {
			l.ear.mu.RUnlock()
			runtime.Gosched()
		}
		told := make(chan error, 1)
		go func() { told <- l.tellOutside(tx, onSlack, "k", chat.Plainly("1 message skipped.")) }()
		select {
		case err := <-told:
			return err
		case <-time.After(20 * time.Second):
			return errors.New("each waits for another")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	others.Wait()
	l.has("1 message skipped.")
}
