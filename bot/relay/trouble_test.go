package relay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// queues are how the places stand.
func (r *rig) queues() (all []sprints.Queue) {
	r.t.Helper()
	err := r.store.Read(r.t.Context(), func(v sprints.View) (err error) {
		all, err = v.Queues()
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// until waits for a fact of the store.
func (r *rig) until(what string, is func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	changes := r.store.Changes(ctx)
	for !is() {
		select {
		case <-changes:
		case <-ctx.Done():
			r.t.Fatalf("never: %s; sent %q", what, r.net.lines())
		}
	}
}

func (r *rig) dead() (n int) {
	for _, q := range r.queues() {
		n += q.Dead
	}
	return n
}

func TestWaitingForANetworkThatIsAwayCostsNothing(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Window: 8, Burst: 1, Every: 10 * time.Millisecond}
	w.answer = func(chat.Part) (chat.Receipt, error) {
		w.up = false // with the pace spent
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, numbered(5)...)
	w.wait(t, 1)
	before := r.clock.asked.Load()
	<-time.After(300 * time.Millisecond)
	if n := r.clock.asked.Load() - before; n > 100 {
		t.Errorf("the sender looked at the clock %d times in 300 ms with nothing to do", n)
	}
	w.set(func() { w.up, w.answer = true, nil })
	r.drained()
}

func TestARowThatRendersToNothingHoldsNobodyUp(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Reply = chat.Reply{} }, "")
	r.post("#a", chat.Relays, nil, numbered(30)...)
	r.drained()
	if n := r.dead(); n != 1 {
		t.Errorf("%d dead rows", n)
	}
}

// choking panics over some words.
type choking struct{ *wire }

func (c choking) Render(out chat.Outgoing) []chat.Part {
	if out.Reply.Plain() == "odd" {
		panic("can't render this")
	}
	return c.wire.Render(out)
}

func TestARowThatCantBeRenderedDiesAlone(t *testing.T) {
	w := newWire()
	r := newRig(t, choking{w}, w)
	r.post("#a", chat.Relays, nil, "good", "odd", "better")
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a good", "#a better"}) || r.dead() != 1 {
		t.Errorf("sent %q, %d dead", got, r.dead())
	}
}

// stubborn is a store that never takes one row's receipt.
type stubborn struct {
	sprints.Store
	row atomic.Int64
}

type stubbornTx struct {
	sprints.Tx
	row int64
}

func (s *stubborn) Write(ctx context.Context, fn func(sprints.Tx) error) error {
	return s.Store.Write(ctx, func(tx sprints.Tx) error { return fn(stubbornTx{tx, s.row.Load()}) })
}

func (s *stubborn) WriteSoon(ctx context.Context, within time.Duration, fn func(sprints.Tx) error) error {
	return s.Store.WriteSoon(ctx, within, func(tx sprints.Tx) error { return fn(stubbornTx{tx, s.row.Load()}) })
}

func (x stubbornTx) Confirm(row int64, confirmed, of int, receipt chat.Receipt) error {
	if row == x.row {
		return errors.New("a rule of the schema says no")
	}
	return x.Tx.Confirm(row, confirmed, of, receipt)
}

func TestAReceiptThatCantBeStoredHoldsNoOtherUp(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	s := &stubborn{Store: r.store}
	s.row.Store(1)
	r.startOn(w, s)
	r.post("#a", chat.Relays, nil, numbered(30)...)
	w.wait(t, 30)
	r.until("only the one row waits", func() bool {
		qs := r.queues()
		return len(qs) == 1 && qs[0].Waiting == 1
	})
}

func TestWhatIsSkippedOneByOneIsToldInOneLine(t *testing.T) {
	w := newWire()
	w.up = false
	r := newRig(t, w, w)
	for i := range 5 {
		r.post("#a", chat.Relays, func(o *chat.Outgoing) {
			o.As = &chat.Handle{Nick: "ada"}
			o.Expires = r.clock.Now().Add(time.Hour)
		}, fmt.Sprint(i))
		r.clock.forward(time.Minute)
	}
	r.clock.forward(54 * time.Minute)
	for i := range 5 {
		r.clock.forward(time.Minute)
		r.until("a row expired", func() bool {
			relays := 0
			r.store.Read(t.Context(), func(v sprints.View) error {
				rows, err := v.Waiting("net", 0, 100)
				for _, row := range rows {
					if row.Relayed() {
						relays++
					}
				}
				return err
			})
			return relays <= 4-i
		})
		if i == 2 { // what was skipped before a restart counts too
			r.stop()
			r.start(w)
		}
	}
	w.set(func() { w.up = true })
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a 5 messages skipped, 09:00-09:04."}) {
		t.Errorf("sent %q", got)
	}
}

