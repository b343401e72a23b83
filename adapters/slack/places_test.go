package slack

import (
	"strings"
	"testing"

	"sprintbot/adapters/slack/slackdouble"
)

// Slack lets nobody list channels often: which of those that are not found are archived is asked once for all.
func TestArchivedChannelsAreListedOnceForAllNames(t *testing.T) {
	b, k := keeping(t)
	b.d.AddChannel(slackdouble.Channel{Name: "old", Archived: true})
	b.n = b.marked(k, "#gone", "#nowhere", "#Old")
	b.run()
	if note := b.n.places.absentNote(); note != "#gone: "+noChannel+"; #nowhere: "+noChannel+"; #Old: "+archived {
		t.Errorf("told %q", note)
	}
	n := b.d.Connections()
	b.d.Fail(slackdouble.Fault{Method: "apps.connections.open", Times: 1, Error: "internal_error"})
	b.d.Cut()
	if err := b.d.WaitConnected(b.ctx(), n+1); err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, c := range b.d.Calls() {
		if c.Method == "conversations.list" && c.Args["exclude_archived"] == "" && strings.Contains(c.Args["types"], "public_channel") {
			listed++
		}
	}
	if listed > 1 {
		t.Errorf("asked %d times", listed)
	}
}
