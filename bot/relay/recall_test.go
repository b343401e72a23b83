package relay_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// historic is a wire whose place keeps what was said, and can be asked for it.
type historic struct {
	*wire
	blind  bool
	stands []string // ids of what arrived: the words, a number behind those that are there already
	asked  [][]string
	since  time.Time
}

func (h *historic) Recalls(p chat.Place) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.blind
}

func (h *historic) Recall(_ context.Context, parts []chat.Part, since time.Time, known func(string) bool) ([]chat.Receipt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.since = since
	found := make([]chat.Receipt, len(parts))
	var bodies []string
	used := map[string]bool{}
	for i, p := range parts {
		bodies = append(bodies, p.Body)
		for _, id := range h.stands {
			if words, _, _ := strings.Cut(id, "#"); words == p.Body && !used[id] && !known(id) {
				found[i].ID, used[id] = id, true
				break
			}
		}
	}
	h.asked = append(h.asked, bodies)
	return found, nil
}

// arrive has words stand there, and returns their id; under the wire's lock.
func (h *historic) arrive(words string) string {
	id := fmt.Sprint(words, "#", len(h.stands))
	h.stands = append(h.stands, id)
	return id
}

// questions are what was asked for, once there are n.
func (r *rig) questions(h *historic, n int) [][]string {
	r.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		h.mu.Lock()
		asked := slices.Clone(h.asked)
		h.mu.Unlock()
		if len(asked) >= n {
			return asked
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-limit:
			r.t.Fatalf("asked %d times, want %d", len(asked), n)
		}
	}
}

// cutAt answers parts until the link dies: what is on the wire then arrived if
// it stands in arrived, and nobody was told.
func (h *historic) cutAt(words string, arrived ...string) {
	dead := false
	h.answer = func(p chat.Part) (chat.Receipt, error) {
		if p.Body == words && len(h.asked) == 0 {
			dead, h.up = true, false
		}
		if dead && len(h.asked) == 0 {
			if slices.Contains(arrived, p.Body) {
				h.arrive(p.Body)
			}
			return chat.Receipt{}, chat.ErrOffline
		}
		return chat.Receipt{ID: h.arrive(p.Body)}, nil
	}
}

func TestLinesInDoubtAfterALostLinkAreLookedUpAndNotDoubled(t *testing.T) {
	w := newWire()
	h := &historic{wire: w}
	h.cutAt("002", "002", "004")
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, "000", "001", "002", "003", "004")
	r.until("two are sent", func() bool { return len(r.waiting()) <= 3 })
	r.post("#a", chat.Relays, nil, "005")
	before := len(w.wait(t, 3))
	w.quietly(t, func() { w.up = true })
	first := r.questions(h, 1)[0]
	if len(first) == 0 || first[0] != "002" {
		t.Errorf("looked for %q", first)
	}
	r.passing(3 * time.Second)
	if second := r.questions(h, 2)[1]; slices.Contains(second, "002") {
		t.Errorf("what was found is looked for again: %q", second)
	}
	r.drained()
	if again := w.lines()[before:]; slices.Contains(again, "#a 002") || !slices.Contains(again, "#a 003") || again[len(again)-1] != "#a 005" {
		t.Errorf("sent again %q", again)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]int{}
	for _, id := range h.stands {
		words, _, _ := strings.Cut(id, "#")
		seen[words]++
	}
	for i := range 6 {
		if words := fmt.Sprintf("%03d", i); seen[words] != 1 {
			t.Errorf("%s stands there %d times", words, seen[words])
		}
	}
}

