package relay_test

import (
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

func TestWhoCameAndWentWithinTheMinuteIsNoNews(t *testing.T) {
	b := newBridge(t, relay.Ways{Joins: true})
	b.stop() // until all of it waits
	for _, k := range []chat.Kind{chat.Joined, chat.Left} {
		b.hear(chat.Message{From: ada, Kind: k})
	}
	b.clock.forward(time.Minute)
	b.say(bob, "words")
	b.start()
	b.stands("slack", b.slack.room, "words")
	if len(b.slack.said) != 1 {
		t.Errorf("said %q", b.slack.said)
	}
}
