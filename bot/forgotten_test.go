package main

import (
	"slices"
	"testing"

	"sprintbot/sprints/chat"
)

func TestWhatThePageRemembersOfWhoIsForgottenIsToGo(t *testing.T) {
	e, _ := newEar(t)
	var forgot []string
	e.forget = func(who []chat.Handle) {
		for _, h := range who {
			forgot = append(forgot, h.Network+" "+h.ID)
		}
	}
	private := func(who chat.Handle) func(*chat.Message) {
		return func(m *chat.Message) {
			m.From, m.In, m.Direct, m.Addressed = who, chat.Direct(who), true, true
		}
	}
	bob := guest("bob")
	e.hears(t, said("1", "forget me", private(bob)), said("2", "show yes", private(ada)), said("3", "forget me", private(ada)))
	if !slices.Equal(forgot, []string{"libera guest:bob"}) {
		t.Errorf("forgot %q", forgot)
	}
	forgot = nil
	e.hears(t, said("4", "yes", private(ada)))
	if !slices.Equal(forgot, []string{"libera account:ada"}) {
		t.Errorf("forgot %q", forgot)
	}
}
