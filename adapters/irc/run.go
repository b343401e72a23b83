package irc

import (
	"context"
	"errors"
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

// together is how many heard messages share a commit at most.
const together = 64

// drain is how long, at the end, what was already read may take to be stored: a
// server without history gives it to nobody a second time.
const drain = 2 * time.Second

// Run connects and keeps connected, and gives what it hears to hear, in order
// and from one goroutine, until ctx ends (nil) or the network refuses for good:
// a login or a ban. All its goroutines have ended when it returns.
func (n *Network) Run(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) error {
	reading, read := context.WithCancel(context.WithoutCancel(ctx))
	defer read()
	storing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { n.deliver(reading, storing, hear) })
	err := n.connect(ctx)
	read()
	bound := time.AfterFunc(drain, stop)
	wg.Wait()
	bound.Stop()
	return err
}

// deliver gives what waits to hear, until reading has ended and nothing is
// left, or storing ends; a batch that could not be committed is given again.
func (n *Network) deliver(reading, storing context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) {
	var stalled time.Time // since when nothing could be stored, until all that waited meanwhile is
	for {
		ms, lost, err := n.heard.Take(reading, together)
		if err != nil {
			return
		}
		if lost > 0 {
			n.log.Error("messages were lost: more came than could be stored", "lost", lost)
		}
		for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
			n.waited(ms, stalled)
			_, err := hear(storing, ms)
			if err == nil {
				break
			}
			if stalled.IsZero() {
				stalled = time.Now()
			}
			n.log.Error("heard messages are not stored yet", "messages", len(ms), "error", err)
			if !pause(storing, wait) {
				return
			}
		}
		if n.heard.Waiting() == 0 {
			stalled = time.Time{}
		}
	}
}

// waited says of words that came while nothing could be stored how long ago that
// was: they are no flood, and old commands are not run.
func (n *Network) waited(ms []chat.Message, stalled time.Time) {
	if stalled.IsZero() || time.Since(stalled) < n.limits.stall {
		return
	}
	for i := range ms {
		ms[i].Ago = max(ms[i].Ago, min(time.Since(ms[i].At), time.Since(stalled)))
	}
}

// connect is the loop of connections.
func (n *Network) connect(ctx context.Context) error {
	redial := n.limits.redial
	for {
		n.set(func(st *chat.Status) { st.Up, st.Note = false, "connecting to "+n.cfg.Server })
		began := time.Now()
		fatal, err := n.once(ctx)
		if ctx.Err() != nil {
			n.set(func(st *chat.Status) { st.Up, st.Note = false, "stopped" })
			return nil
		}
		if err == nil {
			err = errors.New("the connection ended")
		}
		if fatal {
			n.set(func(st *chat.Status) { st.Up, st.Fatal, st.Note = false, true, err.Error() })
			return err
		}
		wait := redial.after(time.Now(), time.Since(began))
		n.log.Warn("not connected", "error", err, "again", wait.Round(time.Second/10))
		n.set(func(st *chat.Status) { st.Up, st.Note = false, err.Error() })
		if !pause(ctx, wait) {
			n.set(func(st *chat.Status) { st.Up, st.Note = false, "stopped" })
			return nil
		}
	}
}

// once is one connection, from the dial to its end.
func (n *Network) once(ctx context.Context) (fatal bool, err error) {
	if err := n.recall(ctx); err != nil {
		return false, err
	}
	link, err := n.dial(ctx)
	if err != nil {
		return false, err
	}
	if n.cfg.ServerPassword != "" {
		link.send("PASS :" + n.cfg.ServerPassword)
	}
	s := n.newSession(link)
	n.mu.Lock()
	n.now = s
	n.mu.Unlock()
	s.locked(s.foldRooms) // Serve may have come before it could see s
	err = n.unanswered(s, s.run(ctx))
	n.set(func(st *chat.Status) { // at one instant: who sees it up finds a connection
		n.now = nil
		st.Up, st.Last = false, link.lastRead()
	})
	return s.fatal, err
}

// pause waits; false says that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
