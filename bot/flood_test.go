package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// floodable is an ear with the limits of a configuration that names none, whose
// pages are public.
func floodable(t *testing.T) (*ear, sprints.Store) {
	t.Helper()
	c, err := load(t, usual)
	if err != nil {
		t.Fatal(err)
	}
	e, store := limited(t, c.Flood)
	e.carrier.Pages = "https://s.example"
	return e, store
}

func guest(nick string) chat.Handle {
	return chat.Handle{Network: "libera", ID: "guest:" + nick, Nick: nick}
}

// speaks is n lines of somebody, said some time ago.
func speaks(who string, n int, ago time.Duration) (ms []chat.Message) {
	for i := range n {
		ms = append(ms, said(fmt.Sprint(who, n, ago, i), fmt.Sprintf("%s %d", who, i), func(m *chat.Message) { m.From, m.Ago, m.At = guest(who), ago, m.At.Add(-ago) }))
	}
	return ms
}

// to is what waits for a place, in the order of a lane.
func to(t *testing.T, store sprints.Store, p chat.Place) (all []string) {
	t.Helper()
	for _, r := range rows(t, store) {
		if words, ok := strings.CutPrefix(r, p.String()+": "); ok {
			all = append(all, words)
		}
	}
	return all
}

var skippedPage = regexp.MustCompile(`https://s\.example/t/([\w-]{22})$`)

