package main

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// TestFaultClockJumps sets the bot's clock an hour back, a day forward and back
// again while people talk, and starts it again in between. Nothing comes twice,
// each side reads in order, commands are answered, and nothing waits for a
// moment that is now hours away. Nothing is lost; but what waits for its turn
// when a day is gone at once is too old to be sent, as relay.expires says, and
// the channel is told how much that was.
func TestFaultClockJumps(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{before: func(c *corner) {
		c.env = append(c.env, "SPRINTBOT_CLOCK="+filepath.Join(c.dir, "clock"))
	}})
	c.aged = true
	c.says(10)
	c.arrives()
	before := c.restful()
	for _, away := range []time.Duration{-time.Hour, 24 * time.Hour, 0} {
		c.says(10) // some of it is under way when the clock jumps
		told := c.toldSkipped()
		c.jumps(away)
		c.says(10)
		c.asks("help")
		began := time.Now()
		c.arrivesOrIsTold()
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("what was said around a jump to %v arrived after %v", away, took)
		}
		if told = c.toldSkipped() - told; told > 0 && away != 24*time.Hour {
			t.Errorf("a jump to %v made %d messages too old", away, told)
		}
		t.Logf("a jump to %v: %d too old, and told", away, told)
	}
	c.rests(before)
	c.stop()
	// The next start finds rows and marks of a clock that was a day ahead.
	c.comes()
	c.jumps(-time.Hour)
	c.says(10)
	c.arrivesOrIsTold()
	c.stop()
	c.allArrived(0, true)
}

var skippedWords = regexp.MustCompile(`(\d+) messages? skipped`)

// toldSkipped is how many messages the rooms were told they did not get.
func (c *corner) toldSkipped() (n int) {
	for _, r := range c.rooms {
		for side := range 2 {
			n += c.skippedIn(r, side)
		}
	}
	return n
}

func (c *corner) skippedIn(r *cornerRoom, side int) (n int) {
	texts := slices.Concat(r.gone, c.ann.Said(r.name))
	if side == sideSlack {
		texts = nil
		for _, p := range c.slack.Posts() {
			if p.Method == "chat.postMessage" && p.Channel == r.id {
				texts = append(texts, p.Text)
			}
		}
	}
	for _, text := range texts {
		if found := skippedWords.FindStringSubmatch(text); found != nil {
			some, _ := strconv.Atoi(found[1])
			n += some
		}
	}
	return n
}

// arrivesOrIsTold waits until all that was said stands on the other side, but
// for what its room was told it did not get.
func (c *corner) arrivesOrIsTold() {
	c.t.Helper()
	c.until("all arrived, or was told of", func() bool { return len(c.missing()) == c.toldSkipped() })
}

// asks says a command in private and waits for an answer.
func (c *corner) asks(words string) {
	c.t.Helper()
	c.ann.Sync()
	had := len(c.ann.Said("ann"))
	c.ann.Say("sprintbot", words)
	private := 0
	c.ann.Seen(c.ctx, func(l irctest.Line) bool {
		if (l.Command == "PRIVMSG" || l.Command == "NOTICE") && l.Target() == "ann" {
			private++
		}
		return private > had
	})
}

// jumps sets the bot's clock that far away from the machine's, through the door
// "clock" in its folder.
func (p *program) jumps(away time.Duration) {
	p.t.Helper()
	door, err := net.Dial("unix", filepath.Join(p.dir, "clock"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer door.Close()
	fmt.Fprintln(door, time.Now().Add(away).Format(time.RFC3339Nano))
	if answer, err := bufio.NewReader(door).ReadString('\n'); err != nil || answer != "ok\n" {
		p.t.Fatalf("clock: %q %v", answer, err)
	}
}
