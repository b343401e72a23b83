package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// TestChannelsComeAndGoWhileTheirNetworkStays adds a channel and a bridge of it by
// SIGHUP, and takes another out, on networks that stay connected: nobody sees the
// bot QUIT, and what is said meanwhile in a channel that stays is carried.
func TestChannelsComeAndGoWhileTheirNetworkStays(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	r := &reloading{program: &program{t: t, dir: t.TempDir()}, ctx: ctx}
	config := func(channels ...string) {
		t.Helper()
		bridges := ""
		for _, c := range channels {
			bridges += fmt.Sprintf("  - [\"left %s\", \"right %s\"]\n", c, c)
		}
		list := `"` + strings.Join(channels, `", "`) + `"`
		err := os.WriteFile(filepath.Join(r.dir, "config.yaml"), fmt.Appendf(nil, `
event: {name: Reload, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [%s], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [%s], pace: unlimited}
bridges:
%s`, filepath.Join(r.dir, "reload.db"), left.Addr, list, right.Addr, list, bridges), 0o600)
		if err != nil {
			t.Fatal(err)
		}
	}
	config("#a", "#b")
	ada, bob := left.Dial("ada"), right.Dial("bob")
	for _, c := range []*irctest.Client{ada, bob} {
		for _, channel := range []string{"#a", "#b", "#c"} {
			c.Join(channel)
		}
	}
	t.Cleanup(r.kill)
	r.start()
	ada.Seen(ctx, joinedTimes(2))
	bob.Seen(ctx, joinedTimes(2))
	hears := func(channel, words string) {
		t.Helper()
		bob.Seen(ctx, func(l irctest.Line) bool {
			return l.Command == "PRIVMSG" && l.Target() == channel && strings.HasSuffix(l.Text(), " "+words)
		})
	}
	config("#b", "#c")
	r.hangup()
	for n := range 40 { // while it is read
		ada.Say("#b", fmt.Sprint("line", n))
	}
	parted := func(l irctest.Line) bool { return l.Command == "PART" && l.Target() == "#a" }
	ada.Seen(ctx, parted)
	bob.Seen(ctx, parted)
	ada.Seen(ctx, joinedTimes(3))
	bob.Seen(ctx, joinedTimes(3))
	ada.Say("#a", "to nobody")
	ada.Say("#c", "to the new one")
	hears("#c", "to the new one")
	ada.Say("#b", "line40")
	hears("#b", "line40")
	got := 0
	for _, l := range bob.Lines() {
		switch {
		case l.Command == "QUIT":
			t.Errorf("the bot was away: %s", l.Raw)
		case l.Command == "PRIVMSG" && l.Target() == "#a":
			t.Errorf("carried to a channel that is gone: %s", l.Raw)
		case l.Command == "PRIVMSG" && l.Target() == "#b":
			got++
		}
	}
	if got != 41 {
		t.Errorf("%d lines of 41 were carried", got)
	}
	r.stop()
}
