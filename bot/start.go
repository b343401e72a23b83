package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"

	"sprintbot/adapters/console"
	"sprintbot/adapters/github"
	"sprintbot/adapters/irc"
	"sprintbot/adapters/slack"
	"sprintbot/adapters/sqlite"
	"sprintbot/adapters/web"
	"sprintbot/adapters/wiki"
	"sprintbot/bot/commands"
	"sprintbot/bot/jobs"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// run is the whole life of the program.
func run(ctx context.Context, o options, in *os.File, out, errs io.Writer) error {
	log := slog.New(slog.NewTextHandler(errs, nil))
	clock, err := startClock(ctx)
	if err != nil {
		return err
	}
	if o.Config == "" {
		if _, err := os.Stat("config.yaml"); err == nil {
			o.Config = "config.yaml"
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if o.Config == "" {
		return runSample(ctx, o, clock, log, in, out)
	}
	return runConfigured(ctx, o, clock, log, out)
}

// runConfigured connects to the networks of a configuration.
func runConfigured(ctx context.Context, o options, clock sprints.Clock, log *slog.Logger, out io.Writer) error {
	load := func() (Config, error) {
		cfg, err := loadConfig(o.Config)
		cfg.Database = cmp.Or(o.DB, cfg.Database)
		cfg.Listen = cmp.Or(o.Listen, cfg.Listen)
		return cfg, err
	}
	cfg, err := load()
	if err != nil {
		return err
	}
	b := &bot{clock: clock, log: log, reloads: &reloads{asked: make(chan chat.Handle, 1), load: load, now: cfg}}
	defer b.reloads.onHangup()() // from here on: a database that is brought up to date may take a while
	store, err := openConfigured(ctx, cfg, clock, log)
	if err != nil {
		return err
	}
	defer store.Close()
	b.store = store
	b.reloads.make = func(n NetworkConfig, c Config) (relay.Network, error) {
		then := pastOf(store, n.Name)
		var err error
		if then.learned, err = learnedOf(ctx, store, n.Name); err != nil {
			return nil, err
		}
		return newNetwork(n, then, c.Bridges, faces(c.URL), log)
	}
	mode := web.Off
	if cfg.Bridges.Joins(lobbyPlace) {
		mode = web.SignedIn
	}
	site, err := listen(ctx, web.Config{
		Name: lobbyName, Listen: cfg.Listen, URL: cfg.URL, Lobby: mode,
		Readers: b.readers, Reserved: b.reserved, Doubted: b.doubted,
		Store: store, Clock: clock, Status: b.statuses, Paces: b.paces, Serves: b.configured, Bridged: b.bridged, RunJob: b.runJob, Organizer: b.organizes, Log: log.With("network", lobbyName),
	})
	if err != nil {
		return err
	}
	b.networks = append(b.networks, site)
	for _, n := range cfg.Networks {
		network, err := b.reloads.make(n, cfg)
		if err != nil {
			return err
		}
		b.networks = append(b.networks, network)
	}
	if err := b.wire(wiring{
		organizer: cfg.Organizes, page: site.URL(), pages: cfg.URL, routes: cfg.Bridges, labels: labels(cfg.Networks), expires: cfg.Expires,
		reload:      b.reloads.ask,
		forget:      site.Forget,
		githubToken: string(cfg.GitHubToken), githubAPI: cfg.GitHubAPI,
	}); err != nil {
		return err
	}
	b.ear.apply(cfg, b.networks)
	fmt.Fprint(out, greeting(cfg.Event.Name, site.URL(), cfg.Database, false, names(cfg.Networks)))
	return b.run(ctx)
}

// past is what an adapter asks of what was heard; the zero value: nothing said
// earlier is read.
type past struct {
	mark    func(context.Context, chat.Place) (sprints.Mark, error)
	heard   func(ctx context.Context, from, to string, most int) ([]sprints.HeardKey, error)
	picture func(ctx context.Context, token string) ([]byte, error)
	// learned is the pace that its server had taught, 0 none.
	learned time.Duration
}

func pastOf(store sprints.Store, network string) past {
	return past{mark: markOf(store), heard: func(ctx context.Context, from, to string, most int) (keys []sprints.HeardKey, err error) {
		err = store.Read(ctx, func(v sprints.View) (err error) {
			keys, err = v.HeardBetween(network, from, to, most)
			return err
		})
		return keys, err
	}, picture: func(ctx context.Context, token string) ([]byte, error) {
		var p sprints.Picture
		err := store.Read(ctx, func(v sprints.View) (err error) {
			p, err = v.Picture(token)
			return err
		})
		return p.PNG, err
	}}
}

// learnedOf is the pace that a network's server had taught when the bot ran
// last, 0 none.
func learnedOf(ctx context.Context, store sprints.Store, network string) (learned time.Duration, err error) {
	err = store.Read(ctx, func(v sprints.View) error {
		all, err := v.Networks()
		for _, n := range all {
			if n.Name == network {
				learned = n.Learned
			}
		}
		return err
	})
	return learned, err
}

// newNetwork makes the adapter of one configured network.
func newNetwork(n NetworkConfig, then past, routes relay.Routes, face func(network, who string) string, log *slog.Logger) (relay.Network, error) {
	switch {
	case n.IRC != nil:
		return irc.New(irc.Config{
			Name: n.Name, Server: n.IRC.Server, TLS: n.IRC.TLS, Pin: n.IRC.Pin, ServerPassword: string(n.IRC.Open), Nick: n.IRC.Nick, Channels: n.Channels,
			Account: n.IRC.Account, Password: string(n.IRC.Password), Pace: n.IRC.Pace,
			Keys: keysToDoors(n.IRC.Keys), External: n.IRC.External, CertFile: n.IRC.CertFile, KeyFile: n.IRC.KeyFile,
			Learned: then.learned, Mark: then.mark, Presence: presence(n.Name, routes), Version: "sprintbot " + version(), Log: log,
		})
	case n.Slack != nil:
		return slack.New(slack.Config{
			Name: n.Name, AppToken: string(n.Slack.AppToken), BotToken: string(n.Slack.BotToken),
			Channels: n.Channels, APIURL: n.Slack.APIURL, Mark: then.mark, Heard: then.heard, Picture: then.picture, FaceURL: face, App: appOf(n.Name, routes),
		}, log), nil
	}
	return nil, fmt.Errorf("network %s is of no kind", n.Name)
}

// keysToDoors are the keys of channels, as the adapter takes them.
func keysToDoors(keys map[string]secret) map[string]string {
	plain := map[string]string{}
	for channel, key := range keys {
		plain[channel] = string(key)
	}
	return plain
}

// markOf reads how far a place has been heard, sprints.ErrNotFound if never.
func markOf(store sprints.Store) func(context.Context, chat.Place) (sprints.Mark, error) {
	return func(ctx context.Context, p chat.Place) (mark sprints.Mark, err error) {
		err = store.Read(ctx, func(v sprints.View) (err error) {
			mark, err = v.Mark(p)
			return err
		})
		return mark, err
	}
}

// presence says whether a bridge of a network shows comings, goings or topics.
func presence(network string, routes relay.Routes) bool {
	return slices.ContainsFunc(routes, func(b relay.Bridge) bool {
		return (b.Ways.Joins || b.Ways.Topics) &&
			slices.ContainsFunc(b.Join, func(p chat.Place) bool { return p.Network == network })
	})
}

// appOf is what the bridges of a network ask of a Slack app beyond the usual.
func appOf(network string, routes relay.Routes) (app slack.App) {
	for _, b := range routes {
		if slices.ContainsFunc(b.Join, func(p chat.Place) bool { return p.Network == network }) {
			app.Reactions, app.Joins = app.Reactions || b.Ways.Reactions, app.Joins || b.Ways.Joins
		}
	}
	return app
}

// runSample runs a made-up sprint on this machine: console and page, bridged.
func runSample(ctx context.Context, o options, clock sprints.Clock, log *slog.Logger, in *os.File, out io.Writer) error {
	path := o.DB
	if path == "" {
		path = "sprintbot-sample.db"
	}
	store, note, err := openSample(ctx, path, clock, log)
	if err != nil {
		return err
	}
	defer store.Close()
	if o.Listen == "" {
		o.Listen = freeOr("127.0.0.1:8080")
	}
	b := &bot{store: store, clock: clock, log: log}
	screen, onFile := out.(*os.File)
	terminal := isatty.IsTerminal(in.Fd()) && onFile && isatty.IsTerminal(screen.Fd())
	front := console.New(console.Config{In: in, Out: out, Terminal: terminal, Complete: commands.Complete, Clock: clock, Log: log})
	site, err := listen(ctx, web.Config{
		Name: lobbyName, Listen: o.Listen, Lobby: web.Anonymous, Readers: func() []string { return []string{"the console"} },
		Reserved: b.reserved, Doubted: b.doubted, Store: store, Clock: clock, Status: b.statuses, Paces: b.paces, RunJob: b.runJob, Log: log.With("network", lobbyName),
	})
	if err != nil {
		return err
	}
	b.networks = []relay.Network{site, front}
	b.local = []string{front.Name(), site.Name()}
	if err := b.wire(wiring{
		organizer: func(network, _ string) bool { return network == front.Name() },
		page:      site.URL(),
		forget:    site.Forget,
		routes:    relay.Routes{{Join: []chat.Place{front.Place(), lobbyPlace}}},
		labels:    map[string]string{front.Name(): "console", lobbyName: "lobby"},
		expires:   6 * time.Hour,
	}); err != nil {
		return err
	}
	fmt.Fprint(out, greeting("", site.URL(), path, true, ""), note)
	return b.run(ctx)
}

// listen opens the page's port, and says what to do where that can't be.
func listen(ctx context.Context, c web.Config) (*web.Site, error) {
	site, err := web.Listen(ctx, c)
	if err != nil {
		return nil, cantListen(err, c.Listen)
	}
	return site, nil
}

// canListen says what is wrong with an address that the page shall have at the
// next start.
func canListen(ctx context.Context, on string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", on)
	if err != nil {
		return cantListen(err, on)
	}
	return l.Close()
}

// cantListen is err, with what to do where it says that a port can't be opened.
func cantListen(err error, on string) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("another program listens on %s already: name another address with --listen, or take a free port with --listen 127.0.0.1:0", on)
	}
	if addr, is := errors.AsType[*net.OpError](err); is && addr.Op == "listen" {
		return fmt.Errorf("the page can't listen on %s (%w): an address looks like 127.0.0.1:8080, and 127.0.0.1:0 takes a free port", on, addr.Err)
	}
	return err
}

