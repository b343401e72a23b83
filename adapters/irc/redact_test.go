package irc

import (
	"testing"

	"sprintbot/sprints/chat"
)

func TestLinesTakenBackAndAnsweredAreHeardAsSuch(t *testing.T) {
	s := lonely(t, "#x")
	s.loggedIn = true
	for _, raw := range []string{
		":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@h JOIN #x", ":s 366 sprintbot #x :End",
		"@msgid=m1 :ada!a@h PRIVMSG #x :hello",
		"@msgid=m2;+draft/reply=m1 :bob!b@h PRIVMSG #x :ada: hi",
		":ada!a@h REDACT #x m1 :a slip",
		":sprintbot!b@h REDACT #x m2", ":ada!a@h REDACT #y m1", ":ada!a@h REDACT #x",
	} {
		s.feed(raw)
	}
	ms, _, err := s.n.heard.Take(t.Context(), 10)
	if err != nil || len(ms) != 3 {
		t.Fatalf("heard %+v, %v", ms, err)
	}
	if m := ms[1]; m.Of != "m1" || m.Kind != chat.Said {
		t.Errorf("an answer: %+v", m)
	}
	if m := ms[2]; m.Kind != chat.Deleted || m.Of != "m1" || m.ID == "" || m.From.Nick != "ada" || m.In.Channel != "#x" {
		t.Errorf("taken back: %+v", m)
	}
}
