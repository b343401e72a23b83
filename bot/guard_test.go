package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// limited is an ear with limits, whose organizers are told in a room of theirs.
func limited(t *testing.T, limits relay.Limits) (*ear, sprints.Store) {
	t.Helper()
	e, store := newEar(t)
	e.guard.floods.Limit(limits)
	e.organizers = []chat.Place{chat.Direct(ada)}
	return e, store
}

func (e *ear) hears(t *testing.T, ms ...chat.Message) {
	t.Helper()
	for len(ms) > 0 {
		n := min(64, len(ms))
		if _, err := e.hear(t.Context(), ms[:n]); err != nil {
			t.Fatal(err)
		}
		ms = ms[n:]
	}
}

func by(h chat.Handle) func(*chat.Message) { return func(m *chat.Message) { m.From = h } }

// having counts the rows that hold words.
func having(rows []string, words string) (n int) {
	for _, r := range rows {
		if strings.Contains(r, words) {
			n++
		}
	}
	return n
}

func TestThreatFloodOfRelayedLines(t *testing.T) {
	e, store := limited(t, relay.Limits{Person: 60, Place: 200})
	eve := chat.Handle{Network: "libera", ID: "guest:1", Nick: "eve"}
	bob := chat.Handle{Network: "libera", ID: "guest:2", Nick: "bob"}
	var ms []chat.Message
	for i := range 99 {
		ms = append(ms, said(fmt.Sprint(i), "flood", by(eve)))
	}
	e.hears(t, append(ms, said("b", "bob is served", by(bob)))...)
	got := rows(t, store)
	if n := having(got, "pycon #sprints: flood"); n != 60 {
		t.Errorf("%d lines carried, want 60", n)
	}
	if having(got, "bob is served") != 1 {
		t.Error("bob is not served")
	}
	if having(got, "pycon #sprints: Too much at once from eve in libera #sprints") != 1 || having(got, "libera @account:ada: More than the limit") != 1 {
		t.Errorf("told otherwise than once: %q", got[len(got)-3:])
	}
}

func TestThreatFloodOfCommands(t *testing.T) {
	e, store := limited(t, relay.Limits{Commands: 20})
	eve := chat.Handle{Network: "libera", ID: "guest:1", Nick: "eve"}
	bob := chat.Handle{Network: "libera", ID: "guest:2", Nick: "bob"}
	flood := func(m *chat.Message) { command(m); m.From = eve }
	var ms []chat.Message
	for i := range 100 {
		ms = append(ms, said(fmt.Sprint(i), "help", flood))
	}
	e.hears(t, append(ms, said("b", "help", func(m *chat.Message) { command(m); m.From = bob }))...)
	got := rows(t, store)
	if n := having(got, "@guest:1: "); n != 21 || having(got, "That was a lot at once") != 1 {
		t.Errorf("%d answers, %d times told", n, having(got, "That was a lot at once"))
	}
	if having(got, "@guest:2: ") != 1 {
		t.Error("bob gets no answer")
	}
	if having(got, "pycon #sprints") > 0 {
		t.Error("commands were relayed")
	}
}

func TestThreatTwoSprintbotsOnOneChannel(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	twin := chat.Handle{Network: "libera", ID: "account:twin", Nick: "sprintbot2", Bot: true}
	var ms []chat.Message
	for i := range 20 {
		ms = append(ms, said(fmt.Sprint(i), "<b"+chat.Apart+"ob (Slack)> hello", by(twin)))
	}
	e.hears(t, append(ms, said("own", "Copperkettle sits at B4", by(twin)))...)
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: Copperkettle sits at B4"}) {
		t.Errorf("rows %q", got)
	}
}

func TestThreatTwoBotsAnsweringEachOther(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	other := chat.Handle{Network: "libera", ID: "account:ci", Nick: "ci", Bot: true}
	e.hears(t, said("1", "help", func(m *chat.Message) { command(m); m.From = other }))
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: !help"}) {
		t.Errorf("rows %q", got)
	}
}

