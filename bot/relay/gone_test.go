package relay_test

import (
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Whose nick may be a stranger's by now is neither called nor shown by it, until
// they are back.
func TestALinkedNickIsUsedOnlyWhileItsOwnerIsThere(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	gone := map[string]bool{}
	b.carrier.Gone = func(h chat.Handle) bool { return gone[h.ID] }
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
	carried := func(id string) chat.Outgoing {
		t.Helper()
		var out chat.Outgoing
		err := b.store.Read(t.Context(), func(v sprints.View) error {
			rows, err := v.Counterparts(chat.SourceKey("pycon", id))
			if err == nil {
				out = *rows[0].Out
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, away := range []bool{false, true, false} {
		gone[ada.ID] = away
		who, nick := there, "Ada Lovelace"
		if !away {
			who, nick = chat.Handle{Network: "libera", ID: ada.ID, Nick: "ada"}, "ada"
		}
		out := carried(b.hear(chat.Message{From: grace, Text: chat.Text{{Text: "@Ada Lovelace", Who: &there}, {Text: " look"}}}))
		if got := out.Reply.Lines[0].Cells[0][0].Who; got == nil || *got != who {
			t.Errorf("gone %v: mentions %+v", away, got)
		}
		if out := carried(b.say(there, "here I am")); out.As.Nick != nick {
			t.Errorf("gone %v: shown as %q", away, out.As.Nick)
		}
	}
}

// Who answers somebody that is gone does not call whoever has their nick now.
func TestAReplyToWhoIsGoneCallsNobody(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	gone := false
	b.carrier.Gone = func(h chat.Handle) bool { return gone && h.ID == bob.ID }
	for _, away := range []bool{false, true} {
		gone = false
		said := b.say(bob, "who has a cable?")
		b.drained()
		gone = away
		ours := b.slackIDOf(chat.SourceKey("libera", said))
		id := b.hear(chat.Message{From: grace, Of: ours, In: chat.Place{Network: "pycon", Channel: "#s", Thread: ours}, Text: chat.Plainly("me")})
		var re chat.Text
		err := b.store.Read(t.Context(), func(v sprints.View) error {
			rows, err := v.Counterparts(chat.SourceKey("pycon", id))
			if err == nil {
				re = rows[0].Out.Re
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(re) < 2 || re[1].Text != "bob" || re[1].Who == nil || (re[1].Who.Network == "libera") == away {
			t.Errorf("gone %v: %+v", away, re)
		}
	}
}
