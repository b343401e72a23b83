package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/commands"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// wireless is a network that notes when a part is given to it.
type wireless struct{ given chan time.Time }

func (w *wireless) Name() string { return onSlack.Network }
func (w *wireless) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}
func (w *wireless) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: out.Reply.Plain()}}
}
func (w *wireless) Send(_ context.Context, _ chat.Part, done func(chat.Receipt, error)) {
	w.given <- time.Now()
	done(chat.Receipt{}, nil)
}
func (w *wireless) Pace() chat.Pace          { return chat.Pace{Window: 8} }
func (w *wireless) Status() chat.Status      { return chat.Status{Up: true} }
func (w *wireless) Changed() <-chan struct{} { return nil }

// BenchmarkHearToWire is the bot's own part of a relay, without servers: from a
// line given to hear until the sender gives it to the network, one at a time.
// Without a durable commit it is all work of processors.
func BenchmarkHearToWire(b *testing.B) {
	for _, normal := range []bool{false, true} {
		name := "FULL"
		if normal {
			name = "NORMAL"
		}
		b.Run(name, func(b *testing.B) {
			log := slog.New(slog.DiscardHandler)
			store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "inside.db"), sqlite.Options{Normal: normal, Log: log})
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			e := &ear{store: store, guard: newGuard(), desk: &commands.Desk{Organizer: func(string, string) bool { return false }, Log: log}, log: log, carrier: relay.Carrier{
				Routes: relay.Routes{{Join: []chat.Place{onIRC, onSlack}}}, Expires: time.Hour,
			}}
			e.carrier.Doubts = e.doubts
			net := &wireless{given: make(chan time.Time, 1)}
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); relay.NewSender(net, store, sprints.System{}, log).Run(ctx) }()
			defer func() { cancel(); <-ended }()
			d := newDisk(b, filepath.Join(b.TempDir(), "commit.db"), name)
			var took, commits []time.Duration
			for n := 0; b.Loop(); n++ {
				m := chat.Message{ID: fmt.Sprint("q.", n), In: onIRC, From: ada, At: time.Now(), Kind: chat.Said, Text: chat.Plainly(numbered(n))}
				began := time.Now()
				if _, err := e.hear(ctx, []chat.Message{m}); err != nil {
					b.Fatal(err)
				}
				select {
				case given := <-net.given:
					took = append(took, given.Sub(began))
				case <-time.After(10 * time.Second):
					b.Fatal("what was heard was not given to the network")
				}
				t, err := d.commit()
				if err != nil {
					b.Fatal(err)
				}
				commits = append(commits, t)
			}
			t50, t99 := quantiles(took)
			c50, c99 := quantiles(commits)
			b.ReportMetric(ms(t50), "p50-ms")
			b.ReportMetric(ms(t99), "p99-ms")
			b.ReportMetric(ms(c50), "commit-p50-ms")
			b.ReportMetric(ms(c99), "commit-p99-ms")
		})
	}
}
