package irc

import (
	"regexp"
	"time"

	"sprintbot/sprints/chat"
)

// How the pace is learned. A server tells its limit only by cutting off who
// goes too fast.
const (
	leastLearned = time.Second      // the first lesson for a pace without limit
	mostLearned  = 10 * time.Second // no lesson makes it slower
	forgets      = time.Hour        // without being cut off for so long half of what was learned is forgotten
)

// tooFast finds in an ERROR that we were cut off for what we said, or how fast.
var tooFast = regexp.MustCompile(`(?i)\b(excess flood|flooding|recvq|input buffer)\b`)

// Pace is how fast Send may be called: as configured, or as slow as the server
// has taught. Where the server does not echo what it was sent, every fourth
// line or so costs a PING, and the pace leaves room for it: servers fine PINGs
// too.
func (n *Network) Pace() chat.Pace {
	pace := n.taught()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.echoes {
		pace.Every += pace.Every / 4
	}
	return pace
}

// taught is the pace as configured, or as slow as the server has taught.
func (n *Network) taught() chat.Pace {
	n.mu.Lock()
	defer n.mu.Unlock()
	pace := n.cfg.Pace
	if n.lesson.Every > pace.Every {
		pace.Every, pace.Burst = n.lesson.Every, max(1, pace.Burst/2)
	}
	return pace
}

// Learned is the pace that the server has taught, one line each; 0 none.
func (n *Network) Learned() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lesson.Every
}

// learn makes the pace half as fast: the server has cut us off for it.
func (n *Network) learn(now time.Time) {
	n.mu.Lock()
	n.lesson = n.lesson.Harder(now, n.untaught(), mostLearned)
	every := n.lesson.Every
	n.mu.Unlock()
	n.log.Warn("the server cut us off for speaking too fast; slower from now on", "one_line_each", every)
	n.tell()
}

// forgive forgets half of what was learned long ago.
func (n *Network) forgive(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.lesson.Milder(now, n.untaught(), forgets); l.Every != n.lesson.Every {
		n.lesson = l
		n.tell()
	}
}

// untaught is the pace that lessons are about: as configured, and for one
// without limit such that the first lesson is the least.
func (n *Network) untaught() time.Duration { return max(n.cfg.Pace.Every, leastLearned/2) }
