package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// stepClock stands until it is moved on, and wakes who waits.
type stepClock struct {
	mu    sync.Mutex
	now   time.Time
	wait  map[chan struct{}]time.Time
	asked chan time.Time // who begins to wait
}

func newStepClock() *stepClock {
	return &stepClock{now: time.Date(2027, 5, 17, 10, 0, 0, 0, time.UTC), wait: map[chan struct{}]time.Time{}, asked: make(chan time.Time, 1024)}
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) At(t time.Time) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := make(chan struct{})
	if !t.After(c.now) {
		close(due)
		return due, func() {}
	}
	c.wait[due] = t
	select {
	case c.asked <- t:
	default:
	}
	return due, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.wait, due)
	}
}

func (c *stepClock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for due, t := range c.wait {
		if !t.After(c.now) {
			close(due)
			delete(c.wait, due)
		}
	}
}

// waited returns once somebody waits for so far from now.
func (c *stepClock) waited(t *testing.T, d time.Duration) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case at := <-c.asked:
			if at.Equal(c.Now().Add(d)) {
				return
			}
		case <-limit:
			t.Fatalf("nobody waits for %s", d)
		}
	}
}

// moody is a network whose state the test sets.
type moody struct {
	standIn
	mu      sync.Mutex
	status  chat.Status
	learned time.Duration
}

func (m *moody) set(s chat.Status, learned time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status, m.learned = s, learned
}

func (m *moody) Status() chat.Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status
}

func (m *moody) Pace() chat.Pace {
	return chat.Pace{Window: 8, Every: max(2*time.Second, m.Learned())}
}

func (m *moody) Learned() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.learned
}

// counting is a store that counts its writes.
type counting struct {
	sprints.Store
	writes atomic.Int64
}

func (c *counting) Write(ctx context.Context, fn func(sprints.Tx) error) error {
	c.writes.Add(1)
	return c.Store.Write(ctx, fn)
}

// kept is what the store has of a network.
func kept(t *testing.T, store sprints.Store, network string) (state sprints.NetworkState) {
	t.Helper()
	if err := store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Networks()
		for _, n := range all {
			if n.Name == network {
				state = n
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return state
}

func TestHowNetworksAreIsWrittenOnlyWhenItChanges(t *testing.T) {
	clock := newStepClock()
	disk, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { disk.Close() })
	store := &counting{Store: disk}
	libera := &moody{standIn: standIn{name: "libera"}}
	b, _ := newBot(t)
	b.store, b.clock = store, clock
	b.networks = append(b.networks, libera)
	since := clock.Now()
	libera.set(chat.Status{Up: true, Since: since, Last: since, Note: "connected as sprintbot"}, 0)

	w, err := newWatch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { w.run(ctx) })
	looks := func(writes int64) {
		t.Helper()
		clock.waited(t, lookEvery)
		if n := store.writes.Load(); n != writes {
			t.Errorf("%d writes, wanted %d", n, writes)
		}
	}
	looks(1)
	libera.set(chat.Status{Up: true, Since: since, Last: since.Add(time.Minute), Note: "connected as sprintbot"}, 0)
	clock.forward(lookEvery)
	looks(1) // that something was heard is no news
	libera.set(chat.Status{Up: true, Since: since, Note: "connected as sprintbot"}, 4*time.Second)
	clock.forward(lookEvery)
	looks(2)
	if got := kept(t, store, "libera"); !got.Status.Up || got.Learned != 4*time.Second || got.Pace.Every != 4*time.Second {
		t.Errorf("kept %+v", got)
	}
	stop()
	all.Wait()
	w.stopped(t.Context(), w.bot.nets())
	if got := kept(t, store, "libera"); got.Status.Up || got.Status.Note != "the bot is stopped" || got.Learned != 4*time.Second || !got.Status.Since.Equal(clock.Now()) {
		t.Errorf("kept of a bot that is stopped %+v", got)
	}

	// The next start knows what is kept, and writes nothing that is so already.
	libera.set(kept(t, store, "libera").Status, 4*time.Second)
	again, err := newWatch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	before := store.writes.Load()
	again.keep(t.Context(), again.look(), nil)
	if n := store.writes.Load(); n != before {
		t.Error("what is kept already was written again")
	}
}

// TestWhoLooksASecondAfterAStartSeesWhatIsConnected has a network connect when
// the watch has looked already.
func TestWhoLooksASecondAfterAStartSeesWhatIsConnected(t *testing.T) {
	clock := newStepClock()
	libera := &moody{standIn: standIn{name: "libera"}}
	b, store := newBot(t)
	b.clock, b.networks = clock, append(b.networks, libera)
	w, err := newWatch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { w.run(ctx) })
	defer func() { stop(); all.Wait() }()
	clock.waited(t, time.Second)
	libera.set(chat.Status{Up: true, Since: clock.Now(), Note: "connected as sprintbot"}, 0)
	clock.forward(time.Second)
	clock.waited(t, time.Second)
	if got := kept(t, store, "libera"); !got.Status.Up {
		t.Errorf("kept %+v", got)
	}
}

