package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"sprintbot/adapters/slack"
	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// checkWithin is how long a network may take to connect and to join its
// channels: some servers look up names for half a minute first.
const checkWithin = 40 * time.Second

// trying are the subcommands that help to set the bot up.
type trying struct {
	Check         struct{} `cmd:"" help:"Try the configuration: read it, connect to each network, join its channels, say in plain words what is wrong, and end."`
	SlackManifest struct {
		Name      string `placeholder:"NAME" help:"Name of the app and of its bot. Default: sprintbot."`
		Command   string `placeholder:"WORD" help:"Its slash command. Default: /sprint."`
		Reactions bool   `help:"Ask for what a bridge with reactions: on needs. Also asked for if the configuration has one."`
		Joins     bool   `help:"Ask for what a bridge with joins: on needs. Also asked for if the configuration has one."`
	} `cmd:"" help:"Print the manifest to make the bot's Slack app from; docs/slack.md says how."`
}

// slackManifest prints the manifest that the bridges of the configuration
// need, if there is one yet; its secrets need not be set.
func slackManifest(o options, out io.Writer) error {
	_, cfg, err := o.database()
	if err != nil {
		return err
	}
	app := slack.App{Name: o.SlackManifest.Name, Command: o.SlackManifest.Command, Reactions: o.SlackManifest.Reactions, Joins: o.SlackManifest.Joins}
	for _, n := range cfg.Networks {
		if asked := appOf(n.Name, cfg.Bridges); n.Slack != nil {
			app.Reactions, app.Joins = app.Reactions || asked.Reactions, app.Joins || asked.Joins
		}
	}
	text, err := app.Manifest()
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, text)
	return err
}

// errWrong says that the check found something.
var errWrong = errors.New("something is wrong; see above")

// check tries a configuration and tells what it finds, each a line, the wrong
// ones marked. Where a bot runs with it the networks are left to that one.
func check(ctx context.Context, o options, clock sprints.Clock, out io.Writer) error {
	path := cmp.Or(o.Config, "config.yaml")
	cfg, err := loadConfig(path)
	if o.Config == "" && errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is no config.yaml in this folder: copy config.example.yaml to it, or name another file with --config FILE")
	}
	if err != nil {
		return err
	}
	cfg.Database, cfg.Listen = cmp.Or(o.DB, cfg.Database), cmp.Or(o.Listen, cfg.Listen)
	fmt.Fprintf(out, "ok     %s can be read: %s, %s to %s\n", path, cfg.Event.Name, cfg.Event.First, cfg.Event.Last)
	for _, note := range unset(cfg) {
		fmt.Fprintf(out, "note   %s\n", note)
	}
	quiet := slog.New(slog.DiscardHandler)
	store, err := openConfigured(ctx, cfg, clock, quiet)
	if locked, is := errors.AsType[*sqlite.LockedError](err); is {
		fmt.Fprintf(out, "note   a bot runs with this database (process %d), so the networks are not tried: ask that one with status, or look at http://%s/healthz\n",
			locked.PID, cfg.Listen)
		return nil
	}
	if err != nil {
		return err
	}
	defer store.Close()
	fmt.Fprintf(out, "ok     %s can be written\n", cfg.Database)
	wrong := false
	if l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
		wrong = true
		fmt.Fprintf(out, "WRONG  %v\n", cantListen(err, cfg.Listen))
	} else {
		_ = l.Close()
		fmt.Fprintf(out, "ok     the page can listen on %s\n", cfg.Listen)
	}
	lines := make([]string, len(cfg.Networks))
	var all sync.WaitGroup
	for i, n := range cfg.Networks {
		all.Go(func() { lines[i] = tryNetwork(ctx, n, cfg, quiet) })
	}
	all.Wait()
	for i, n := range cfg.Networks {
		mark := "ok   "
		as, is := strings.CutPrefix(lines[i], "connected as ")
		if !is || strings.ContainsAny(as, ",;") {
			mark, wrong = "WRONG", true
		}
		where := ""
		if mark == "ok   " {
			where = ", in " + strings.Join(n.Channels, ", ")
		}
		fmt.Fprintf(out, "%s  %s (%s): %s%s\n", mark, n.Name, n.kind(), lines[i], where)
		if !is || n.IRC == nil {
			continue
		}
		switch nick := strings.FieldsFunc(as, notNick)[0]; {
		case strings.EqualFold(n.IRC.Nick, nick):
		case strings.HasPrefix(strings.ToLower(n.IRC.Nick), strings.ToLower(nick)):
			fmt.Fprintf(out, "note   %s does not take the nick %s, mostly because it is too long: choose a shorter one\n", n.Name, n.IRC.Nick)
		default:
			fmt.Fprintf(out, "note   somebody has the nick %s there: register it for the bot, or choose another\n", n.IRC.Nick)
		}
	}
	if wrong {
		return errWrong
	}
	fmt.Fprintln(out, "ok     all is well; start the bot without the word check")
	return ctx.Err()
}

