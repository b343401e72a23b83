package irc

import (
	"math/rand/v2"
	"time"
)

// backoff spaces the attempts to connect: every 1 to 2 seconds for the first
// minute, then doubling up to 5 minutes; a connection that lasted a minute
// starts it anew.
type backoff struct {
	least, jitter time.Duration // each early wait is least plus up to jitter
	early         time.Duration // how long waits stay so
	most          time.Duration
	settled       time.Duration // a connection of this length forgets the past

	since time.Time
	last  time.Duration
}

func usualBackoff() backoff {
	return backoff{least: time.Second, jitter: time.Second, early: time.Minute, most: 5 * time.Minute, settled: time.Minute}
}

// after is how long to wait now, when a connection ended that had lasted.
func (b *backoff) after(now time.Time, lasted time.Duration) time.Duration {
	if b.since.IsZero() || lasted >= b.settled {
		b.since, b.last = now, 0
	}
	if now.Sub(b.since) < b.early {
		b.last = b.least + rand.N(b.jitter+1)
		return b.last
	}
	b.last = min(2*max(b.last, b.least), b.most)
	return b.last
}