func TestAStoppedBotSaysSoToWhoLooksLater(t *testing.T) {
	irc := &standIn{name: "libera", up: true}
	b, store := newBot(t, irc)
	ctx, stop := context.WithCancel(t.Context())
	changes := store.Changes(ctx)
	ended := b.runs(t, ctx)
	for !kept(t, store, "libera").Status.Up {
		<-changes
	}
	stop()
	ended()
	if got := kept(t, store, "libera"); got.Status.Up || got.Status.Note != "the bot is stopped" {
		t.Errorf("kept %+v", got)
	}
}

// TestANetworkThatGaveUpIsTriedAgain has a network refuse for good, again and
// again: it is tried after five minutes, then ten, and at once when it is asked
// for.
func TestANetworkThatGaveUpIsTriedAgain(t *testing.T) {
	clock := newStepClock()
	tried := make(chan int, 16)
	n := 0
	banned := &moody{standIn: standIn{name: "libera", sent: make(chan string, 1)}}
	banned.set(chat.Status{Fatal: true, Note: "banned"}, 0)
	banned.run = func(context.Context, relay.Hear) error {
		n++
		tried <- n
		return errors.New("the server banned this connection")
	}
	b, _ := newBot(t)
	b.clock = clock
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b.start(ctx, nil, banned)
	defer func() { b.running.stop(b.running.list()...) }()
	<-tried
	clock.waited(t, 5*time.Minute)
	clock.forward(5 * time.Minute)
	if n := <-tried; n != 2 {
		t.Errorf("try %d", n)
	}
	clock.waited(t, 10*time.Minute)
	if !b.running.retry("libera") || b.running.retry("pycon") {
		t.Error("what has given up is not known")
	}
	<-tried
	for _, wait := range []time.Duration{20 * time.Minute, 40 * time.Minute, time.Hour, time.Hour} {
		clock.waited(t, wait)
		clock.forward(wait)
		<-tried
	}
}

// TestOrganizersAreToldOnceThatANetworkGaveUpAndOnceThatItIsBack looks at a
// network for a while, with a restart of the bot in between.
func TestOrganizersAreToldOnceThatANetworkGaveUpAndOnceThatItIsBack(t *testing.T) {
	clock := newStepClock()
	libera := &moody{standIn: standIn{name: "libera"}}
	b, store := newBot(t)
	b.clock, b.networks = clock, append(b.networks, libera)
	b.ear.organizers = []chat.Place{chat.Direct(ada)}
	w, err := newWatch(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	look := func() {
		all := w.look()
		w.keep(t.Context(), all, w.judge(all))
		clock.forward(10 * time.Second)
	}
	gone := chat.Status{Fatal: true, Note: "the server banned this connection: no bots."}
	libera.set(gone, 0)
	look()
	look()
	if got := rows(t, store); len(got) != 0 {
		t.Errorf("told at once: %q", got)
	}
	for range 10 {
		look()
	}
	told := rows(t, store)
	if len(told) != 1 || having(told, "libera does not let me in any more: the server banned this connection: no bots. What") != 1 || having(told, "bridge retry libera") != 1 {
		t.Errorf("told %q", told)
	}
	w.stopped(t.Context(), w.bot.nets())
	if w, err = newWatch(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		look()
	}
	if got := rows(t, store); len(got) != 1 {
		t.Errorf("told again after a restart: %q", got)
	}
	libera.set(chat.Status{Up: true}, 0)
	for range 3 {
		look()
	}
	if got := rows(t, store); len(got) != 2 || having(got, "libera has let me in again") != 1 {
		t.Errorf("told %q", got)
	}
}

// What is kept at the end is of the networks that ran then, not of those that
// the bot was started with.
func TestAStoppedBotKeepsWhatNetworksOfALaterReloadHaveLearned(t *testing.T) {
	irc := &standIn{name: "libera", up: true}
	b, store := newBot(t, irc)
	ctx, stop := context.WithCancel(t.Context())
	changes := store.Changes(ctx)
	ended := b.runs(t, ctx)
	for !kept(t, store, "libera").Status.Up {
		<-changes
	}
	oftc := &moody{standIn: standIn{name: "oftc", sent: make(chan string, 1)}}
	oftc.set(chat.Status{Up: true}, 8*time.Second)
	gone := b.running.list()
	b.running.halt(gone...)
	b.replace(ctx, nil, gone, oftc)
	stop()
	ended()
	if got := kept(t, store, "oftc"); got.Learned != 8*time.Second {
		t.Errorf("kept %+v", got)
	}
	if got := kept(t, store, "libera"); got.Name != "" {
		t.Errorf("a network that is gone is kept: %+v", got)
	}
}
