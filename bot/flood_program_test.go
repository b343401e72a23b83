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

// TestUsualLimitsCarryACrowdAndTellWhatTheyLeaveOut speaks through the built
// bot, whose configuration names no limits: a crowd is carried whole; what is
// too much of one person is told on both sides though the bot was stopped
// meanwhile, and that person is carried again.
func TestUsualLimitsCarryACrowdAndTellWhatTheyLeaveOut(t *testing.T) {
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	p := &program{t: t, dir: t.TempDir()}
	config := fmt.Sprintf(`
event: {name: Crowd, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: bot.db
web: {listen: "127.0.0.1:0"}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	reader, ann, bob := right.Dial("reader"), left.Dial("ann"), left.Dial("bob")
	reader.Join("#b")
	ann.Join("#a")
	bob.Join("#a")
	var crowd []*irctest.Client
	for i := range 7 {
		c := left.Dial(fmt.Sprint("p", i))
		c.Join("#a")
		crowd = append(crowd, c)
	}
	crowd = append(crowd, ann)
	t.Cleanup(p.kill)
	p.start()
	ann.Seen(ctx, joinedTimes(1))
	reader.Seen(ctx, joinedTimes(1))

	for i := range 30 {
		for p, c := range crowd {
			c.Say("#a", fmt.Sprintf("crowd %d of %d", i, p))
		}
	}
	for _, c := range crowd {
		c.Sync()
	}
	ann.Say("#a", "an innocent line")
	reader.Seen(ctx, has("an innocent line"))
	if got := saidWith(reader, "crowd "); got != 240 {
		t.Errorf("%d of 240 lines of a crowd carried", got)
	}
	for i := range 75 {
		bob.Say("#a", fmt.Sprintf("paste %02d", i))
	}
	bob.Sync()
	ann.Say("#a", "that was long")
	reader.Seen(ctx, has("that was long"))
	if got := saidWith(reader, "paste "); got != 60 {
		t.Errorf("%d of 75 lines of one person carried", got)
	}
	p.stop()
	p.start()
	told := irctest.Shown(reader.Seen(ctx, has("15 messages of left #a skipped, ")).Text())
	if !strings.Contains(told, "; read them in #a on left.") {
		t.Errorf("told %q", told)
	}
	ann.Seen(ctx, has("15 messages said here, "))
	bob.Say("#a", "an ordinary line of mine")
	reader.Seen(ctx, has("an ordinary line of mine"))
	p.stop()
}

func has(words string) func(irctest.Line) bool {
	return func(l irctest.Line) bool { return strings.Contains(strip(l.Text()), words) }
}

func saidWith(c *irctest.Client, words string) (n int) {
	for _, l := range c.Said("#b") {
		if strings.Contains(strip(l), words) {
			n++
		}
	}
	return n
}
