package irc

import (
	"regexp"
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

// highlighters are how clients find a nick in a line: NICK stands for it.
var highlighters = map[string]string{
	"weechat":    `(?:^|[^\pL\pN_|-])NICK(?:$|[^\pL\pN_|-])`,
	"hexchat":    "(?:^|[^\\pL\\pN_|\\-\\[\\]\\\\`^{}])NICK(?:$|[^\\pL\\pN_|\\-\\[\\]\\\\`^{}])",
	"the lounge": "(?:^|[^a-z0-9_|\\-\\[\\]\\\\`^{}])NICK(?:$|[^a-z0-9_|\\-\\[\\]\\\\`^{}])",
	"by words":   `\bNICK\b`,
	"irssi":      `^NICK(?:$|[^A-Za-z0-9\x{80}-\x{10ffff}])`,
}

func TestARelayedNameRingsNobodyHoweverShort(t *testing.T) {
	for _, nick := range []string{"a", "Q", "_", "[", "ab", "a_b", "ada"} {
		line := speaker(chat.Outgoing{As: &chat.Handle{Network: "pycon", Nick: nick}, From: "Slack"}) + " hello"
		for client, pattern := range highlighters {
			if regexp.MustCompile("(?i)" + strings.Replace(pattern, "NICK", regexp.QuoteMeta(nick), 1)).MatchString(line) {
				t.Errorf("%s rings %q at %q", client, nick, line)
			}
		}
	}
	if got := speaker(chat.Outgoing{As: &chat.Handle{Nick: "\U0001f389"}, From: "Slack"}); got != "<\U0001f389 (Slack)>" {
		t.Errorf("a name that can be no nick: %q", got)
	}
}

func TestAPictureIsTitleWordsAndAddress(t *testing.T) {
	n, err := New(Config{Name: "libera", Server: "127.0.0.1:1", Nick: "sprintbot", Channels: []string{"#x"}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range n.Render(chat.Outgoing{To: chat.Place{Network: "libera", Channel: "@account:ada"}, Kind: chat.Said, Reply: chat.Reply{Private: true,
		Lines:   []chat.Line{{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("A quarter fewer.")}}},
		Picture: &chat.Picture{Token: "t", Title: "Who came", Alt: "67, then 50", URL: "https://s.example/picture/t.png"}}}) {
		got = append(got, p.Body)
	}
	if want := "PRIVMSG :A quarter fewer.|PRIVMSG :\x02Who came: \x0267, then 50|PRIVMSG :https://s.example/picture/t.png"; strings.Join(got, "|") != want {
		t.Errorf("said %q", got)
	}
}
