package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"go.uber.org/goleak"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// stand is one network with people on it, as the contract drives it. The first
// two people are there from the beginning.
type stand interface {
	network() relay.Network
	room() chat.Place
	people() []string
	// say, act and sayDirect let somebody speak in the room, do something there
	// (/me), or speak to the bot in private; false means that the network told
	// them at once that it was not kept.
	say(who, words string) bool
	act(who, words string) bool
	sayDirect(who, words string) bool
	// shown is what people see of the bot's posts in the room, in order; told
	// is what somebody was told in private.
	shown() []posted
	told(who string) []string
	// pieces is how many entries of shown one part makes.
	pieces(chat.Part) int
}

// posted is one post of the bot's as people see it.
type posted struct {
	by, words string
	pings     bool // everybody's device rings
}

// linked is a stand whose network can go away and come back.
type linked interface {
	breakLink()
	heal()
}

// telling is a stand whose people are told at once what was not kept.
type telling interface{ tells() }

// resending is a stand whose network brings again, each by itself, what the
// bot did not acknowledge: their order is the network's.
type resending interface{ resends() }

// guarded is a stand whose network is entered with secrets. refused is a
// network with a wrong one, nil where none is asked for.
type guarded interface {
	secrets() []string
	refused(wrong string) relay.Network
}

