package main

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

// rounds is how often a fault is repeated: n in CI, FAULT_ROUNDS in make faults.
func rounds(n int) int {
	if more, err := strconv.Atoi(os.Getenv("FAULT_ROUNDS")); err == nil && more > 0 {
		return more
	}
	return n
}

// inFull says that faults last as long as they may, as in make faults.
func inFull() bool { return rounds(0) >= 100 }

// long is how long a fault lasts: short in CI, full in make faults.
func long(short, full time.Duration) time.Duration {
	if inFull() {
		return full
	}
	return short
}

// lags are how long messages took, by the way they went.
type lags struct {
	ways []string // in the order of their first message
	took map[string][]time.Duration
}

// timed has somebody say one message in a room, waits until it stands on the
// other side, and notes how long that took.
func (c *corner) timed(l *lags, r *cornerRoom, from int) {
	c.t.Helper()
	words, posts := message(from, len(c.spoken)), len(c.slack.Posts())
	began := time.Now()
	c.speak(r, from)
	if from == sideIRC {
		if _, err := c.slack.WaitPostAfter(c.ctx, posts, func(p slackdouble.Post) bool { return strings.Contains(p.Text, words) }); err != nil {
			c.t.Fatal(err)
		}
	} else {
		c.ann.Seen(c.ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.Contains(l.Text(), words) })
	}
	took := time.Since(began)
	way := r.name + " from " + sideNames[from]
	if l.took == nil {
		l.took = map[string][]time.Duration{}
	}
	if l.took[way] == nil {
		l.ways = append(l.ways, way)
	}
	l.took[way] = append(l.took[way], took)
}

const (
	lagRatio = 5                      // a hindered message may take so many times what one took in calm,
	lagFloor = 500 * time.Millisecond // or so long: the machine's own stalls
	lagMost  = time.Second            // and never longer
)

// against compares with the same ways in calm: those whom a fault is no business
// of wait no longer.
func (l *lags) against(t *testing.T, calm *lags) {
	t.Helper()
	for _, way := range l.ways {
		quiet50, quiet99 := quantiles(calm.took[way])
		now50, now99 := quantiles(l.took[way])
		t.Logf("%s: in calm p50 %.2f p99 %.2f ms (%d), meanwhile p50 %.2f p99 %.2f ms (%d): ratios %.2f and %.2f", way,
			ms(quiet50), ms(quiet99), len(calm.took[way]), ms(now50), ms(now99), len(l.took[way]),
			float64(now50)/float64(quiet50), float64(now99)/float64(quiet99))
		if now99 > max(lagRatio*quiet99, lagFloor) || now99 >= lagMost {
			t.Errorf("%s: p99 %v, in calm %v", way, now99, quiet99)
		}
	}
}

// turnedDown counts the posts in a room that Slack has turned down for now.
func (c *corner) turnedDown(r *cornerRoom) (n int) {
	for _, call := range c.slack.Calls() {
		if call.Method == "chat.postMessage" && call.Args["channel"] == r.id && call.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}
