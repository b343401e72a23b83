package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// TestManyBridgesWithASharedPlace runs the built bot with a place in two
// bridges, one way into it from another, and a bridge of organizers' rooms.
// What is said in a place comes once to each that hears it, in order, never
// further, and never back.
func TestManyBridgesWithASharedPlace(t *testing.T) {
	t.Parallel()
	left, right := irctest.NgIRCd(t), irctest.InspIRCd(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ann, bob := left.Dial("ann"), right.Dial("bob")
	b := &program{t: t, dir: t.TempDir()}
	config := fmt.Sprintf(`
event: {name: Many, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a", "#c", "#p", "#alone"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b", "#d", "#q"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
  - ["right #b", "left #c"]
  - {join: ["right #d", "left #a"], one_way: true}
  - {join: ["left #p", "right #q"], private: true}
`, filepath.Join(b.dir, "many.db"), left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(b.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	places := []struct {
		who     *irctest.Client
		channel string
		heard   []string // from where
	}{
		{ann, "#a", []string{"#b", "#d"}},
		{bob, "#b", []string{"#a", "#c"}},
		{ann, "#c", []string{"#b"}},
		{bob, "#d", nil},
		{ann, "#p", []string{"#q"}},
		{bob, "#q", []string{"#p"}},
		{ann, "#alone", nil},
	}
	for _, p := range places {
		p.who.Join(p.channel)
	}
	t.Cleanup(b.kill)
	b.start()
	for _, p := range places {
		p.who.Seen(ctx, func(l irctest.Line) bool {
			return l.Command == "JOIN" && l.Nick == "sprintbot" && strings.EqualFold(l.Target(), p.channel)
		})
	}
	const lines = 20
	words := func(channel string, n int) string { return fmt.Sprintf("line %02d of %s", n, channel) }
	for n := range lines {
		for _, p := range places {
			p.who.Say(p.channel, words(p.channel, n))
		}
		ann.Sync()
		bob.Sync()
		if n < lines-2 {
			continue
		}
		for _, p := range places { // before the last line, so that what goes round is there before it
			for _, from := range p.heard {
				p.who.Seen(ctx, func(l irctest.Line) bool {
					return l.Command == "PRIVMSG" && l.Nick == "sprintbot" && strings.EqualFold(l.Target(), p.channel) &&
						strings.HasSuffix(l.Text(), words(from, n))
				})
			}
		}
	}
	b.stop()
	for _, p := range places {
		all := saidBy(p.who, "sprintbot", p.channel)
		for _, from := range p.heard {
			var got, want []string
			for n := range lines {
				want = append(want, words(from, n))
			}
			for _, l := range all {
				if _, said, ok := strings.Cut(l, "> "); ok && strings.HasSuffix(said, " of "+from) {
					got = append(got, said)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("from %s came to %s: %q", from, p.channel, got)
			}
		}
		if len(all) != lines*len(p.heard) {
			t.Errorf("%d lines came to %s, %d were due: %q", len(all), p.channel, lines*len(p.heard), all)
		}
	}
}
