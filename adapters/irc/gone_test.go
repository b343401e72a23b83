package irc

import (
	"testing"

	"sprintbot/sprints/chat"
)

// come is a session that is in its channels, with those who were there before it.
func come(s *session, there string) *session {
	s.n.now, s.loggedIn = s, true
	for _, raw := range []string{":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@h JOIN #x", ":s 353 sprintbot = #x :" + there,
		":s 366 sprintbot #x :End", ":sprintbot!b@h JOIN #y", ":s 366 sprintbot #y :End"} {
		s.feed(raw)
	}
	s.caps["extended-join"] = true
	return s
}

// Whose nick may be somebody else's by now is told: who is seen to be in no
// channel of ours, until their account is seen again.
func TestWhoIsSeenToBeGoneIsToldUntilTheirAccountIsSeenAgain(t *testing.T) {
	grace := chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"}
	steps := []struct {
		raw  string
		gone bool
	}{
		{":grace!g@h JOIN #x grace :Grace", false},
		{":grace!g@h NICK gracie", false}, // told by another way
		{":gracie!g@h NICK grace", false},
		{":grace!g@h JOIN #y grace :Grace", false},
		{":grace!g@h PART #x", false},
		{":grace!g@h QUIT :bye", true},
		{":grace!s@h JOIN #x * :Stranger", true},
		{":grace!s@h PRIVMSG #x :hello", true},
		{":grace!s@h QUIT :bye", true},
		{":grace!o@h JOIN #x other :Other", true},
		{":grace!o@h ACCOUNT grace", false}, // it was her
		{":grace!o@h ACCOUNT *", true},      // logged out: anybody's nick
		{":grace!o@h ACCOUNT grace", false},
		{":grace!o@h PART #x", true},
		{":gr!g@h JOIN #x grace :Grace", false}, // under another nick
		{":s KICK #x gr :no", true},
		{":grace!g@h JOIN #x grace :Grace", false},
		{":s KILL grace :no", true},
	}
	s := come(lonely(t, "#x", "#y"), "sprintbot")
	for _, step := range steps {
		s.feed(step.raw)
		if got := s.n.Gone(grace); got != step.gone {
			t.Errorf("after %s: gone %v", step.raw, got)
		}
	}
	if s.n.Gone(chat.Handle{Network: "libera", ID: "account:never", Nick: "never"}) != true {
		t.Error("who is in no channel is here")
	}
	// The same where the server does not say who joins with which account.
	s = come(lonely(t, "#x", "#y"), "sprintbot")
	delete(s.caps, "extended-join")
	s.feed(":grace!g@h JOIN #x")
	if !s.n.Gone(grace) {
		t.Error("who came is taken for the account before it is seen")
	}
	s.feed(":s 354 sprintbot 417 g h grace grace")
	if s.n.Gone(grace) {
		t.Error("gone, though the server told the account")
	}
}

// A guest is one as long as their connection: their nick is anybody's afterwards.
func TestAGuestWhoLeftIsGoneForGood(t *testing.T) {
	s := come(lonely(t, "#x", "#y"), "sprintbot")
	s.feed(":lin!l@h JOIN #x * :Lin")
	s.feed(":lin!l@h PRIVMSG #x :hello")
	lin := s.handle(s.people["lin"])
	if s.n.Gone(lin) {
		t.Error("gone while here")
	}
	s.feed(":lin!l@h QUIT :bye")
	s.feed(":lin!l@h JOIN #x * :Lin")
	s.feed(":lin!l@h PRIVMSG #x :hello")
	if !s.n.Gone(lin) {
		t.Error("somebody else of that nick is taken for the guest")
	}
}

// A new connection knows nobody at first: who was seen to be gone stays so, who
// was not is not taken for gone.
func TestWhoIsGoneIsKnownOverANewConnection(t *testing.T) {
	grace := chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"}
	kim := chat.Handle{Network: "libera", ID: "account:kim", Nick: "kim"}
	s := come(lonely(t, "#x", "#y"), "sprintbot")
	n := s.n
	for _, raw := range []string{":grace!g@h JOIN #x grace :G", ":kim!k@h JOIN #x kim :K", ":grace!g@h QUIT :bye"} {
		s.feed(raw)
	}
	n.now = nil
	if !n.Gone(grace) || n.Gone(kim) {
		t.Errorf("away: grace %v, kim %v", n.Gone(grace), n.Gone(kim))
	}
	s = n.newSession(s.link)
	n.now = s
	if !n.Gone(grace) || n.Gone(kim) {
		t.Errorf("connecting: grace %v, kim %v", n.Gone(grace), n.Gone(kim))
	}
	come(s, "grace kim")
	if !n.Gone(grace) || n.Gone(kim) {
		t.Errorf("back, accounts unknown: grace %v, kim %v", n.Gone(grace), n.Gone(kim))
	}
	for _, raw := range []string{":s 354 sprintbot 417 g h grace 0", ":s 354 sprintbot 417 k h kim 0"} {
		s.feed(raw)
	}
	if !n.Gone(grace) || !n.Gone(kim) {
		t.Errorf("strangers: grace %v, kim %v", n.Gone(grace), n.Gone(kim))
	}
}
