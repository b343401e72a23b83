// Package storetest is the contract that every sprints.Store must pass. Tests
// of stores call Run; nothing else does, and it knows no store itself.
package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Opener opens a new, empty store that tells time by clock and is closed when
// t ends.
type Opener func(t testing.TB, clock sprints.Clock) sprints.Store

// Run checks all of the contract, each part on a store of its own.
func Run(t *testing.T, open Opener) {
	for _, part := range []struct {
		name string
		test func(*testing.T, *bench)
	}{
		{"Write", testWrite},
		{"WriteSoon", testWriteSoon},
		{"Read", testRead},
		{"Changes", testChanges},
		{"Concurrent", testConcurrent},
		{"Event", testEvent},
		{"Person", testPerson},
		{"LinkCode", testLinkCode},
		{"JoinPersons", testJoinPersons},
		{"ForgetPerson", testForgetPerson},
		{"ForgetWords", testForgetWords},
		{"Project", testProject},
		{"Page", testPage},
		{"Repo", testRepo},
		{"Issue", testIssue},
		{"EasyIssues", testEasyIssues},
		{"Claim", testClaim},
		{"Table", testTable},
		{"Seat", testSeat},
		{"CloseDays", testCloseDays},
		{"Count", testCount},
		{"Talk", testTalk},
		{"Post", testPost},
		{"Outbox", testOutbox},
		{"Quote", testQuote},
		{"InItsTime", testInItsTime},
		{"Counterparts", testCounterparts},
		{"Pastes", testPastes},
		{"Skipped", testSkipped},
		{"Flood", testFlood},
		{"Pictures", testPictures},
		{"Threads", testThreads},
		{"Bridge", testBridge},
		{"Learned", testLearned},
		{"Networks", testNetworks},
		{"Revive", testRevive},
		{"EndGuest", testEndGuest},
		{"Job", testJob},
		{"Audit", testAudit},
	} {
		t.Run(part.name, func(t *testing.T) {
			clock := NewClock(time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC))
			part.test(t, &bench{t: t, clock: clock, store: open(t, clock)})
		})
	}
}

// Clock is a sprints.Clock that stands until it is moved.
type Clock struct {
	mu    sync.Mutex
	now   time.Time
	waits map[chan struct{}]time.Time
}

// NewClock stands at now.
func NewClock(now time.Time) *Clock {
	return &Clock{now: now, waits: make(map[chan struct{}]time.Time)}
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// At is closed by the Set or Add that reaches t.
func (c *Clock) At(t time.Time) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	due := make(chan struct{})
	if c.now.Before(t) {
		c.waits[due] = t
	} else {
		close(due)
	}
	return due, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.waits, due)
	}
}

// Set moves the clock to t, back too.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
	for due, t := range c.waits {
		if !c.now.Before(t) {
			close(due)
			delete(c.waits, due)
		}
	}
}

// Add moves the clock on by d.
func (c *Clock) Add(d time.Duration) { c.Set(c.Now().Add(d)) }

// bench is one store under test with short ways to use it.
type bench struct {
	t     *testing.T
	clock *Clock
	store sprints.Store
	keys  int
}

// write runs fn in a Write that must not fail.
func (b *bench) write(fn func(tx sprints.Tx)) {
	b.t.Helper()
	if err := b.store.Write(b.t.Context(), func(tx sprints.Tx) error { fn(tx); return nil }); err != nil {
		b.t.Fatalf("Write: %v", err)
	}
}

// read runs fn in a Read that must not fail.
func (b *bench) read(fn func(v sprints.View)) {
	b.t.Helper()
	if err := b.store.Read(b.t.Context(), func(v sprints.View) error { fn(v); return nil }); err != nil {
		b.t.Fatalf("Read: %v", err)
	}
}

// ok is the value of a call that must not fail.
func ok[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// done is for a call that must not fail.
func done(err error) {
	if err != nil {
		panic(err)
	}
}

// is checks that err is want.
func (b *bench) is(what string, err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// equal checks two comparable values.
func equal[T comparable](b *bench, what string, got, want T) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// Makers of what most parts need.

func (b *bench) meet(tx sprints.Tx, id, nick string) sprints.PersonID {
	return ok(tx.Meet(handle(id, nick))).ID
}

func (b *bench) project(tx sprints.Tx, slug string) sprints.ProjectID {
	return ok(tx.AddProject(sprints.Project{Slug: slug, Name: slug, State: sprints.Listed}))
}

func (b *bench) issue(tx sprints.Tx, repo sprints.RepoID, number int) sprints.IssueID {
	return ok(tx.SaveIssue(sprints.Issue{Repo: repo, Number: number, Title: "mend it", Tier: 1, Open: true, SeenAt: tx.Now()}))
}

func (b *bench) table(tx sprints.Tx, code string) {
	done(tx.SaveTable(sprints.Table{Code: code, Room: sprints.Room{Code: "302", Name: "Room 302"}, Seats: 8}))
}

func handle(id, nick string) chat.Handle {
	return chat.Handle{Network: "libera", ID: id, Nick: nick}
}

var today = ok(sprints.ParseDay("2027-05-17"))
