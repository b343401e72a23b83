package main

import (
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

// Slack as it is: what finds no connection is lost, and stands in the channel's
// history alone.
func forgetfulSlack(c *corner) { c.slack.Forget(true) }

// TestFaultSlackDisconnectStorm cuts and refreshes Slack's socket and keeps
// Slack away again and again while people talk on both sides: all of it arrives
// once. In CI nine times, each as soon as the bot is back; in make faults every
// two seconds for two minutes, whether it is back or not.
func TestFaultSlackDisconnectStorm(t *testing.T) {
	t.Parallel()
	const full, every = 2 * time.Minute, 2 * time.Second
	c := newCorner(t, cornerStage{before: forgetfulSlack, takes: long(0, 2*full), slack: []slackdouble.Option{slackdouble.WithAckWithin(time.Second),
		slackdouble.WithRetryAfter(0, 20*time.Millisecond, 50*time.Millisecond), slackdouble.WithHistoryCap(15)}})
	c.says(5)
	c.arrives()
	before, first := c.restful(), c.slack.Connections()
	times := 9
	if inFull() {
		times = int(full / every)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	var connections int
	for i := range times {
		connections = c.slack.Connections()
		switch i % 3 {
		case 0:
			c.slack.Disconnect("refresh_requested")
		case 1:
			c.slack.Cut()
		case 2:
			c.slack.SetAway(true)
			c.says(5)
			c.slack.SetAway(false)
		}
		c.says(5)
		if inFull() {
			<-tick.C
			continue
		}
		if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
			t.Fatal(err)
		}
		c.says(5)
	}
	ended := time.Now()
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		t.Fatal(err)
	}
	back := time.Since(ended)
	c.says(5)
	c.arrives()
	c.settled()
	t.Logf("%d disconnects, %d connections; Slack lost %d events; connected %v after the last, all arrived %v after it",
		times, c.slack.Connections()-first, c.slack.Lost(), back, time.Since(ended))
	c.rests(before)
	c.stop()
	c.allArrived(0, false)
}

// TestFaultSlackHistoryLate lets people talk on while what was said meanwhile
// can't be read yet, over a restart: they are acknowledged at once, and all of
// it arrives in the order it was said, what they say on IRC at once.
func TestFaultSlackHistoryLate(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{before: forgetfulSlack, slack: []slackdouble.Option{slackdouble.WithAckWithin(time.Second),
		slackdouble.WithRetryAfter(0, 20*time.Millisecond, 50*time.Millisecond), slackdouble.WithHistoryCap(15)}})
	c.says(1)
	c.arrives()
	before := c.restful()
	c.slack.SetAway(true)
	c.saysOn(40, sideSlack)
	c.slack.Fail(slackdouble.Fault{Method: "conversations.history", RetryAfter: time.Minute})
	connections := c.slack.Connections()
	c.slack.SetAway(false)
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		t.Fatal(err)
	}
	had := c.allShown()
	c.saysOn(10, sideSlack)
	c.settled()
	if n := c.slack.GaveUp() - c.slack.Lost(); n > 0 {
		t.Errorf("%d events were not acknowledged", n)
	}
	if n := c.allShown() - had; n > 0 {
		t.Errorf("%d lines went out before what was said earlier", n)
	}
	c.saysOn(5, sideIRC)
	c.until("brought to Slack", func() bool { return len(c.missing()) == 50 })
	c.stop()
	c.slack.Heal()
	c.saysOn(3, sideSlack)
	c.comes()
	c.says(3)
	c.arrives()
	c.settled()
	c.rests(before)
	c.stop()
	c.allArrived(0, true)
}

// TestFaultSlackSays429 has Slack turn down every post in one channel, for a
// minute in make faults: they wait as long as Slack says, the other channel and
// the other direction wait no longer than in calm. Then it turns down posts in
// all channels, now and then.
func TestFaultSlackSays429(t *testing.T) {
	t.Parallel()
	calmFor, stormFor := long(3*time.Second, 20*time.Second), long(4*time.Second, time.Minute)
	c := newCorner(t, cornerStage{rooms: []string{"#stormy", "#calm"}, takes: calmFor + stormFor})
	c.says(1)
	c.arrives()
	before := c.restful()
	stormy, calm := c.rooms[0], c.rooms[1]
	measured := func(lasts time.Duration, each func()) *lags {
		l, tick := &lags{}, time.NewTicker(time.Second) // no faster than Slack takes posts
		defer tick.Stop()
		for end := time.Now().Add(lasts); time.Now().Before(end); <-tick.C {
			each()
			c.timed(l, calm, sideIRC)
			c.timed(l, calm, sideSlack)
			c.timed(l, stormy, sideSlack)
		}
		return l
	}
	quiet := measured(calmFor, func() {})
	c.slack.Fail(slackdouble.Fault{Method: "chat.postMessage", Channel: stormy.id, RetryAfter: long(time.Second, 5*time.Second)})
	tries := c.turnedDown(stormy)
	meanwhile := measured(stormFor, func() { c.speak(stormy, sideIRC) })
	tries = c.turnedDown(stormy) - tries
	t.Logf("%d posts turned down in %v", tries, stormFor)
	if most := int(stormFor/long(time.Second, 5*time.Second)) + 1; tries == 0 || tries > most {
		t.Errorf("%d posts were tried in the storm, at most %d may be", tries, most)
	}
	if len(c.missing(stormy)) == 0 {
		t.Error("the storm was over before the other channel had its lines")
	}
	meanwhile.against(t, quiet)
	c.slack.Heal()
	c.says(5)
	c.arrives()
	c.slack.Fail(slackdouble.Fault{Method: "chat.postMessage", RetryAfter: time.Second, Times: 3, Every: 2}) // all channels
	for range 5 {
		c.says(2)
		c.arrives()
	}
	c.rests(before)
	c.stop()
	c.allArrived(0, true)
}

