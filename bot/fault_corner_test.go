package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

// corner is the built program between a real IRC server and Slack's double,
// with somebody who speaks on each side.
type corner struct {
	*program
	ctx   context.Context
	irc   *irctest.Server
	slack *slackdouble.Double
	ann   *irctest.Client // speaks and reads on IRC
	said  int             // on each side
}

// newCorner starts the program; before, if not nil, is called first.
func newCorner(t *testing.T, before func(*corner), opts ...slackdouble.Option) *corner {
	t.Helper()
	c := &corner{program: &program{t: t, dir: t.TempDir()}, irc: irctest.NgIRCd(t), slack: slackdouble.New(t, opts...)}
	c.slack.AddUser(slackdouble.User{Name: "ada"})
	c.slack.AddChannel(slackdouble.Channel{Name: "sprints"})
	config := fmt.Sprintf(`
event: {name: Fault, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: pycon, kind: slack, app_token_env: FAULT_SLACK_APP, bot_token_env: FAULT_SLACK_BOT, channels: ["#sprints"], api_url: %q}
bridges:
  - ["left #a", "pycon #sprints"]
`, c.database(), c.irc.Addr, c.slack.URL())
	if err := os.WriteFile(filepath.Join(c.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	c.ctx = ctx
	c.env = []string{"FAULT_SLACK_APP=" + c.slack.AppToken, "FAULT_SLACK_BOT=" + c.slack.BotToken}
	c.debugDoor()
	c.ann = c.irc.Dial("ann")
	c.ann.Join("#a")
	if before != nil {
		before(c)
	}
	t.Cleanup(c.kill)
	c.comes()
	return c
}

func (c *corner) database() string { return filepath.Join(c.dir, "fault.db") }

// comes starts the program and returns once it is on both sides.
func (c *corner) comes() {
	c.t.Helper()
	connections := c.slack.Connections()
	c.start()
	c.ann.Seen(c.ctx, joinedTimes(c.starts))
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		c.t.Fatal(err)
	}
}

// says speaks n numbered messages on each side.
func (c *corner) says(n int) {
	c.t.Helper()
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for range n {
		<-pace.C
		c.ann.Say("#a", fmt.Sprintf("message irc %03d", c.said))
		c.slack.Say("ada", "#sprints", fmt.Sprintf("message slack %03d", c.said))
		c.said++
	}
	c.ann.Sync()
}

var numberedMessage = regexp.MustCompile(`message (?:irc|slack) \d{3}`)

// shown are the numbered messages that the bot has brought to each side, as
// they came.
func (c *corner) shown() (onSlack, onIRC []string) {
	for _, p := range c.slack.Posts() {
		if p.Method == "chat.postMessage" && p.ChannelName == "sprints" {
			onSlack = append(onSlack, numberedMessage.FindAllString(p.Text, -1)...)
		}
	}
	for _, line := range c.ann.Said("#a") {
		onIRC = append(onIRC, numberedMessage.FindAllString(line, -1)...)
	}
	return onSlack, onIRC
}

// arrives waits until the newest message of each side stands on the other.
func (c *corner) arrives() {
	c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		onSlack, onIRC := c.shown()
		if slices.Contains(onSlack, fmt.Sprintf("message irc %03d", c.said-1)) &&
			slices.Contains(onIRC, fmt.Sprintf("message slack %03d", c.said-1)) {
			return
		}
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			c.t.Fatalf("of %d said on each side Slack has %d, IRC %d", c.said, len(onSlack), len(onIRC))
		}
	}
}

// allArrived counts what was lost and doubled on each side, and looks at the
// order: at most so many lines may be twice on IRC, none on Slack. Words that
// Slack delivered again may be late: ordered says whether its order counts.
func (c *corner) allArrived(mostOnIRC int, ordered bool) {
	c.t.Helper()
	onSlack, onIRC := c.shown()
	for _, way := range []struct {
		name, from string
		shown      []string
		most       int
		ordered    bool
	}{
		{"IRC to Slack", "irc", onSlack, 0, true},
		{"Slack to IRC", "slack", onIRC, mostOnIRC, ordered},
	} {
		times := map[string]int{}
		var firsts []string
		for _, words := range way.shown {
			if times[words]++; times[words] == 1 && strings.Contains(words, way.from) {
				firsts = append(firsts, words)
			}
		}
		lost, doubled := 0, 0
		for n := range c.said {
			if k := times[fmt.Sprintf("message %s %03d", way.from, n)]; k == 0 {
				lost++
			} else {
				doubled += k - 1
			}
		}
		sorted := slices.IsSorted(firsts)
		c.t.Logf("%s: %d said, %d arrived, %d lost, %d doubled, in order: %v", way.name, c.said, len(firsts), lost, doubled, sorted)
		if lost > 0 || doubled > way.most || way.ordered && !sorted {
			c.t.Errorf("%s: %d lost, %d doubled (at most %d), in order: %v", way.name, lost, doubled, way.most, sorted)
		}
	}
}
