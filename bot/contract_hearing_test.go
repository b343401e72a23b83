package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

// What a network hears: the clauses of the contract about hear.

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
	// The same words said twice are two messages.
	who := c.turn()
	from = c.mark()
	c.say(who, "hello?")
	c.say(who, "hello?")
	c.wait(t, from, 2)
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

func (c *contract) failuresLoseNothing(t *testing.T) {
	_, tells := c.stand.(telling)
	who := c.turn()
	words := []string{"kept late 1", "kept late 2", "kept late 3"}
	from := c.mark()
	c.ear.refuse(2)
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
	if !slices.Equal(got, words) {
		t.Errorf("after failures %q were heard", got)
	}
	from = c.mark()
	c.say(who, "as before")
	if m := c.wait(t, from, 1)[0]; m.Line() != "as before" {
		t.Errorf("then %q was heard", m.Line())
	}
}