func TestAnotherRelayIsAskedAboutOnceAndIgnoredOnCommand(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	gateway := chat.Handle{Network: "libera", ID: "guest:9", Nick: "gateway"}
	var ms []chat.Message
	for i := range 40 {
		ms = append(ms, said(fmt.Sprint(i), fmt.Sprintf("<%s> hello", []string{"cas", "dot"}[i%2]), by(gateway)))
	}
	e.hears(t, ms...)
	got := rows(t, store)
	if having(got, "gateway in libera #sprints says what others said") != 1 || having(got, "bridge ignore libera gateway") != 1 {
		t.Errorf("organizers were told otherwise than once: %q", got)
	}
	if n := having(got, "> hello"); n != 40 {
		t.Errorf("%d of 40 carried before an organizer confirmed", n)
	}
	direct := func(m *chat.Message) { m.Addressed, m.Direct, m.In = true, true, chat.Direct(ada) }
	e.hears(t, said("i", "bridge ignore libera gateway", func(m *chat.Message) { direct(m) }))
	e.hears(t, said("after", "<cas> more", by(gateway)), said("cmd", "help", func(m *chat.Message) { command(m); m.From = gateway }))
	got = rows(t, store)
	if having(got, "<cas> more") != 0 || having(got, "@guest:9") != 0 {
		t.Errorf("carried or obeyed: %q", got)
	}
	// A pattern that also fits an organizer locks nobody out.
	e.hears(t, said("j", "bridge ignore libera a*", direct), said("k", "still here", nil))
	if having(rows(t, store), "pycon #sprints: still here") != 1 {
		t.Error("an organizer is ignored")
	}
}

// Somebody who repeats each line as it is carried is taken for a relay, until an
// organizer says that they are none; that is known after a restart too.
func TestWhoAnOrganizerSaysIsNoRelayStaysSo(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	quoter := chat.Handle{Network: "libera", ID: "guest:9", Nick: "quoter"}
	bob := chat.Handle{Network: "pycon", ID: "U1", Nick: "bob"}
	says := func(e *ear, from, to int) {
		for i := from; i < to; i++ {
			words := fmt.Sprintf("words %d", i)
			e.hears(t, said(fmt.Sprint("s", i), words, func(m *chat.Message) { m.In, m.From = onSlack, bob }))
			e.hears(t, said(fmt.Sprint(i), fmt.Sprintf("<b%sob (Slack)> words %d", chat.Apart, i), by(quoter)))
		}
	}
	says(e, 0, 6)
	got := rows(t, store)
	if having(got, "pycon #sprints: <b") != 1 || having(got, "quoter in libera #sprints repeats what I carry") != 1 ||
		having(got, "bridge heed libera quoter") != 1 || having(got, "bridge ignore libera quoter") != 1 {
		t.Errorf("rows %q", got)
	}
	e.hears(t, said("h", "bridge heed libera quoter", func(m *chat.Message) { m.Addressed, m.Direct, m.In = true, true, chat.Direct(ada) }))
	says(e, 10, 16)
	again := &ear{store: store, guard: newGuard(), desk: e.desk, log: e.log, carrier: e.carrier, organizers: e.organizers}
	if err := again.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	says(again, 20, 26)
	if got := rows(t, store); having(got, "pycon #sprints: <b") != 13 {
		t.Errorf("%d of 13 lines carried", having(got, "pycon #sprints: <b"))
	}
}

// Nobody needs an organizer to be heard: what is pasted is carried, all of it.
func TestWhoPastesWhatWasCarriedLosesNone(t *testing.T) {
	for _, n := range []int{3, 5, 10} {
		e, store := limited(t, relay.Limits{})
		bob := chat.Handle{Network: "pycon", ID: "U1", Nick: "bob"}
		var carried, pasted []chat.Message
		for i := range n {
			carried = append(carried, said(fmt.Sprint("s", i), fmt.Sprintf("words %d", i), func(m *chat.Message) { m.In, m.From = onSlack, bob }))
			pasted = append(pasted, said(fmt.Sprint(i), fmt.Sprintf("<sprintbot> <b%sob (Slack)> words %d", chat.Apart, i), nil))
		}
		for i := range carried {
			e.hears(t, carried[i])
		}
		for i := range pasted {
			e.hears(t, pasted[i])
		}
		if got := rows(t, store); having(got, "pycon #sprints: <sprintbot>") != n {
			t.Errorf("%d of %d pasted lines carried", having(got, "pycon #sprints: <sprintbot>"), n)
		}
	}
}

