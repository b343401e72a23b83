package relay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// room is a network of one channel that remembers what stands there.
type room struct {
	name    string
	manners chat.Manners
	pace    chat.Pace

	mu      sync.Mutex
	up      bool
	stuck   []func() // answers that wait to be given; nil: they come at once
	hang    bool
	lose    bool // posts arrive, their answers do not
	most    int  // of characters in a post, 0 any number
	refuse  error
	n       int
	ids     []string // posts, oldest first
	posts   map[string]string
	keys    map[string]string // row's key to post
	thread  map[string]string // post to its root
	said    []string          // every part that was put on the wire
	changed chan struct{}
	news    chan struct{}
}

func newRoom(name string, manners chat.Manners) *room {
	return &room{name: name, manners: manners, pace: chat.Pace{Window: 8}, up: true, posts: map[string]string{}, keys: map[string]string{},
		thread: map[string]string{}, changed: make(chan struct{}, 1), news: make(chan struct{}, 1)}
}

func (r *room) Name() string             { return r.name }
func (r *room) Manners() chat.Manners    { return r.manners }
func (r *room) Pace() chat.Pace          { return r.pace }
func (r *room) Changed() <-chan struct{} { return r.changed }
func (r *room) Status() chat.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return chat.Status{Up: r.up}
}
func (r *room) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}

func (r *room) Render(out chat.Outgoing) []chat.Part {
	var lines []string
	all := out.Together
	if all == nil {
		all = []chat.Outgoing{out}
	}
	for _, o := range all {
		if o.Reply.Silent() {
			continue
		}
		line := strings.ReplaceAll(o.Words().Plain(), "\n", "|")
		if len(all) > 1 {
			line = o.As.Nick + ": " + line
		}
		lines = append(lines, line)
	}
	body := strings.Join(lines, " + ")
	if r.manners.Retracts && out.Kind == chat.Deleted {
		body = "of " + out.Of
		if len(out.OfPosts) > 0 {
			body = "of " + strings.Join(out.OfPosts, " ")
		}
		if out.Quiet {
			body += " quiet"
		}
	}
	if out.Was != nil {
		body = out.Was.Plain() + " -> " + body
	}
	if out.Page != "" {
		body += " @" + out.Page
	}
	r.mu.Lock()
	most := r.most
	r.mu.Unlock()
	var parts []chat.Part
	for most > 0 && len(body) > most && out.Kind != chat.Deleted {
		parts = append(parts, chat.Part{Out: out, N: len(parts), Body: body[:most]})
		body = body[most:]
	}
	parts = append(parts, chat.Part{Out: out, N: len(parts), Body: body})
	for i := range parts {
		parts[i].Of = len(parts)
	}
	return parts
}

// remove takes posts away.
func (r *room) remove(ids []string) {
	for _, id := range ids {
		delete(r.posts, id)
		r.ids = slices.DeleteFunc(r.ids, func(o string) bool { return o == id })
	}
}

func (r *room) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := p.Out
	r.said = append(r.said, string(out.Kind)+" "+p.Body)
	id := out.Of
	switch {
	case r.refuse != nil:
		err := r.refuse
		go done(chat.Receipt{}, err)
		return
	case out.Kind == chat.Edited && r.manners.Rewrites && p.N < len(out.OfPosts):
		id = out.OfPosts[p.N]
		r.posts[id] = p.Body
		if p.N == p.Of-1 {
			r.remove(out.OfPosts[p.Of:])
		}
	case out.Kind == chat.Deleted && r.manners.Rewrites:
		r.remove(out.OfPosts)
	default:
		r.n++
		id = fmt.Sprint(r.name, "-", r.n)
		r.ids, r.posts[id] = append(r.ids, id), p.Body
		all := out.Together
		if all == nil {
			all = []chat.Outgoing{out}
		}
		for _, o := range all {
			r.keys[o.Key] = id
		}
		root := out.To.Thread
		if out.Kind != chat.Edited {
			root += out.Of
		}
		if root != "" {
			r.thread[id] = root
		}
	}
	answer := func() { done(chat.Receipt{ID: id}, nil) }
	if r.lose {
		answer = func() { done(chat.Receipt{}, errors.New("no answer")) }
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
	if r.hang {
		r.stuck = append(r.stuck, answer)
		return
	}
	go answer()
}

func (r *room) set(f func()) {
	r.mu.Lock()
	f()
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// stands is what the channel shows, oldest first; a thread's root in front.
func (r *room) stands() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, id := range r.ids {
		words := r.posts[id]
		if root := r.thread[id]; root != "" {
			words = root + " > " + words
		}
		all = append(all, words)
	}
	return all
}

// desk is a room that can look up and say several lines in one post.
type desk struct{ *room }

func (d desk) Newest(chat.Place) string { return "" }
func (d desk) Find(_ context.Context, p chat.Part, _ string) (chat.Receipt, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.keys[p.Out.Key]
	return chat.Receipt{ID: id}, ok, nil
}
func (d desk) Joins(before []chat.Outgoing, _ chat.Outgoing) bool { return len(before) < 5 }

