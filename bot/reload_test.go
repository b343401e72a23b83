package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
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

// TestWordsOutliveTheirNetworksAbsenceFromTheConfiguration has words wait for a
// server that is down, takes its network out by SIGHUP, starts the bot again
// without it, and puts it back when the server is up again.
func TestWordsOutliveTheirNetworksAbsenceFromTheConfiguration(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	r := &reloading{program: &program{t: t, dir: t.TempDir()}, ctx: ctx}
	ada, bob := left.Dial("ada"), right.Dial("bob")
	ada.Join("#a")
	bob.Join("#a")
	both := func() {
		r.config("bridges:\n  - [\"left #a\", \"right #a\"]\nrelay: {flood: unlimited}\n", "left", left.Addr, "right", right.Addr)
	}
	both()
	t.Cleanup(r.kill)
	r.start()
	ada.Seen(ctx, joinedTimes(1))
	bob.Seen(ctx, joinedTimes(1))
	right.Stop()
	for _, words := range []string{"one", "two", "three"} {
		ada.Say("#a", words)
	}
	ada.Say("sprintbot", "help") // answered behind what was said before
	ada.Seen(ctx, func(l irctest.Line) bool { return l.Command != "JOIN" && l.Nick == "sprintbot" && l.Target() == "ada" })
	r.config("", "left", left.Addr)
	r.hangup()
	r.logged.wait(t, ctx, "network right taken out (3 messages of ")
	r.stop()
	r.start()
	right.Start()
	bob = right.Dial("bob")
	bob.Join("#a")
	both()
	r.hangup()
	bob.Seen(ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.Contains(l.Text(), "three") })
	var got []string
	for _, words := range saidBy(bob, "sprintbot", "#a") {
		got = append(got, words[strings.LastIndexByte(words, ' ')+1:])
	}
	if !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("said %q", got)
	}
	r.stop()
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
	after.Bridges, after.Listen = nil, "127.0.0.1:0"
	faults := errors.Join(errors.New("config.yaml:3: event.name: is missing"), errors.New("config.yaml:9: networks: is a list, as [a, b]"))
	loads := make(chan func() (Config, error), 3)
	loads <- func() (Config, error) { return Config{}, faults }
	loads <- func() (Config, error) { return Config{}, faults }
	loads <- func() (Config, error) { return after, nil }
	b.reloads = &reloads{asked: make(chan chat.Handle, 1), now: before, load: func() (Config, error) { return (<-loads)() }}
	b.ear.reload = b.reloads.ask
	b.ear.organizers = before.tellOrganizers()
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
	changes := store.Changes(ctx)
	b.reloads.ask(chat.Handle{}) // as a signal does
	limit := time.After(20 * time.Second)
	for wrong := "The new configuration is not taken; all goes on as before.\nconfig.yaml:3: event.name: is missing\nconfig.yaml:9:"; having(rows(t, store), wrong) != 2; {
		select {
		case <-changes:
		case <-limit:
			t.Fatalf("organizers are not told %q: %q", wrong, rows(t, store))
		}
	}
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

// TestAWrongFileChangesNothingAndSaysWhy has the configuration read again from
// files with one fault each.
func TestAWrongFileChangesNothingAndSaysWhy(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	const (
		head = "event: {name: Before, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}\ndatabase: r.db\n"
		web  = "web: {listen: \"127.0.0.1:0\"}\n"
		nets = "networks:\n  - {name: libera, kind: irc, server: \"127.0.0.1:1\", tls: false, channels: [\"#sprints\"]}\n" +
			"  - {name: pycon, kind: irc, server: \"127.0.0.1:2\", tls: false, channels: [\"#sprints\"]}\n"
		joined = "bridges:\n  - [\"libera #sprints\", \"pycon #sprints\"]\n"
	)
	file := filepath.Join(t.TempDir(), "config.yaml")
	load := func(text string) func() (Config, error) {
		return func() (Config, error) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				return Config{}, err
			}
			return loadConfig(file)
		}
	}
	before, err := load(head + web + nets + joined)()
	if err != nil {
		t.Fatal(err)
	}
	irc, pycon := &standIn{name: "libera", up: true}, &standIn{name: "pycon", up: true}
	b, store := newBot(t, irc, pycon)
	b.ear.apply(before, b.networks)
	b.reloads = &reloads{now: before, make: func(n NetworkConfig, _ Config) (relay.Network, error) {
		return nil, fmt.Errorf("%s was made", n.Name)
	}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b.start(ctx, nil, b.networks...)
	defer func() { b.running.stop(b.running.list()...) }()
	running := b.running.list()
	other := strings.Replace(head, "Before", "After", 1)
	for name, c := range map[string]struct{ text, why string }{
		"no YAML":                     {other + web + nets + "bridges: [\n", "config.yaml:"},
		"an unknown key":              {other + web + nets + joined + "relays: {}\n", "relay"},
		"an unknown network":          {other + web + nets + "bridges:\n  - [\"libera #sprints\", \"oftc #sprints\"]\n", "names no network of this file; there are: libera, pycon"},
		"a token that is not set":     {other + web + nets + "  - {name: s, kind: slack, app_token_env: NOT_SET_HERE, bot_token_env: NOT_SET_HERE, channels: [\"#a\"]}\n", "set it, or use app_token_file"},
		"a bridge that is there":      {other + web + nets + joined + "  - [\"libera #sprints\", \"pycon #sprints\"]\n", "in a bridge already"},
		"a port that is taken":        {other + "web: {listen: \"" + taken.Addr().String() + "\"}\n" + nets + joined, "take a free port with --listen 127.0.0.1:0"},
		"a venue that is not there":   {"venue: {file: nowhere.csv}\n" + other + web + nets + joined, "nowhere.csv"},
		"a network that can't be had": {other + web + strings.Replace(nets, "127.0.0.1:1", "127.0.0.1:3", 1) + joined, "network libera: libera was made"},
	} {
		b.reloads.load = load(c.text)
		done, err := b.change(ctx, nil)
		if err == nil || !strings.Contains(err.Error(), c.why) || done != nil {
			t.Errorf("%s: %v, done %q", name, err, done)
		}
		var event sprints.Event
		if err := store.Read(ctx, func(v sprints.View) (err error) { event, err = v.Event(); return err }); err != nil || event.Name != "Ears" {
			t.Errorf("%s: the event is %q, %v", name, event.Name, err)
		}
		if !slices.Equal(b.running.list(), running) || len(b.ear.carrier.Routes.Others(onIRC)) != 1 || b.reloads.now.Event.Name != "Before" {
			t.Errorf("%s: something is changed", name)
		}
	}
}

