package slack

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"sprintbot/sprints/chat"
)

const (
	gapRetry   = time.Second     // after a gap could not be read
	gapLongest = 5 * time.Minute // between tries that fail in a row
	holdMost   = 5 * time.Minute // what is said live waits no longer for what was said before it
)

// gaps knows where something may have been said that is not heard yet: from each connection on until the history of a
// channel or private conversation has been read and heard.
type gaps struct {
	network string
	off     bool          // nothing is read: nobody knows how far places are heard
	hold    time.Duration // holdMost, but for tests
	calm    time.Duration // calmAfter, but for tests
	wake    chan struct{} // capacity 1: a gap may be due

	mu      sync.Mutex
	all     map[string]*gap // by chat.Place.Channel
	beside  round           // the finding of what is read beside the configured channels
	working int             // readings under way
}

// round is something that is done after each connection, and again where it fails.
type round struct {
	wanted int // connections so far: each asks for it
	done   int // the connection up to which it is done
	busy   bool
	again  time.Time // not before
	tries  int       // that failed in a row
}

// gap is how one channel stands.
type gap struct {
	round
	side    bool      // nobody configured it: commands may be said there, and nothing is relayed
	recent  string    // ts: the more recent is read first
	trouble string    // why it can't be read at all, "" if it can
	opened  time.Time // what is said live waits since
	let     chan struct{}
	closed  bool   // let: nothing waits any more
	floor   string // ts: at and before it nothing was said to us

	read  string        // ts: all that was said in the channel itself is read up to it
	whole string        // ts: and in threads, and what became of older words
	far   *rate.Limiter // readings that look at those too
	owed  round         // such a reading, for those that did not
	ended time.Time     // of the last reading
}

// newGaps begins with every channel unread: what an earlier run heard before it had read a gap still waits.
func newGaps(network string, channels []string) *gaps {
	g := &gaps{network: network, wake: make(chan struct{}, 1), all: map[string]*gap{}, hold: holdMost, calm: calmAfter}
	for _, name := range channels {
		g.all[name] = newGap(false)
		g.all[name].opened = time.Now()
	}
	return g
}

func (g *gaps) tick() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// begin has what was under way as the network gave up done from the start.
func (g *gaps) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.working, g.beside.busy = 0, false
	for _, one := range g.all {
		one.busy, one.owed.busy = false, false
	}
}

// connected has all read: something may have been said before this connection.
func (g *gaps) connected() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.off {
		return
	}
	g.beside.want()
	for _, one := range g.all {
		one.want()
	}
	g.tick()
}

// reopened has one channel read: people spoke there before the bot was back.
func (g *gaps) reopened(channel string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil {
		one.want()
		g.tick()
	}
}

// besides are the channels and private conversations that are read although nobody configured them, each with the ts of
// what may be its newest word; all are known now that were there at a connection.
func (g *gaps) besides(recent map[string]string, upTo int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for channel, ts := range recent {
		one := g.all[channel]
		if one == nil {
			one = newGap(true)
			one.want()
			g.all[channel] = one
		}
		one.recent = max(one.recent, ts)
	}
	g.beside.finish(upTo)
	g.tick()
}

// want has it done once more.
func (r *round) want() {
	r.wanted++
	r.again, r.tries = time.Time{}, 0
}

func (r *round) open() bool { return r.done != r.wanted }

func (r *round) finish(upTo int) {
	r.busy, r.tries, r.done = false, 0, max(r.done, upTo)
}

func (r *round) fail() {
	r.busy = false
	r.again = time.Now().Add(min(gapLongest, gapRetry<<min(r.tries, 10)))
	r.tries++
}

// ready says that it may begin now; else when, the zero time for not at all.
func (r *round) ready(now time.Time) (bool, time.Time) {
	if r.busy || !r.open() {
		return false, time.Time{}
	}
	return !r.again.After(now), r.again
}

