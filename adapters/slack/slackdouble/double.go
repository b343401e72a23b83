// Package slackdouble is a Slack of our own for tests: one workspace that speaks true Socket Mode and Web API over
// real sockets on loopback. Tests of adapters/slack and the whole-day tests of bot call it; the product never does.
// It refuses what the real thing refuses, records all it was sent, redelivers what was not acknowledged, and can be
// told to fail. It never leaves the machine and never invents an answer for a method it does not know.
package slackdouble

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Fixed identities of the workspace every double starts with.
const (
	TeamID    = "T0SPRINT01"
	AppID     = "A0SPRINT01"
	BotUserID = "U0SPRINTBT"
	BotID     = "B0SPRINTBT"
	BotName   = "sprintbot"
)

// Double is one Slack workspace with one app installed. Its methods may be called from many goroutines.
type Double struct {
	// AppToken opens Socket Mode, BotToken calls the Web API; any other token is refused as invalid_auth.
	AppToken, BotToken string

	server *httptest.Server
	wait   sync.WaitGroup // the goroutines of the sockets

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever anything a test may wait for has changed
	closed   bool
	clock    func() time.Time
	lastTS   int64 // microseconds
	serial   int   // ids of everything
	scopes   map[string]bool
	events   []string // that the app subscribes to; nil is every event
	users    map[string]*user
	channels map[string]*channel
	order    []string // channel ids as they were made
	groups   map[string]string
	uploads  []*Upload

	posts    []Post
	calls    []Call
	views    []View
	faults   []*Fault
	away     bool
	revoked  map[string]bool // tokens taken back
	pace     Pace
	tiers    map[string]Pace
	buckets  map[string]*bucket
	triggers map[string]*trigger
	returns  map[string]*returnURL

	pingEvery   time.Duration
	ackWithin   time.Duration
	retryAfter  []time.Duration
	repeat      int
	historyCap  int
	tickets     map[string]bool
	sockets     []*socket
	silent      bool
	holding     bool // deliveries wait for Release
	forgetful   bool // an event nobody takes is given up after its tries
	lost        int
	connections int
	pending     []*delivery
	open        map[string]*delivery // by envelope id, every envelope ever sent
	envelopes   []*Envelope
	timers      map[*time.Timer]bool
}

// Option changes a double before it starts.
type Option func(*Double)

// WithClock gives the clock that message timestamps are made from; the default is the machine's. Deadlines, pings and
// rate limits always follow the machine's clock.
func WithClock(now func() time.Time) Option { return func(d *Double) { d.clock = now } }

// WithTokens sets the app-level token and the bot token.
func WithTokens(app, bot string) Option {
	return func(d *Double) { d.AppToken, d.BotToken = app, bot }
}

// WithoutScope takes scopes away from the bot token: what needs them answers missing_scope.
func WithoutScope(scopes ...string) Option {
	return func(d *Double) {
		for _, s := range scopes {
			delete(d.scopes, s)
		}
	}
}

// WithPing sets how often a socket is pinged; the default is every 2 s.
func WithPing(every time.Duration) Option { return func(d *Double) { d.pingEvery = every } }

// WithAckWithin sets how long an envelope may stay unacknowledged; the default is Slack's 3 s.
func WithAckWithin(wait time.Duration) Option { return func(d *Double) { d.ackWithin = wait } }

// WithRetryAfter sets the waits before the redeliveries; the default is Slack's: at once, 1 minute, 5 minutes.
func WithRetryAfter(waits ...time.Duration) Option {
	return func(d *Double) { d.retryAfter = waits }
}

// WithPace limits posts to one channel as Slack does; the default is no limit.
func WithPace(p Pace) Option { return func(d *Double) { d.pace = p } }

// WithHistoryCap bounds a page of history, as Slack does for commercially distributed apps (15).
func WithHistoryCap(messages int) Option { return func(d *Double) { d.historyCap = messages } }

// New starts a double that is closed when the test ends.
func New(t testing.TB, opts ...Option) *Double {
	t.Helper()
	d := Start(opts...)
	t.Cleanup(d.Close)
	return d
}

// Start starts a double; the caller closes it.
func Start(opts ...Option) *Double {
	d := &Double{
		AppToken: "xapp-1-double", BotToken: "xoxb-double",
		changed: make(chan struct{}), clock: time.Now,
		scopes: everyScope(), users: map[string]*user{}, channels: map[string]*channel{},
		groups: map[string]string{}, tiers: map[string]Pace{}, buckets: map[string]*bucket{},
		triggers: map[string]*trigger{}, returns: map[string]*returnURL{},
		pingEvery: 2 * time.Second, ackWithin: 3 * time.Second,
		retryAfter: []time.Duration{0, time.Minute, 5 * time.Minute}, repeat: 1, historyCap: 999,
		revoked: map[string]bool{}, tickets: map[string]bool{}, open: map[string]*delivery{}, timers: map[*time.Timer]bool{},
	}
	for _, o := range opts {
		o(d)
	}
	d.users[BotUserID] = &user{User: User{ID: BotUserID, Name: BotName, RealName: "Sprint Bot", Bot: true}}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", d.serveAPI)
	mux.HandleFunc("POST /response/{id}", d.serveReturn)
	mux.HandleFunc("POST /upload/{id}/{length}", d.serveUpload)
	mux.HandleFunc("GET /link/", d.serveSocket)
	d.server = httptest.NewServer(mux)
	return d
}

// Close cuts every socket, stops the server and waits for its goroutines.
func (d *Double) Close() {
	d.mu.Lock()
	d.closed = true
	for t := range d.timers {
		t.Stop()
	}
	for _, s := range d.sockets {
		s.cut()
	}
	d.tellLocked()
	d.mu.Unlock()
	d.server.CloseClientConnections()
	d.server.Close()
	d.wait.Wait()
}

// URL is the address of the Web API, ending in /api/, as a configuration's api_url wants it.
func (d *Double) URL() string { return d.server.URL + "/api/" }

// tellLocked wakes everyone who waits for something to change.
func (d *Double) tellLocked() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// Wait returns as soon as fact answers true; it is asked again after each change. fact must not call back into d.
// The error is ctx's.
func (d *Double) waitFor(ctx context.Context, what string, fact func() bool) error {
	for {
		d.mu.Lock()
		ok, changed := fact(), d.changed
		d.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("slack double: wait for %s: %w", what, ctx.Err())
		}
	}
}

// after runs f under the lock once wait has passed, unless the double is closed before.
func (d *Double) afterLocked(wait time.Duration, f func()) *time.Timer {
	var t *time.Timer
	t = time.AfterFunc(wait, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.timers, t)
		if !d.closed {
			f()
		}
	})
	d.timers[t] = true
	return t
}

// idLocked makes an id of Slack's shape that is never used twice.
func (d *Double) idLocked(prefix string) string {
	d.serial++
	return prefix + strings.ToUpper(fmt.Sprintf("%09x", 0x5B0000000+d.serial))
}

// tsLocked makes the next message timestamp: unique, rising, seconds and six digits.
func (d *Double) tsLocked() string {
	now := d.clock().UnixMicro()
	if now <= d.lastTS {
		now = d.lastTS + 1
	}
	d.lastTS = now
	return fmt.Sprintf("%d.%06d", now/1e6, now%1e6)
}

// SetClock changes the clock of message timestamps; they keep rising even when the new clock is behind.
func (d *Double) SetClock(now func() time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.clock = now
}
