package slack

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a workspace with ada, #sprints and a network connected to it.
type bench struct {
	t    *testing.T
	d    *slackdouble.Double
	n    *Network
	ada  string
	room string

	mu      sync.Mutex
	heard   []chat.Message
	renamed []chat.Message
	keys    map[string]bool
	fail    func(ms []chat.Message) error
	changed chan struct{}
	ran     chan error
	stop    context.CancelFunc
}

func newBench(t *testing.T, opts ...slackdouble.Option) *bench {
	t.Helper()
	opts = append([]slackdouble.Option{theApp(App{Reactions: true, Joins: true})}, opts...) // no test gets by with more than the manifest asks for
	b := &bench{t: t, d: slackdouble.New(t, opts...), keys: map[string]bool{}, changed: make(chan struct{}), ran: make(chan error, 1)}
	b.ada = b.d.AddUser(slackdouble.User{Name: "ada.l", RealName: "Ada Lovelace", DisplayName: "ada"})
	b.room = b.d.AddChannel(slackdouble.Channel{Name: "sprints"})
	b.n = b.network(chat.Pace{Burst: 1000})
	return b
}

func (b *bench) network(pace chat.Pace) *Network {
	return newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, Channels: []string{"#sprints"},
		APIURL: b.d.URL(), Pace: pace}, testLog(b.t), 30*time.Second)
}

// run starts the network and waits until it is connected.
func (b *bench) run() *bench {
	b.t.Helper()
	b.runOnly()
	if err := b.d.WaitConnected(b.ctx(), 1); err != nil {
		b.t.Fatal(err)
	}
	b.until("connected", func() bool { return b.n.Status().Up })
	return b
}

func (b *bench) runOnly() {
	ctx, cancel := context.WithCancel(b.t.Context())
	b.stop = cancel
	done := make(chan struct{})
	go func() { defer close(done); b.ran <- b.n.Run(ctx, b.hear) }()
	b.t.Cleanup(func() { cancel(); <-done })
}

func (b *bench) ctx() context.Context {
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	b.t.Cleanup(cancel)
	return ctx
}

func (b *bench) hear(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(ms); err != nil {
			return nil, err
		}
	}
	out := make([]chat.Heard, len(ms))
	for i, m := range ms {
		if m.Kind == chat.Renamed {
			b.renamed = append(b.renamed, m)
			continue
		}
		if out[i].First = !b.keys[m.ID]; out[i].First {
			b.keys[m.ID] = true
			b.heard = append(b.heard, m)
		}
	}
	close(b.changed)
	b.changed = make(chan struct{})
	return out, nil
}

// messages waits for n messages and returns all heard so far.
func (b *bench) messages(n int) []chat.Message {
	b.t.Helper()
	ctx := b.ctx()
	for {
		b.mu.Lock()
		heard, changed := append([]chat.Message(nil), b.heard...), b.changed
		b.mu.Unlock()
		if len(heard) >= n {
			return heard
		}
		select {
		case <-changed:
		case <-ctx.Done():
			b.t.Fatalf("heard %d messages, want %d: %v", len(heard), n, heard)
		}
	}
}

// until waits for a fact about the network's status.
func (b *bench) until(what string, fact func() bool) {
	b.t.Helper()
	ctx := b.ctx()
	for !fact() {
		select {
		case <-b.n.Changed():
		case <-ctx.Done():
			b.t.Fatalf("never %s: %+v", what, b.n.Status())
		}
	}
}

func (b *bench) settled() {
	b.t.Helper()
	if err := b.d.WaitSettled(b.ctx()); err != nil {
		b.t.Fatal(err)
	}
}

type result struct {
	receipt chat.Receipt
	err     error
}

// send renders and sends a row, part after part, and returns what was said of each.
func (b *bench) send(out chat.Outgoing) []result {
	b.t.Helper()
	var all []result
	for _, p := range b.n.Render(out) {
		got := make(chan result, 1)
		b.n.Send(b.t.Context(), p, func(r chat.Receipt, err error) { got <- result{r, err} })
		select {
		case r := <-got:
			all = append(all, r)
		case <-b.ctx().Done():
			b.t.Fatal("no answer to a part")
		}
	}
	return all
}

func (b *bench) place() chat.Place { return chat.Place{Network: "pycon", Channel: "#sprints"} }

func (b *bench) relay(key, words string) chat.Outgoing {
	return chat.Outgoing{Key: key, To: b.place(), Kind: chat.Said, From: "IRC", Lane: chat.Relays,
		As: &chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"}, Reply: chat.Saying(chat.Plainly(words))}
}

// testLog writes the network's log into the test's output.
func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}
