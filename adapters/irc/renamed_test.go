package irc

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

// renames are what was told of who is called how: "account:lin is lin".
func renames(t *testing.T, s *session) (all []string) {
	t.Helper()
	for s.n.heard.Waiting() > 0 {
		ms, _, err := s.n.heard.Take(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			if m.Kind != chat.Renamed {
				continue
			}
			if m.In != chat.Direct(m.From) || m.At.IsZero() || m.Ago != 0 || len(m.Text) > 0 || m.Addressed {
				t.Errorf("told %+v", m)
			}
			all = append(all, m.From.ID+" is "+m.From.Nick)
		}
	}
	return all
}

func inRoom(t *testing.T) *session {
	t.Helper()
	s := lonely(t, "#x", "#y")
	for _, raw := range []string{":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@h JOIN #x", ":s 366 sprintbot #x :End", ":sprintbot!b@h JOIN #y", ":s 366 sprintbot #y :End"} {
		s.feed(raw)
	}
	s.caps["extended-join"] = true
	return s
}

// Who may be known is told of when they are called otherwise, or come, without
// a word of theirs; who can't be known is not.
func TestWhoMayBeKnownIsToldOfUnderANewNick(t *testing.T) {
	s := inRoom(t)
	for _, raw := range []string{
		":lin!l@h JOIN #x lin :Lin",      // with an account
		":lin!l@h JOIN #y lin :Lin",      // already here
		":lin!l@h NICK lin_lunch",        //
		":zoe!z@h JOIN #x * :Zoe",        // nobody yet
		":zoe!z@h ACCOUNT zoe",           // now she is
		":zoe!z@h ACCOUNT *",             // and no more
		":eve!e@h JOIN #x * :Eve",        //
		":eve!e@h PRIVMSG #x :hello",     // a guest who spoke
		":eve!e@h NICK eve2",             //
		":sprintbot!b@h NICK sprintbot_", // the bot itself
		":stranger!s@h NICK another",     // in no channel of ours
		":lin_lunch!l@h NICK :",          // odd
		":s 353 sprintbot = #x :kim",     // seen in a list, and nothing known of
		":kim!k@h NICK kim2",             //
	} {
		s.feed(raw)
	}
	eve := s.people["eve2"].guest
	if got, want := renames(t, s), []string{"account:lin is lin", "account:lin is lin_lunch", "account:zoe is zoe", eve + " is eve2"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// A split of the network that heals does not crowd out words.
func TestFewRenamesAreToldAtOnce(t *testing.T) {
	s := inRoom(t)
	for i := range 3 * comingsMost {
		s.feed(fmt.Sprintf(":p%d!p@h JOIN #x p%d :P", i, i))
	}
	if n := len(renames(t, s)); n != comingsMost {
		t.Errorf("%d told", n)
	}
	s.renamesSince = time.Now().Add(-2 * comingsEvery)
	s.feed(":p1!p@h NICK q1")
	if got := renames(t, s); !slices.Equal(got, []string{"account:p1 is q1"}) {
		t.Errorf("later %q", got)
	}
}
