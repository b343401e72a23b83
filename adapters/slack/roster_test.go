package slack

import (
	"fmt"
	"strings"
	"testing"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

func TestMembersWhoNeverSpokeHereAreMentionedByName(t *testing.T) {
	b := newBench(t)
	for i := range 450 { // more than two pages
		b.d.AddUser(slackdouble.User{Name: fmt.Sprintf("member%d", i), DisplayName: fmt.Sprintf("Member %d", i)})
	}
	hopper := b.d.AddUser(slackdouble.User{Name: "ghopper", DisplayName: "Hopper"})
	b.run()
	if _, err := b.d.WaitCall(b.ctx(), func(c slackdouble.Call) bool { return c.Method == "users.list" }); err != nil {
		t.Fatal(err)
	}
	if err := b.n.names.readRoster(b.ctx()); err != nil { // the network's own reading may still be under way
		t.Fatal(err)
	}
	row := b.relay("relay-1", "hopper: and @Member 7, please")
	if r := b.send(row)[0]; r.err != nil {
		t.Fatal(r.err)
	}
	if got := b.d.Posts()[0].Text; !strings.HasPrefix(got, "<@"+hopper+">: and <@") || !strings.HasSuffix(got, ">, please") {
		t.Errorf("posted %q", got)
	}
	b.n.names.gone(hopper)
	if got := b.n.names.mentioned("pycon", chat.Plainly("@hopper")); got[0].Who != nil {
		t.Error("a member who left is mentioned")
	}
}
