package slack

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	slackapi "github.com/slack-go/slack"

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

func TestMembersAreNotAskedForAtOnceWhereSlackNamesNoTimeToWait(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	api := slackapi.New("xoxb-1", slackapi.OptionAPIURL(server.URL+"/"), slackapi.OptionHTTPClient(server.Client()))
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := newDirectory(api, nil, testLog(t)).readRoster(ctx); err == nil {
		t.Error("all are read, it says")
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
