package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// reloading is the built program on real servers, with a configuration that
// changes while it runs.
type reloading struct {
	*program
	ctx context.Context
}

// config writes the configuration: networks by name and address, each with the
// channel #a, and more lines.
func (r *reloading) config(more string, networks ...string) {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `
event: {name: Reload, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
networks:
`, filepath.Join(r.dir, "reload.db"))
	for i := 0; i+1 < len(networks); i += 2 {
		fmt.Fprintf(&b, "  - {name: %s, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [\"#a\"], pace: unlimited}\n", networks[i], networks[i+1])
	}
	b.WriteString(more)
	if err := os.WriteFile(filepath.Join(r.dir, "config.yaml"), []byte(b.String()), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *reloading) hangup() {
	r.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		r.t.Fatal(err)
	}
}

// TestNetworksComeAndGoWhileTheOthersStay adds a second and a third network by
// SIGHUP, takes one out again, and writes a wrong file in between: the first
// network sees neither QUIT nor JOIN of the bot.
func TestNetworksComeAndGoWhileTheOthersStay(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	one, two, three := irctest.NgIRCd(t), irctest.NgIRCd(t), irctest.NgIRCd(t)
	r := &reloading{program: &program{t: t, dir: t.TempDir()}, ctx: ctx}
	ada, bob, cas := one.Dial("ada"), two.Dial("bob"), three.Dial("cas")
	for _, c := range []*irctest.Client{ada, bob, cas} {
		c.Join("#a")
	}
	hears := func(from, to *irctest.Client, words string) {
		t.Helper()
		from.Say("#a", words)
		to.Seen(ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.Contains(l.Text(), words) })
	}
	r.config("", "one", one.Addr)
	t.Cleanup(r.kill)
	r.start()
	ada.Seen(ctx, joinedTimes(1))

	r.config("bridges:\n  - [\"one #a\", \"two #a\"]\n", "one", one.Addr, "two", two.Addr)
	r.hangup()
	bob.Seen(ctx, joinedTimes(1))
	hears(ada, bob, "hello from one")
	hears(bob, ada, "hello from two")

	r.config("bridges:\n  - [\"one #a\", \"nowhere #a\"]\n", "one", one.Addr, "two", two.Addr)
	r.hangup()
	r.logged.wait(t, ctx, "is not taken")
	hears(ada, bob, "still here")

	r.config("bridges:\n  - [\"one #a\", \"three #a\"]\n", "one", one.Addr, "three", three.Addr)
	r.hangup()
	cas.Seen(ctx, joinedTimes(1))
	bob.Seen(ctx, func(l irctest.Line) bool { return l.Command == "QUIT" && strings.HasPrefix(l.Nick, "sprintbot") })
	hears(ada, cas, "hello to three")
	hears(cas, ada, "hello from three")
	r.stop()

	joins, quits := 0, 0
	for _, l := range ada.Lines() {
		if !strings.HasPrefix(l.Nick, "sprintbot") {
			continue
		}
		switch l.Command {
		case "JOIN":
			joins++
		case "QUIT", "PART":
			quits++
		}
	}
	if joins != 1 || quits > 1 { // the one of the end
		t.Errorf("the network that stayed saw %d joins and %d quits", joins, quits)
	}
	for _, words := range bob.Said("#a") {
		if strings.Contains(words, "three") {
			t.Errorf("the network that was taken out heard %q", words)
		}
	}
}