// bridge is a Slack-like and an IRC-like room over a real store, and both
// their senders.
type bridge struct {
	t       *testing.T
	store   *sqlite.Store
	clock   *handClock
	slack   desk
	irc     *room
	lobby   *room // nil: none
	carrier relay.Carrier
	path    string       // of the store's file
	lead    relay.Lead   // of the senders
	log     slog.Handler // of the senders
	stop    func()
	n       int
}

var (
	grace = chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}
	lin   = chat.Handle{Network: "pycon", ID: "U2", Nick: "lin"}
	ada   = chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"}
	bob   = chat.Handle{Network: "libera", ID: "account:bob", Nick: "bob"}

	inSlack = chat.Place{Network: "pycon", Channel: "#s"}
	inIRC   = chat.Place{Network: "libera", Channel: "#i"}
)

func newBridge(t *testing.T, ways relay.Ways) *bridge {
	if ways.JoinLines == 0 {
		ways.JoinLines = -1 // what waits at one moment depends on the machine
	}
	b := &bridge{t: t, clock: newClock(), slack: desk{newRoom("pycon", chat.Manners{Rewrites: true, Threads: true})},
		irc: newRoom("libera", chat.Manners{Short: true}), path: filepath.Join(t.TempDir(), "k.db"), log: slog.DiscardHandler}
	store, err := sqlite.Open(t.Context(), b.path, sqlite.Options{Clock: b.clock, Log: slog.New(slog.DiscardHandler), Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	b.store = store
	b.slack.pace.Window = 1
	b.carrier = relay.Carrier{
		Routes: relay.Routes{{Join: []chat.Place{inIRC, inSlack}, Ways: ways}}, Labels: map[string]string{"libera": "IRC", "pycon": "Slack"},
		Manners: relay.MannersOf([]relay.Network{b.slack, b.irc}), Pages: "https://s.example", Expires: 6 * time.Hour,
	}
	b.start()
	t.Cleanup(func() { b.stop(); store.Close() })
	return b
}

func (b *bridge) start() {
	ctx, cancel := context.WithCancel(b.t.Context())
	var senders sync.WaitGroup
	networks := []relay.Network{b.slack, b.irc}
	if b.lobby != nil {
		networks = append(networks, b.lobby)
	}
	for _, n := range networks {
		s := relay.NewSender(n, b.store, b.clock, slog.New(b.log))
		s.LeadTo(b.lead)
		senders.Go(func() { s.Run(ctx) })
	}
	b.stop = sync.OnceFunc(func() { cancel(); senders.Wait() })
}

// hear carries a message and returns its id.
func (b *bridge) hear(m chat.Message) string {
	b.t.Helper()
	if b.n++; m.ID == "" {
		m.ID = fmt.Sprint("m", b.n)
	}
	if m.Kind == "" {
		m.Kind = chat.Said
	}
	if m.In.Network == "" {
		if m.In = inIRC; m.From.Network == "pycon" {
			m.In = inSlack
		}
	}
	if m.At.IsZero() {
		m.At = b.clock.Now()
	}
	err := b.store.Write(b.t.Context(), func(tx sprints.Tx) error {
		if _, err := tx.Heard(m); err != nil {
			return err
		}
		return b.carrier.Carry(tx, m)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return m.ID
}

func (b *bridge) say(who chat.Handle, words string) string {
	b.t.Helper()
	return b.hear(chat.Message{From: who, Text: chat.Plainly(words)})
}

func (b *bridge) edit(who chat.Handle, of, words string) {
	b.t.Helper()
	b.hear(chat.Message{From: who, Kind: chat.Edited, Of: of, Text: chat.Plainly(words)})
}

func (b *bridge) delete(who chat.Handle, of string) {
	b.t.Helper()
	b.hear(chat.Message{From: who, Kind: chat.Deleted, Of: of})
}

// drained waits until nothing may be sent any more now.
func (b *bridge) drained() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	changes := b.store.Changes(ctx)
	for {
		var waiting []sprints.Queued
		err := b.store.Read(ctx, func(v sprints.View) error {
			for _, n := range []string{"libera", "pycon", "lobby"} {
				rows, err := v.Waiting(n, 0, 1000)
				if err != nil {
					return err
				}
				waiting = append(waiting, rows...)
			}
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
		now := b.clock.Now()
		waiting = slices.DeleteFunc(waiting, func(q sprints.Queued) bool { return q.NotBefore.After(now) })
		if len(waiting) == 0 {
			return
		}
		select {
		case <-changes:
		case <-ctx.Done():
			b.t.Fatalf("%d rows still wait, the first: %+v", len(waiting), waiting[0])
		}
	}
}

func (b *bridge) stands(what string, r *room, want ...string) {
	b.t.Helper()
	b.drained()
	if got := r.stands(); !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// saw waits until a network got a part.
func (b *bridge) saw(r *room) {
	b.t.Helper()
	select {
	case <-r.news:
	case <-time.After(30 * time.Second):
		b.t.Fatal("nothing was sent")
	}
}
