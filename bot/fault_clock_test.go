package main

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// TestFaultClockJumps sets the bot's clock two hours forward, two back and two
// more back while people talk, and starts it again in between. Nothing is lost,
// nothing comes twice, each side reads in order, commands are answered, and
// nothing waits for a moment that is now hours away.
func TestFaultClockJumps(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{before: func(c *corner) {
		c.env = append(c.env, "SPRINTBOT_CLOCK="+filepath.Join(c.dir, "clock"))
	}})
	c.says(10)
	c.arrives()
	before := c.restful()
	for _, away := range []time.Duration{2 * time.Hour, 0, -2 * time.Hour} {
		c.says(10) // some of it is under way when the clock jumps
		c.jumps(away)
		c.says(10)
		c.asks("help")
		began := time.Now()
		c.arrives()
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("what was said around a jump to %v arrived after %v", away, took)
		}
	}
	c.rests(before)
	c.stop()
	// The next start finds rows and marks of a clock that was two hours behind.
	c.comes()
	c.jumps(2 * time.Hour)
	c.says(10)
	c.arrives()
	c.stop()
	c.allArrived(0, true)
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
