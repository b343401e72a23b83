package irc_test

import (
	"strings"
	"testing"
)

// Who is in the channel is meant by their nick, and not whoever has that name
// on a network behind a bridge.
func TestWhoIsInTheChannelIsMeantByTheirNick(t *testing.T) {
	t.Parallel()
	b, peer, _ := served(t, "account-tag message-tags", "CASEMAPPING=rfc1459")
	peer.Send(":grace[!g@h JOIN #Sprint", "@account=gracie :grace[!g@h PRIVMSG #Sprint :hi")
	b.hears("hi")
	for said, want := range map[string]string{
		"1 ada: yes":                         "1 ada: yes", // not at the beginning
		"ada: 2":                             "<ada>: 2",
		"ADA, 3 @grace{.":                    "<ADA>, 3 <@grace{>.",
		"ada 4":                              "ada 4",
		"5 @ada, (@ada) @ada... x@ada @adam": "5 <@ada>, (<@ada>) <@ada>... x@ada @adam",
		"\x02ada: 6\x02 \x11@ada\x11":        "<ada>: 6 @ada",
		"bob: 7 @bob @":                      "bob: 7 @bob @",
		"@ada:8":                             "@ada:8",
		"9 @ada's @ada-- @ada’s, @ada/@bob @ada,@grace{": "9 <@ada>'s <@ada>-- <@ada>’s, <@ada>/@bob <@ada>,<@grace{>",
		"10 @ada.org @ada-x @ada@x @ådå @ada=x":          "10 @ada.org @ada-x @ada@x @ådå <@ada>=x",
		"11 `@ada` x/@ada -@ada":                         "11 `@ada` x/@ada -@ada",
	} {
		peer.Send(":eve!e@h PRIVMSG #Sprint :" + said)
		plain := strings.NewReplacer("\x02", "", "\x11", "").Replace(said)
		var got strings.Builder
		for _, s := range b.hears(plain).Text {
			if s.Who == nil {
				got.WriteString(s.Text)
				continue
			}
			if s.Who.Network != "libera" || strings.Contains(strings.ToLower(s.Text), "grace") != (s.Who.ID == "account:gracie") {
				t.Errorf("%q means %+v", s.Text, s.Who)
			}
			got.WriteString("<" + s.Text + ">")
		}
		if got.String() != want {
			t.Errorf("%q is heard as %q, want %q", said, got.String(), want)
		}
	}
	peer.Send(":ada!a@h PART #Sprint", ":eve!e@h PRIVMSG #Sprint :ada: gone")
	if m := b.hears("ada: gone"); m.Text[0].Who != nil {
		t.Errorf("somebody who left is meant by %+v", m.Text)
	}
	peer.Send(":lin!l@h PRIVMSG sprintbot :help", ":eve!e@h PRIVMSG #Sprint :lin: elsewhere")
	if m := b.hears("lin: elsewhere"); m.Text[0].Who != nil {
		t.Errorf("somebody who is in private alone is meant by %+v", m.Text)
	}
}
