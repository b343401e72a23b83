package main

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"sprintbot/sprints/chat"
)

// What a network says: the clauses of the contract about Render and Send.

func (c *contract) answersArrive(t *testing.T) {
	asker, other := c.turn(), c.turn()
	for i, ask := range []func(who, words string) bool{c.say, c.sayDirect} {
		shown, heardByOther := len(c.shown()), len(c.told(other))
		before := len(c.told(asker))
		from := c.mark()
		ask(asker, fmt.Sprintf("!here C%d", i))
		m := c.wait(t, from, 1)[0]
		answer := "the answer to " + m.Text.Command()
		if !m.Inline { // else the adapter gave it, as the ear returned it
			c.sent(t, c.row(chat.Direct(m.From), func(o *chat.Outgoing) {
				o.Reply, o.Return = privately(answer), m.Return
			}))
		}
		got := c.told(asker)[before:]
		if len(got) != 1 || !strings.Contains(got[0], answer) {
			t.Errorf("%s was told %q, not %q", asker, got, answer)
		}
		if n := len(c.told(other)) - heardByOther; n != 0 {
			t.Errorf("%s was told it too", other)
		}
		if n := len(c.shown()) - shown; n != 0 {
			t.Errorf("the room was shown it: %v", c.shown()[shown:])
		}
	}
	// Words that nobody just asked for, to each of two people.
	for i, who := range []string{other, asker} {
		from := c.mark()
		c.sayDirect(who, fmt.Sprintf("here D%d", i))
		to := chat.Direct(c.wait(t, from, 1)[0].From)
		before := map[string]int{asker: len(c.told(asker)), other: len(c.told(other))}
		c.sent(t, c.row(to, func(o *chat.Outgoing) { o.Reply = privately("your page was read") }))
		for _, p := range []string{asker, other} {
			got := c.told(p)[before[p]:]
			if p == who && (len(got) != 1 || !strings.Contains(got[0], "your page was read")) || p != who && len(got) != 0 {
				t.Errorf("for %s: %s was told %q", who, p, got)
			}
		}
	}
}

