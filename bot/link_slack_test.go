package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
)

// TestWhoGotNotAllFromSlackIsLedToTheFirstOfIt: where there are no pages, the
// other side is told where in Slack to begin to read.
func TestWhoGotNotAllFromSlackIsLedToTheFirstOfIt(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	b.stop()
	b.far.away, b.expires = true, time.Millisecond
	b.start()
	first := b.d.Say("ada", "#sprints", "first")
	for n := range 5 {
		b.d.Say("ada", "#sprints", fmt.Sprint("more ", n))
	}
	var told string
	b.until("told", func() bool {
		if err := b.store.Read(t.Context(), func(v sprints.View) error {
			rows, err := v.Waiting("libera", 0, 10)
			if len(rows) == 1 {
				told = rows[0].Reply.Plain()
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return strings.HasPrefix(told, "6 messages skipped")
	})
	link := "https://sprints.slack.example/archives/" + b.d.ChannelID("#sprints") + "/p" + strings.ReplaceAll(first, ".", "")
	if !strings.HasSuffix(told, ", read them in #sprints on Slack, from "+link+" on") {
		t.Errorf("told %q, not of %s", told, link)
	}
}
