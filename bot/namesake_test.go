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
		if doubt, err := e.doubts(v, there, "libera"); doubt || err != nil {
			t.Errorf("a namesake on Slack: %v, %v", doubt, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Who is called on their own network as a linked person is called on the other
// side would stand there just as them, and is marked.
func TestWhoHasTheNameThatALinkedPersonIsShownByIsMarked(t *testing.T) {
	e, store := newEar(t)
	e.carrier.Doubts = e.doubts
	e.carrier.Gone = func(h chat.Handle) bool { return h.ID != "guest:2" }
	irc := func(id, nick string) chat.Handle { return chat.Handle{Network: "libera", ID: id, Nick: nick} }
	slack := func(id, nick string) chat.Handle { return chat.Handle{Network: "pycon", ID: id, Nick: nick} }
	grace := slack("U1", "Grace H.") // grace on IRC
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		for _, all := range [][]chat.Handle{{irc("account:grace", "grace"), grace}, {irc("account:mx", "mx"), slack("U2", "Max")},
			{irc("guest:1", "lin"), slack("U3", "lin")}, {irc("guest:2", "bo"), slack("U5", "Bob")}, {irc("account:kim", "kim")}, {irc("account:pat", "pat"), {Network: "lobby", ID: "1", Nick: "pat"}},
			{irc("account:other", "o"), slack("U4", "grace")}} {
			p, err := tx.Meet(all[0])
			if err != nil {
				return err
			}
			for _, h := range all[1:] {
				q, err := tx.Meet(h)
				if err != nil {
					return err
				}
				if err := tx.JoinPersons(p.ID, q.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for words, c := range map[string]struct {
		from  chat.Handle
		doubt bool
	}{
		"herself":                   {grace, false},
		"of her nick there":         {slack("U9", "Grace"), true},
		"a longer name":             {slack("U9", "Grace Hopper"), false},
		"linked with another there": {slack("U4", "grace"), false}, // shown as o
		"the nick of one who is linked with nobody":   {slack("U9", "kim"), false},
		"the nick of one who is linked with the page": {slack("U9", "pat"), true},
		"the nick of a guest of long ago":             {slack("U9", "lin"), false},
		"the nick of a guest who is there":            {slack("U9", "bo"), true},
		"as that guest, linked":                       {slack("U5", "Bob"), false},
		"on IRC, of a name on Slack":                  {irc("guest:5", "max"), true},
		"on IRC, linked as a guest, again":            {irc("guest:6", "lin"), false},
	} {
		e.hears(t, said(words, words, func(m *chat.Message) {
			if by(c.from)(m); m.From.Network == "pycon" {
				m.In = onSlack
			}
		}))
		got, there := shownThere(t, store, map[string]string{"pycon": "libera", "libera": "pycon"}[c.from.Network])[words]
		if !there || got.Doubt != c.doubt {
			t.Errorf("%s: carried %v, in doubt %v", words, there, got.Doubt)
		}
	}
}
