package relay_test

import (
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// waits are the rows that wait for a network.
func (b *bridge) waits(network string) (rows []sprints.Queued) {
	b.t.Helper()
	err := b.store.Read(b.t.Context(), func(v sprints.View) (err error) {
		rows, err = v.Waiting(network, 0, 1000)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return rows
}

// A notice of words taken back names the time they were said, as the clocks of
// the event show it, and none of the words.
func TestANoticeOfWordsTakenBackSaysWhenTheyWereSaid(t *testing.T) {
	b := newBridge(t, relay.Ways{Deletes: true})
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		day := sprints.DayOf(b.clock.Now(), zone)
		return tx.SetEvent(sprints.Event{Name: "Pine", Zone: zone, First: day, Last: day})
	}); err != nil {
		t.Fatal(err)
	}
	said := b.clock.Now()
	one := b.say(grace, "regrettable")
	b.drained()
	b.stop()
	b.clock.forward(time.Minute)
	b.delete(grace, one)
	rows := b.waits("libera")
	if len(rows) != 1 || rows[0].TookBack() != "took back what they said "+said.In(zone).Format("at 15:04") {
		t.Errorf("%d rows, %q", len(rows), rows[0].TookBack())
	}
}

// A reply and a reaction that wait quote nothing that is taken back meanwhile,
// wherever that was said, also after a restart.
func TestWhatWaitsQuotesNothingThatIsTakenBack(t *testing.T) {
	for name, held := range map[string]bool{"in hand": false, "not yet": true} {
		b := newBridge(t, relay.Ways{Reactions: true})
		root := b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("regrettable words")})
		here := b.say(ada, "words of IRC itself")
		b.drained()
		b.irc.set(func() { b.irc.up = false })
		if held {
			b.stop()
		}
		thread, answers := inSlack, chat.SourceKey("libera", here)
		thread.Thread = "7"
		reply := b.hear(chat.Message{In: thread, From: lin, Of: root, Text: chat.Plainly("why?")})
		b.hear(chat.Message{From: lin, Kind: chat.Reacted, Of: root, Text: chat.Plainly("👍")})
		ours := b.slackIDOf(answers)
		b.hear(chat.Message{From: lin, Of: ours, In: chat.Place{Network: inSlack.Network, Channel: inSlack.Channel, Thread: ours}, Text: chat.Plainly("yes")})
		if got := b.waits("libera"); len(got) != 3 || got[0].Quotes == "" || got[1].Quotes == "" || got[2].Quotes != answers {
			t.Fatalf("%s: %+v", name, got)
		}
		b.delete(grace, root)
		b.delete(ada, here)
		b.edit(lin, reply, "why not?")
		for _, w := range b.waits("libera") {
			if q := w.Re.Plain(); w.Quotes != "" || w.Kind != chat.Edited && w.Kind != chat.Deleted && q != "re grace: " && q != "re ada: " {
				t.Errorf("%s: %s still quotes %q", name, w.Kind, q)
			}
		}
		b.irc.set(func() { b.irc.up = true })
		if held {
			b.start()
		}
		b.drained()
		b.clock.forward(time.Minute)
		b.stands(name, b.irc, "regrettable words", "re grace: why not?", "re ada: yes", "re grace: 👍")
	}
}

// slackIDOf is what the words of IRC became on Slack.
func (b *bridge) slackIDOf(source string) (id string) {
	b.t.Helper()
	err := b.store.Read(b.t.Context(), func(v sprints.View) error {
		rows, err := v.Counterparts(source)
		if len(rows) == 1 {
			id = rows[0].ID
		}
		return err
	})
	if err != nil || id == "" {
		b.t.Fatalf("no receipt: %v", err)
	}
	return id
}
