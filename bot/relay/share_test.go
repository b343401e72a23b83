package relay_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// tight starts the sender anew, with little memory.
func (r *rig) tight(network relay.Network, ahead, share int) {
	r.stop()
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	s := relay.NewSender(network, r.store, r.clock, slog.New(slog.DiscardHandler))
	s.Hold(ahead, share)
	r.sender = s
	go func() { done <- s.Run(ctx) }()
	r.stop = sync.OnceFunc(func() { cancel(); <-done })
}

// of are the lines of one channel.
func of(channel string, lines []string) (words []string) {
	for _, l := range lines {
		if c, w, _ := strings.Cut(l, " "); c == channel {
			words = append(words, w)
		}
	}
	return words
}

// refusing has a wire refuse some channels, and returns what arrived.
type refusing struct {
	shut    map[string]bool
	arrived []string
	n       int
}

func (f *refusing) answer(p chat.Part) (chat.Receipt, error) {
	place := p.Out.To.Root()
	if f.shut[place.Channel] {
		return chat.Receipt{}, &chat.ErrPlace{Reason: "no"}
	}
	f.n++
	f.arrived = append(f.arrived, place.Channel+" "+p.Body)
	return chat.Receipt{ID: fmt.Sprint("id ", f.n, " ", p.Body)}, nil
}

// quietly is set once nothing is on its way: what a place refuses as it opens
// would be overtaken by what it takes next.
func (w *wire) quietly(t *testing.T, f func()) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for done := false; ; {
		w.set(func() {
			if done = w.told == len(w.sent); done {
				f()
			}
		})
		if done {
			return
		}
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			t.Fatal("the wire is never quiet")
		}
	}
}

// drainedInTime is drained while time passes: what was refused just before its
// place opened waits for its next try.
func (r *rig) drainedInTime() {
	r.t.Helper()
	defer r.clock.runs()()
	r.drained()
}

// runs has the clock go until it is stopped.
func (c *handClock) runs() (stop func()) {
	end, moving := make(chan struct{}), sync.WaitGroup{}
	moving.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				c.forward(time.Second)
			case <-end:
				return
			}
		}
	})
	return func() { close(end); moving.Wait() }
}

func TestAPlaceThatRefusesManyRowsKeepsNoOtherPlaceWaiting(t *testing.T) {
	w := newWire()
	f := &refusing{shut: map[string]bool{"#a": true}}
	w.answer = f.answer
	r := newRig(t, w, w)
	r.tight(w, 20, 8)
	r.post("#a", chat.Relays, nil, numbered(400)...)
	r.post("#b", chat.Relays, nil, numbered(300)...)
	r.post("#a", chat.Relays, nil, "newest")
	r.post("#b", chat.Relays, nil, "newest")
	limit := time.After(30 * time.Second)
	for n := 0; n < 301; {
		select {
		case <-w.news:
		case <-limit:
			t.Fatalf("of what goes to #b only %d lines were sent", n)
		}
		n = len(of("#b", w.lines()))
	}
	if got := of("#b", w.lines()); !slices.IsSorted(got) || got[300] != "newest" {
		t.Errorf("#b heard %q", got)
	}
	w.set(func() { f.shut = nil })
	r.drainedInTime()
	want := append(numbered(400), "newest")
	if got := of("#a", f.arrived); !slices.Equal(got, want) {
		t.Errorf("#a heard %d lines: %q", len(got), got)
	}
}

func TestChangesOfWordsLeftInTheStoreStayBehindThem(t *testing.T) {
	w := newWire()
	f := &refusing{shut: map[string]bool{"#a": true}}
	w.answer = f.answer
	r := newRig(t, w, w)
	r.tight(w, 6, 4)
	r.post("#a", chat.Relays, nil, numbered(40)...)
	rows := r.waiting()
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Edited, rows[30].Row }, "better")
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Deleted, rows[31].Row }, "-")
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Edited, rows[1].Row }, "first")
	w.set(func() { f.shut = nil })
	r.drainedInTime()
	want := append(numbered(40), "better", "-", "first")
	if got := of("#a", f.arrived); !slices.Equal(got, want) {
		t.Errorf("#a heard %q", got)
	}
}

func TestWordsLeftInTheStoreAreNotSentAfterTheirTime(t *testing.T) {
	w := newWire()
	w.up = false
	r := newRig(t, w, w)
	r.tight(w, 6, 3)
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.As, o.Expires = &chat.Handle{Nick: "ada"}, r.clock.Now().Add(time.Minute) }, numbered(50)...)
	r.post("#a", chat.Relays, nil, "late")
	r.clock.forward(2 * time.Minute)
	w.set(func() { w.up = true })
	r.drained()
	skipped, late := 0, 0
	for _, words := range of("#a", w.lines()) {
		var n int
		if _, err := fmt.Sscanf(words, "%d message", &n); err == nil {
			skipped += n
		} else if words == "late" {
			late++
		} else {
			t.Errorf("sent %q", words)
		}
	}
	if skipped != 50 || late != 1 {
		t.Errorf("%d skipped, late %d times: %q", skipped, late, w.lines())
	}
}

func TestLinesInDoubtBeyondAPlacesShareAreLookedUpAfterACrash(t *testing.T) {
	w := newWire()
	h := &historic{wire: w}
	w.keep = true
	r := newRig(t, h, w)
	r.begun()
	yes := slices.Repeat([]string{"yes"}, 40) // which one is which nobody can tell
	r.post("#a", chat.Relays, nil, yes...)
	w.wait(t, 8)
	r.kill(w)
	h.arrive("yes")
	h.arrive("yes")
	w.set(func() {
		w.pace.Window = 3
		w.keep, w.sent, w.answer = false, nil, func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	r.tight(h, 6, 4) // the seventh line is in doubt, and in the store
	r.post("#a", chat.Relays, nil, "new")
	r.drainedInTime()
	if got, want := of("#a", w.lines()), append(yes[2:], "new"); !slices.Equal(got, want) {
		t.Errorf("sent %d lines: %q", len(got), got)
	}
}

// TestNothingIsLostOrDoubledWithLittleMemory posts to places that refuse now and
// then, and starts the sender anew in between.
func TestNothingIsLostOrDoubledWithLittleMemory(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			channels := []string{"#a", "#b", "#c"}
			w := newWire()
			f := &refusing{shut: map[string]bool{}}
			w.answer = f.answer
			r := newRig(t, w, w)
			r.tight(w, 9, 3)
			said := map[string][]string{}
			for range 60 {
				c := channels[random.IntN(len(channels))]
				switch n := random.IntN(10); {
				case n < 6:
					var words []string
					for range 1 + random.IntN(8) {
						words = append(words, fmt.Sprintf("%04d", len(said[c])))
						said[c] = append(said[c], words[len(words)-1])
					}
					r.post(c, chat.Relays, nil, words...)
				case n < 9:
					w.quietly(t, func() { f.shut[c] = !f.shut[c] })
				default:
					r.tight(w, 9, 3)
				}
			}
			w.quietly(t, func() { clear(f.shut) })
			r.drainedInTime()
			for _, c := range channels {
				if got := of(c, f.arrived); !slices.Equal(got, said[c]) {
					t.Errorf("%s heard %q, and %d lines were said", c, got, len(said[c]))
				}
			}
		})
	}
}
