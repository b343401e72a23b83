package main

import (
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// A reaction on Slack to the bot's post is one to the words from elsewhere that the post carries.
func TestAReactionToAPostThatCarriesALineIsToldWhereTheLineWasSaid(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	b.say("#sprints", "is B4 free?")
	b.sent()
	b.d.React("ada", "#sprints", b.d.Posts()[0].TS, "wave")
	var told chat.Outgoing
	b.until("told of the reaction", func() bool {
		err := b.store.Read(t.Context(), func(v sprints.View) error {
			rows, err := v.Waiting("libera", 0, 10)
			for _, r := range rows {
				told = r.Outgoing
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return told.Kind == chat.Reacted
	})
	if got := told.Re.Plain() + told.Reply.Plain(); got != `re grace "is B4 free?": 👋` {
		t.Errorf("told %q", got)
	}
}
