package main

import (
	"cmp"
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
// with somebody who speaks and reads on each side.
type corner struct {
	*program
	ctx    context.Context
	irc    *irctest.Server
	slack  *slackdouble.Double
	ann    *irctest.Client // speaks and reads on IRC
	rooms  []*cornerRoom
	spoken []spoken // by the number of the message
	unsure int      // so many of them may not have been heard on IRC: the bot was killed meanwhile
	aged   bool     // its clock has gone forward by more than relay.expires: what waited is not lost if the room was told
}

// cornerRoom is a channel of the same name on each side, bridged.
type cornerRoom struct {
	name string // "#a"
	id   string // Slack's
	out  [2]bool
	gone []string // read there by who was on IRC before the server was restarted
}

// The sides of a corner.
const (
	sideIRC = iota
	sideSlack
)

var sideNames = [2]string{"irc", "slack"}

// spoken is one message: who said it where, and whether the bot was there.
type spoken struct {
	room  *cornerRoom
	said  [2]bool // on which sides
	there [2]bool // what is said where the bot is not, nobody can hear
}

// cornerStage is what a corner is like; its zero value is one room on ngIRCd.
type cornerStage struct {
	server func(testing.TB) *irctest.Server
	rooms  []string
	login  string        // more of the IRC network's configuration
	before func(*corner) // just before the program starts
	still  bool          // the test starts the program
	takes  time.Duration // how much longer than two minutes the test may take
	slack  []slackdouble.Option
}

func newCorner(t *testing.T, s cornerStage) *corner {
	t.Helper()
	if s.server == nil {
		s.server = func(tb testing.TB) *irctest.Server { return irctest.NgIRCd(tb) }
	}
	if s.rooms == nil {
		s.rooms = []string{"#a"}
	}
	c := &corner{program: &program{t: t, dir: t.TempDir()}, irc: s.server(t), slack: slackdouble.New(t, s.slack...)}
	c.slack.AddUser(slackdouble.User{Name: "ada"})
	c.ann = c.irc.Dial("ann")
	var bridges strings.Builder
	for _, name := range s.rooms {
		c.rooms = append(c.rooms, &cornerRoom{name: name, id: c.slack.AddChannel(slackdouble.Channel{Name: name})})
		c.ann.Join(name)
		fmt.Fprintf(&bridges, "  - [%q, %q]\n", "left "+name, "pycon "+name)
	}
	channels := `"` + strings.Join(s.rooms, `", "`) + `"`
	config := fmt.Sprintf(`
event: {name: Fault, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, nick: sprintbot, channels: [%s], pace: unlimited, %s}
  - {name: pycon, kind: slack, app_token_env: FAULT_SLACK_APP, bot_token_env: FAULT_SLACK_BOT, channels: [%s], api_url: %q}
bridges:
%s`, c.database(), c.irc.Addr, channels, cmp.Or(s.login, "tls: false"), channels, c.slack.URL(), bridges.String())
	if err := os.WriteFile(filepath.Join(c.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+s.takes)
	t.Cleanup(cancel)
	c.ctx = ctx
	c.env = []string{"FAULT_SLACK_APP=" + c.slack.AppToken, "FAULT_SLACK_BOT=" + c.slack.BotToken}
	c.debugDoor()
	if s.before != nil {
		s.before(c)
	}
	t.Cleanup(c.kill)
	if !s.still {
		c.comes()
	}
	return c
}

func (c *corner) database() string { return filepath.Join(c.dir, "fault.db") }

// comes starts the program and returns once it is in every room of both sides.
func (c *corner) comes() {
	c.t.Helper()
	had := c.joins()
	connections := c.slack.Connections()
	c.start()
	c.isBack(had)
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		c.t.Fatal(err)
	}
}

// annIsBack brings her back to IRC after the server was restarted.
func (c *corner) annIsBack() {
	c.t.Helper()
	for _, r := range c.rooms {
		r.gone = append(r.gone, c.ann.Said(r.name)...)
	}
	c.ann = c.irc.Dial("ann")
	for _, r := range c.rooms {
		c.ann.Join(r.name)
	}
}

// joins counts how often the bot has come into each room on IRC.
func (c *corner) joins() map[string]int {
	had := map[string]int{}
	for _, l := range c.ann.Lines() {
		if l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") {
			had[l.Target()]++
		}
	}
	return had
}

