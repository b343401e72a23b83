package slack

import (
	"time"

	"golang.org/x/time/rate"
)

const (
	readMargin  = 2 * time.Second  // read again before the end of the last reading: what shows late
	farBurst    = 3                // readings in a row of one place that look back as far as after a long absence,
	farEvery    = 2 * time.Minute  // and then one each: in a storm of connections the others read the newest words only
	briefEvery  = 2 * time.Second  // apart
	calmAfter   = 30 * time.Second // after the last connection, what those did not look at is made up for
	briefly     = 10 * time.Minute // threads heard in within are asked for replies by them,
	briefThread = 3                // so many
)

// reading is one gap to be read now.
type reading struct {
	channel string // chat.Place.Channel
	upTo    int    // connection
	floor   string
	side    bool
	since   string // ts: what was said before was read by an earlier one, "" if none
	brief   bool   // the newest words only
	calm    bool   // nobody waits for it: it makes up for brief ones
	owed    int    // up to which of those
	newest  string // ts: the newest that was found
}

func newGap(side bool) *gap {
	return &gap{side: side, let: make(chan struct{}), far: rate.NewLimiter(rate.Every(farEvery), farBurst)}
}

// next is the reading of a place that may begin now; else when to ask again, the zero time for not at all.
func (one *gap) next(now time.Time) (r reading, ready bool, later time.Time) {
	if one.owed.busy {
		return r, false, later
	}
	r = reading{upTo: one.wanted, floor: one.floor, side: one.side, since: one.whole, owed: one.owed.wanted}
	if ready, later = one.ready(now); !ready {
		if one.busy || one.open() {
			return r, false, later
		}
		r.calm = true
		ready, later = one.owed.ready(now)
		return r, ready, later
	}
	if one.read == "" || one.far.TokensAt(now) >= 1 {
		return r, true, later
	}
	r.brief, r.since = true, one.read
	if soon := one.ended.Add(briefEvery); soon.After(now) {
		return r, false, soon
	}
	return r, true, later
}

// begin notes that a reading is under way, and what it owes by calm.
func (one *gap) begin(r reading, calm time.Time) {
	switch {
	case r.calm:
		one.owed.busy = true
		return
	case r.brief:
		one.owed.want()
		one.owed.again = calm
	default:
		one.far.Allow()
	}
	one.busy = true
}

// join is up to which connection a reading tells what was said that asks for the newest words now.
func (g *gaps) join(r reading) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[r.channel]; one != nil && !r.calm {
		return one.wanted
	}
	return r.upTo
}

// disturbed says that a reading nobody waits for stands in the way of one that somebody does.
func (g *gaps) disturbed(r reading) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := g.all[r.channel]
	return r.calm && one != nil && one.open()
}

// over says that all is heard that a reading was for, or that nobody can tell what was said: trouble says why. It returns
// whether there is news for people who look after the network.
func (g *gaps) over(r reading, trouble string) (changed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := g.all[r.channel]
	if one == nil {
		return false
	}
	one.ended = time.Now()
	one.read = max(one.read, r.newest)
	if !r.brief {
		one.whole = max(one.whole, r.newest)
		one.owed.finish(r.owed)
	}
	g.tick()
	if r.calm {
		return false
	}
	changed = one.trouble != trouble || one.closed
	one.trouble = trouble
	if one.finish(r.upTo); !one.open() {
		one.release()
	}
	return changed
}

// putOff has a reading nobody waits for begin again when all is calm.
func (g *gaps) putOff(r reading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[r.channel]; one != nil {
		one.owed.busy, one.owed.again = false, time.Now().Add(g.calm)
	}
	g.tick()
}

// failed has a gap read again later.
func (g *gaps) failed(r reading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch one := g.all[r.channel]; {
	case one == nil:
	case r.calm:
		one.owed.fail()
	default:
		one.fail()
	}
	g.tick()
}
