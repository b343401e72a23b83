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

// lesson is how fast a server was found to bear us.
type lesson struct {
	every time.Duration // one line each, 0 nothing was learned
	at    time.Time     // when, or when the last of it was forgotten
}

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
	if n.lesson.every > pace.Every {
		pace.Every, pace.Burst = n.lesson.every, max(1, pace.Burst/2)
	}
	return pace
}

// Learned is the pace that the server has taught, one line each; 0 none.
func (n *Network) Learned() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lesson.every
}

// learn makes the pace half as fast: the server has cut us off for it.
func (n *Network) learn(now time.Time) {
	n.mu.Lock()
	every := min(mostLearned, max(leastLearned, 2*max(n.cfg.Pace.Every, n.lesson.every)))
	n.lesson = lesson{max(every, n.cfg.Pace.Every), now}
	n.mu.Unlock()
	n.log.Warn("the server cut us off for speaking too fast; slower from now on", "one_line_each", every)
	n.tell()
}

// forgive forgets half of what was learned when it was learned long ago: a
// limit may have been lifted, or was never about us.
func (n *Network) forgive(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lesson.every == 0 || now.Sub(n.lesson.at) < forgets {
		return
	}
	n.lesson = lesson{n.lesson.every / 2, now}
	if n.lesson.every <= n.cfg.Pace.Every || n.lesson.every < leastLearned {
		n.lesson = lesson{}
	}
	n.tell()
}
