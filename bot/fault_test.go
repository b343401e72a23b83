//go:build unix

package main

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

// TestFaultHalfOpenLink freezes the IRC server: its link stands and is silent.
// Slack goes on, and within a minute the bot knows. Once the server answers again all arrives, and only what was
// unconfirmed on the dead link may come twice.
func TestFaultHalfOpenLink(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{})
	c.says(20)
	c.arrives()
	before, joins := c.restful(), c.joins()
	c.irc.Freeze()
	frozen := time.Now()
	c.saysOn(50, sideSlack)
	c.slack.Slash("ada", c.rooms[0].id, "/sprint help")
	c.until("answered", func() bool {
		return slices.ContainsFunc(c.slack.Posts(), func(p slackdouble.Post) bool {
			return p.Method == "response_url" || p.To != "" || p.Direct != ""
		})
	})
	c.logged.wait(t, c.ctx, "not connected")
	if noticed := time.Since(frozen); noticed > time.Minute {
		t.Errorf("the dead link was noticed after %v", noticed)
	} else {
		t.Logf("the dead link was noticed after %v", noticed)
	}
	c.saysOn(20, sideSlack)
	c.irc.Thaw()
	c.isBack(joins)
	c.says(20)
	c.arrives()
	c.rests(before)
	c.stop()
	c.allArrived(8, true)
}

// TestFaultSilentServerAtTheEnd stops the bot while the IRC server has fallen
// silent: it ends in time, and what waits arrives after the next start.
func TestFaultSilentServerAtTheEnd(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{})
	c.says(20)
	c.arrives()
	before := c.restful()
	c.irc.Freeze()
	c.saysOn(50, sideSlack)
	began := time.Now()
	c.stop()
	took := time.Since(began)
	t.Logf("the end took %v", took)
	if took > graceful {
		t.Errorf("longer than %v", graceful)
	}
	c.irc.Thaw()
	c.comes()
	c.says(5)
	c.arrives()
	c.rests(before)
	c.stop()
	c.allArrived(8, true)
}

// TestFaultIRCRestarts kills the IRC server while people talk and starts it
// again, after a while and at once; in make faults after five seconds and after
// a minute too. What is said on Slack meanwhile arrives when it is back; only
// what was unconfirmed may come twice.
func TestFaultIRCRestarts(t *testing.T) {
	t.Parallel()
	aways := []time.Duration{time.Millisecond, 0}
	if inFull() {
		aways = []time.Duration{5 * time.Second, time.Minute, 0}
	}
	c := newCorner(t, cornerStage{takes: long(0, 4*time.Minute)})
	c.says(20)
	c.arrives()
	before := c.restful()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for _, away := range aways {
		c.says(10)
		c.arrives()
		c.irc.Freeze()
		c.saysOn(4, sideSlack) // the bot writes them, and the server never reads them
		c.until("heard", func() bool {
			return relayedRows(t, c.database(), numberedMessage.FindString)[message(sideSlack, len(c.spoken)-1)]
		})
		c.irc.Stop()
		c.unsure = len(c.spoken) // what the server had taken and not yet passed on
		if away > 0 {
			gone := time.Now()
			c.saysOn(20, sideSlack)
			c.logged.wait(t, c.ctx, "not connected")
			for time.Since(gone) < away {
				<-tick.C
				c.saysOn(1, sideSlack)
			}
		}
		// The bot stands still until somebody is there who reads: nobody could
		// say what it said before.
		c.signal(syscall.SIGSTOP)
		c.irc.Start()
		c.annIsBack()
		c.signal(syscall.SIGCONT)
		began := time.Now()
		c.isBack(nil)
		t.Logf("away %v: back after %v", away, time.Since(began))
		c.says(10)
		c.arrives()
	}
	c.rests(before)
	c.stop()
	c.allArrived(len(aways)*8, true)
}

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}