func TestWhatIsTheReceiptOfAnotherRowIsNotTakenForALineInDoubt(t *testing.T) {
	w := newWire()
	h := &historic{wire: w}
	r := newRig(t, h, w)
	r.begun()
	w.answer = func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	r.post("#a", chat.Relays, nil, "yes")
	r.drained()
	w.set(func() {
		w.up, w.answer = true, func(p chat.Part) (chat.Receipt, error) {
			if len(h.asked) == 0 {
				w.up = false
				return chat.Receipt{}, chat.ErrOffline
			}
			return chat.Receipt{ID: h.arrive(p.Body)}, nil
		}
	})
	r.post("#a", chat.Relays, nil, "yes")
	w.wait(t, 2)
	w.quietly(t, func() { w.up = true })
	r.questions(h, 1)
	r.passing(3 * time.Second)
	r.drained()
	if got := w.lines(); len(got) != 3 {
		t.Errorf("sent %q: the second yes was lost", got)
	}
}

func TestLinesInDoubtAfterACrashAreLookedUpTogether(t *testing.T) {
	w := newWire()
	h := &historic{wire: w}
	w.keep = true
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, numbered(12)...)
	w.wait(t, 8)
	r.kill(w)
	h.arrive("000")
	h.arrive("001")
	w.set(func() {
		w.keep, w.sent, w.answer = false, nil, func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	r.start(h)
	if first := r.questions(h, 1)[0]; len(first) != 12 {
		t.Errorf("looked for %q", first)
	}
	r.post("#a", chat.Relays, nil, "new")
	r.passing(3 * time.Second)
	r.drained()
	if n := len(r.questions(h, 2)); n != 2 {
		t.Errorf("asked %d times", n)
	}
	if got := w.lines(); len(got) != 11 || got[0] != "#a 002" || got[10] != "#a new" {
		t.Errorf("sent %q", got)
	}
}

func TestWhereNothingCanBeLookedUpLinesInDoubtGoAgainAtOnce(t *testing.T) {
	w := newWire()
	h := &historic{wire: w, blind: true}
	h.cutAt("000", "000")
	r := newRig(t, h, w)
	r.begun()
	w.set(func() {
		w.answer = func(chat.Part) (chat.Receipt, error) {
			if len(w.sent) == 1 {
				w.up = false
				return chat.Receipt{}, chat.ErrOffline
			}
			return chat.Receipt{}, nil
		}
	})
	r.post("#a", chat.Relays, nil, "000")
	w.wait(t, 1)
	w.quietly(t, func() { w.up = true })
	r.drained()
	if got := w.lines(); len(got) != 2 {
		t.Errorf("sent %q", got)
	}
}

func TestAnEditOfALineInDoubtIsNotLost(t *testing.T) {
	w := newWire()
	w.up = false
	h := &historic{wire: w}
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, "helo")
	r.stop()
	r.start(h)
	var row int64
	r.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Waiting("net", 0, 10)
		row = rows[0].Row
		return err
	})
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Edited, row }, "hello")
	w.set(func() { w.up = true })
	r.questions(h, 1)
	r.passing(3 * time.Second)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a hello"}) {
		t.Errorf("sent %q", got)
	}
}

// begun waits until the sender knows what waited before it: it reads why places
// waited, then the outbox, then the clock for itself.
func (r *rig) begun() {
	limit := time.After(30 * time.Second)
	for r.clock.asked.Load() < 3 {
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			r.t.Fatal("the sender never began")
		}
	}
}

// waiting are the rows that wait.
func (r *rig) waiting() (rows []sprints.Queued) {
	r.t.Helper()
	if err := r.store.Read(r.t.Context(), func(v sprints.View) (err error) {
		rows, err = v.Waiting("net", 0, 1000)
		return err
	}); err != nil {
		r.t.Fatal(err)
	}
	return rows
}

// kill ends the sender as a crash does: no answer comes any more.
func (r *rig) kill(w *wire) {
	r.t.Helper()
	w.mu.Lock()
	dones := w.dones
	w.dones = nil
	w.mu.Unlock()
	for _, d := range dones {
		d(chat.Receipt{}, chat.ErrOffline)
	}
	r.stop()
}

var _ relay.Recaller = (*historic)(nil)