// skippedOn are the words on the page that the last of all names.
func skippedOn(t *testing.T, store sprints.Store, all []string) (words []string) {
	t.Helper()
	page := ""
	for _, said := range all {
		if found := skippedPage.FindStringSubmatch(said); found != nil {
			page = found[1]
		}
	}
	if page == "" {
		t.Fatalf("no page is told: %q", all[max(0, len(all)-3):])
	}
	if err := store.Read(t.Context(), func(v sprints.View) error {
		skipped, err := v.Skipped(page)
		for _, s := range skipped {
			words = append(words, s.Who.Nick+" on "+s.Place+": "+s.Text.Plain())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return words
}

func TestTheUsualLimitsLetACrowdThrough(t *testing.T) {
	e, store := floodable(t)
	var ms []chat.Message
	for i := range 30 {
		for p := range 8 {
			who := fmt.Sprint("p", p)
			ms = append(ms, said(fmt.Sprint(who, i), fmt.Sprint(who, " ", i), by(guest(who))))
		}
	}
	e.hears(t, append(ms, said("ann", "only a line of mine", by(guest("ann"))))...)
	got := to(t, store, onSlack)
	if len(got) != 241 || got[240] != "only a line of mine" {
		t.Errorf("%d of 241 carried, the last %q", len(got), got[len(got)-1])
	}
}

func TestWhoSaidFewIsCarriedWhateverOthersSay(t *testing.T) {
	e, store := floodable(t)
	var ms []chat.Message
	for i := range 55 {
		for p := range 20 {
			who := fmt.Sprint("p", p)
			ms = append(ms, said(fmt.Sprint(who, i), fmt.Sprint(who, " ", i), by(guest(who))))
		}
	}
	e.hears(t, append(ms, said("ann", "only a line of mine", by(guest("ann"))))...)
	got := to(t, store, onSlack)
	if having(got, "only a line of mine") != 1 || having(got, "Too much at once from several people together") != 1 {
		t.Errorf("the last %q", got[len(got)-2:])
	}
	if n := len(got); n < 600 || n > 630 {
		t.Errorf("%d carried", n)
	}
}

func TestWhatABreakerStopsCanBeReadAndItsSpeakerIsCarriedAgain(t *testing.T) {
	e, store := floodable(t)
	e.hears(t, speaks("bob", 75, 20*time.Second)...)
	e.hears(t, said("after", "one ordinary line", by(guest("bob"))))
	got := to(t, store, onSlack)
	if len(got) != 63 || got[59] != "bob 59" || !strings.HasPrefix(got[60], "Too much at once from bob in libera #sprints: ") ||
		!strings.HasPrefix(got[61], "15 messages of libera #sprints skipped, ") || !strings.Contains(got[61], "; read them at https://s.example/t/") ||
		got[62] != "one ordinary line" {
		t.Fatalf("%d rows, the last %q", len(got), got[max(0, len(got)-4):])
	}
	words := skippedOn(t, store, got)
	if len(words) != 15 || !slices.Contains(words, "bob on IRC: bob 60") || !slices.Contains(words, "bob on IRC: bob 74") {
		t.Errorf("the page has %q", words)
	}
	own := to(t, store, onIRC)
	if len(own) != 1 || !strings.HasPrefix(own[0], "15 messages said here, ") || !slices.Equal(skippedOn(t, store, own), words) {
		t.Errorf("their own place is told %q", own)
	}
	e.tellOver(t.Context())
	if again := rows(t, store); having(again, "15 messages ") != 2 {
		t.Error("told again")
	}
}

// The sender takes relays by the time they were said: so go the notices.
func TestWhatIsToldOfAFloodStandsBehindWhatIsCarriedOfIt(t *testing.T) {
	e, store := floodable(t)
	e.hears(t, speaks("bob", 75, 20*time.Second)...)
	e.tellOver(t.Context())
	if err := store.Read(t.Context(), func(v sprints.View) error {
		waiting, err := v.Waiting("pycon", 0, 1000)
		if len(waiting) != 62 {
			t.Fatalf("%d rows", len(waiting))
		}
		for i, w := range waiting {
			if w.Lane != chat.Relays || i > 0 && w.At.Before(waiting[i-1].At) {
				t.Errorf("row %d, %q, overtakes others", i, w.Reply.Plain())
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestARestartTellsWhatAFloodLeftOut(t *testing.T) {
	e, store := floodable(t)
	e.hears(t, speaks("bob", 75, 20*time.Second)...)
	again := &ear{store: store, guard: newGuard(), desk: e.desk, log: e.log, carrier: e.carrier, organizers: e.organizers}
	again.tellOver(t.Context())
	got := to(t, store, onSlack)
	if having(got, "15 messages of libera #sprints skipped") != 1 || len(skippedOn(t, store, got)) != 15 {
		t.Errorf("told %q", got[len(got)-1])
	}
}

func TestAFloodThatGoesOnIsNotToldAsOver(t *testing.T) {
	e, store := floodable(t)
	e.hears(t, speaks("bob", 75, 0)...)
	e.tellOver(t.Context())
	if got := rows(t, store); having(got, "messages of libera #sprints skipped") != 0 {
		t.Errorf("told %q", got[len(got)-1])
	}
}

// A second flood within a minute is told with what comes after it.
func TestFloodsOneAfterAnotherAreNotToldEachByItself(t *testing.T) {
	e, store := floodable(t)
	e.hears(t, speaks("bob", 75, 50*time.Second)...)
	e.tellOver(t.Context())
	e.hears(t, speaks("bob", 76, 30*time.Second)...)
	e.tellOver(t.Context())
	got := to(t, store, onSlack)
	if having(got, "messages of libera #sprints skipped") != 1 || having(got, "Too much at once") != 1 {
		t.Errorf("told %d times", having(got, "skipped"))
	}
}

func TestWordsOfAFloodThatAreTakenBackOrEditedAreSoOnTheirPage(t *testing.T) {
	e, store := floodable(t)
	ms := speaks("bob", 64, 20*time.Second)
	e.hears(t, ms...)
	e.hears(t,
		said("d", "", func(m *chat.Message) { m.From, m.Kind, m.Of = guest("bob"), chat.Deleted, ms[60].ID }),
		said("e", "mended", func(m *chat.Message) { m.From, m.Kind, m.Of = guest("bob"), chat.Edited, ms[61].ID }))
	e.tellOver(t.Context())
	got := to(t, store, onSlack)
	if words := skippedOn(t, store, got); !slices.Equal(words, []string{"bob on IRC: mended", "bob on IRC: bob 62", "bob on IRC: bob 63"}) {
		t.Errorf("the page has %q", words)
	}
	if having(got, "4 messages of libera #sprints skipped") != 1 || having(got, "; read 3 of them at https://") != 1 {
		t.Errorf("told %q", got[len(got)-1])
	}
	if err := store.Write(t.Context(), func(tx sprints.Tx) error {
		p, err := tx.Meet(guest("bob"))
		if err == nil {
			_, err = tx.ForgetPerson(p.ID)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if words := skippedOn(t, store, got); len(words) != 0 {
		t.Errorf("after being forgotten: %q", words)
	}
}

// Topics and reactions are one line a minute, however many: a flood stops none
// of them, its own neither, and so none is to be counted.
func TestTopicsAndReactionsWithinAFloodAreCarried(t *testing.T) {
	e, store := floodable(t)
	e.carrier.Routes[0].Ways = relay.Ways{Topics: true, Reactions: true}
	ms := speaks("bob", 75, 0)
	e.hears(t, ms...)
	by := func(kind chat.Kind) func(*chat.Message) {
		return func(m *chat.Message) { m.From, m.Kind, m.Of = guest("bob"), kind, ms[0].ID }
	}
	e.hears(t, said("t", "a new topic", by(chat.Topic)), said("r", "+1", by(chat.Reacted)))
	if got := to(t, store, onSlack); having(got, "a new topic") != 1 || having(got, "+1") != 1 {
		t.Errorf("carried %q", got[60:])
	}
	if err := store.Read(t.Context(), func(v sprints.View) error {
		f, err := v.Flood(onIRC)
		if f.Lines != 15 {
			t.Errorf("%d lines are counted", f.Lines)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// The page tells what was said, whatever holds an edit of it back.
func TestEditsThatAreNotCarriedAreOnThePageOfWhatWasLeftOut(t *testing.T) {
	for name, held := range map[string]func(*testing.T, *ear, sprints.Store){
		"a pause": func(t *testing.T, e *ear, store sprints.Store) {
			if err := store.Write(t.Context(), func(tx sprints.Tx) error { _, err := tx.PauseBridge(onIRC); return err }); err != nil {
				t.Fatal(err)
			}
			if err := e.guard.refresh(t.Context(), store); err != nil {
				t.Fatal(err)
			}
		},
		"more of a flood than is kept": func(t *testing.T, e *ear, store sprints.Store) {
			if err := store.Write(t.Context(), func(tx sprints.Tx) error {
				return tx.SaveFlood(sprints.Flood{Place: onIRC, Kept: 5000, Since: tx.Now().Add(-time.Hour), Told: tx.Now()})
			}); err != nil {
				t.Fatal(err)
			}
			e.hears(t, speaks("bob", 64, 0)...)
		},
	} {
		e, store := floodable(t)
		ms := speaks("bob", 64, 30*time.Second)
		e.hears(t, ms...)
		e.tellOver(t.Context())
		got := to(t, store, onSlack)
		held(t, e, store)
		e.hears(t, said("e", "mended", func(m *chat.Message) { m.From, m.Kind, m.Of = guest("bob"), chat.Edited, ms[61].ID }))
		if words := skippedOn(t, store, got); len(words) != 4 || words[1] != "bob on IRC: mended" {
			t.Errorf("%s: the page has %q", name, words)
		}
	}
}

func TestAPausedPlacesFloodIsNotKept(t *testing.T) {
	e, store := floodable(t)
	if err := store.Write(t.Context(), func(tx sprints.Tx) error { _, err := tx.PauseBridge(onIRC); return err }); err != nil {
		t.Fatal(err)
	}
	if err := e.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	e.hears(t, speaks("bob", 75, 20*time.Second)...)
	if err := store.Read(t.Context(), func(v sprints.View) error {
		f, err := v.Flood(onIRC)
		pauses, _ := v.Pauses()
		if f.Lines != 0 || len(pauses) != 1 || pauses[0].Skipped != 75 {
			t.Errorf("%+v, %+v", f, pauses)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestHowMuchOfAFloodIsKeptHasAnEnd(t *testing.T) {
	e, store := floodable(t)
	if err := store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.SaveFlood(sprints.Flood{Place: onIRC, Kept: 4990, Since: tx.Now().Add(-time.Hour)})
	}); err != nil {
		t.Fatal(err)
	}
	e.hears(t, speaks("bob", 75, 20*time.Second)...)
	e.tellOver(t.Context())
	got := to(t, store, onSlack)
	if n := len(skippedOn(t, store, got)); n != 10 || having(got, "15 messages of libera #sprints skipped") != 1 || having(got, "; read 10 of them at ") != 1 {
		t.Errorf("%d kept, told %q", n, got[len(got)-1])
	}
}