func TestPlacesSpokenInOnceAreForgotten(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	for i := range 60 {
		r.post(fmt.Sprintf("@guest:%d", i), chat.Answers, nil, "hello")
	}
	r.drained()
	r.post("#a", chat.Relays, nil, "last")
	r.drained()
	r.stop()
	if n := r.sender.Places(); n > 20 {
		t.Errorf("%d places are held in memory", n)
	}
}

// blind is a store that fails to read a few times.
type blind struct {
	sprints.Store
	fail atomic.Int64
}

func (b *blind) Read(ctx context.Context, fn func(sprints.View) error) error {
	if b.fail.Add(-1) >= 0 {
		return fmt.Errorf("%w: no descriptors left", sprints.ErrUnavailable)
	}
	return b.Store.Read(ctx, fn)
}

func TestAnOutboxThatCouldNotBeReadIsReadAgain(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	r.post("#a", chat.Relays, nil, "one", "two")
	b := &blind{Store: r.store}
	b.fail.Store(1)
	r.startOn(w, b)
	w.wait(t, 2)
}

func TestAPersonWhoSpeaksAgainIsAnsweredAtOnce(t *testing.T) {
	w := newWire()
	away := true
	w.answer = func(chat.Part) (chat.Receipt, error) {
		if away {
			return chat.Receipt{}, &chat.ErrPlace{Reason: "nobody is logged in to that account"}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("@account:ada", chat.Answers, nil, "one")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 1 && !qs[0].Held.IsZero() })
	w.set(func() { away = false })
	r.post("@account:ada", chat.Answers, nil, "two")
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"@account:ada one", "@account:ada one", "@account:ada two"}) {
		t.Errorf("sent %q", got)
	}
}

// lookingWire answers look-ups as it is told.
type lookingWire struct {
	*wire
	looked atomic.Int64
	err    func(n int64) error
}

func (f *lookingWire) Newest(chat.Place) string { return "mark" }
func (f *lookingWire) Find(context.Context, chat.Part, string) (chat.Receipt, bool, error) {
	err := f.err(f.looked.Add(1))
	select {
	case f.news <- struct{}{}:
	default:
	}
	return chat.Receipt{}, false, err
}

func (f *lookingWire) waitLooks(t *testing.T, n int64) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for f.looked.Load() < n {
		select {
		case <-f.news:
		case <-limit:
			t.Fatalf("looked up %d times, not %d", f.looked.Load(), n)
		}
	}
}

var _ relay.Finder = (*lookingWire)(nil)

// halfWire is a wire that finds the first part of each row only.
type halfWire struct{ *lookingWire }

func (f *halfWire) Find(ctx context.Context, p chat.Part, after string) (chat.Receipt, bool, error) {
	_, _, err := f.lookingWire.Find(ctx, p, after)
	return chat.Receipt{ID: "found " + p.Body}, p.N == 0, err
}

func TestARowFoundInPartKeepsTheReceiptOfItsFirstPart(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	f := &halfWire{&lookingWire{wire: w, err: func(int64) error { return nil }}}
	r := newRig(t, f, w)
	w.answer = func(chat.Part) (chat.Receipt, error) {
		if len(w.sent) == 1 {
			return chat.Receipt{}, errors.New("the answer was lost")
		}
		return chat.Receipt{ID: "sent again"}, nil
	}
	r.post("#a", chat.Relays, nil, "one|two")
	w.wait(t, 1)
	r.passing(6 * time.Second)
	f.waitLooks(t, 2)
	r.passing(3 * time.Second)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a one", "#a two"}) || f.looked.Load() != 3 {
		t.Errorf("sent %q, looked up %d times", got, f.looked.Load())
	}
	err := r.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Carried(chat.Place{Network: "net", Channel: "#a"}, "found one")
		if err == nil && len(rows) != 1 {
			t.Errorf("%d rows have the first part's receipt", len(rows))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// passing has the clock go on once somebody waits for a moment so far away at
// most.
func (r *rig) passing(d time.Duration) {
	r.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		r.clock.mu.Lock()
		waited := false
		for _, at := range r.clock.wait {
			waited = waited || at.Sub(r.clock.now) <= d
		}
		r.clock.mu.Unlock()
		if waited {
			r.clock.forward(d)
			return
		}
		select {
		case <-time.After(time.Millisecond):
		case <-limit:
			r.t.Fatal("nobody waits")
		}
	}
}

