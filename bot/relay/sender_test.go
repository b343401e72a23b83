package relay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire is a network whose every answer the test decides.
type wire struct {
	mu      sync.Mutex
	pace    chat.Pace
	up      bool
	answer  func(chat.Part) (chat.Receipt, error) // nil answer: stays on the wire
	sent    []string                              // what was put on the wire, in order
	flying  map[chat.Place]int
	most    int // unconfirmed at once in one place
	dones   []func(chat.Receipt, error)
	keep    bool // answers wait in dones
	told    int  // parts whose fate the sender was told
	changed chan struct{}
	news    chan struct{}
}

func newWire() *wire {
	return &wire{up: true, pace: chat.Pace{Window: 8}, flying: map[chat.Place]int{}, changed: make(chan struct{}, 1), news: make(chan struct{}, 1)}
}

func (w *wire) Name() string { return "net" }
func (w *wire) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}
func (w *wire) Render(out chat.Outgoing) []chat.Part {
	var parts []chat.Part
	for i, l := range out.Reply.Lines {
		parts = append(parts, chat.Part{Out: out, N: i, Of: len(out.Reply.Lines), Body: l.Plain()})
	}
	return parts
}
func (w *wire) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	place := p.Out.To.Root()
	w.sent = append(w.sent, place.Channel+" "+p.Body)
	w.flying[place]++
	w.most = max(w.most, w.flying[place])
	landed := func(r chat.Receipt, err error) {
		w.mu.Lock()
		w.flying[place]--
		w.mu.Unlock()
		done(r, err)
		w.mu.Lock()
		w.told++
		w.mu.Unlock()
	}
	select {
	case w.news <- struct{}{}:
	default:
	}
	if w.keep {
		w.dones = append(w.dones, landed)
		return
	}
	var (
		r   = chat.Receipt{ID: "id of " + p.Body}
		err error
	)
	if w.answer != nil {
		r, err = w.answer(p)
	}
	go landed(r, err)
}
func (w *wire) Pace() chat.Pace          { return w.pace }
func (w *wire) Changed() <-chan struct{} { return w.changed }
func (w *wire) Status() chat.Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return chat.Status{Up: w.up}
}
func (w *wire) set(f func()) {
	w.mu.Lock()
	f()
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}
func (w *wire) lines() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

// wait returns when the wire has seen n parts.
func (w *wire) wait(t *testing.T, n int) []string {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		if l := w.lines(); len(l) >= n {
			return l
		}
		select {
		case <-w.news:
		case <-limit:
			t.Fatalf("only %d of %d parts were sent: %q", len(w.lines()), n, w.lines())
		}
	}
}

// handClock stands still until it is moved.
type handClock struct {
	asked atomic.Int64 // how often it was read
	mu    sync.Mutex
	now   time.Time
	wait  map[chan struct{}]time.Time
}

func newClock() *handClock {
	return &handClock{now: time.Date(2027, 5, 17, 9, 0, 0, 0, time.UTC), wait: map[chan struct{}]time.Time{}}
}
func (c *handClock) Now() time.Time {
	c.asked.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}
func (c *handClock) At(t time.Time) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan struct{})
	if !t.After(c.now) {
		close(ch)
		return ch, func() {}
	}
	c.wait[ch] = t
	return ch, func() { c.mu.Lock(); delete(c.wait, ch); c.mu.Unlock() }
}
func (c *handClock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for ch, t := range c.wait {
		if !t.After(c.now) {
			close(ch)
			delete(c.wait, ch)
		}
	}
}

type rig struct {
	t      *testing.T
	store  *sqlite.Store
	clock  *handClock
	net    *wire
	sender *relay.Sender
	stop   func()
	n      int
}

func newRig(t *testing.T, network relay.Network, w *wire) *rig {
	clock := newClock()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "r.db"), sqlite.Options{Clock: clock, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, store: store, clock: clock, net: w}
	r.start(network)
	t.Cleanup(func() { r.stop(); store.Close() })
	return r
}

func (r *rig) start(network relay.Network) { r.startOn(network, r.store) }