// want has a gap read. What is said live waits for it, unless it waited too long already for one that is not read yet.
func (one *gap) want() {
	if !one.open() { // all was read, or it is the first connection
		one.opened = time.Now()
		if one.closed {
			one.let, one.closed = make(chan struct{}), false
		}
	}
	one.round.want()
}

func (one *gap) release() {
	if !one.closed {
		close(one.let)
		one.closed = true
	}
}

// agenda is what is to be done about gaps now.
type agenda struct {
	read   []reading
	beside int       // the connection for which the other places are to be found, 0 if none
	late   bool      // something no longer waits for a gap that is still unread
	next   time.Time // when to ask again; zero: when something happens
}

func (a *agenda) at(t time.Time) {
	if !t.IsZero() && (a.next.IsZero() || t.Before(a.next)) {
		a.next = t
	}
}

// due gives out the gaps to read now, each once, no more at a time than gapCalls: the configured channels first, of all
// the most recently active first.
func (g *gaps) due(now time.Time, newest func(channel string) string) (a agenda) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ready, later := g.beside.ready(now); ready {
		g.beside.busy, a.beside = true, g.beside.wanted
	} else {
		a.at(later)
	}
	type ranked struct {
		reading
		recent string
	}
	var all []ranked
	for name, one := range g.all {
		if over := one.opened.Add(g.hold); one.closed {
		} else if over.After(now) {
			a.at(over)
		} else {
			one.release()
			a.late = a.late || one.open() && !one.side
		}
		r, ready, later := one.next(now)
		if !ready {
			a.at(later)
			continue
		}
		r.channel = name
		all = append(all, ranked{r, max(one.recent, newest(name))})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		switch {
		case a.calm != b.calm:
			return order(a.calm)
		case a.side != b.side:
			return order(a.side)
		}
		return cmp.Or(cmp.Compare(b.recent, a.recent), cmp.Compare(a.channel, b.channel))
	})
	for _, r := range all {
		if g.working == gapCalls {
			break
		}
		g.working++
		g.all[r.channel].begin(r.reading, now.Add(g.calm))
		a.read = append(a.read, r.reading)
	}
	return a
}

// order puts what later says behind the rest.
func order(later bool) int {
	if later {
		return 1
	}
	return -1
}

// idle says that one of the readings under way has ended.
func (g *gaps) idle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.working--
	g.tick()
}

// unfound has what stands beside the configured channels looked for again later.
func (g *gaps) unfound() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.beside.fail()
	g.tick()
}

// behind says that a place's gap is not read yet; whether there is one may not be known yet.
func (g *gaps) behind(channel string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil {
		return one.open() || one.wanted == 0
	}
	return g.beside.open()
}

// open is closed once what is said live in a channel need not wait any more: its gap is read, or that takes too long; nil
// when it is.
func (g *gaps) open(channel string) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil && !one.closed {
		return one.let
	}
	return nil
}

// since says that the bot is in a channel since ts: what was said before was not said to it.
func (g *gaps) since(channel, ts string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil && ts > one.floor {
		one.floor = ts
	}
}

// began says where a channel begins that was never heard in.
func (g *gaps) began(channel, ts string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil && one.floor == "" {
		one.floor = ts
	}
}

// note tells of gaps that can't be read, or not in time; "" when all is well.
func (g *gaps) note(channels []string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	out, slow := "", 0
	for _, name := range channels {
		one := g.all[name]
		switch {
		case one == nil:
		case one.trouble != "":
			out += fmt.Sprintf("; what was said in %s meanwhile can't be read: %s", name, one.trouble)
		case one.closed && one.open():
			slow++
		}
	}
	if slow > 0 {
		out += fmt.Sprintf("; what was said meanwhile is still being read in %d of %d channels", slow, len(channels))
	}
	return out
}

// Gap is closed once everything is heard that was said in a channel while nobody listened, or once that takes longer than
// people who speak there now should wait; nil when there is nothing to wait for. Until then what is relayed of a message
// that is Behind waits.
func (n *Network) Gap(place chat.Place) <-chan struct{} { return n.gaps.open(place.Channel) }
