// Package web is the public page: the board of projects and tables, a page a
// project, the easy issues, a projector's board, and a lobby in which people
// without another chat can talk and use the bot. To the relay it is one more
// chat network, with one room (#lobby) and a private conversation a browser.
// bot makes one and runs it. It never decides who may do what: a form becomes
// a command line, and commands answer it.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// LobbyMode is who may talk in the lobby and sit down by the page.
type LobbyMode int

// The modes of the lobby.
const (
	Off       LobbyMode = iota // no lobby; who signed in may sit, leave and take
	SignedIn                   // the lobby is for people who signed in with a code from chat
	Anonymous                  // every browser is a visitor: for a bot on one's own machine
)

// Room is the channel of the lobby.
const Room = "#lobby"

// Config is what a Site needs. Store, Clock and Log are required.
type Config struct {
	Name     string       // of the network, "lobby" if empty
	Listen   string       // the address to listen on; port 0 takes a free one
	Listener net.Listener // used instead of Listen where given; the Site closes it
	URL      string       // the public address, "https://sprints.example.org"; "" if it is only what Listen says
	Lobby    LobbyMode
	// Readers are who else reads the lobby now, as people know them: "IRC",
	// "Slack", "the console". It may be called from any goroutine; nil is nobody.
	Readers func() []string
	// Reserved are names that no visitor may wear now, nor anything that looks
	// like them: the bot's, organizers'. As Readers; nil is none but the bot's.
	Reserved func() []string
	// Doubted says that somebody goes by a name that may be taken for an
	// organizer's, and is not known to be one: the lobby says so behind the
	// name. As Readers; nil doubts nobody.
	Doubted func(ctx context.Context, h chat.Handle) (bool, error)
	Store   sprints.Store
	Clock   sprints.Clock
	Status  func() map[string]chat.Status // of all networks, for /healthz and /ops; nil shows none
	Paces   func() map[string]chat.Pace   // of all networks, for /ops; nil shows none
	Serves  func(chat.Place) bool         // that a place is in the configuration, for /ops; nil: all are
	Bridged func() []chat.Place           // the places of all bridges, for /ops; nil shows those where something was said
	// RunJob has a job run now, by its name; false where there is none. It may be
	// called from any goroutine; nil: /ops has no buttons for that.
	RunJob func(name string) bool
	// Organizer says whether an identity is an organizer's: who has one sees /ops.
	// It may be called from any goroutine; nil is nobody.
	Organizer func(network, key string) bool
	Log       *slog.Logger
}

// Site is the web adapter. Its methods may be called from any goroutine.
type Site struct {
	cfg      Config
	log      *slog.Logger
	listener net.Listener
	files    *files
	pages    *pages
	posts    *chat.Mailbox[*post]
	lobby    *lobby
	drawers  *drawers
	limits   *limits
	hub      *hub
	health   healthCheck

	signing sync.Mutex // one sign-in at a time

	board   atomic.Pointer[shown]
	reading sync.Mutex // one at a time makes a new board
	asked   atomic.Int64
	read    int64 // of asked, how many the newest board covers; guarded by reading

	ran      atomic.Bool
	stopping chan struct{} // closed when Run ends: streams end
	deaf     chan struct{} // closed when nothing is heard any more
	changed  chan struct{}
	mu       sync.Mutex
	status   chat.Status
}

