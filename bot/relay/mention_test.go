package relay_test

import (
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// An edit calls people by the same names as the words did.
func TestAnEditMentionsWhomTheWordsMentioned(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	there := chat.Handle{Network: "pycon", ID: "U9", Nick: "Ada Lovelace"}
	err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		one, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		two, err := tx.Meet(there)
		if err != nil {
			return err
		}
		return tx.JoinPersons(one.ID, two.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	words := chat.Text{{Text: "@ada", Who: &ada}, {Text: " look"}}
	id := b.hear(chat.Message{From: bob, Text: words})
	b.drained()
	words = append(words, chat.Span{Text: " here"})
	b.hear(chat.Message{From: bob, Kind: chat.Edited, Of: id, Text: words})
	b.drained()
	err = b.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Counterparts(chat.SourceKey("libera", id))
		if err != nil {
			return err
		}
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, r := range rows {
			if who := r.Out.Reply.Lines[0].Cells[0][0].Who; who == nil || *who != there {
				t.Errorf("%s mentions %+v", r.Key, who)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
