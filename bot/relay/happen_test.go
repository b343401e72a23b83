package relay_test

import (
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
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

// Names in news ring nobody, not even where the one they name is.
func TestNewsCallsNobodyByName(t *testing.T) {
	grace := chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}
	news := relay.Sum([]chat.Outgoing{
		{From: "IRC", Kind: chat.Joined, As: &ada},
		{From: "IRC", Kind: chat.Left, As: &bob},
		{From: "IRC", Kind: chat.Topic, As: &ada, Reply: chat.Saying(chat.Plainly("day 2"))},
		{From: "IRC", Kind: chat.Reacted, As: &bob, Reply: chat.Saying(chat.Plainly("👍")), Re: chat.Text{{Text: "re "}, {Text: "grace", Who: &grace}, {Text: ": "}}},
	})
	named := 0
	for _, l := range news.Lines {
		for _, s := range l.Cells[0] {
			if s.Who != nil {
				named++
				if s.Who.Network != "" || s.Who.ID != "" {
					t.Errorf("%q calls %+v", s.Text, s.Who)
				}
			}
		}
	}
	if named != 4 {
		t.Errorf("%d of 4 names are known as such in %q", named, news.Plain())
	}
	if grace.Network != "pycon" {
		t.Error("the row was changed")
	}
}

// Two messages of the same words are two, and counted apart.
func TestReactionsAreCountedForEachMessage(t *testing.T) {
	b := newBridge(t, relay.Ways{Reactions: true})
	first := b.say(ada, "ok")
	second := b.say(ada, "ok")
	b.drained()
	b.stop() // until all of it waits
	for _, of := range []string{first, second, second} {
		b.hear(chat.Message{From: bob, Kind: chat.Reacted, Of: of, Text: chat.Plainly("👍")})
	}
	b.clock.forward(time.Minute)
	b.start()
	b.stands("slack", b.slack.room, "ok", "ok", `re ada "ok": 👍|re ada "ok": 👍 ×2`)
}

// A quote in front of a reply does not call those again whom the words called.
func TestAQuoteCallsNobodyAgain(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	there := chat.Handle{Network: "pycon", ID: "U7", Nick: "lead"}
	root := b.hear(chat.Message{From: grace, Text: chat.Text{{Text: "hi "}, {Text: "@lead", Who: &there}, {Text: ", and "}, {Text: "@lead", Who: &there}}})
	b.drained()
	reply := b.hear(chat.Message{From: lin, In: chat.Place{Network: inSlack.Network, Channel: inSlack.Channel, Thread: root}, Of: root, Text: chat.Plainly("yes")})
	b.drained()
	err := b.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Counterparts(chat.SourceKey("pycon", reply))
		if err != nil || len(rows) == 0 {
			t.Fatalf("%d rows: %v", len(rows), err)
		}
		called := 0
		for _, s := range rows[0].Out.Re {
			if s.Text != "@lead" {
				continue
			}
			if called++; s.Who == nil || s.Who.Network != "" {
				t.Errorf("%q calls %+v", s.Text, s.Who)
			}
		}
		if got := rows[0].Out.Re.Plain(); called != 2 || got != `re grace "hi @lead, and @lead": ` {
			t.Errorf("%d names in %q", called, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
