package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// stub is a network that says what is put on its wire, and has a gap.
type stub struct {
	name func() string
	sent chan string
	gap  chan struct{}
}

func (s *stub) Name() string { return s.name() }
func (s *stub) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}
func (s *stub) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: out.Reply.Plain()}}
}
func (s *stub) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	s.sent <- p.Body
	done(chat.Receipt{}, nil)
}
func (s *stub) Pace() chat.Pace                { return chat.Pace{Window: 8} }
func (s *stub) Status() chat.Status            { return chat.Status{Up: true} }
func (s *stub) Changed() <-chan struct{}       { return nil }
func (s *stub) Gap(chat.Place) <-chan struct{} { return s.gap }

// TestWhatWaitsForAGapWaitsThoughItsNetworkIsStartedLast has a row of the last
// run in the outbox of the network that is started first.
func TestWhatWaitsForAGapWaitsThoughItsNetworkIsStartedLast(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "u.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	there := chat.Place{Network: "last", Channel: "#a"}
	if err := store.Write(t.Context(), func(tx sprints.Tx) error {
		for _, out := range []chat.Outgoing{
			{Key: "1", Lane: chat.Relays, Source: chat.SourceKey("last", "1"), Behind: &there, Reply: chat.Saying(chat.Plainly("behind"))},
			{Key: "2", Lane: chat.Relays, Reply: chat.Saying(chat.Plainly("free"))},
		} {
			out.To, out.Kind, out.At = chat.Place{Network: "first", Channel: "#b"}, chat.Said, tx.Now()
			if _, _, err := tx.Post(out); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	first := &stub{name: func() string { return "first" }, sent: make(chan string, 8)}
	said := make(chan string, 8)
	last := &stub{sent: make(chan string, 8), gap: make(chan struct{}), name: sync.OnceValue(func() string {
		select { // the first has time to go ahead, if it is let
		case words := <-first.sent:
			said <- words
		case <-time.After(100 * time.Millisecond):
		}
		return "last"
	})}
	b := &bot{store: store, clock: sprints.System{}, log: slog.New(slog.DiscardHandler), ear: &ear{guard: newGuard()}}
	b.start(t.Context(), nil, first, last)
	defer func() { b.running.stop(b.running.list()...) }()
	if len(said) == 0 {
		said <- <-first.sent
	}
	if words := <-said; words != "free" {
		t.Fatalf("the first words are %q", words)
	}
	close(last.gap)
	if words := <-first.sent; words != "behind" {
		t.Errorf("then come %q", words)
	}
}

// slow is a store whose first read takes until it may go on.
type slow struct {
	sprints.Store
	first     *atomic.Bool
	read, may chan struct{}
}

func (s slow) Read(ctx context.Context, fn func(sprints.View) error) error {
	err := s.Store.Read(ctx, fn)
	if s.first.CompareAndSwap(false, true) {
		close(s.read)
		<-s.may
	}
	return err
}

// TestAPauseIsNotUndoneByASlowReadOfWhatWas has two networks' commands at once.
func TestAPauseIsNotUndoneByASlowReadOfWhatWas(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "u.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	there := chat.Place{Network: "one", Channel: "#a"}
	g := newGuard()
	s := slow{store, new(atomic.Bool), make(chan struct{}), make(chan struct{})}
	refresh := func() {
		if err := g.refresh(t.Context(), s); err != nil {
			t.Error(err)
		}
	}
	var all sync.WaitGroup
	all.Go(refresh)
	<-s.read
	if err := store.Write(t.Context(), func(tx sprints.Tx) error {
		_, err := tx.PauseBridge(there)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	second := make(chan struct{})
	all.Go(func() { refresh(); close(second) })
	select { // the second has time to overtake, if it is let
	case <-second:
	case <-time.After(100 * time.Millisecond):
	}
	close(s.may)
	all.Wait()
	if !g.isPaused(there) {
		t.Error("the place is not paused any more")
	}
}