func notNick(r rune) bool { return r == ' ' || r == ',' || r == ';' }

// unset is what a new configuration often lacks, and what is missed by it.
func unset(cfg Config) []string {
	var notes []string
	if len(cfg.Networks) == 0 {
		notes = append(notes, "there are no networks: nobody can talk to the bot")
	}
	if len(cfg.Networks) > 0 && len(cfg.Bridges) == 0 {
		notes = append(notes, "there are no bridges: the channels don't hear each other")
	}
	if len(cfg.Organizers) == 0 {
		notes = append(notes, "there are no organizers: nobody can count heads, pause a bridge or correct a project")
	}
	if cfg.URL == "" {
		notes = append(notes, "web.url is not set: the bot tells nobody the page's address, long pastes go to IRC whole, and Slack shows animals in place of pictures")
	}
	if u, err := url.Parse(cfg.URL); err == nil && strings.HasSuffix(u.Hostname(), ".example.org") {
		notes = append(notes, "web.url is still the example's: people are told an address that is not yours")
	}
	for _, o := range []Organizer{{"pycon", "U024BE7LH"}, {"libera", "account:ada"}} {
		if cfg.Organizes(o.Network, o.Key) {
			notes = append(notes, "organizers still has the example's "+o.Network+" "+o.Key+": whoever that is has an organizer's rights")
		}
	}
	return notes
}

// errOnlyCheck leaves what is heard during a check to the bot: Slack brings it
// again to who keeps it.
var errOnlyCheck = errors.New("this is only a check")

// tryNetwork connects to a network as the bot would and returns its status.
func tryNetwork(ctx context.Context, n NetworkConfig, cfg Config, log *slog.Logger) string {
	network, err := newNetwork(n, past{}, cfg.Bridges, faces(cfg.URL), log)
	if err != nil {
		return err.Error()
	}
	ctx, stop := context.WithTimeout(ctx, checkWithin)
	defer stop()
	var running sync.WaitGroup
	ended := make(chan struct{})
	running.Go(func() {
		defer close(ended)
		// How it ended is in the status.
		_ = network.Run(ctx, func(context.Context, []chat.Message) ([]chat.Heard, error) { return nil, errOnlyCheck })
	})
	status := settled(ctx, network, ended)
	stop()
	running.Wait()
	return status
}

// settled waits until a network is connected or has failed once.
func settled(ctx context.Context, network relay.Network, ended <-chan struct{}) string {
	status := network.Status()
	for {
		switch failed := !strings.HasPrefix(status.Note, "connecting") || strings.HasPrefix(status.Note, "connecting again"); {
		case status.Up || status.Fatal:
			return status.Note
		case failed && status.Note != "not started" && status.Note != "not connected yet":
			return status.Note
		}
		select {
		case <-network.Changed():
			status = network.Status()
		case <-ended:
			return network.Status().Note
		case <-ctx.Done():
			return "no answer within " + checkWithin.String() + "; it was " + status.Note
		}
	}
}

// checkNow is check with the program's clock.
func checkNow(ctx context.Context, o options, out *os.File) error {
	clock, err := startClock(ctx)
	if err != nil {
		return err
	}
	return check(ctx, o, clock, out)
}
