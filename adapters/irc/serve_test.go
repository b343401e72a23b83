package irc_test

import (
	"errors"
	"strings"
	"testing"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

func TestChannelsAreJoinedAndLeftWhileConnected(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "")
	b.net.Serve(t.Context(), []string{"#New"}, map[string]string{"#New": "swordfish"})
	if l := peer.Expect(t.Context(), func(l irctest.Line) bool { return l.Command == "PART" || l.Command == "JOIN" }); l.Raw != "PART #Sprint" {
		t.Errorf("said %q", l.Raw)
	}
	if l := peer.Expect(t.Context(), command("JOIN")); l.Raw != "JOIN #New swordfish" {
		t.Errorf("said %q", l.Raw)
	}
	if err := <-b.launches(relayed("grace", "too late")); !isPlace(err) {
		t.Errorf("words to a channel that was left: %v", err)
	}
	peer.Send(":sprintbot!bot@h PART #Sprint", ":sprintbot!bot@h JOIN #New", ":s 353 sprintbot = #New :sprintbot ada", ":s 366 sprintbot #New :End",
		":ada!a@h PRIVMSG #Sprint :not heard", ":ada!a@h PRIVMSG #new :heard")
	if m := b.hears("heard"); m.In.Channel != "#New" {
		t.Errorf("heard in %+v", m.In)
	}
	if note := b.net.Status().Note; strings.Contains(note, "not in") {
		t.Errorf("status %q", note)
	}
	b.net.Serve(t.Context(), []string{"#Asked"}, nil)
	peer.Expect(t.Context(), command("PART"))
	peer.Expect(t.Context(), command("JOIN"))
	b.net.Serve(t.Context(), nil, nil) // it may be joined by now
	if l := peer.Expect(t.Context(), command("PART")); l.Raw != "PART #Asked" {
		t.Errorf("said %q", l.Raw)
	}
}

// isPlace says that a place refused.
func isPlace(err error) bool {
	_, is := errors.AsType[*chat.ErrPlace](err)
	return is
}

func TestChannelsServedBeforeTheConnectionStandsAreJoined(t *testing.T) {
	t.Parallel()
	b, peer, script := served(t, "")
	peer.Close()
	b.net.Serve(t.Context(), []string{"#New"}, nil)
	peer = script.Accept()
	peer.Welcome("")
	if l := peer.Expect(t.Context(), command("JOIN")); l.Raw != "JOIN #New" {
		t.Errorf("said %q", l.Raw)
	}
}
