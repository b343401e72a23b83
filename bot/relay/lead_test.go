package relay_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// leads starts the rig's sender anew with a lead.
func (r *rig) leads(network relay.Network, l relay.Lead) {
	r.stop()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	s := relay.NewSender(network, r.store, r.clock, slog.New(slog.NewTextHandler(io.Discard, nil)))
	s.LeadTo(l)
	go func() { done <- s.Run(ctx) }()
	r.stop = sync.OnceFunc(func() { cancel(); <-done })
}

// expiring posts words of ada that nobody takes before their time is over.
func (r *rig) expiring(w *wire, n int) {
	r.t.Helper()
	w.set(func() { w.up = false })
	for i := range n {
		r.post("#a", chat.Relays, func(o *chat.Outgoing) {
			o.As, o.From = &chat.Handle{Network: "far", ID: "account:ada", Nick: "ada"}, "IRC"
			o.Source, o.Expires = chat.SourceKey("far", fmt.Sprint(r.n, i)), r.clock.Now().Add(time.Minute)
		}, fmt.Sprint("words ", i))
	}
	r.passing(time.Minute)
}

func TestWhereSkippedWordsCanBeReadIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		lead relay.Lead
		want string
	}{
		"a channel": {relay.Lead{Where: func(to chat.Place, network string) string { return "#sprints of " + network }}, "#a 3 messages skipped, 09:00-09:00, read them in #sprints of far."},
		"a message": {relay.Lead{Where: func(to chat.Place, network string) string { return "#sprints of " + network },
			Link: func(network, id, thread string) string {
				return "https://" + network + ".example/" + id[strings.Index(id, " ")+1:]
			}},
			"#a 3 messages skipped, 09:00-09:00, read them in #sprints of far, from https://far.example/0 on"},
		"nowhere": {relay.Lead{}, "#a 3 messages skipped, 09:00-09:00."},
	} {
		w := newWire()
		r := newRig(t, w, w)
		r.leads(w, c.lead)
		r.expiring(w, 3)
		r.until("it is told", func() bool { return len(r.waiting()) == 1 })
		w.set(func() { w.up = true })
		if got := w.wait(t, 1); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %q", name, got)
		}
		r.stop()
	}
}

// The link is that of the first skipped, also where more is skipped before it
// could be told, and a restart lies between.
func TestTheFirstSkippedWordsAreLinkedTo(t *testing.T) {
	var linked []string
	lead := relay.Lead{Where: func(chat.Place, string) string { return "#sprints on Far" },
		Link: func(network, id, thread string) string {
			linked = append(linked, network+" "+id+" "+thread)
			return fmt.Sprint("https://far.example/", len(linked))
		}}
	w := newWire()
	r := newRig(t, w, w)
	r.leads(w, lead)
	w.set(func() { w.up = false })
	r.post("#a", chat.Relays, func(o *chat.Outgoing) {
		o.As, o.Source, o.Expires = &chat.Handle{Network: "far", Nick: "ada"}, chat.SourceKey("far", "C1:7.1"), r.clock.Now().Add(time.Minute)
		o.Home = &chat.Place{Network: "far", Channel: "#sprints", Thread: "7.0"}
	}, "one")
	r.passing(time.Minute)
	r.until("it is told", func() bool {
		rows := r.waiting()
		return len(rows) == 1 && rows[0].Reply.Plain() == "1 message skipped, 09:00, read it in #sprints on Far, at https://far.example/1"
	})
	r.leads(w, lead)
	r.expiring(w, 2)
	r.until("it is told as one", func() bool {
		rows := r.waiting()
		return len(rows) == 1 && rows[0].Reply.Plain() == "3 messages skipped, 09:00-09:01, read them in #sprints on Far, from https://far.example/1 on"
	})
	r.stop()
	if len(linked) != 3 || linked[0] != "far C1:7.1 7.0" {
		t.Errorf("asked for %q", linked)
	}
}

func TestSkippedWordsStandOnAPage(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.leads(w, relay.Lead{Pages: "https://s.example"})
	r.expiring(w, 2)
	r.until("it is told", func() bool { return len(r.waiting()) == 1 })
	r.leads(w, relay.Lead{Pages: "https://s.example"}) // a restart in between
	r.expiring(w, 1)
	r.until("it is told as one", func() bool {
		rows := r.waiting()
		return len(rows) == 1 && strings.Contains(rows[0].Reply.Plain(), "3 messages")
	})
	w.set(func() { w.up = true })
	got := w.wait(t, 1)
	said := regexp.MustCompile(`^#a 3 messages skipped, 09:00-09:01, read them at https://s\.example/t/([\w-]{22})$`).FindStringSubmatch(got[0])
	if said == nil {
		t.Fatalf("told %q", got)
	}
	var words []string
	if err := r.store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Skipped(said[1])
		for _, s := range all {
			words = append(words, s.Who.Nick+" on "+s.Place+": "+s.Text.Plain())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := "ada on IRC: words 0; ada on IRC: words 1; ada on IRC: words 0"; strings.Join(words, "; ") != want {
		t.Errorf("the page has %q", words)
	}
}

// What tells of a flood stands among relays, and does not expire.
func TestWhatNeverExpiresKeepsNothingAliveBehindIt(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	w.set(func() { w.up = false })
	r.post("#a", chat.Relays, nil, "notice")
	r.expiring(w, 2)
	r.until("it is told", func() bool {
		rows := r.waiting()
		return len(rows) == 2 && strings.HasPrefix(rows[1].Reply.Plain(), "2 messages skipped")
	})
	w.set(func() { w.up = true })
	if got := w.wait(t, 2); len(got) != 2 || !strings.HasPrefix(got[0], "#a 2 messages skipped") || got[1] != "#a notice" {
		t.Errorf("arrived %q", got)
	}
}

// A notice names the day of what it tells, as it is on the sprint's clocks when
// the notice goes: a network may be away overnight.
func TestANoticeThatWaitsOvernightNamesTheDay(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York") // where it is five in the morning
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		words int
		away  time.Duration
		want  string
	}{
		"the same day":  {2, 18 * time.Hour, "#a 2 messages skipped, 05:00-05:00."},
		"the next day":  {2, 20 * time.Hour, "#a 2 messages skipped, Mon 17 May 05:00-05:00."},
		"one, next day": {1, 20 * time.Hour, "#a 1 message skipped, Mon 17 May 05:00."},
	} {
		w := newWire()
		r := newRig(t, w, w)
		if err := r.store.Write(t.Context(), func(tx sprints.Tx) error {
			day := sprints.DayOf(r.clock.Now(), zone)
			return tx.SetEvent(sprints.Event{Name: "Pine", Zone: zone, First: day, Last: day})
		}); err != nil {
			t.Fatal(err)
		}
		r.expiring(w, c.words)
		r.until("it is told", func() bool { return len(r.waiting()) == 1 && r.waiting()[0].Lane == chat.Announcements })
		r.clock.forward(c.away)
		w.set(func() { w.up = true })
		if got := w.wait(t, 1); got[0] != c.want {
			t.Errorf("%s: %q, want %q", name, got[0], c.want)
		}
		r.stop()
	}
}
