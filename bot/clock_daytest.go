//go:build daytest

package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"sprintbot/sprints"
)

// startClock opens the door for scripts of whole days: a Unix socket named by
// SPRINTBOT_CLOCK that takes an instant a line (RFC 3339), sets the clock to
// it, and answers "ok". The clock runs on from there.
func startClock(ctx context.Context) (sprints.Clock, error) {
	if err := startDebug(ctx); err != nil {
		return nil, err
	}
	path := os.Getenv("SPRINTBOT_CLOCK")
	if path == "" {
		return sprints.System{}, nil
	}
	c := &doorClock{waiting: map[*alarm]bool{}}
	if at := os.Getenv("SPRINTBOT_CLOCK_START"); at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return nil, err
		}
		c.set(t)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { l.Close() })
	go func() { // ends with ctx, whose end closes the listener
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			lines := bufio.NewScanner(conn)
			for lines.Scan() {
				t, err := time.Parse(time.RFC3339, lines.Text())
				if err != nil {
					fmt.Fprintln(conn, err)
					continue
				}
				c.set(t)
				fmt.Fprintln(conn, "ok")
			}
			conn.Close()
		}
	}()
	return c, nil
}

// doorClock runs like the machine's clock, a settable distance away from it.
type doorClock struct {
	mu      sync.Mutex
	offset  time.Duration
	waiting map[*alarm]bool
}

type alarm struct {
	at    time.Time
	due   chan struct{}
	timer *time.Timer
}

func (c *doorClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *doorClock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = time.Until(t)
	for a := range c.waiting {
		a.timer.Reset(max(0, a.at.Sub(t)))
	}
}

func (c *doorClock) At(t time.Time) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: t, due: make(chan struct{})}
	c.waiting[a] = true
	a.timer = time.AfterFunc(max(0, t.Sub(time.Now().Add(c.offset))), func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.waiting[a] && !time.Now().Add(c.offset).Before(t) {
			delete(c.waiting, a)
			close(a.due)
		}
	})
	return a.due, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		a.timer.Stop()
		delete(c.waiting, a)
	}
}

// wikiLoopback lets scripts of whole days serve their own wiki pages.
func wikiLoopback() bool { return os.Getenv("SPRINTBOT_WIKI_LOOPBACK") == "1" }