// Listen makes a Site that listens already, so that its address is known and
// a taken port is an error here. Nothing is served before Run.
func Listen(ctx context.Context, cfg Config) (*Site, error) {
	if cfg.Name == "" {
		cfg.Name = "lobby"
	}
	if cfg.Readers == nil {
		cfg.Readers = func() []string { return nil }
	}
	if cfg.Reserved == nil {
		cfg.Reserved = func() []string { return nil }
	}
	if cfg.Doubted == nil {
		cfg.Doubted = func(context.Context, chat.Handle) (bool, error) { return false, nil }
	}
	if cfg.URL != "" {
		u, err := url.Parse(cfg.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return nil, fmt.Errorf("web: url must be like https://sprints.example.org, without a path")
		}
		cfg.URL = u.Scheme + "://" + u.Host
	}
	files, err := readFiles()
	if err != nil {
		return nil, err
	}
	pages, err := parsePages(files)
	if err != nil {
		return nil, err
	}
	s := &Site{
		cfg: cfg, log: cfg.Log, listener: cfg.Listener, files: files, pages: pages,
		posts: chat.NewMailbox[*post](1024), lobby: newLobby(int(time.Now().UnixMilli())), drawers: newDrawers(), limits: newLimits(), hub: newHub(),
		stopping: make(chan struct{}), deaf: make(chan struct{}), changed: make(chan struct{}, 1),
	}
	if s.listener == nil {
		var lc net.ListenConfig
		if s.listener, err = lc.Listen(ctx, "tcp", cfg.Listen); err != nil {
			return nil, fmt.Errorf("web: listen on %s: %w", cfg.Listen, err)
		}
	}
	// From here on browsers connect; they are answered once Run serves them.
	s.say(chat.Status{Up: true, Note: "open at " + s.URL()})
	return s, nil
}

// Addr is the address listened on, with the real port.
func (s *Site) Addr() string { return s.listener.Addr().String() }

// URL is the address to give to people: the public one, else the one listened on.
func (s *Site) URL() string {
	if s.cfg.URL != "" {
		return s.cfg.URL
	}
	host, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return "http://" + s.Addr()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Close frees the address of a Site that is never run.
func (s *Site) Close() error { return s.listener.Close() }

// Run serves pages and gives what visitors say to hear, until ctx ends (nil)
// or the server fails. A port that was closed stays so: called again it says so
// and does nothing.
func (s *Site) Run(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) error {
	if s.ran.Swap(true) {
		return errors.New("web: the page is closed; start the bot again")
	}
	changes := s.cfg.Store.Changes(ctx) // before the first reading: no commit falls between
	if err := s.refresh(ctx); err != nil && ctx.Err() == nil {
		s.log.Error("the board can't be read", "error", err)
	}
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      20 * time.Second, // streams set their own, line by line
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		// A form in hand is finished although ctx has ended; streams watch stopping.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { s.listen(ctx, hear) })
	wg.Go(func() { s.keep(ctx, changes) })
	served := make(chan error, 1)
	wg.Go(func() { served <- server.Serve(s.listener) })

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-served:
		failed = fmt.Errorf("web: serve %s: %w", s.Addr(), failed)
	}
	cancel()
	close(s.stopping)
	grace, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	if err := server.Shutdown(grace); err != nil {
		err = errors.Join(err, server.Close())
		s.log.Warn("pages were cut off at the stop", "error", err)
	}
	wg.Wait()
	note := "stopped"
	if failed != nil {
		note = "the page is closed; start the bot again"
	}
	s.say(chat.Status{Note: note, Fatal: failed != nil})
	return failed
}

// keep reads the board anew after commits, and now and then for the clock's sake.
func (s *Site) keep(ctx context.Context, changes <-chan struct{}) {
	tick := time.NewTicker(20 * time.Second)
	defer tick.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	ill := false
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-changes:
			if !ok {
				changes = nil
				continue
			}
		case <-tick.C:
		}
		err := s.refresh(ctx)
		if (err != nil) != ill && ctx.Err() == nil {
			ill = err != nil
			if ill {
				s.log.Error("the board can't be read and is shown as it was", "error", err)
			} else {
				s.log.Info("the board is read again")
			}
		}
		// However fast commits come, the board costs little.
		pause.Reset(200 * time.Millisecond)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func (s *Site) say(st chat.Status) {
	s.mu.Lock()
	st.Since = s.cfg.Clock.Now()
	st.Last = s.status.Last
	s.status = st
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
