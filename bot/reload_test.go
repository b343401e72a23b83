package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
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

// TestWhoAskedForAReloadIsToldWhatCameOfIt says reload to a bot of stand-ins:
// first with a file that has faults, then with one that changes its bridges.
func TestWhoAskedForAReloadIsToldWhatCameOfIt(t *testing.T) {
	irc, pycon := &standIn{name: "libera", up: true, silent: true}, &standIn{name: "pycon", up: true, silent: true}
	var hear relay.Hear
	ready := make(chan struct{})
	irc.run = func(ctx context.Context, h relay.Hear) error {
		hear = h
		close(ready)
		<-ctx.Done()
		return nil
	}
	b, store := newBot(t, irc, pycon)
	networks := []NetworkConfig{{Name: "libera", Channels: []string{"#sprints"}}, {Name: "pycon", Channels: []string{"#sprints"}}}
	day := sprints.DayOf(time.Now(), time.UTC)
	before := Config{
		Event: sprints.Event{Name: "Ears", Zone: time.UTC, First: day, Last: day.Add(3)}, Networks: networks, Expires: time.Hour,
		Bridges: relay.Routes{{Join: []chat.Place{onIRC, onSlack}}}, Organizers: []Organizer{{"libera", ada.ID}},
	}
	after := before
	after.Bridges, after.Listen = nil, ":1"
	faults := errors.Join(errors.New("config.yaml:3: event.name: is missing"), errors.New("config.yaml:9: networks: is a list, as [a, b]"))
	loads := make(chan func() (Config, error), 2)
	loads <- func() (Config, error) { return Config{}, faults }
	loads <- func() (Config, error) { return after, nil }
	b.reloads = &reloads{asked: make(chan chat.Handle, 1), now: before, load: func() (Config, error) { return (<-loads)() }}
	b.ear.reload = b.reloads.ask
	b.ear.desk.Bridging.Reload = true
	ctx, stop := context.WithCancel(t.Context())
	ended := b.runs(t, ctx)
	<-ready
	told := func(id, words string) {
		t.Helper()
		changes := store.Changes(ctx)
		direct := func(m *chat.Message) { m.Addressed, m.Direct, m.In = true, true, chat.Direct(ada) }
		if _, err := hear(ctx, []chat.Message{said(id, "reload", direct)}); err != nil {
			t.Fatal(err)
		}
		limit := time.After(20 * time.Second)
		for having(rows(t, store), words) != 1 {
			select {
			case <-changes:
			case <-limit:
				t.Fatalf("not told %q: %q", words, rows(t, store))
			}
		}
	}
	told("1", "libera @account:ada: The new configuration is not taken; all goes on as before.\nconfig.yaml:3: event.name: is missing\nconfig.yaml:9:")
	told("2", "libera @account:ada: The configuration is read again. Changed: bridges; only a restart changes: web.listen")
	if _, err := hear(ctx, []chat.Message{said("3", "alone now", nil)}); err != nil {
		t.Fatal(err)
	}
	stop()
	ended()
	if got := rows(t, store); having(got, "alone now") > 0 {
		t.Errorf("carried over a bridge that is gone: %q", got)
	}
}