func TestARowInDoubtWhosePersonIsGoneDies(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if p.Body == "lost" {
			return chat.Receipt{}, errors.New("timeout")
		}
		return chat.Receipt{}, nil
	}
	f := &lookingWire{wire: w, err: func(int64) error { return &chat.ErrRefused{Reason: "user_not_found"} }}
	r := newRig(t, f, w)
	r.post("@U1", chat.Answers, nil, "lost", "next")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 1 && !qs[0].Held.IsZero() })
	r.clock.forward(time.Minute)
	r.drained()
	if got := w.lines(); r.dead() != 1 || !slices.Equal(got, []string{"@U1 lost", "@U1 next"}) {
		t.Errorf("%d dead, sent %q", r.dead(), got)
	}
}

// A network may ask to wait and name no time. Words have the pace of their place,
// a look-up has none.
func TestALookUpThatIsAskedToWaitNoTimeAtAllWaitsAMoment(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	w.answer = func(chat.Part) (chat.Receipt, error) { return chat.Receipt{}, errors.New("timeout") }
	f := &lookingWire{wire: w, err: func(int64) error { return &chat.RetryAfter{} }}
	r := newRig(t, f, w)
	r.post("#a", chat.Relays, nil, "lost")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 1 && !qs[0].Held.IsZero() })
	r.clock.forward(6 * time.Second)
	f.waitLooks(t, 1)
	<-time.After(100 * time.Millisecond) // hundreds, if it did not
	if n := f.looked.Load(); n != 1 {
		t.Errorf("looked up %d times", n)
	}
	r.clock.forward(time.Second)
	f.waitLooks(t, 2)
}

func TestALookUpThatIsAskedToWaitWaits(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	lost := true
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if lost {
			lost = false
			return chat.Receipt{}, errors.New("timeout")
		}
		return chat.Receipt{}, nil
	}
	f := &lookingWire{wire: w, err: func(n int64) error {
		if n == 1 {
			return &chat.RetryAfter{Wait: time.Minute}
		}
		return nil
	}}
	r := newRig(t, f, w)
	r.post("#a", chat.Relays, nil, "lost")
	held := func() time.Time {
		if qs := r.queues(); len(qs) == 1 {
			return qs[0].Held
		}
		return time.Time{}
	}
	r.until("the place waits", func() bool { return !held().IsZero() })
	r.clock.forward(6 * time.Second)
	f.waitLooks(t, 1)
	asked := r.clock.Now().Add(time.Minute)
	r.until("the place waits as long as asked", func() bool { return held().Equal(asked) })
	r.clock.forward(61 * time.Second)
	f.waitLooks(t, 2)
	r.passing(3 * time.Second) // what is not there is looked for once more
	r.drained()
	if got := w.lines(); len(got) != 2 || f.looked.Load() != 3 {
		t.Errorf("looked up %d times, sent %q", f.looked.Load(), got)
	}
}

func TestServersWordsStayOutOfTheLog(t *testing.T) {
	w := newWire()
	first := true
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		switch {
		case p.Body == "bad":
			return chat.Receipt{}, &chat.ErrRefused{Reason: "the word secretword is filtered"}
		case first:
			first = false
			return chat.Receipt{}, &chat.ErrPlace{Reason: "your message contained secretword"}
		}
		return chat.Receipt{}, nil
	}
	var log strings.Builder
	r := newRig(t, w, w)
	r.stop()
	r.startLogged(w, &log)
	r.post("#a", chat.Relays, nil, "one")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 1 && !qs[0].Held.IsZero() })
	r.clock.forward(time.Minute)
	r.post("#a", chat.Relays, nil, "bad")
	r.drained()
	r.stop()
	if got := log.String(); strings.Contains(got, "secretword") || !strings.Contains(got, "place waits") || !strings.Contains(got, "row refused") {
		t.Errorf("log: %s", got)
	}
}

// Whoever asked has left for good: that is no illness, nothing to send again, and
// costs others no turn of the pace.
func TestWordsThatNobodyIsThereToHearEndAndTakeNoTurn(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Burst: 1, Every: time.Hour, Window: 8}
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if _, direct := p.Out.To.DirectID(); direct {
			return chat.Receipt{}, &chat.ErrRefused{Reason: "that guest has left", Nobody: true}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	for _, words := range []string{"one", "two", "three"} {
		r.post("@guest:1:ada", chat.Answers, nil, words)
	}
	r.post("#a", chat.Relays, nil, "hello")
	r.drained()
	for _, q := range r.queues() {
		t.Errorf("%+v is to be looked after", q)
	}
}