// TestFaultSlackDeliversAgain has Slack deliver every event three times and in
// any order, and lose the answers to posts after it has posted them: each is
// heard once and posted once.
func TestFaultSlackDeliversAgain(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{slack: []slackdouble.Option{slackdouble.WithRetryAfter(0, time.Second, time.Second)}})
	c.says(5)
	c.arrives()
	before := c.restful()
	c.slack.SetRepeat(3)
	for round := range 3 {
		c.slack.Hold()
		c.says(40)
		c.slack.Release(uint64(round + 1))
	}
	c.arrives()
	c.settled()
	c.slack.SetRepeat(1)

	c.slack.Fail(slackdouble.Fault{Method: "chat.postMessage", AfterSuccess: true, Every: 3})
	for range 8 {
		c.says(3)
		c.arrives()
	}
	c.slack.Heal()
	// Nor does an event tell that it was posted: it has to be found in history.
	c.slack.Hold()
	c.slack.Fail(slackdouble.Fault{Method: "chat.postMessage", AfterSuccess: true, Times: 1})
	c.saysOn(1, sideIRC)
	c.arrives()
	c.until("found", func() bool { return c.waiting("pycon") == 0 })
	c.slack.Release(0)
	c.settled()
	c.rests(before)
	c.stop()
	c.allArrived(0, false)
}

// TestFaultSlackTokenRevoked takes the tokens back: the network stops and says
// so without naming them, IRC's words wait, and after a start with new tokens
// these arrive, and what was said in Slack meanwhile.
func TestFaultSlackTokenRevoked(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{before: forgetfulSlack, slack: []slackdouble.Option{slackdouble.WithHistoryCap(200)}})
	c.says(5)
	c.arrives()
	before := c.restful()
	c.slack.Revoke()
	c.tells("pycon gave up", "token_revoked")
	if _, words, _ := c.health(c.ctx); strings.Contains(words, c.slack.BotToken) || strings.Contains(words, c.slack.AppToken) {
		t.Errorf("/healthz says %s", words)
	}
	c.says(5)
	c.until("waiting", func() bool { return c.waiting("pycon") == 5 })
	c.stop()
	c.slack.Install("xapp-2-double", "xoxb-2-double")
	c.env = append(c.env, "FAULT_SLACK_APP=xapp-2-double", "FAULT_SLACK_BOT=xoxb-2-double")
	c.comes()
	c.says(5)
	c.arrives()
	c.rests(before)
	c.stop()
	c.allArrived(0, false)
}

// TestFaultSlackClosedDoors archives a channel, renames one and takes the bot
// out of a third and lets it back in: what waits for them arrives once when
// they open, and what was said where the bot was not is nobody's business.
func TestFaultSlackClosedDoors(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{rooms: []string{"#archived", "#renamed", "#removed", "#open"}})
	c.says(2)
	c.arrives()
	before := c.restful()
	archived, renamed, removed, open := c.rooms[0], c.rooms[1], c.rooms[2], c.rooms[3]
	c.slack.Archive(archived.id, true)
	c.slack.RenameChannel(renamed.id, "newname")
	c.slack.Kick(removed.id, "")
	archived.out[sideSlack], removed.out[sideSlack] = true, true
	c.tells("#archived: it is archived", "#removed: the bot was taken out")
	c.saysOn(5, sideIRC)
	c.slack.Say("ada", removed.id, "said without the bot")
	for _, r := range []*cornerRoom{renamed, open} {
		c.slack.Say("ada", r.id, "aside")
	}
	c.arrives(renamed, open)
	c.until("waiting", func() bool { return c.waiting("pycon") == 10 })
	connections := c.slack.Connections()
	c.slack.Cut() // coming back opens no door that somebody closed
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		t.Fatal(err)
	}
	c.saysOn(1, sideIRC)
	c.arrives(renamed, open)
	c.slack.Archive(archived.id, false)
	c.slack.Invite(removed.id, "")
	archived.out[sideSlack], removed.out[sideSlack] = false, false
	c.says(2)
	c.arrives()
	connections = c.slack.Connections()
	c.slack.Cut() // what was said meanwhile is read, and what was said without the bot is not
	if err := c.slack.WaitConnected(c.ctx, connections+1); err != nil {
		t.Fatal(err)
	}
	c.says(1)
	c.arrives()
	c.settled()
	for _, line := range c.ann.Said(removed.name) {
		if strings.Contains(line, "without the bot") {
			t.Errorf("IRC was told %q", line)
		}
	}
	c.rests(before)
	c.stop()
	c.allArrived(0, true)
}