// isBack waits until the bot has come into each room on IRC once more.
func (c *corner) isBack(had map[string]int) {
	c.t.Helper()
	for _, r := range c.rooms {
		c.isBackIn(r, had)
	}
}

func (c *corner) isBackIn(r *cornerRoom, had map[string]int) {
	c.t.Helper()
	n := had[r.name] + 1
	c.ann.Seen(c.ctx, func(l irctest.Line) bool {
		if l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") && l.Target() == r.name {
			n--
		}
		return n == 0
	})
}

// says speaks n numbered messages in each room on each side; saysOn on one.
func (c *corner) says(n int) { c.t.Helper(); c.saysOn(n, sideIRC, sideSlack) }

func (c *corner) saysOn(n int, sides ...int) {
	c.t.Helper()
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	for range n {
		<-pace.C
		for _, r := range c.rooms {
			c.speak(r, sides...)
		}
	}
	if slices.Contains(sides, sideIRC) {
		c.ann.Sync()
	}
}

// speak says the next message in a room.
func (c *corner) speak(r *cornerRoom, sides ...int) {
	c.t.Helper()
	one := spoken{room: r, there: [2]bool{!r.out[sideIRC], !r.out[sideSlack]}}
	for _, side := range sides {
		words := message(side, len(c.spoken))
		if one.said[side] = true; side == sideIRC {
			c.ann.Say(r.name, words)
		} else {
			c.slack.Say("ada", r.id, words)
		}
	}
	c.spoken = append(c.spoken, one)
}

func message(side, n int) string { return fmt.Sprintf("message %s %05d", sideNames[side], n) }

var numberedMessage = regexp.MustCompile(`message (?:irc|slack) \d{5}`)

// shown are the numbered messages that the bot has brought to a room's side,
// as they came.
func (c *corner) shown(r *cornerRoom, side int) (words []string) {
	if side == sideIRC {
		for _, line := range slices.Concat(r.gone, c.ann.Said(r.name)) {
			words = append(words, numberedMessage.FindAllString(line, -1)...)
		}
		return words
	}
	for _, p := range c.slack.Posts() {
		if p.Method == "chat.postMessage" && p.Channel == r.id {
			words = append(words, numberedMessage.FindAllString(p.Text, -1)...)
		}
	}
	return words
}

// allShown counts what the bot has brought to all rooms.
func (c *corner) allShown() (n int) {
	for _, r := range c.rooms {
		n += len(c.shown(r, sideIRC)) + len(c.shown(r, sideSlack))
	}
	return n
}

// missing is what was said to the bot in rooms and does not stand on their
// other side yet; without rooms, in all of them.
func (c *corner) missing(rooms ...*cornerRoom) (missing []string) {
	if rooms == nil {
		rooms = c.rooms
	}
	for _, r := range rooms {
		for from := range 2 {
			there := map[string]bool{}
			for _, words := range c.shown(r, 1-from) {
				there[words] = true
			}
			for n, one := range c.spoken {
				if from == sideIRC && n < c.unsure {
					continue
				}
				if words := message(from, n); one.room == r && one.said[from] && one.there[from] && !there[words] {
					missing = append(missing, words)
				}
			}
		}
	}
	return missing
}

// arrives waits until all that was said to the bot in rooms, or everywhere,
// stands on the other side.
func (c *corner) arrives(rooms ...*cornerRoom) {
	c.t.Helper()
	c.until("all arrived", func() bool { return len(c.missing(rooms...)) == 0 })
}

// until waits for a fact.
func (c *corner) until(what string, fact func() bool) {
	c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !fact() {
		select {
		case <-tick.C:
		case <-c.ctx.Done():
			missing := c.missing()
			c.t.Fatalf("never %s; %d not there: %q", what, len(missing), missing[:min(len(missing), 20)])
		}
	}
}

// settled waits until Slack has nothing more to deliver.
func (c *corner) settled() {
	c.t.Helper()
	if err := c.slack.WaitSettled(c.ctx); err != nil {
		c.t.Fatal(err)
	}
}

// unacknowledged finds fault with what Slack was told is kept while nothing can
// be kept, of all it sent since the first so many envelopes.
func (c *corner) unacknowledged(before int) {
	c.t.Helper()
	sent := c.slack.Envelopes()[before:]
	kept := 0
	for _, e := range sent {
		if !e.Acked.IsZero() {
			kept++
		}
	}
	if kept > 0 || len(sent) == 0 {
		c.t.Errorf("%d of %d envelopes were acknowledged though nothing could be kept", kept, len(sent))
	}
}
