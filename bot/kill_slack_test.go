package main

import (
	"math/rand/v2"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

// TestKilledBetweenIRCAndSlack kills the bot without a warning at random
// instants while people talk on both sides, and more in Slack while it is down.
// All that was said in Slack arrives, and all that the bot had heard on IRC;
// nothing is twice on Slack, on IRC no more than was unconfirmed at each kill.
func TestKilledBetweenIRCAndSlack(t *testing.T) {
	t.Parallel()
	kills := rounds(10)
	c := newCorner(t, cornerStage{takes: time.Duration(kills) * 10 * time.Second, slack: []slackdouble.Option{
		slackdouble.WithAckWithin(time.Second), slackdouble.WithRetryAfter(time.Second, 3*time.Second, 5*time.Second), slackdouble.WithHistoryCap(200)}})
	random := rand.New(rand.NewPCG(3, uint64(time.Now().UnixNano())))
	c.says(5)
	c.arrives()
	before := c.restful()
	for n := range kills {
		if n%2 == 0 { // else it is killed while it catches up with the time before
			c.says(10)
			c.arrives()
		}
		c.says(5 + random.IntN(15))
		<-time.After(time.Duration(random.IntN(100)) * time.Millisecond)
		c.kill()
		c.unsure = len(c.spoken)
		c.saysOn(1, sideSlack)
		c.comes()
	}
	c.says(5)
	c.arrives()
	c.settled()
	c.rests(before)
	c.stop()
	t.Logf("%d kills; Slack gave up %d events, which stood in its history", kills, c.slack.GaveUp())
	c.allArrived(8*kills, false)
}