func (r *rig) startOn(network relay.Network, store sprints.Store) {
	r.startAs(network, store, io.Discard)
}

func (r *rig) startLogged(network relay.Network, log io.Writer) { r.startAs(network, r.store, log) }

func (r *rig) startAs(network relay.Network, store sprints.Store, log io.Writer) {
	ctx, cancel := context.WithCancel(r.t.Context())
	done := make(chan error, 1)
	s := relay.NewSender(network, store, r.clock, slog.New(slog.NewTextHandler(log, nil)))
	r.sender = s
	go func() { done <- s.Run(ctx) }()
	r.stop = sync.OnceFunc(func() { cancel(); <-done })
}

// post appends rows of one line each, or of more where a line holds "|".
func (r *rig) post(channel string, lane chat.Lane, change func(*chat.Outgoing), words ...string) {
	r.t.Helper()
	err := r.store.Write(r.t.Context(), func(tx sprints.Tx) error {
		for _, w := range words {
			r.n++
			out := chat.Outgoing{Key: fmt.Sprint("k", r.n), To: chat.Place{Network: "net", Channel: channel}, Lane: lane, Kind: chat.Said, At: tx.Now()}
			for _, l := range strings.Split(w, "|") {
				out.Reply.Lines = append(out.Reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(l)}})
			}
			if change != nil {
				change(&out)
			}
			if _, _, err := tx.Post(out); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// drained waits until nothing waits any more.
func (r *rig) drained() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	changes := r.store.Changes(ctx)
	for {
		waiting := 0
		err := r.store.Read(ctx, func(v sprints.View) error {
			rows, err := v.Waiting("net", 0, 1000)
			waiting = len(rows)
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		select {
		case <-changes:
		case <-ctx.Done():
			r.t.Fatalf("%d rows still wait; sent %q", waiting, r.net.lines())
		}
	}
}

func numbered(n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("%03d", i)
	}
	return words
}

func TestRowsArriveInOrderWithinTheWindow(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, numbered(300)...)
	r.drained()
	got := w.lines()
	if len(got) != 300 || !slices.IsSorted(got) {
		t.Fatalf("%d lines, sorted %v", len(got), slices.IsSorted(got))
	}
	if w.most > 8 {
		t.Errorf("%d lines unconfirmed at once", w.most)
	}
}

func TestAnswerOvertakesChatter(t *testing.T) {
	w := newWire()
	w.keep = true
	w.pace.Window = 1
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, numbered(50)...)
	w.wait(t, 1)
	r.post("#a", chat.Answers, nil, "answer")
	r.post("@x", chat.Answers, nil, "private")
	w.wait(t, 2) // another place's window is free
	w.mu.Lock()
	first := w.dones[0]
	w.mu.Unlock()
	first(chat.Receipt{}, nil)
	got := w.wait(t, 3)
	if want := []string{"#a 000", "@x private", "#a answer"}; !slices.Equal(got[:3], want) {
		t.Errorf("sent %q, want %q", got[:3], want)
	}
	w.mu.Lock()
	rest := w.dones[1:]
	w.mu.Unlock()
	for _, d := range rest {
		d(chat.Receipt{}, nil)
	}
}

func TestNothingGoesWhileTheNetworkIsAway(t *testing.T) {
	w := newWire()
	w.up = false
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, numbered(20)...)
	w.set(func() { w.up = true })
	r.drained()
	if got := w.lines(); len(got) != 20 || !slices.IsSorted(got) {
		t.Errorf("sent %q", got)
	}
}

// mending is a wire whose link comes back once the sender knows what became of all that was on it, and has looked since: no
// adapter takes words for a new link before.
type mending struct {
	*wire
	looked int
}

func (m *mending) Status() chat.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.up && m.told == len(m.sent) {
		if m.looked++; m.looked > 1 {
			m.up = true
			select {
			case m.changed <- struct{}{}:
			default:
			}
		}
	}
	return chat.Status{Up: m.up}
}

