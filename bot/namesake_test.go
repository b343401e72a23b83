package main

import (
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Who has the nick of somebody who linked an account on that very network, and
// is not them, is marked; who only shares a name with others is not.
func TestWhoHasTheNickOfALinkedAccountIsMarked(t *testing.T) {
	e, store := newEar(t)
	e.carrier.Doubts = e.doubts
	irc := func(id, nick string) chat.Handle {
		h := chat.Handle{Network: "libera", ID: id, Nick: nick}
		if !h.Guest() {
			h.Account = nick
		}
		return h
	}
	slack := func(id, nick string) chat.Handle { return chat.Handle{Network: "pycon", ID: id, Nick: nick} }
	grace, lin, kim := irc("account:grace", "grace"), irc("guest:1", "lin"), irc("account:kim", "kim")
	called := irc("account:gh", "gh") // has grace's name on Slack
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		for _, pair := range [][2]chat.Handle{{grace, slack("U1", "Grace H.")}, {lin, slack("U2", "lin")}, {called, slack("U3", "grace")}} {
			p, err := tx.Meet(pair[0])
			if err != nil {
				return err
			}
			q, err := tx.Meet(pair[1])
			if err != nil {
				return err
			}
			if err := tx.JoinPersons(p.ID, q.ID); err != nil {
				return err
			}
		}
		_, err := tx.Meet(kim)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	other := irc("account:mallory", "Grace")
	other.Account = "mallory"
	want := map[string]bool{}
	for words, c := range map[string]struct {
		from  chat.Handle
		doubt bool
	}{
		"herself":                         {grace, false},
		"a guest of her nick":             {irc("guest:7", "grace"), true},
		"another account":                 {other, true},
		"a nick of one sign more":         {irc("guest:8", "grace_"), false},
		"linked, of her name elsewhere":   {called, false},
		"who linked as a guest, again":    {irc("guest:9", "lin"), false},
		"the nick of one who is unlinked": {irc("guest:10", "kim"), false},
		"a stranger":                      {irc("guest:11", "zoe"), false},
	} {
		e.hears(t, said(words, words, by(c.from)))
		want[words] = c.doubt
	}
	got := doubtful(t, store)
	for words, doubt := range want {
		if was, there := got[words]; !there || was != doubt {
			t.Errorf("%s: carried %v, in doubt %v", words, there, was)
		}
	}
	there := chat.Handle{Network: "pycon", ID: "U9", Nick: "lin"} // Slack vouches for its people, and names are free there
	err = store.Read(t.Context(), func(v sprints.View) error {
		if doubt, err := e.doubts(v, there); doubt || err != nil {
			t.Errorf("a namesake on Slack: %v, %v", doubt, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
