package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

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
func (f *far) Status() chat.Status      { return chat.Status{Up: true} }
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
	stop     func()
}

// newBridged bridges channels; Slack forgets what finds no connection.
func newBridged(t *testing.T, channels []string, opts ...slackdouble.Option) *bridged {
	t.Helper()
	t.Parallel()
	b := &bridged{t: t, channels: channels, store: testStore(t, sprints.System{}), far: &far{changed: make(chan struct{})},
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
		labels: map[string]string{"pycon": "Slack", "libera": "IRC"}, expires: time.Hour}); err != nil {
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

// TestFaultSlack breaks Slack in many ways at once, each on a workspace of its own: nothing heard is lost, nothing stands
// on Slack twice, and nothing goes on running.
func TestFaultSlack(t *testing.T) {
	before, heap := goleak.IgnoreCurrent(), heapMiB()
	t.Run("at once", func(t *testing.T) {
		t.Run("disconnect storm", slackDisconnectStorm)
		t.Run("gap read late", slackGapReadLate)
		t.Run("429 storm of one channel", slack429StormOfOneChannel)
		t.Run("redeliveries out of order", slackRedeliveriesOutOfOrder)
		t.Run("answers lost", slackAnswersLost)
		t.Run("token revoked", slackTokenRevoked)
		t.Run("closed doors", slackClosedDoors)
	})
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
	if now := heapMiB(); now > heap*1.25+restHeap {
		t.Errorf("%.1f MiB in use before, %.1f after", heap, now)
	}
}

// heapMiB is what this process has in use after a collection.
func heapMiB() float64 {
	runtime.GC()
	runtime.GC() // what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func slackDisconnectStorm(t *testing.T) {
	b := newBridged(t, []string{"#sprints"}, slackdouble.WithHistoryCap(200)) // each reading takes in the last ten minutes
	var from, to []string
	n := 0
	talk := func() {
		for range 5 {
			n++
			b.d.Say("ada", "#sprints", fmt.Sprint("line ", n))
			from = append(from, fmt.Sprint("#sprints line ", n))
			b.say("#sprints", fmt.Sprint("back ", n))
			to = append(to, fmt.Sprint("sprints back ", n))
		}
	}
	talk()
	for i := range 9 {
		connections := b.d.Connections()
		switch i % 3 {
		case 0:
			b.d.Disconnect("refresh_requested")
		case 1:
			b.d.Cut()
		case 2:
			b.d.SetAway(true)
			b.until("away", func() bool { return !b.slack.Status().Up })
			talk()
			b.d.SetAway(false)
		}
		talk()
		if err := b.d.WaitConnected(t.Context(), connections+1); err != nil {
			t.Fatal(err)
		}
		talk()
	}
	b.carried(from)
	b.once("to Slack", b.sent(), to)
	b.stop()
}

// slackGapReadLate lets people talk on while what was said meanwhile can't be read yet, over a restart: they are
// acknowledged at once, and all arrives in the order it was said.
func slackGapReadLate(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	var want []string
	say := func(words string) {
		b.d.Say("ada", "#sprints", words)
		want = append(want, "#sprints "+words)
	}
	say("before")
	b.carried(want)
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.slack.Status().Up })
	for i := range 40 {
		say(fmt.Sprint("meanwhile ", i))
	}
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", RetryAfter: time.Minute})
	b.d.SetAway(false)
	b.until("back", func() bool { return b.slack.Status().Up })
	for i := range 10 {
		say(fmt.Sprint("live ", i))
	}
	b.until("heard", func() bool { return b.waiting("libera") >= 10 })
	if err := b.d.WaitSettled(t.Context()); err != nil || b.d.GaveUp() != 0 {
		t.Fatal(err, b.d.GaveUp())
	}
	b.once("before the gap is read", b.arrived(), want[:1])
	b.stop()
	b.d.Heal()
	say("while restarting")
	b.start()
	say("live again")
	b.carried(want)
	b.stop()
}

func slack429StormOfOneChannel(t *testing.T) {
	b := newBridged(t, []string{"#sprints", "#calm"})
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Channel: b.d.ChannelID("#sprints"), RetryAfter: time.Second, Times: 3, Every: 2})
	var want, from []string
	for i := range 10 {
		b.say("#sprints", fmt.Sprint("stormy ", i))
		b.say("#calm", fmt.Sprint("calm ", i))
		want = append(want, fmt.Sprint("sprints stormy ", i))
		b.d.Say("ada", "#sprints", fmt.Sprint("from the storm ", i))
		from = append(from, fmt.Sprint("#sprints from the storm ", i))
	}
	b.until("calm", func() bool {
		return len(slices.DeleteFunc(b.shown(), func(s string) bool { return !strings.HasPrefix(s, "calm") })) == 10
	})
	if b.waiting("pycon") == 0 {
		t.Error("the storm was over before the other channel had its lines")
	}
	got := slices.DeleteFunc(b.sent(), func(s string) bool { return strings.HasPrefix(s, "calm") })
	b.once("in the storm", got, want)
	b.carried(from)
	b.stop()
}

