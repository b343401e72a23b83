package slack

import (
	"testing"

	slackapi "github.com/slack-go/slack"
)

// TestALinkIsSlacksOwn compares with what Slack says when it is asked.
func TestALinkIsSlacksOwn(t *testing.T) {
	b := newBench(t)
	if got := b.n.Link("C1:1700000000.000100", ""); got != "" {
		t.Errorf("%q before the workspace is known", got)
	}
	b.run()
	root := b.d.Say("ada.l", "#sprints", "hello")
	reply := b.d.SayInThread("ada.l", "#sprints", root, "hi")
	heard := b.messages(2)
	for i, ts := range []string{root, reply} {
		want, err := b.n.api.GetPermalinkContext(b.ctx(), &slackapi.PermalinkParameters{Channel: b.room, Ts: ts})
		if err != nil {
			t.Fatal(err)
		}
		if got := b.n.Link(heard[i].ID, heard[i].In.Thread); got != want {
			t.Errorf("%s, Slack says %s", got, want)
		}
	}
	for _, id := range []string{"", "C1", "C1:", "C1:x", "trigger"} {
		if got := b.n.Link(id, ""); got != "" {
			t.Errorf("%q is linked to as %s", id, got)
		}
	}
}
