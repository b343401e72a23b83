package irc_test

import (
	"context"
	"flag"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// TestMain lets more tests run at once than there are processors: they wait
// for servers most of their time.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := flag.Set("test.parallel", "8"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}

// bot is a running network and what it heard.
type bot struct {
	t   *testing.T
	net *irc.Network

	mu    sync.Mutex
	heard []chat.Message
	more  chan struct{}

	cancel context.CancelFunc
	ended  chan struct{}
	err    error
}

func config(server string) irc.Config {
	return irc.Config{Name: "libera", Server: server, Nick: "sprintbot", Channels: []string{"#Sprint"}}
}

func secure(s *irctest.Server, c irc.Config) irc.Config {
	c.Server, c.TLS, c.Roots = s.TLSAddr, true, s.Roots
	return c
}

func start(t *testing.T, c irc.Config) *bot {
	t.Helper()
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Hasten(n)
	return run(t, n)
}

func run(t *testing.T, n *irc.Network) *bot {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := &bot{t: t, net: n, more: make(chan struct{}, 1), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		b.err = n.Run(ctx, b.hear)
	}()
	t.Cleanup(b.stop)
	return b
}

func (b *bot) stop() {
	b.cancel()
	<-b.ended
}

func (b *bot) hear(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, ms...)
	select {
	case b.more <- struct{}{}:
	default:
	}
	return make([]chat.Heard, len(ms)), nil
}

// status waits until the network's status is as wanted.
func (b *bot) status(what string, want func(chat.Status) bool) chat.Status {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for {
		if st := b.net.Status(); want(st) {
			return st
		}
		select {
		case <-b.net.Changed():
		case <-ctx.Done():
			b.t.Fatalf("never %s: %+v", what, b.net.Status())
		}
	}
}

func (b *bot) up() *bot {
	b.t.Helper()
	b.status("up", func(st chat.Status) bool { return st.Up })
	return b
}

// hears waits for the first message that matches.
func (b *bot) hears(words string) chat.Message {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for {
		b.mu.Lock()
		for _, m := range b.heard {
			if m.Line() == words {
				b.mu.Unlock()
				return m
			}
		}
		b.mu.Unlock()
		select {
		case <-b.more:
		case <-ctx.Done():
			b.t.Fatalf("never heard %q, but %d others", words, len(b.heard))
		}
	}
}

type result struct {
	receipt chat.Receipt
	err     error
}

// sends puts a row on the wire and waits for its last part's fate.
func (b *bot) sends(out chat.Outgoing) result {
	b.t.Helper()
	var last result
	for _, part := range b.net.Render(out) {
		done := make(chan result, 1)
		b.net.Send(b.t.Context(), part, func(r chat.Receipt, err error) { done <- result{r, err} })
		select {
		case last = <-done:
		case <-time.After(20 * time.Second):
			b.t.Fatal("no fate of what was sent")
		}
	}
	return last
}

func channel() chat.Place { return chat.Place{Network: "libera", Channel: "#Sprint"} }

func relayed(nick, words string) chat.Outgoing {
	return chat.Outgoing{
		To: channel(), Kind: chat.Said, As: &chat.Handle{Network: "pycon", ID: "U1", Nick: nick}, From: "Slack",
		Reply: chat.Saying(chat.Plainly(words)),
	}
}

func answer(to chat.Place, words string) chat.Outgoing {
	return chat.Outgoing{To: to, Kind: chat.Said, Reply: chat.Reply{Private: true, Lines: chat.Saying(chat.Plainly(words)).Lines}}
}

// onBoth runs a test on each real server.
func onBoth(t *testing.T, test func(t *testing.T, s *irctest.Server)) {
	t.Run("ngircd", func(t *testing.T) {
		t.Parallel()
		test(t, irctest.NgIRCd(t))
	})
	t.Run("inspircd", func(t *testing.T) {
		t.Parallel()
		test(t, irctest.InspIRCd(t))
	})
}
