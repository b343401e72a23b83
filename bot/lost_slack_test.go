package main

import (
	"fmt"
	"testing"

	"sprintbot/adapters/slack/slackdouble"
)

// The bot ends while the fate of a post is open, and people say a thousand things meanwhile: it stands there once.
func TestAPostWhoseAnswerWasLostBeforeMuchWasSaidStandsThereOnce(t *testing.T) {
	b := newBridged(t, []string{"#sprints"}, slackdouble.WithHistoryCap(200))
	b.d.Say("ada", "#sprints", "before")
	from := []string{"#sprints before"}
	b.carried(from)
	b.d.Hold()
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", AfterSuccess: true, Times: 1})
	b.say("#sprints", "said once")
	b.until("posted", func() bool { return len(b.shown()) == 1 })
	b.stop()
	if b.waiting("pycon") != 1 {
		t.Fatal("the answer was not lost")
	}
	for i := range 1000 {
		b.d.Say("ada", "#sprints", fmt.Sprint("since ", i))
		from = append(from, fmt.Sprint("#sprints since ", i))
	}
	b.start()
	b.once("to Slack", b.sent(), []string{"sprints said once"})
	b.carried(from)
	b.stop()
	b.d.Release(0)
}