func TestAPlaceThatOpensIsWrittenToAtOnce(t *testing.T) {
	w := newWire()
	shut := true
	w.answer = func(chat.Part) (chat.Receipt, error) {
		if shut {
			return chat.Receipt{}, &chat.ErrPlace{Reason: "not in #a yet"}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "one", "two")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 1 && !qs[0].Held.IsZero() })
	w.set(func() { shut = false }) // the bot was let in: the network says that something changed
	r.drained()
}

func TestOnePersonsQuestionsDoNotStopTheBridge(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Window: 8, Burst: 1, Every: 2 * time.Millisecond}
	w.up = false
	r := newRig(t, w, w)
	r.post("@spam", chat.Answers, nil, numbered(60)...)
	r.post("#a", chat.Relays, nil, "r1", "r2", "r3", "r4")
	w.set(func() { w.up = true })
	r.drained()
	got := w.lines()
	if i := slices.Index(got, "#a r4"); i > 25 {
		t.Errorf("four relayed lines waited behind %d answers", i-3)
	}
}

func TestAfterACrashARowInDoubtMayStillLand(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	f := &lookingWire{wire: w, err: func(int64) error { return nil }}
	r := newRig(t, f, w)
	r.stop()
	r.post("#a", chat.Relays, nil, "on its way")
	err := r.store.Write(t.Context(), func(tx sprints.Tx) error { return tx.Attempt([]int64{1}, "mark") })
	if err != nil {
		t.Fatal(err)
	}
	r.start(f)
	r.post("#b", chat.Relays, nil, "elsewhere")
	w.wait(t, 1)
	if n := f.looked.Load(); n != 0 {
		t.Errorf("looked up at once, while it may still land")
	}
	r.clock.forward(6 * time.Second)
	f.waitLooks(t, 1)
	if got := w.lines(); len(got) != 1 {
		t.Errorf("sent %q after it was not found once", got)
	}
	r.passing(3 * time.Second)
	r.drained()
	if n := f.looked.Load(); n != 2 {
		t.Errorf("looked up %d times", n)
	}
}

func TestAPlaceThatWasAskedToWaitIsNotSaidToWaitAfterwards(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	asked := 0
	w.answer = func(chat.Part) (chat.Receipt, error) {
		if asked++; asked == 1 {
			return chat.Receipt{}, &chat.RetryAfter{Wait: 10 * time.Second}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "one", "two")
	reason := func() (why string) {
		if err := r.store.Read(t.Context(), func(v sprints.View) error {
			all, err := v.Traffic()
			for _, t := range all {
				why = t.Reason
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return why
	}
	r.until("it is said why", func() bool { return reason() == "asked to wait" })
	r.passing(10 * time.Second)
	r.drained()
	r.until("it is said no more", func() bool { return reason() == "" })
}

func TestWhatAnEarlierRunSaidOfAPlaceIsOverOnceWordsArrive(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	room := chat.Place{Network: "net", Channel: "#a"}
	reason := func() (why string) {
		if err := r.store.Read(t.Context(), func(v sprints.View) error {
			all, err := v.Traffic()
			for _, t := range all {
				why = t.Reason
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return why
	}
	if err := r.store.Write(t.Context(), func(tx sprints.Tx) error { return tx.Hold(room, tx.Now(), "not in channel") }); err != nil {
		t.Fatal(err)
	}
	r.start(w)
	r.post("#a", chat.Relays, nil, "one")
	r.drained()
	r.until("it is said no more", func() bool { return reason() == "" })
}

// TestManyRefusedTogetherAreOneRefusal has a whole window refused at once: the
// place waits as after one refusal.
func TestManyRefusedTogetherAreOneRefusal(t *testing.T) {
	w := newWire()
	w.keep = true
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "1", "2", "3", "4", "5", "6", "7", "8")
	w.wait(t, 8)
	w.mu.Lock()
	dones := w.dones
	w.dones = nil
	w.mu.Unlock()
	for _, done := range dones {
		done(chat.Receipt{}, &chat.ErrPlace{Reason: "moderated"})
	}
	r.until("the place waits 5 s", func() bool {
		qs := r.queues()
		return len(qs) == 1 && qs[0].Held.Equal(r.clock.Now().Add(5*time.Second))
	})
}
