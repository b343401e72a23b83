package irc_test

import (
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// TestTheServersLimitIsLearned has a server cut us off for flooding, twice: each
// time this side gets slower, and a later run begins as slow.
func TestTheServersLimitIsLearned(t *testing.T) {
	s := irctest.Listen(t)
	c := config(s.Addr)
	c.Pace = chat.Pace{Burst: 5, Every: time.Second}
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Hasten(n)
	run(t, n)
	if p := n.Pace(); n.Learned() != 0 || p.Every != 1250*time.Millisecond || p.Burst != 5 {
		t.Errorf("before: %+v, learned %s", p, n.Learned())
	}
	for i, want := range []time.Duration{2 * time.Second, 4 * time.Second} {
		peer := s.Accept()
		peer.Welcome("")
		if i == 0 { // any other end teaches nothing
			peer.Send("ERROR :Closing Link: sprintbot[127.0.0.1] (Server shutting down)")
			peer.Close()
			peer = s.Accept()
			if peer.Welcome(""); n.Learned() != 0 {
				t.Errorf("learned %s of a shutdown", n.Learned())
			}
		}
		peer.Send("ERROR :Closing Link: sprintbot[127.0.0.1] (Excess Flood)")
		peer.Close()
		limit := time.After(30 * time.Second)
		for n.Learned() != want {
			select {
			case <-n.Changed():
			case <-limit:
				t.Fatalf("learned %s, wanted %s", n.Learned(), want)
			}
		}
	}
	if p := n.Pace(); p.Every != 5*time.Second || p.Burst != 2 {
		t.Errorf("slower: %+v", p)
	}
	c.Learned = n.Learned()
	later, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if p := later.Pace(); p.Every != 5*time.Second || later.Learned() != 4*time.Second {
		t.Errorf("a later run begins with %+v", p)
	}
}