func TestLinesUnconfirmedAtALostLinkGoAgainInOrder(t *testing.T) {
	w := newWire()
	broken := false
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if p.Body == "005" && !broken {
			broken = true
			w.up = false
		}
		if broken && !w.up {
			return chat.Receipt{}, chat.ErrOffline
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, &mending{wire: w}, w)
	r.post("#a", chat.Relays, nil, numbered(20)...)
	r.drained()
	got := w.lines()
	seen := map[string]int{}
	var firsts []string
	for i := len(got) - 1; i >= 0; i-- {
		seen[got[i]]++
		if seen[got[i]] == 1 {
			firsts = append(firsts, got[i])
		}
	}
	slices.Reverse(firsts)
	if len(firsts) != 20 || !slices.IsSorted(firsts) {
		t.Errorf("last arrivals %q", firsts)
	}
	if len(got) > 28 {
		t.Errorf("%d lines for 20: more than a window was repeated", len(got))
	}
	if seen["#a 004"] != 1 {
		t.Errorf("a confirmed line was repeated")
	}
}

func TestARefusingPlaceWaitsAloneAndIsTriedAgain(t *testing.T) {
	w := newWire()
	refuse := true
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if p.Out.To.Channel == "#a" && refuse {
			return chat.Receipt{}, &chat.ErrPlace{Reason: "404 moderated"}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "one", "two")
	w.wait(t, 1)
	r.post("#b", chat.Relays, nil, "three")
	for !slices.Contains(w.lines(), "#b three") {
		w.wait(t, len(w.lines())+1)
	}
	held := func() (q sprints.Queue) {
		r.store.Read(t.Context(), func(v sprints.View) error {
			qs, err := v.Queues()
			for _, x := range qs {
				if x.Place.Channel == "#a" {
					q = x
				}
			}
			return err
		})
		return q
	}
	changes := r.store.Changes(t.Context())
	for held().Reason == "" {
		<-changes
	}
	if q := held(); q.Waiting != 2 || !strings.Contains(q.Reason, "404") {
		t.Errorf("queue %+v", q)
	}
	w.set(func() { refuse = false })
	r.clock.forward(time.Minute)
	r.drained()
	got := w.lines()
	if i, j := slices.Index(got, "#a two"), slices.Index(got, "#a one"); i < j {
		t.Errorf("order lost: %q", got)
	}
}

func TestRefusedWordsDieAndTheNextGoOn(t *testing.T) {
	w := newWire()
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if p.Body == "bad" {
			return chat.Receipt{}, &chat.ErrRefused{Reason: "no such nick"}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "good", "bad", "better")
	r.drained()
	var dead int
	r.store.Read(t.Context(), func(v sprints.View) error {
		qs, err := v.Queues()
		for _, q := range qs {
			dead += q.Dead
		}
		return err
	})
	if dead != 1 {
		t.Errorf("%d dead rows", dead)
	}
	if got := w.lines(); !slices.Equal(got, []string{"#a good", "#a bad", "#a better"}) {
		t.Errorf("sent %q", got)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	told := false
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if !told {
			told = true
			return chat.Receipt{}, &chat.RetryAfter{Wait: 30 * time.Second}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	changes := r.store.Changes(t.Context())
	r.post("#a", chat.Relays, nil, "one")
	w.wait(t, 1)
	r.post("#b", chat.Relays, nil, "other place")
	w.wait(t, 2)
	for range 2 {
		<-changes
	}
	if got := w.lines(); len(got) != 2 {
		t.Fatalf("sent before its time: %q", got)
	}
	r.clock.forward(31 * time.Second)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a one", "#b other place", "#a one"}) {
		t.Errorf("sent %q", got)
	}
}

func TestExpiredRelaysAreToldOnce(t *testing.T) {
	w := newWire()
	w.up = false
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, func(o *chat.Outgoing) {
		o.As = &chat.Handle{Nick: "ada"}
		o.Expires = r.clock.Now().Add(time.Hour)
	}, numbered(12)...)
	r.clock.forward(2 * time.Hour)
	r.post("#a", chat.Relays, nil, "late")
	w.set(func() { w.up = true })
	r.drained()
	want := []string{"#a 12 messages skipped, 09:00-09:00.", "#a late"}
	got := w.lines()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestARestartRepeatsOnlyWhatWasNotConfirmed(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "one|two", "three")
	r.drained()
	r.stop()
	w.set(func() { w.keep = true })
	r.start(w)
	r.post("#a", chat.Relays, nil, "four|five|six", "seven")
	w.wait(t, 7)
	w.mu.Lock()
	dones := w.dones
	w.mu.Unlock()
	changes := r.store.Changes(t.Context())
	dones[0](chat.Receipt{ID: "4"}, nil) // four is confirmed and stored
	<-changes
	r.stop()
	w.set(func() { w.keep, w.sent = false, nil })
	r.start(w)
	r.drained()
	if got := w.lines(); !slices.Equal(got, []string{"#a five", "#a six", "#a seven"}) {
		t.Errorf("after the restart: %q", got)
	}
}