// freeOr is addr, or the same host with any free port where addr is taken.
func freeOr(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		host, _, _ := net.SplitHostPort(addr)
		return net.JoinHostPort(host, "0")
	}
	l.Close()
	return addr
}

// wiring is what differs between the sample and a configured bot.
type wiring struct {
	organizer              func(network, key string) bool
	page                   string // what people are told
	pages                  string // the page's public address, "" none
	routes                 relay.Routes
	labels                 map[string]string
	expires                time.Duration
	reload                 func(chat.Handle) // nil: nothing can be read again
	forget                 func([]chat.Handle)
	githubToken, githubAPI string
}

// wire joins the parts that need one another.
func (b *bot) wire(w wiring) error {
	hub, err := github.New(github.Config{Token: w.githubToken, APIURL: w.githubAPI, Log: b.log.With("from", "github")})
	if err != nil {
		return err
	}
	b.hub = hub
	pages := wiki.New(wiki.Config{AllowLoopback: wikiLoopback()})
	desk := &commands.Desk{Organizer: w.organizer, PageURL: w.page, Status: b.statuses, Chart: charted(w.pages, b.log), Bridging: b.bridging(w.reload != nil), Log: b.log}
	b.ear = &ear{
		store: b.store, guard: newGuard(), desk: desk, log: b.log, reload: w.reload, forget: w.forget,
		carrier: relay.Carrier{
			Routes: w.routes, Labels: w.labels, Manners: relay.MannersOf(b.networks), Pages: w.pages, Expires: w.expires,
		},
	}
	b.ear.carrier.Doubts = b.ear.doubts
	b.ear.carrier.Gone = func(h chat.Handle) bool { return relay.GoneFrom(b.nets(), h) }
	b.jobs = jobs.New(jobs.Config{Store: b.store, Clock: b.clock, GitHub: hub, Pages: pages, Log: b.log.With("from", "jobs")})
	return nil
}

