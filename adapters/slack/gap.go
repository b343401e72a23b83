package slack

import (
	"fmt"
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

const (
	gapRetry    = time.Second     // after a gap could not be read
	gapLongest  = 5 * time.Minute // between tries that fail in a row
	threadsLive = 24 * time.Hour  // a thread heard within is asked for replies
	threadsMost = 1000            // remembered in one channel
)

// gaps knows in which served channels something may have been said that is not heard yet: from each connection on until
// their history has been read and heard.
type gaps struct {
	network string
	wake    chan struct{} // capacity 1: a gap may be due

	mu  sync.Mutex
	all map[string]*gap // by configured channel
}

// gap is how one channel stands.
type gap struct {
	wanted  int // connections so far: each asks for a reading
	read    int // the connection up to which all is heard
	reading bool
	again   time.Time // not read before
	tries   int       // that failed in a row
	trouble string    // why it can't be read at all, "" if it can
	done    chan struct{}
	closed  bool
	floor   string               // ts: at and before it nothing was said to us
	threads map[string]time.Time // root → when last heard
}

// reading is one gap to be read now.
type reading struct {
	channel string // as configured
	upTo    int    // connection
	floor   string
	threads []string
}

// newGaps begins with every channel unread: what an earlier run heard before it had read a gap still waits.
func newGaps(network string, channels []string) *gaps {
	g := &gaps{network: network, wake: make(chan struct{}, 1), all: map[string]*gap{}}
	for _, name := range channels {
		g.all[name] = &gap{done: make(chan struct{}), threads: map[string]time.Time{}}
	}
	return g
}

func (g *gaps) tick() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// connected has every channel read: something may have been said before this connection.
func (g *gaps) connected() {
	g.mu.Lock()
	defer g.mu.Unlock()
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

// want has a gap read. The lock is held.
func (one *gap) want() {
	one.wanted++
	one.again, one.tries = time.Time{}, 0
	if one.closed {
		one.done, one.closed = make(chan struct{}), false
	}
}

// due are the gaps to read now, each once, and when the next one is due.
func (g *gaps) due(now time.Time) (due []reading, next time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, one := range g.all {
		switch {
		case one.reading || one.read == one.wanted:
		case one.again.After(now):
			if next.IsZero() || one.again.Before(next) {
				next = one.again
			}
		default:
			one.reading = true
			r := reading{channel: name, upTo: one.wanted, floor: one.floor}
			for root, at := range one.threads {
				if now.Sub(at) > threadsLive {
					delete(one.threads, root)
					continue
				}
				r.threads = append(r.threads, root)
			}
			due = append(due, r)
		}
	}
	return due, next
}

// heard says that all is heard that was said before a connection, or that nobody can tell what was: trouble says why.
// It returns whether the trouble changed.
func (g *gaps) heard(channel string, upTo int, trouble string) (changed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := g.all[channel]
	if one == nil {
		return false
	}
	changed = one.trouble != trouble
	one.reading, one.tries, one.trouble, one.read = false, 0, trouble, max(one.read, upTo)
	if one.read == one.wanted && !one.closed {
		close(one.done)
		one.closed = true
	}
	g.tick()
	return changed
}

// failed has a gap read again later.
func (g *gaps) failed(channel string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil {
		one.reading = false
		one.again = time.Now().Add(min(gapLongest, gapRetry<<min(one.tries, 10)))
		one.tries++
	}
	g.tick()
}

// behind says that a channel's gap is not read yet.
func (g *gaps) behind(channel string) bool { return g.open(channel) != nil }

// open is closed once the gap of a channel is read; nil when it is.
func (g *gaps) open(channel string) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil && !one.closed {
		return one.done
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

// replied notes a thread in which something was heard.
func (g *gaps) replied(channel, root string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one := g.all[channel]; one != nil && (one.threads[root] != time.Time{} || len(one.threads) < threadsMost) {
		one.threads[root] = time.Now()
	}
}

// note tells of gaps that can't be read, "" when all can.
func (g *gaps) note(channels []string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := ""
	for _, name := range channels {
		if one := g.all[name]; one != nil && one.trouble != "" {
			out += fmt.Sprintf("; what was said in %s meanwhile can't be read: %s", name, one.trouble)
		}
	}
	return out
}

// Gap is closed once everything is heard that was said in a channel while nobody listened; nil when there is nothing to
// wait for. Until then what is relayed of a message that is Behind waits.
func (n *Network) Gap(place chat.Place) <-chan struct{} { return n.gaps.open(place.Channel) }