func (c *contract) roomIsSpokenIn(t *testing.T) {
	before := len(c.shown())
	c.sent(t, c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", "a line from afar") }))
	c.sent(t, c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", "waves"); o.Kind = chat.Action }))
	c.sent(t, c.row(c.room(), func(o *chat.Outgoing) { o.Reply = chat.Saying(chat.Plainly("Day 1 is open.")) }))
	got := c.shown()[before:]
	if len(got) != 3 {
		t.Fatalf("three rows are shown as %+v", got)
	}
	for i, words := range []string{"a line from afar", "waves", "Day 1 is open."} {
		if !strings.Contains(got[i].words, words) {
			t.Errorf("%q is shown as %+v", words, got[i])
		}
		if all := squeezed(got[i].by + got[i].words); i < 2 && (!strings.Contains(all, "Margaret") || !strings.Contains(all, "Elsewhere")) {
			t.Errorf("%+v does not tell who spoke, and from where", got[i])
		}
	}
	if all := squeezed(got[2].by + got[2].words); strings.Contains(all, "Margaret") || strings.Contains(all, "Elsewhere") {
		t.Errorf("the bot's own words are somebody's: %+v", got[2])
	}
}

func (c *contract) orderIsKept(t *testing.T) {
	const many = 40
	before := len(c.shown())
	var under []*fate
	for i := range many {
		for _, p := range c.network().Render(c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", fmt.Sprintf("number %d.", i)) })) {
			under = append(under, c.send(p))
		}
	}
	if len(under) != many {
		t.Fatalf("%d short lines are %d parts", many, len(under))
	}
	for i, f := range under {
		if err := f.wait(t, c.ctx); err != nil {
			t.Fatalf("part %d: %v", i, err)
		}
	}
	got := c.shown()[before:]
	if len(got) != many {
		t.Fatalf("%d parts are shown as %d", many, len(got))
	}
	for i, p := range got {
		if !strings.Contains(p.words, fmt.Sprintf("number %d.", i)) {
			t.Fatalf("part %d is shown as %+v", i, p)
		}
	}
}

func (c *contract) renderIsPure(t *testing.T) {
	n := c.network()
	thread := c.room()
	thread.Thread = "1700000000.000100"
	person := chat.Direct(chat.Handle{Network: n.Name(), ID: "U1"})
	for _, words := range oddWords {
		for _, kind := range []chat.Kind{chat.Said, chat.Action, chat.Edited, chat.Deleted} {
			for i, speaks := range []func(*chat.Outgoing){
				func(o *chat.Outgoing) { relayed(o, "Margaret", words) },
				func(o *chat.Outgoing) { o.Reply = chat.Reply{} },
				func(o *chat.Outgoing) { o.Reply = everyRole(words) },
				func(o *chat.Outgoing) { o.To, o.Reply = person, privately(words) },
				func(o *chat.Outgoing) { o.To, o.Reply = thread, chat.Saying(chat.Plainly(words)) },
			} {
				row := func() chat.Outgoing {
					o := chat.Outgoing{Row: 7, Key: "pure", To: c.room(), Kind: kind, At: time.Unix(1_800_000_000, 0)}
					if speaks(&o); kind == chat.Edited || kind == chat.Deleted {
						o.Of = "1700000000.000200"
					}
					return o
				}
				given, kept := row(), row()
				first := n.Render(given)
				if second := n.Render(row()); len(first) == 0 || !reflect.DeepEqual(first, second) {
					t.Fatalf("%.40q, kind %s, %d: %d parts, and rendered again others", words, kind, i, len(first))
				}
				for at, p := range first {
					if p.N != at || p.Of != len(first) {
						t.Fatalf("%.40q, kind %s, %d: part %d of %d is %d of %d", words, kind, i, at, len(first), p.N, p.Of)
					}
				}
				if !reflect.DeepEqual(given, kept) || !reflect.DeepEqual(first[0].Out, kept) {
					t.Fatalf("%.40q, kind %s, %d: Render changed its row", words, kind, i)
				}
			}
		}
	}
}

func (c *contract) wordsAreTamed(t *testing.T) {
	for _, words := range oddWords {
		for _, speaks := range []func(*chat.Outgoing){
			func(o *chat.Outgoing) { relayed(o, "Mar\x07ga\nret", words) },
			func(o *chat.Outgoing) { o.Reply = chat.Saying(chat.Plainly(words)) },
		} {
			before := len(c.shown())
			parts := c.network().Render(c.row(c.room(), speaks))
			pieces := 0
			var err error
			for _, p := range parts {
				pieces += c.pieces(p)
				err = errors.Join(err, c.send(p).wait(t, c.ctx))
			}
			if refused := (*chat.ErrRefused)(nil); errors.As(err, &refused) && strings.TrimSpace(words) == "" {
				continue // no words at all need not arrive, but are told of
			}
			if err != nil {
				t.Fatalf("%.40q: %v", words, err)
			}
			got := c.shown()[before:]
			if len(got) != pieces {
				t.Fatalf("%.40q: %d parts, to be shown as %d, are %d: %+v", words, len(parts), pieces, len(got), got)
			}
			var all strings.Builder
			for _, p := range got {
				if p.pings {
					t.Errorf("%.40q makes every device ring: %+v", words, p)
				}
				if at := strings.IndexFunc(p.by+p.words, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); at >= 0 || strings.Contains(p.by, "\n") {
					t.Errorf("%.40q comes out with a control character: %q", words, p.by+": "+p.words)
				}
				all.WriteString(p.words)
			}
			if !strings.Contains(squeezed(all.String()), squeezed(words)) {
				t.Errorf("%.40q is not whole: %.400q", words, all.String())
			}
		}
	}
}