// openConfigured opens the database of a configured event, refuses one that
// holds the sample, and tells it the event and the venue.
func openConfigured(ctx context.Context, cfg Config, clock sprints.Clock, log *slog.Logger) (*sqlite.Store, error) {
	store, err := sqlite.Open(ctx, cfg.Database, sqlite.Options{Clock: clock, Log: log, Normal: cfg.Synchronous == "NORMAL"})
	if err != nil {
		return nil, err
	}
	if err := store.Read(ctx, func(v sprints.View) error { return refuseSample(v, cfg.Database) }); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	var venue Venue
	if cfg.Venue != "" {
		if venue, err = readVenue(cfg.Venue); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	err = store.Write(ctx, func(tx sprints.Tx) error {
		if err := tx.SetEvent(cfg.Event); err != nil {
			return err
		}
		return keepVenue(tx, venue)
	})
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// labels are what people call each network: its kind, or its own name where
// several are of that kind.
func labels(networks []NetworkConfig) map[string]string {
	count := map[string]int{}
	for _, n := range networks {
		count[n.kind()]++
	}
	all := map[string]string{lobbyName: "lobby"}
	for _, n := range networks {
		if all[n.Name] = n.kind(); count[n.kind()] > 1 {
			all[n.Name] = n.Name
		}
	}
	return all
}

// labelsOf are all that people call networks.
func labelsOf(networks []NetworkConfig) []string { return slices.Sorted(maps.Values(labels(networks))) }

// kind is what people call networks like n.
func (n NetworkConfig) kind() string {
	if n.Slack != nil {
		return "Slack"
	}
	return "IRC"
}

// readers are who else reads the lobby, in the order of the configuration.
func readers(networks []NetworkConfig) []string {
	var all []string
	seen := map[string]bool{}
	for _, n := range networks {
		if !seen[n.kind()] {
			seen[n.kind()] = true
			all = append(all, n.kind())
		}
	}
	return all
}

// ownNames are what the bot is called.
func ownNames(networks []NetworkConfig) []string {
	all := []string{"sprintbot"}
	for _, n := range networks {
		if n.IRC != nil {
			all = append(all, n.IRC.Nick)
		}
	}
	return all
}
