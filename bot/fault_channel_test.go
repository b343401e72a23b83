package main

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"sprintbot/adapters/irc/irctest"
)

// onBothServers runs a fault on ngIRCd and on InspIRCd.
func onBothServers(t *testing.T, run func(t *testing.T, server func(testing.TB) *irctest.Server)) {
	t.Run("ngircd", func(t *testing.T) {
		t.Parallel()
		run(t, func(tb testing.TB) *irctest.Server { return irctest.NgIRCd(tb) })
	})
	t.Run("inspircd", func(t *testing.T) {
		t.Parallel()
		run(t, func(tb testing.TB) *irctest.Server { return irctest.InspIRCd(tb) })
	})
}

// TestFaultAChannelThatRefuses has channels moderated, banning, full, closed to
// the uninvited and locked by a key, all at once: what is said on Slack waits
// and comes when the channel takes it again; what people say there is heard as
// long as the bot is in the channel, and an open channel beside them goes on.
func TestFaultAChannelThatRefuses(t *testing.T) {
	t.Parallel()
	faults := []struct {
		room, mode string
		out        bool   // the bot is put out, and can't come back
		code       string // by which the server says so
	}{
		{"#open", "", false, ""},
		{"#moderated", "m", false, ""},
		{"#banning", "b sprintbot!*@*", false, ""},
		{"#banned", "b sprintbot!*@*", true, "474"},
		{"#full", "l 1", true, "471"},
		{"#invited", "i", true, "473"},
		{"#locked", "k secret", true, "475"},
	}
	var names []string
	for _, f := range faults {
		names = append(names, f.room)
	}
	onBothServers(t, func(t *testing.T, server func(testing.TB) *irctest.Server) {
		c := newCorner(t, cornerStage{server: server, rooms: names})
		c.says(3)
		c.arrives()
		before, open := c.restful(), c.rooms[0]
		for i, f := range faults[1:] {
			c.ann.Send("MODE " + f.room + " +" + f.mode)
			if f.out {
				c.ann.Send("KICK " + f.room + " sprintbot :" + f.mode[:1])
				c.rooms[i+1].out[sideIRC] = true
			}
		}
		c.ann.Sync()
		for _, f := range faults {
			if f.out {
				c.tells("not in "+f.room+" (", f.code)
			}
		}
		had := c.allShown()
		c.says(5)
		c.arrives(open)
		c.until("waiting", func() bool { return c.waiting("left") == 5*(len(c.rooms)-1) })
		c.until("all there that may be", func() bool { return len(c.missing()) == 5*(len(c.rooms)-1) })
		if n, due := c.allShown()-had, 5+3*5; n != due { // the open channel has its lines, Slack those of three where the bot is
			t.Errorf("%d lines went out while channels refused, %d should", n, due)
		}
		joins := c.joins()
		for _, f := range faults[1:] {
			c.ann.Send("MODE " + f.room + " -" + strings.TrimSuffix(f.mode, " 1"))
			if f.out {
				c.ann.Send("INVITE sprintbot " + f.room) // it would try again by itself, within a minute
			}
		}
		for i, f := range faults {
			if f.out {
				c.isBackIn(c.rooms[i], joins)
				c.rooms[i].out[sideIRC] = false
			}
		}
		c.says(3)
		c.arrives()
		c.rests(before)
		c.stop()
		c.allArrived(0, true)
	})
}