// findingWire can look up what it sent.
type findingWire struct {
	*wire
	there map[string]bool
	looks int
}

func (f *findingWire) Newest(chat.Place) string { return "mark" }
func (f *findingWire) Find(_ context.Context, p chat.Part, after string) (chat.Receipt, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks++
	if after != "mark" {
		return chat.Receipt{}, false, errors.New("no mark")
	}
	return chat.Receipt{ID: "found"}, f.there[p.Body], nil
}

func TestARowInDoubtIsLookedUpBeforeItIsSentAgain(t *testing.T) {
	w := newWire()
	w.pace.Window = 1
	f := &findingWire{wire: w, there: map[string]bool{"arrived": true}}
	lost := map[string]bool{"arrived": true, "lost": true}
	w.answer = func(p chat.Part) (chat.Receipt, error) {
		if lost[p.Body] {
			delete(lost, p.Body)
			return chat.Receipt{}, errors.New("timeout")
		}
		return chat.Receipt{ID: "ok"}, nil
	}
	r := newRig(t, f, w)
	r.post("#a", chat.Relays, nil, "arrived", "lost", "last")
	w.wait(t, 1)
	stop := make(chan struct{})
	var moving sync.WaitGroup
	moving.Go(func() { // time goes on
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.clock.forward(time.Second)
			case <-stop:
				return
			}
		}
	})
	r.drained()
	close(stop)
	moving.Wait()
	if got := w.lines(); !slices.Equal(got, []string{"#a arrived", "#a lost", "#a lost", "#a last"}) {
		t.Errorf("sent %q", got)
	}
}

func TestPaceIsKept(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Window: 8, Burst: 3, Every: 40 * time.Millisecond}
	r := newRig(t, w, w)
	start := time.Now()
	r.post("#a", chat.Relays, nil, numbered(7)...)
	r.drained()
	if took := time.Since(start); took < 4*40*time.Millisecond {
		t.Errorf("7 lines with a burst of 3 took only %v", took)
	}
}

func TestRoutes(t *testing.T) {
	a, b, c, d := chat.Place{Network: "x", Channel: "#a"}, chat.Place{Network: "y", Channel: "#b"}, chat.Place{Network: "z", Channel: "#c"}, chat.Place{Network: "z", Channel: "#d"}
	routes := relay.Routes{{Join: []chat.Place{a, b}}, {Join: []chat.Place{b, c}}}
	if got := routes.Others(chat.Place{Network: "y", Channel: "#b", Thread: "7"}); !slices.Equal(got, []chat.Place{a, c}) {
		t.Errorf("others of b: %v", got)
	}
	if got := routes.Others(d); got != nil {
		t.Errorf("others of an unbridged place: %v", got)
	}
	if got := routes.Everywhere(d); !slices.Equal(got, []chat.Place{a, b, c}) {
		t.Errorf("everywhere: %v", got)
	}
	if got := routes.Everywhere(a); !slices.Equal(got, []chat.Place{a, b}) {
		t.Errorf("everywhere of a: %v", got)
	}
}