func TestAPausedPlaceIsNotCarriedAndSaysHowMuch(t *testing.T) {
	e, store := limited(t, relay.Limits{})
	kicked := 0
	e.kick = func() { kicked++ }
	direct := func(m *chat.Message) { m.Addressed, m.Direct, m.In = true, true, chat.Direct(ada) }
	e.hears(t, said("1", "bridge pause libera #sprints", direct))
	if kicked != 1 || !e.guard.isPaused(onIRC) || e.guard.isPaused(onSlack) {
		t.Fatalf("kicked %d times; paused %v, %v", kicked, e.guard.isPaused(onIRC), e.guard.isPaused(onSlack))
	}
	e.hears(t, said("2", "between us", nil), said("3", "still", nil))
	e.hears(t, said("4", "projects", command))
	got := rows(t, store)
	if having(got, "between us") > 0 {
		t.Errorf("carried: %q", got)
	}
	if having(got, "libera @account:ada: No project") == 0 && having(got, "libera @account:ada: ") < 2 {
		t.Errorf("no answer while paused: %q", got)
	}
	e.hears(t, said("5", "bridge resume libera #sprints", direct), said("6", "hello again", nil))
	got = rows(t, store)
	if having(got, "pycon #sprints: The bridge with libera #sprints goes on. 2 messages were said there meanwhile, ") != 1 ||
		having(got, "; read them in #sprints on IRC.") != 2 { // who resumed it, and those it goes on for
		t.Errorf("resume tells otherwise: %q", got)
	}
	if having(got, "pycon #sprints: hello again") != 1 {
		t.Errorf("what was said right after it is lost: %q", got)
	}
}

// TestWhatAFloodLeftOutIsToldThoughThePlaceIsPaused has the first words after a
// flood said in a place that an organizer has paused meanwhile.
func TestWhatAFloodLeftOutIsToldThoughThePlaceIsPaused(t *testing.T) {
	e, store := limited(t, relay.Limits{Person: 2})
	eve := chat.Handle{Network: "libera", ID: "guest:1", Nick: "eve"}
	ago := func(m *chat.Message) { m.From, m.Ago = eve, 3*time.Minute }
	for i := range 5 {
		e.hears(t, said(fmt.Sprint(i), "flood", ago))
	}
	if err := store.Write(t.Context(), func(tx sprints.Tx) error { _, err := tx.PauseBridge(onIRC); return err }); err != nil {
		t.Fatal(err)
	}
	if err := e.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	e.hears(t, said("after", "calm again", by(eve)))
	got := rows(t, store)
	if having(got, "3 messages of libera #sprints skipped") != 1 || having(got, "read them in #sprints on ") != 1 {
		t.Errorf("rows %q", got)
	}
	if having(got, "calm again") > 0 {
		t.Error("carried out of a place that is paused")
	}
}

func TestWhatAFloodLeftOutIsToldByTheWatch(t *testing.T) {
	e, store := limited(t, relay.Limits{Person: 2})
	eve := chat.Handle{Network: "libera", ID: "guest:1", Nick: "eve"}
	ago := func(m *chat.Message) { m.From, m.Ago = eve, 3*time.Minute }
	for i := range 5 {
		e.hears(t, said(fmt.Sprint(i), "flood", ago))
	}
	e.tellOver(t.Context())
	e.tellOver(t.Context())
	if got := rows(t, store); having(got, "3 messages of libera #sprints skipped") != 1 {
		t.Errorf("rows %q", got)
	}
}