func TestAnEditInDoubtAfterACrashIsLookedUpAndNotDoubled(t *testing.T) {
	w := newWire()
	h := &historic{wire: w}
	r := newRig(t, h, w)
	r.begun()
	w.set(func() {
		w.answer = func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	r.post("#a", chat.Relays, nil, "helo")
	r.drained()
	var row int64
	r.store.Read(t.Context(), func(v sprints.View) error {
		there, err := v.Carried(chat.Place{Network: "net", Channel: "#a"}, "helo#0")
		row = there[0].Row
		return err
	})
	w.set(func() { w.keep = true })
	r.post("#a", chat.Relays, nil, "other")
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Edited, row }, "hello")
	w.wait(t, 3)
	r.kill(w)
	h.arrive("other")
	h.arrive("hello")
	w.set(func() { w.keep, w.sent = false, nil })
	r.start(h)
	r.questions(h, 1)
	r.drained()
	if got := w.lines(); len(got) != 0 {
		t.Errorf("sent again %q", got)
	}
}

func TestWordsInDoubtThatAreTakenBackAreTakenBackWhereTheyArrived(t *testing.T) {
	w := newWire()
	w.keep = true
	h := &historic{wire: w}
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, "secret")
	w.wait(t, 1)
	row := r.waiting()[0].Row
	r.kill(w)
	h.arrive("secret")
	w.set(func() {
		w.keep, w.sent, w.answer = false, nil, func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Deleted, row }, "was taken back")
	r.start(h)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a was taken back"}) {
		t.Errorf("sent %q", got)
	}
}

func TestAnEditOfWordsInDoubtDoesNotDoubleThem(t *testing.T) {
	w := newWire()
	w.keep = true
	h := &historic{wire: w}
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, "arrived", "lost")
	w.wait(t, 2)
	rows := r.waiting()
	r.kill(w)
	h.arrive("arrived")
	w.set(func() {
		w.keep, w.sent, w.answer = false, nil, func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	for i, words := range []string{"arrived, edited", "lost, edited"} {
		r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Kind, o.About = chat.Edited, rows[i].Row }, words)
	}
	r.start(h)
	r.questions(h, 1)
	r.passing(3 * time.Second)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a lost, edited", "#a arrived, edited"}) {
		t.Errorf("sent %q", got)
	}
}

func TestANetworkThatSaysItIsUpAndTakesNothingIsNotTriedWithoutEnd(t *testing.T) {
	w := newWire()
	h := &historic{wire: w, blind: true}
	w.answer = func(chat.Part) (chat.Receipt, error) { return chat.Receipt{}, chat.ErrOffline }
	r := newRig(t, h, w)
	r.begun()
	r.post("#a", chat.Relays, nil, "000", "001")
	w.wait(t, 1)
	<-time.After(100 * time.Millisecond) // thousands, if it never looked up
	if tried := w.lines(); len(tried) > 4 {
		t.Errorf("tried %d times", len(tried))
	}
	w.set(func() {
		w.sent, w.answer = nil, func(p chat.Part) (chat.Receipt, error) { return chat.Receipt{ID: h.arrive(p.Body)}, nil }
	})
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a 000", "#a 001"}) {
		t.Errorf("sent %q once it took words", got)
	}
}

func TestANetworkThatSaysItIsUpAndTakesNothingIsWaitedForWithoutLookingAtItsPaceAllTheTime(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Burst: 1, Every: 5 * time.Millisecond, Window: 8}
	w.answer = func(chat.Part) (chat.Receipt, error) { return chat.Receipt{}, chat.ErrOffline }
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "000", "001")
	w.wait(t, 1)
	<-time.After(50 * time.Millisecond)
	before := r.clock.asked.Load()
	<-time.After(200 * time.Millisecond) // thousands, if it waited for the pace
	if n := r.clock.asked.Load() - before; n > 100 {
		t.Errorf("looked at the clock %d times", n)
	}
}
