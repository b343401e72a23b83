package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"sprintbot/adapters/console"
	"sprintbot/adapters/github"
	"sprintbot/adapters/wiki"
	"sprintbot/bot/jobs"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// standIn is a network that does what a test tells it.
type standIn struct {
	name   string
	up     bool
	silent bool // what is sent is never confirmed
	run    func(ctx context.Context, hear relay.Hear) error
	sent   chan string
}

func (n *standIn) Name() string { return n.name }
func (n *standIn) Run(ctx context.Context, hear func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	if n.run != nil {
		return n.run(ctx, hear)
	}
	<-ctx.Done()
	return nil
}
func (n *standIn) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: out.Reply.Plain()}}
}
func (n *standIn) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	select {
	case n.sent <- p.Body:
	default:
	}
	if !n.silent {
		go done(chat.Receipt{}, nil)
	}
}
func (n *standIn) Pace() chat.Pace          { return chat.Pace{Window: 8} }
func (n *standIn) Status() chat.Status      { return chat.Status{Up: n.up} }
func (n *standIn) Changed() <-chan struct{} { return nil }

// newBot is a bot of stand-ins on a real store.
func newBot(t *testing.T, networks ...*standIn) (*bot, sprints.Store) {
	t.Helper()
	e, store := newEar(t)
	log := slog.New(slog.DiscardHandler)
	hub, err := github.New(github.Config{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	b := &bot{store: store, clock: sprints.System{}, log: log, ear: e, hub: hub}
	b.jobs = jobs.New(jobs.Config{Store: store, Clock: b.clock, GitHub: hub, Pages: wiki.New(wiki.Config{}), Log: log})
	for _, n := range networks {
		n.sent = make(chan string, 64)
		b.networks = append(b.networks, n)
	}
	return b, store
}

// runs starts b and gives the function that waits for its end and says how
// long that took.
func (b *bot) runs(t *testing.T, ctx context.Context) (ended func() time.Duration) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- b.run(ctx) }()
	return func() time.Duration {
		t.Helper()
		began := time.Now()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the bot does not end")
		}
		return time.Since(began)
	}
}

func TestWhatIsHeardWhileTheBotEndsIsKept(t *testing.T) {
	heard := make(chan error, 1)
	irc := &standIn{name: "libera", up: true, run: func(ctx context.Context, hear relay.Hear) error {
		<-ctx.Done()
		// What was read before the connection closed, as the IRC adapter does.
		_, err := hear(context.WithoutCancel(ctx), []chat.Message{said("1", "last words", nil)})
		heard <- err
		return nil
	}}
	b, store := newBot(t, irc)
	ctx, stop := context.WithCancel(t.Context())
	ended := b.runs(t, ctx)
	stop()
	ended()
	if err := <-heard; err != nil {
		t.Errorf("not kept: %v", err)
	}
	if got := rows(t, store); len(got) != 1 {
		t.Errorf("rows %q", got)
	}
}

func TestTheBotEndsInTimeThoughNothingIsConfirmed(t *testing.T) {
	irc, slack := &standIn{name: "libera", up: true, silent: true}, &standIn{name: "pycon", up: true, silent: true}
	b, store := newBot(t, irc, slack)
	ctx, stop := context.WithCancel(t.Context())
	ended := b.runs(t, ctx)
	post(t, store, onIRC, onSlack)
	<-irc.sent
	<-slack.sent
	stop()
	if took := ended(); took > graceful {
		t.Errorf("the end took %v", took)
	}
	if got := rows(t, store); len(got) != 2 {
		t.Errorf("what was not confirmed must wait for the next start: %q", got)
	}
}

func TestTheEndOfTheInputWaitsForNoPlaceThatIsAway(t *testing.T) {
	front := &standIn{name: "libera", up: true, run: func(context.Context, relay.Hear) error { return console.ErrEnd }}
	away := &standIn{name: "pycon"}
	b, store := newBot(t, front, away)
	b.local = []string{"libera", "pycon"}
	post(t, store, onIRC, onSlack)
	if took := b.runs(t, t.Context())(); took > graceful {
		t.Errorf("the end took %v", took)
	}
	if got := rows(t, store); len(got) != 1 || <-front.sent == "" {
		t.Errorf("rows %q", got)
	}
}

func post(t *testing.T, store sprints.Store, places ...chat.Place) {
	t.Helper()
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		for _, p := range places {
			_, _, err := tx.Post(chat.Outgoing{Key: p.String(), To: p, Lane: chat.Relays, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hello"))})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
