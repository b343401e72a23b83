package irc_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// presences are what was told of comings and goings, "joined grace".
func (b *bot) presences() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.heard {
		if m.Kind == chat.Joined || m.Kind == chat.Left {
			all = append(all, string(m.Kind)+" "+m.From.Nick)
		}
	}
	return all
}

// told waits until such a coming or going is told.
func (b *bot) told(what string) {
	b.t.Helper()
	limit := time.After(20 * time.Second)
	for !slices.Contains(b.presences(), what) {
		select {
		case <-b.more:
		case <-limit:
			b.t.Fatalf("never told %q, but %q", what, b.presences())
		}
	}
}

// enterWith lets a bot in with these names in the channel.
func enterWith(peer *irctest.Peer, names string) {
	nick := peer.Welcome("")
	peer.Expect(context.Background(), func(l irctest.Line) bool { return l.Command == "JOIN" })
	peer.Send(
		":"+nick+"!bot@127.0.0.1 JOIN #Sprint",
		":scripted 353 "+nick+" = #Sprint :"+nick+" "+names,
		":scripted 366 "+nick+" #Sprint :End",
	)
}

// TestAfterARestartOfTheServerOnlyRealDifferencesAreTold has one come back
// before the bot, two behind it, one not at all, and one who was not there.
func TestAfterARestartOfTheServerOnlyRealDifferencesAreTold(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Presence = true
	b := start(t, c)
	peer := script.Accept()
	enterWith(peer, "@ada ann mb bob")
	b.up()
	peer.Send(":ann!a@h QUIT :Server going down", ":ada!a@h PRIVMSG #Sprint :last words")
	b.hears("last words")
	peer.Close()
	peer = script.Accept()
	enterWith(peer, "ann grace")
	peer.Send(":mb!m@h JOIN #Sprint", ":ada!a@h JOIN #Sprint", ":ada!a@h PRIVMSG #Sprint :back")
	b.hears("back")
	b.told("left bob")
	peer.Send(":ann!a@h PRIVMSG #Sprint :and now")
	b.hears("and now")
	if got := b.presences(); !slices.Equal(got, []string{"joined grace", "left bob"}) {
		t.Errorf("told %q", got)
	}
}

// TestASplitThatHealsIsNoNews loses two with another server: one comes back
// with it, one does not, and one quits for good.
func TestASplitThatHealsIsNoNews(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Presence = true
	b := start(t, c)
	peer := script.Accept()
	enterWith(peer, "@ada ann bob mb")
	b.up()
	peer.Send(":ann!a@h QUIT :hub.example leaf.example", ":bob!b@h QUIT :hub.example leaf.example", ":mb!m@h QUIT :Quit: home", ":ann!a@h JOIN #Sprint")
	b.told("left mb")
	b.told("left bob")
	if got := slices.Sorted(slices.Values(b.presences())); !slices.Equal(got, []string{"left bob", "left mb"}) {
		t.Errorf("told %q", got)
	}
}

// TestWhoIsKickedAndBackTellsNobodyAgain has the bot out of the channel for a
// while, in which one comes and one goes.
func TestWhoIsKickedAndBackTellsNobodyAgain(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Presence = true
	b := start(t, c)
	peer := script.Accept()
	enterWith(peer, "@ada ann bob")
	b.up()
	peer.Send(":ada!a@h KICK #Sprint sprintbot :out")
	peer.Expect(t.Context(), func(l irctest.Line) bool { return l.Command == "JOIN" })
	peer.Send(
		":sprintbot!bot@127.0.0.1 JOIN #Sprint",
		":lin!l@h JOIN #Sprint",
		":scripted 353 sprintbot = #Sprint :sprintbot @ada bob lin",
		":scripted 366 sprintbot #Sprint :End",
	)
	b.told("left ann")
	if got := strings.Join(b.presences(), ", "); got != "joined lin, left ann" {
		t.Errorf("told %q", got)
	}
}
