package slack

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
)

// Where 15 messages come a minute, a long gap outlives Slack's cursors; and Slack errs about tokens now and then.
func TestAReadingOutlivesItsCursorsAndADoubtAboutTheToken(t *testing.T) {
	for _, f := range []slackdouble.Fault{
		{Method: "conversations.history", Skip: 2, Times: 2, Error: "invalid_cursor"},
		{Method: "conversations.replies", Skip: 1, Times: 1, Error: "invalid_cursor"},
		{Method: "conversations.history", Skip: 2, Times: 1, Error: "invalid_auth"},
	} {
		t.Run(f.Method+" "+f.Error, func(t *testing.T) {
			b, _ := keeping(t, slackdouble.WithHistoryCap(15))
			var want []string
			say := func(words string) string { want = append(want, words); return b.d.Say("ada.l", "#sprints", words) }
			b.run()
			root := say("first")
			b.messages(1)
			b.settled()
			b.caughtUp()
			b.d.SetAway(true)
			b.until("away", func() bool { return !b.n.Status().Up })
			for i := range 50 {
				say(fmt.Sprint("meanwhile ", i))
			}
			for i := range 40 {
				words := fmt.Sprint("in the thread ", i)
				want = append(want, words)
				b.d.SayInThread("ada.l", "#sprints", root, words)
			}
			b.d.Fail(f)
			b.d.SetAway(false)
			b.until("back", func() bool { return b.n.Status().Up })
			if got := plain(b.messages(len(want))); !slices.Equal(got, want) {
				t.Errorf("heard %q", got)
			}
			b.caughtUp()
			if note := b.n.gaps.note(b.n.places.wanted); note != "" {
				t.Errorf("told %q", note)
			}
		})
	}
}

func TestPrivateConversationsAreListedAgainAfterADoubtAboutTheToken(t *testing.T) {
	b, _ := keeping(t)
	b.run()
	b.caughtUp()
	b.d.Fail(slackdouble.Fault{Method: "conversations.list", Times: 1, Error: "invalid_auth"})
	b.refreshed()
	var failed time.Time
	_, err := b.d.WaitCall(b.ctx(), func(c slackdouble.Call) bool {
		if c.Method != "conversations.list" || c.Args["types"] != "im" {
			return false
		}
		if c.Error == "invalid_auth" {
			failed = c.At
		}
		return !failed.IsZero() && c.At.After(failed)
	})
	if err != nil {
		t.Error("they are not listed again")
	}
}