// TestEveryNetworkKeepsTheContract is relay.Network's contract over every
// network there is.
func TestEveryNetworkKeepsTheContract(t *testing.T) {
	before := goleak.IgnoreCurrent()
	var all sync.WaitGroup // they mostly wait: all at once, however few processors there are
	for name, build := range map[string]func(*testing.T) stand{
		"irc on ngircd":                  ngircdStand,
		"irc on inspircd, by an account": inspircdStand,
		"slack":                          slackStand,
		"console":                        consoleStand,
		"web lobby":                      webStand,
	} {
		all.Go(func() { t.Run(name, func(t *testing.T) { keepsTheContract(t, build(t)) }) })
	}
	all.Wait()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

func keepsTheContract(t *testing.T, s stand) {
	c := startContract(t, s)
	for _, clause := range []struct {
		name string
		test func(*contract, *testing.T)
	}{
		{"words are heard once, in order, with who, where and when", (*contract).wordsAreHeard},
		{"what somebody does is heard as that", (*contract).actionsAreHeard},
		{"a door makes words a command, and nothing of them is lost", (*contract).doorsAreFound},
		{"a private word is said to the bot", (*contract).privateWordsAreHeard},
		{"an answer reaches the one who asked, alone", (*contract).answersArrive},
		{"what everybody shall read stands in the room with its speaker", (*contract).roomIsSpokenIn},
		{"forty parts for one place arrive in their order", (*contract).orderIsKept},
		{"parts of a row are always the same, and at least one", (*contract).renderIsPure},
		{"words of any kind come out whole and tame", (*contract).wordsAreTamed},
		{"what could not be kept is not lost", (*contract).failuresLoseNothing},
		{"a link that breaks ends nothing silently", (*contract).linkBreaks},
		{"a wrong secret is refused without being told", (*contract).secretsStaySecret},
		{"the end is clean", (*contract).ends},
	} {
		ok := t.Run(clause.name, func(t *testing.T) { clause.test(c, t) })
		if !ok && c.ctx.Err() != nil {
			t.Fatal("the time of the contract is over")
		}
	}
}

func (c *contract) wordsAreHeard(t *testing.T) {
	const many = 50
	people := c.people()
	from := c.mark()
	began := time.Now()
	for i := range many {
		if !c.say(people[i%len(people)], fmt.Sprintf("words %d", i)) {
			t.Fatalf("words %d were not kept", i)
		}
	}
	heard := c.wait(t, from, many)
	ids := map[string]string{}
	for i, m := range heard {
		who := people[i%len(people)]
		if m.Line() != fmt.Sprintf("words %d", i) || m.From.Nick != who {
			t.Fatalf("word %d is %q of %s", i, m.Line(), m.From.Nick)
		}
		if m.In != c.room() || m.Kind != chat.Said || m.Addressed || m.Direct || m.Door != "" || m.Of != "" || m.From.Bot || m.From.Network != c.network().Name() {
			t.Fatalf("heard %+v", m)
		}
		if m.At.Before(began.Add(-5*time.Second)) || m.At.After(time.Now().Add(5*time.Second)) {
			t.Fatalf("said at %v, which is %v", began, m.At)
		}
		if known := ids[who]; known != "" && known != m.From.ID {
			t.Fatalf("%s is %s and %s", who, known, m.From.ID)
		}
		ids[who] = m.From.ID
	}
	keys := map[string]bool{}
	for who, id := range ids {
		if id == "" || keys[id] {
			t.Errorf("%s shares the key %q with somebody", who, id)
		}
		keys[id] = true
	}
}

func (c *contract) actionsAreHeard(t *testing.T) {
	from := c.mark()
	c.act(c.turn(), "waves")
	if m := c.wait(t, from, 1)[0]; m.Kind != chat.Action || m.Text.Plain() != "waves" || m.In != c.room() || m.Addressed {
		t.Errorf("heard %+v", m)
	}
}

func (c *contract) doorsAreFound(t *testing.T) {
	for _, line := range []string{"!here B4", "sprintbot: here B4"} {
		from := c.mark()
		c.say(c.turn(), line)
		m := c.wait(t, from, 1)[0]
		if !m.Addressed || m.Direct || m.In != c.room() || m.Line() != line || m.Text.Command() != "here B4" || m.Door+m.Text.Plain() != line {
			t.Errorf("%q: heard %+v", line, m)
		}
	}
	for _, line := range []string{"!! really", "! really", "the sprintbot is here", "well, !here"} {
		from := c.mark()
		c.say(c.turn(), line)
		if m := c.wait(t, from, 1)[0]; m.Addressed || m.Line() != line {
			t.Errorf("%q: heard %+v", line, m)
		}
	}
}

func (c *contract) privateWordsAreHeard(t *testing.T) {
	who := c.turn()
	from := c.mark()
	c.say(who, "first in the room")
	c.sayDirect(who, "here B4")
	ms := c.wait(t, from, 2)
	m := ms[1]
	if !m.Addressed || !m.Direct || m.In != chat.Direct(m.From) || m.Text.Command() != "here B4" || m.From.ID != ms[0].From.ID {
		t.Errorf("heard %+v", m)
	}
	if id, direct := m.In.DirectID(); !direct || id != m.From.ID {
		t.Errorf("the private conversation with %s is %s", m.From.ID, m.In)
	}
}

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

func (c *contract) failuresLoseNothing(t *testing.T) {
	_, tells := c.stand.(telling)
	_, resends := c.stand.(resending)
	who := c.turn()
	words := []string{"kept late 1", "kept late 2", "kept late 3"}
	from := c.mark()
	if resends {
		c.ear.refuse(2, len(words))
	} else {
		c.ear.refuse(2, 1)
	}
	for i, w := range words {
		told := 0
		for !c.say(who, w) {
			if told++; told > 2 {
				t.Fatalf("%q is never kept", w)
			}
		}
		if want := map[bool]int{true: 2}[tells && i == 0]; told != want {
			t.Errorf("%s was told %d times that %q was not kept, not %d", who, told, w, want)
		}
	}
	heard := c.wait(t, from, len(words))
	got := make([]string, len(heard))
	for i, m := range heard {
		got[i] = m.Line()
	}
	if resends {
		slices.Sort(got)
	}
	if !slices.Equal(got, words) {
		t.Errorf("after failures %q were heard", got)
	}
	from = c.mark()
	c.say(who, "as before")
	if m := c.wait(t, from, 1)[0]; m.Line() != "as before" {
		t.Errorf("then %q was heard", m.Line())
	}
}

func (c *contract) linkBreaks(t *testing.T) {
	link, ok := c.stand.(linked)
	if !ok {
		t.Skip("this network has no link that could break")
	}
	who := c.people()[0]
	from := c.mark()
	c.say(who, "before")
	id := c.wait(t, from, 1)[0].From
	var flying []*fate
	for _, p := range c.network().Render(c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", strings.Repeat("on the way ", 200)) })) {
		flying = append(flying, c.send(p))
	}

	link.breakLink()
	for _, f := range flying {
		var refused *chat.ErrRefused
		if err := f.wait(t, c.ctx); errors.As(err, &refused) {
			t.Errorf("what was on the way is told %v", err)
		}
	}
	down := c.until(t, "down", func(st chat.Status) bool { return !st.Up })
	if down.Fatal || down.Since.IsZero() || down.Note == "" {
		t.Errorf("while it is away its status is %+v", down)
	}
	row := c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", "said into the gap") })
	part := c.network().Render(row)[0]
	lost := c.send(part).wait(t, c.ctx)

	link.heal()
	if up := c.until(t, "up again", func(st chat.Status) bool { return st.Up }); up.Since.Before(down.Since) {
		t.Errorf("up since %v, down since %v", up.Since, down.Since)
	}
	from = c.mark()
	c.say(who, "after")
	if m := c.wait(t, from, 1)[0]; m.Line() != "after" || !id.Guest() && m.From.ID != id.ID {
		t.Errorf("after the break %+v was heard", m)
	}
	if lost != nil && !c.found(t, part, lost) {
		if err := c.send(part).wait(t, c.ctx); err != nil {
			t.Errorf("sent again: %v", err)
		}
	}
	times := 0
	for _, p := range c.shown() {
		if strings.Contains(p.words, "said into the gap") {
			times++
		}
	}
	if times != 1 {
		t.Errorf("what was said into the gap is shown %d times", times)
	}
}

// found says whether a part that was lost has arrived after all: it has not
// where the network was away, and where that is in doubt the network is asked.
func (c *contract) found(t *testing.T, p chat.Part, lost error) bool {
	if errors.Is(lost, chat.ErrOffline) {
		return false
	}
	place, refused := (*chat.ErrPlace)(nil), (*chat.ErrRefused)(nil)
	finder, ok := c.network().(relay.Finder)
	if !ok || errors.As(lost, &place) || errors.As(lost, &refused) {
		t.Errorf("a part sent while the network is away is told %v", lost)
		return false
	}
	_, found, err := finder.Find(c.ctx, p, "")
	if err != nil {
		t.Errorf("looked up: %v", err)
	}
	return found
}

func (c *contract) secretsStaySecret(t *testing.T) {
	g, ok := c.stand.(guarded)
	if !ok {
		t.Skip("this network is entered without a secret")
	}
	const wrong = "xoxb-wrong-and-still-secret"
	n := g.refused(wrong)
	if n == nil {
		t.Skip("this network is entered without a secret")
	}
	ctx, cancel := context.WithTimeout(c.ctx, 15*time.Second)
	defer cancel()
	err := n.Run(ctx, c.ear.hear)
	st := n.Status()
	if err == nil || st.Up || !st.Fatal {
		t.Errorf("with a wrong secret Run ends with %v, and the status is %+v", err, st)
	}
	for _, said := range append(c.notes(), st.Note, fmt.Sprint(err)) {
		for _, secret := range append(g.secrets(), wrong) {
			if strings.Contains(said, secret) {
				t.Errorf("%q tells a secret", said)
			}
		}
	}
}

func (c *contract) ends(t *testing.T) {
	say := func(words string) *fate {
		return c.send(c.network().Render(c.row(c.room(), func(o *chat.Outgoing) { relayed(o, "Margaret", words) }))[0])
	}
	last := say("the last words")
	began := time.Now()
	if err := c.stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	late := say("too late")
	for _, f := range []*fate{last, late} {
		if err := f.wait(t, c.ctx); err != nil && !errors.Is(err, chat.ErrOffline) {
			t.Errorf("at the end a part is told %v", err)
		}
	}
	c.settle(t)
}