// TestFaultABanOfTheServer has an operator ban the bot: the network stops and
// says so, what is said on Slack waits, over a start that is refused, and comes
// once the ban is lifted and the bot started again.
func TestFaultABanOfTheServer(t *testing.T) {
	t.Parallel()
	onBothServers(t, func(t *testing.T, server func(testing.TB) *irctest.Server) {
		c := newCorner(t, cornerStage{server: server})
		oper := c.irc.Oper("oper")
		c.says(5)
		c.arrives()
		before := c.restful()
		mask := "sprintbot@*"
		if c.irc.Kind == "ngircd" {
			mask = "*!~sprintbot@*"
		}
		oper.Send("KLINE " + mask + " 3600 :go away")
		oper.Sync()
		if c.irc.Kind == "ngircd" { // bans who comes, not who is there
			oper.Send("KILL sprintbot :go away")
		}
		c.tells("left gave up", "banned")
		c.rooms[0].out[sideIRC] = true
		c.says(5)
		c.until("waiting", func() bool { return c.waiting("left") == 5 })
		c.stop()

		connections := c.slack.Connections()
		c.start()
		if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
			t.Fatal(err)
		}
		c.tells("left gave up", "banned")
		c.saysOn(5, sideSlack)
		c.until("waiting", func() bool { return c.waiting("left") == 10 })
		c.stop()

		oper.Send("KLINE " + mask)
		oper.Sync()
		c.comes()
		c.rooms[0].out[sideIRC] = false
		c.says(5)
		c.arrives()
		c.rests(before)
		c.stop()
		c.allArrived(8, true)
	})
}

// TestFaultNetsplit parts two servers of a network and joins them again, with
// the bot's nick taken on the other side meanwhile: the servers kill both, the
// bot comes back. All that is said on Slack reaches who is on the bot's side,
// and who is on the other while they are one; what is said on the bot's side
// reaches Slack, what is said on the other side while they are parted can't.
func TestFaultNetsplit(t *testing.T) {
	t.Parallel()
	var there *irctest.Server
	c := newCorner(t, cornerStage{server: func(tb testing.TB) *irctest.Server {
		var here *irctest.Server
		here, there = irctest.Linked(tb)
		return here
	}})
	far := there.Dial("far")
	far.Join("#a")
	c.ann.Seen(c.ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "far" })
	farSays := func(words string) {
		far.Say("#a", words)
		far.Sync()
	}
	onSlack := func(words string) (n int) {
		for _, p := range c.slack.Posts() {
			n += strings.Count(p.Text, words)
		}
		return n
	}
	farSays("from afar before")
	c.says(5)
	c.arrives()
	c.until("heard from afar", func() bool { return onSlack("from afar before") == 1 })
	before := c.restful()
	together := len(c.spoken)

	irctest.Split(there)
	c.ann.WaitLine(c.ctx, func(l irctest.Line) bool { return l.Command == "QUIT" && l.Nick == "far" })
	c.says(5)
	c.arrives()
	farSays("from afar, parted")
	impostor := there.Dial("sprintbot")
	impostor.Join("#a")
	parted := len(c.spoken)

	irctest.Heal(there)
	joins := c.joins()
	c.ann.WaitLine(c.ctx, func(l irctest.Line) bool {
		return (l.Command == "QUIT" || l.Command == "KILL") && l.Nick == "sprintbot"
	})
	c.saysOn(5, sideSlack)
	c.isBackIn(c.rooms[0], joins)
	c.tells("connected as sprintbot\"")
	farSays("from afar after")
	c.says(5)
	c.arrives()
	c.until("heard from afar", func() bool { return onSlack("from afar after") == 1 })
	c.rests(before)
	c.stop()
	c.allArrived(8, true)
	for words, times := range map[string]int{"from afar before": 1, "from afar, parted": 0, "from afar after": 1} {
		if n := onSlack(words); n != times {
			t.Errorf("%q stands on Slack %d times, not %d", words, n, times)
		}
	}
	far.Sync()
	said := far.Said("#a")
	for n := range c.spoken {
		if n >= together && n < parted { // nobody could bring it there
			continue
		}
		words := message(sideSlack, n)
		if !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, words) }) {
			t.Errorf("lost afar: %q", words)
		}
	}
}

// tells waits until /healthz holds all of these words.
func (c *corner) tells(words ...string) {
	c.t.Helper()
	var last string
	defer func() {
		if c.t.Failed() {
			c.t.Logf("/healthz said %s", last)
		}
	}()
	c.until("told: "+strings.Join(words, ", "), func() bool {
		_, last, _ = c.health(c.ctx)
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(last, w) })
	})
}

// waiting counts the rows that wait for a network.
func (c *corner) waiting(network string) (n int) {
	c.t.Helper()
	db, err := sql.Open("sqlite", "file:"+c.database()+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		c.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND network = ?", network).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}