// TestAGapIsNotOverWhileItsNetworkIsStartedAgain asks for the gap of a network
// whenever its new adapter is asked for its name.
func TestAGapIsNotOverWhileItsNetworkIsStartedAgain(t *testing.T) {
	b, _ := newBot(t)
	there := chat.Place{Network: "libera", Channel: "#a"}
	var asked, asking, shut atomic.Bool
	old := &stub{name: func() string { return "libera" }, gap: make(chan struct{})}
	fresh := &stub{gap: make(chan struct{}), name: func() string {
		if asking.CompareAndSwap(false, true) { // which asks for names itself
			if b.gap(there) == nil {
				shut.Store(true)
			}
			asked.Store(true)
			asking.Store(false)
		}
		return "libera"
	}}
	before := Config{Networks: []NetworkConfig{{Name: "libera", Channels: []string{"#a"}}}}
	after := Config{Networks: []NetworkConfig{{Name: "libera", Channels: []string{"#a", "#b"}}}}
	day := sprints.DayOf(time.Now(), time.UTC)
	after.Event = sprints.Event{Name: "Ears", Zone: time.UTC, First: day, Last: day.Add(3)}
	b.reloads = &reloads{now: before, load: func() (Config, error) { return after, nil }, make: func(NetworkConfig, Config) (relay.Network, error) {
		return fresh, nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	b.start(ctx, nil, old)
	defer func() { b.running.stop(b.running.list()...) }()
	if _, err := b.change(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if !asked.Load() || shut.Load() {
		t.Errorf("asked %t, the gap was over: %t", asked.Load(), shut.Load())
	}
	if got := b.gap(there); got != (<-chan struct{})(fresh.gap) {
		t.Error("the gap is not the new adapter's")
	}
}

// A network that comes or goes with nobody ignored on it, and the same list in
// another order, change nothing about who is ignored.
func TestWhoIsIgnoredIsToldAsChangedOnlyWhereItIs(t *testing.T) {
	libera := NetworkConfig{Name: "libera", Ignore: []string{"account:mb", "relay*"}}
	with := func(networks ...NetworkConfig) Config { return Config{Networks: networks} }
	before := with(libera, NetworkConfig{Name: "pycon"})
	for name, c := range map[string]struct {
		after   Config
		changed bool
	}{
		"nothing":                   {before, false},
		"a network more":            {with(libera, NetworkConfig{Name: "pycon"}, NetworkConfig{Name: "oftc"}), false},
		"a network less":            {with(libera), false},
		"an empty list":             {with(libera, NetworkConfig{Name: "pycon", Ignore: []string{}}), false},
		"another order":             {with(NetworkConfig{Name: "libera", Ignore: []string{"relay*", "account:mb", "relay*"}}), false},
		"one less":                  {with(NetworkConfig{Name: "libera", Ignore: []string{"relay*"}}), true},
		"one more":                  {with(libera, NetworkConfig{Name: "pycon", Ignore: []string{"U1"}}), true},
		"the same list, elsewhere":  {with(NetworkConfig{Name: "libera"}, NetworkConfig{Name: "pycon", Ignore: libera.Ignore}), true},
		"a network more, with some": {with(libera, NetworkConfig{Name: "oftc", Ignore: []string{"x"}}), true},
	} {
		b, _ := newBot(t)
		if done := b.settle(before, c.after, nil); slices.Contains(done, "who is ignored") != c.changed {
			t.Errorf("%s: told %q", name, done)
		}
	}
	if !slices.Equal(libera.Ignore, []string{"account:mb", "relay*"}) {
		t.Error("the configuration itself was put into another order")
	}
}
