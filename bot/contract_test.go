package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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

func (c *contract) linkBreaks(t *testing.T) {
	link, ok := c.stand.(linked)
	if !ok {
		t.Log("this network has no link that could break")
		return
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
		t.Log("this network is entered without a secret")
		return
	}
	const wrong = "xoxb-wrong-and-still-secret"
	n := g.refused(wrong)
	if n == nil {
		t.Log("this network is entered without a secret")
		return
	}
	ctx, cancel := context.WithTimeout(c.ctx, 30*time.Second)
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
