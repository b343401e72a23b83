package irc

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestRelayedNamesCallNobody(t *testing.T) {
	for in, want := range map[string]string{
		"ada":                "a~da",
		"Ada Lovelace":       "A~da L~ovelace",
		"ada-laptop":         "a~da-l~aptop",
		"e\u0301ve":          "e\u0301~ve",
		"👩\u200d💻":           "👩\u200d💻",
		"👩\u200d💻 kim":       "👩\u200d💻 k~im",
		"a_b":                "a~_b",
		"x":                  "x_",
		"":                   "somebody",
		"<b>":                "'~b'",
		"e\u200bv\u202ee":    "e~ve",
		"eve\r\nQUIT :x\x01": "e~ve Q~UIT :x",
		"\u3164":             "somebody",
		"日本":                 "日~本",
		"נועה":               "\u2068נ~ועה\u2069",
		"ada> hi <olga":      "a~da' h~i 'o~lga",
	} {
		out := chat.Outgoing{As: &chat.Handle{Nick: in}, From: "Slack"}
		if got := strings.ReplaceAll(speaker(out), chat.Apart, "~"); got != "<"+want+" (Slack)>" {
			t.Errorf("%q speaks as %q, want %q", in, got, want)
		}
	}
}

func TestANameOfMixedLettersSaysSo(t *testing.T) {
	for from, want := range map[string]string{"Slack": "<\u0430\u200bda (Slack, mixed letters)>", "": "<\u0430\u200bda (mixed letters)>"} {
		if got := speaker(chat.Outgoing{As: &chat.Handle{Nick: "\u0430da"}, From: from}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestANameThatPassesForAnOrganizersSaysSo(t *testing.T) {
	out := chat.Outgoing{As: &chat.Handle{Nick: "\u0430da"}, From: "Slack", Doubt: true}
	if got, want := speaker(out), "<\u0430\u200bda (Slack, unconfirmed)>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPeopleOfThisNetworkAreCalledByNickAndNobodyElse(t *testing.T) {
	n, err := New(Config{Name: "libera", Server: "h:1", Nick: "sprintbot", Channels: []string{"#x"}})
	if err != nil {
		t.Fatal(err)
	}
	out := chat.Outgoing{To: chat.Place{Network: "libera", Channel: "#x"}, Kind: chat.Said, As: &chat.Handle{Nick: "grace"}, From: "Slack",
		Reply: chat.Saying(chat.Text{{Text: "@Ada", Who: &chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada_"}}, {Text: " and "},
			{Text: "@olga", Who: &chat.Handle{Network: "pycon", ID: "U1", Nick: "olga"}}, {Text: ": @here \u202e<!channel>"}})}
	if got, want := n.Render(out)[0].Body, "PRIVMSG :<g\u200brace (Slack)> ada_ and @o\u200blga: @\u200bhere <\u200b!channel>"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