func slackRedeliveriesOutOfOrder(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	b.d.SetRepeat(3)
	for round := range 3 {
		b.d.Hold()
		for i := range 40 {
			b.d.Say("ada", "#sprints", fmt.Sprint("line ", round, i))
		}
		b.d.Release(uint64(round + 1))
	}
	if err := b.d.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.until("carried", func() bool { return len(b.arrived()) >= 120 && b.waiting("libera") == 0 })
	got := b.arrived()
	slices.Sort(got)
	if len(slices.Compact(got)) != 120 || len(b.arrived()) != 120 {
		t.Errorf("%d lines arrived, %d different", len(b.arrived()), len(slices.Compact(got)))
	}
	b.stop()
}

// slackAnswersLost loses the answer to one post in twenty after it was done; most come back as events, the last
// one's is late and has to be found in history.
func slackAnswersLost(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", AfterSuccess: true, Skip: 10, Every: 20})
	var want []string
	for i := range 200 {
		b.say("#sprints", fmt.Sprint("line ", i))
		want = append(want, fmt.Sprint("sprints line ", i))
	}
	b.sent()
	b.d.Heal()
	b.d.Hold()
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", AfterSuccess: true, Times: 1})
	b.say("#sprints", "the last")
	b.once("answers lost", b.sent(), append(want, "sprints the last"))
	b.d.Release(0)
	b.stop()
}

func slackTokenRevoked(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	b.d.Say("ada", "#sprints", "before")
	b.carried([]string{"#sprints before"})
	b.d.Revoke()
	b.until("given up", func() bool { return b.slack.Status().Fatal })
	if note := b.slack.Status().Note; !strings.Contains(note, "token_revoked") || strings.Contains(note, "xox") {
		t.Errorf("status %q", note)
	}
	b.say("#sprints", "meanwhile from far")
	b.d.Say("ada", "#sprints", "meanwhile")
	b.until("waiting", func() bool { return b.waiting("pycon") == 1 })
	b.stop()
	b.d.Install("xapp-2-double", "xoxb-2-double")
	b.start()
	b.carried([]string{"#sprints before", "#sprints meanwhile"})
	b.once("to Slack", b.sent(), []string{"sprints meanwhile from far"})
	b.stop()
}

// slackClosedDoors archives a channel, renames one and takes the bot out of a third: what waits for them arrives
// once when they open, and what was said where the bot was not is nobody's business.
func slackClosedDoors(t *testing.T) {
	b := newBridged(t, []string{"#archived", "#renamed", "#removed"})
	for _, c := range b.channels {
		b.d.Say("ada", c, "before")
	}
	b.until("carried", func() bool { return len(b.arrived()) == 3 })
	renamed := b.d.ChannelID("#renamed")
	b.d.Archive("#archived", true)
	b.d.RenameChannel("#renamed", "newname")
	b.d.Kick("#removed", "")
	b.until("told", func() bool {
		note := b.slack.Status().Note
		return strings.Contains(note, "#archived: it is archived") && strings.Contains(note, "#removed: the bot was taken out")
	})
	for _, c := range b.channels {
		b.say(c, "meanwhile to "+c)
	}
	b.d.Say("ada", "#removed", "said without the bot")
	b.until("refused", func() bool { return b.waiting("pycon") == 2 && len(b.shown()) == 1 })
	b.once("to the renamed one", b.shown(), []string{"newname meanwhile to #renamed"})
	b.d.Cut() // coming back opens no door that somebody closed
	b.until("back", func() bool { return b.d.Connections() > 1 && b.slack.Status().Up })
	b.d.Archive("#archived", false)
	b.d.Invite("#removed", "")
	for _, c := range []string{"#archived", renamed, "#removed"} {
		b.d.Say("ada", c, "again")
	}
	b.until("carried", func() bool { return len(b.arrived()) >= 6 && b.waiting("libera") == 0 })
	got := b.arrived()
	slices.Sort(got)
	b.once("from Slack", got, []string{"#archived again", "#archived before", "#removed again", "#removed before", "#renamed again", "#renamed before"})
	got = b.sent()
	slices.Sort(got)
	b.once("to Slack", got, []string{"archived meanwhile to #archived", "newname meanwhile to #renamed", "removed meanwhile to #removed"})
	if note := b.slack.Status().Note; strings.Contains(note, "not served") {
		t.Errorf("status %q", note)
	}
	b.stop()
}
