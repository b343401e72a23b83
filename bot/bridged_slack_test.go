package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/slack"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// far is the other side of a bridge to Slack: a network that takes all at once.
type far struct {
	mu      sync.Mutex
	hear    relay.Hear
	lines   []string // "#channel words", as they came
	changed chan struct{}
	said    int
	away    bool
}

func (f *far) Name() string { return "libera" }
func (f *far) Run(ctx context.Context, hear func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	f.mu.Lock()
	f.hear = hear
	f.tell()
	f.mu.Unlock()
	<-ctx.Done()
	return nil
}
func (f *far) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: out.To.Channel + " " + out.Reply.Plain()}}
}
func (f *far) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	f.mu.Lock()
	f.lines = append(f.lines, p.Body)
	f.tell()
	f.mu.Unlock()
	done(chat.Receipt{}, nil)
}
func (f *far) Pace() chat.Pace          { return chat.Pace{Window: 8} }
func (f *far) Status() chat.Status      { return chat.Status{Up: !f.away} }
func (f *far) Changed() <-chan struct{} { return nil }

func (f *far) tell() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// bridged is Slack and its other side, bridged channel by channel.
type bridged struct {
	t        *testing.T
	d        *slackdouble.Double
	far      *far
	store    sprints.Store
	slack    *slack.Network
	channels []string
	expires  time.Duration // of relays
	stop     func()
}

// newBridged bridges channels; Slack forgets what finds no connection.
func newBridged(t *testing.T, channels []string, opts ...slackdouble.Option) *bridged {
	t.Helper()
	t.Parallel()
	b := &bridged{t: t, channels: channels, expires: time.Hour, store: testStore(t, sprints.System{}), far: &far{changed: make(chan struct{})},
		d: slackdouble.New(t, append([]slackdouble.Option{slackdouble.WithAckWithin(time.Second),
			slackdouble.WithRetryAfter(0, 20*time.Millisecond, 50*time.Millisecond), slackdouble.WithHistoryCap(15)}, opts...)...)}
	b.d.Forget(true)
	b.d.AddUser(slackdouble.User{Name: "ada"})
	for _, c := range channels {
		b.d.AddChannel(slackdouble.Channel{Name: strings.TrimPrefix(c, "#")})
	}
	b.start()
	return b
}

func (b *bridged) start() {
	b.t.Helper()
	log := slog.New(slog.NewTextHandler(b.t.Output(), nil))
	b.slack = slack.New(slack.Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, Channels: b.channels,
		APIURL: b.d.URL(), Pace: chat.Pace{Burst: 1000}, Mark: markOf(b.store), Heard: pastOf(b.store, "pycon").heard}, log)
	all := &bot{store: b.store, clock: sprints.System{}, log: log, networks: []relay.Network{b.slack, b.far}}
	var routes relay.Routes
	for _, c := range b.channels {
		routes = append(routes, relay.Bridge{Join: []chat.Place{{Network: "pycon", Channel: c}, {Network: "libera", Channel: c}}, Ways: relay.Ways{Reactions: true}})
	}
	if err := all.wire(wiring{organizer: func(string, string) bool { return false }, routes: routes,
		labels: map[string]string{"pycon": "Slack", "libera": "IRC"}, expires: b.expires}); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := all.runs(b.t, ctx)
	b.stop = sync.OnceFunc(func() { cancel(); ended() })
	b.t.Cleanup(b.stop)
	b.until("connected", func() bool {
		b.far.mu.Lock()
		defer b.far.mu.Unlock()
		return b.far.hear != nil && b.slack.Status().Up
	})
	for _, c := range b.channels {
		for gap := b.slack.Gap(chat.Place{Network: "pycon", Channel: c}); gap != nil; gap = nil {
			<-gap
		}
	}
}

// until waits for a fact that commits, the other side, or Slack's state bring about.
func (b *bridged) until(what string, fact func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	changes := b.store.Changes(ctx)
	look := time.NewTicker(20 * time.Millisecond) // states of networks tick for their senders alone
	defer look.Stop()
	for !fact() {
		select {
		case <-changes:
		case <-look.C:
		case <-ctx.Done():
			b.t.Fatalf("never %s; %+v; far has %q", what, b.slack.Status(), b.arrived())
		}
	}
}

func (b *bridged) arrived() []string {
	b.far.mu.Lock()
	defer b.far.mu.Unlock()
	return slices.Clone(b.far.lines)
}

// say is said on the other side, and committed.
func (b *bridged) say(channel, words string) {
	b.t.Helper()
	b.far.mu.Lock()
	b.far.said++
	hear, id := b.far.hear, fmt.Sprint("far-", b.far.said)
	b.far.mu.Unlock()
	_, err := hear(b.t.Context(), []chat.Message{{ID: id, In: chat.Place{Network: "libera", Channel: channel}, At: time.Now(),
		From: chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"}, Kind: chat.Said, Text: chat.Plainly(words)}})
	if err != nil {
		b.t.Fatal(err)
	}
}

// sent waits until no row waits for Slack, and returns what its channels hold from the other side.
func (b *bridged) sent() []string {
	b.t.Helper()
	b.until("sent", func() bool { return b.waiting("pycon") == 0 })
	return b.shown()
}

func (b *bridged) shown() []string {
	var out []string
	for _, p := range b.d.Posts() {
		if p.Method == "chat.postMessage" && p.Direct == "" {
			for line := range strings.SplitSeq(p.Plain(), "\n") { // lines of one person may share a post
				out = append(out, p.ChannelName+" "+line)
			}
		}
	}
	return out
}

func (b *bridged) waiting(network string) int {
	b.t.Helper()
	n := 0
	err := b.store.Read(b.t.Context(), func(v sprints.View) error {
		rows, err := v.Waiting(network, 0, 1000)
		n = len(rows)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// once compares what arrived with what was said: each once, in order.
func (b *bridged) once(what string, got, want []string) {
	b.t.Helper()
	if !slices.Equal(got, want) {
		b.t.Errorf("%s: %d arrived of %d\n got %q\nwant %q", what, len(got), len(want), got, want)
	}
}

// carried waits until as many lines as were said have reached the other side, and nothing more is under way.
func (b *bridged) carried(want []string) {
	b.t.Helper()
	b.until("carried", func() bool { return len(b.arrived()) >= len(want) && b.waiting("libera") == 0 })
	b.once("from Slack", b.arrived(), want)
}
