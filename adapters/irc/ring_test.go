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
