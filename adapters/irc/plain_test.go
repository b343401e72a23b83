package irc

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

// TestWhatTheBotSaysHasNoMonospace holds its own words, and people's, to what
// every client shows.
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
	if len(theirs) != 1 || !strings.Contains(theirs[0].Body, "`help here` explains") {
		t.Errorf("ada says %q", theirs[0].Body)
	}
}

func TestCodeAndWhatIsStruckOutReadTheSameInEveryClient(t *testing.T) {
	for want, line := range map[string]chat.Text{
		"use `go test`, not ~make~": {{Text: "use "}, {Text: "go test", Code: true}, {Text: ", not "}, {Text: "make", Strike: true}},
		"`a b`~c~":                  {{Text: "a ", Code: true}, {Text: "b", Code: true}, {Text: "c", Strike: true}},
		"`a`~`b`~":                  {{Text: "a", Code: true}, {Text: "b", Code: true, Strike: true}},
		"~`a` b~":                   {{Text: "a", Code: true, Strike: true}, {Text: " b", Strike: true}},
		"\x02`x`\x02 is":            {{Text: "x", Code: true, Bold: true}, {Text: " is"}},
		"    return free":           {{Text: "    return free", Code: true, Pre: true}},
		"":                          nil,
	} {
		if got := strings.Join(wrap(spelled(line), 400), "|"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
