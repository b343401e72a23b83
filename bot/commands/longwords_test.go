package commands_test

import (
	"strings"
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestMeTellsOfLongWordsAndForgetMeDeletesThem(t *testing.T) {
	w := newWorld(t)
	keep := func(token string) {
		t.Helper()
		err := w.store.Write(t.Context(), func(tx sprints.Tx) error {
			return tx.SavePaste(sprints.Paste{Token: token, Source: token, Who: newcomer, Place: "IRC", Text: chat.Plainly("long"), At: tx.Now(),
				Until: tx.Now().Add(sprints.PasteKept)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tells := func(words string) {
		t.Helper()
		if out := w.did(newcomer, "me"); !strings.Contains(out.Reply.Plain(), words) {
			t.Errorf("%s", out.Reply.Plain())
		}
	}
	keep("one-long-token-of-22-ch")
	tells("I keep nothing about you but one long message of yours as a page, for a day.")
	keep("two-long-token-of-22-ch")
	w.did(newcomer, "here B4")
	tells("I also keep 2 long messages of yours as pages, each for a day.")
	w.did(newcomer, "forget me", "yes")
	tells("I keep nothing about you.")
	keep("six-long-token-of-22-ch") // as nobody
	for _, want := range []string{"Forgotten: what you said lately.", "I keep nothing about you, so there is nothing to forget."} {
		if out := w.did(newcomer, "forget me"); !strings.HasPrefix(out.Reply.Plain(), want) {
			t.Errorf("%s, want %s", out.Reply.Plain(), want)
		}
	}
	tells("I keep nothing about you.")
}
