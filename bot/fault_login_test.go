package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// TestFaultLoginRefused starts the bot with a wrong password for IRC: that
// network stops, says so and comes into no channel, and what is said on Slack
// waits. With the right password all of it arrives.
func TestFaultLoginRefused(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{
		server: func(tb testing.TB) *irctest.Server {
			s := irctest.InspIRCd(tb)
			s.Register("sprintbot", "secret-2")
			return s
		},
		login: "tls: false, sasl: {account: sprintbot, password_env: FAULT_IRC}",
		still: true,
	})
	c.env = append(c.env, "FAULT_IRC=forgotten")
	c.start()
	if err := c.slack.WaitConnected(c.ctx, 1); err != nil {
		t.Fatal(err)
	}
	c.tells("left gave up", "SASL")
	if _, words, _ := c.health(c.ctx); strings.Contains(words, "forgotten") {
		t.Errorf("/healthz says %s", words)
	}
	c.rooms[0].out[sideIRC] = true
	c.says(5)
	c.until("waiting", func() bool { return c.waiting("left") == 5 })
	if len(c.joins()) > 0 {
		t.Error("the bot came without its login")
	}
	c.stop()

	c.env = append(c.env, "FAULT_IRC=secret-2")
	c.comes()
	c.rooms[0].out[sideIRC] = false
	before := c.restful()
	c.says(5)
	c.arrives()
	c.rests(before)
	c.stop()
	c.allArrived(0, true)
}

// TestFaultNickTaken finds the bot's nick taken when it comes, and lets it have
// the nick while people talk, within a minute: it is heard and shown under both,
// once.
func TestFaultNickTaken(t *testing.T) {
	t.Parallel()
	onBothServers(t, func(t *testing.T, server func(testing.TB) *irctest.Server) {
		var squatter *irctest.Client
		c := newCorner(t, cornerStage{server: server, before: func(c *corner) { squatter = c.irc.Dial("sprintbot") }})
		c.says(10)
		c.arrives()
		before := c.restful()
		squatter.Quit("done")
		free := time.Now()
		regained := func() bool {
			return slices.ContainsFunc(c.ann.Lines(), func(l irctest.Line) bool { return l.Command == "NICK" && l.Target() == "sprintbot" })
		}
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for !regained() && c.ctx.Err() == nil {
			c.says(1)
			<-tick.C
		}
		took := time.Since(free)
		if t.Logf("the nick was regained after %v", took); took > time.Minute {
			t.Error("that is longer than a minute")
		}
		c.says(20)
		c.arrives()
		c.rests(before)
		c.stop()
		c.allArrived(0, true)
	})
}
