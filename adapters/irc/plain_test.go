package irc

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

// TestWhatTheBotSaysHasNoMonospace holds its own words to what every client
// shows, and leaves people's as they were.
func TestWhatTheBotSaysHasNoMonospace(t *testing.T) {
	n, err := New(Config{Name: "home", Server: "127.0.0.1:1", Nick: "sprintbot", Channels: []string{"#a"}})
	if err != nil {
		t.Fatal(err)
	}
	words := chat.Text{{Text: "help here", Code: true}, {Text: " explains one."}}
	to := chat.Direct(chat.Handle{Network: "home", ID: "guest:1"})
	own := n.Render(chat.Outgoing{Key: "1", To: to, Kind: chat.Said, Reply: chat.Saying(words)})
	if len(own) != 1 || !strings.HasSuffix(own[0].Body, `:"help here" explains one.`) {
		t.Errorf("the bot says %q", own[0].Body)
	}
	theirs := n.Render(chat.Outgoing{Key: "2", To: chat.Place{Network: "home", Channel: "#a"}, Kind: chat.Said, From: "Slack",
		As: &chat.Handle{Network: "pycon", ID: "U1", Nick: "ada"}, Reply: chat.Saying(words)})
	if len(theirs) != 1 || !strings.Contains(theirs[0].Body, "\x11help here\x11") {
		t.Errorf("ada says %q", theirs[0].Body)
	}
}
