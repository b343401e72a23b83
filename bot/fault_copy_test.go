//go:build unix

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
)

// TestFaultPowerCut imitates power cuts: the bot is stopped in mid-step while
// it relays, and its files are copied as a disk would have them. Each copy
// opens clean, and holds all that had arrived on the other side before it: what
// is shown was committed first. From some copies the bot goes on, as after a
// power cut, and nothing that was heard is lost.
func TestFaultPowerCut(t *testing.T) {
	t.Parallel()
	cuts := rounds(20)
	c := newCorner(t, cornerStage{takes: time.Duration(cuts) * 3 * time.Second, slack: []slackdouble.Option{
		slackdouble.WithAckWithin(time.Second), slackdouble.WithRetryAfter(time.Second, 3*time.Second, 5*time.Second), slackdouble.WithHistoryCap(200)}})
	random := rand.New(rand.NewPCG(4, uint64(time.Now().UnixNano())))
	c.says(5)
	c.arrives()
	before, restarts := c.restful(), 0
	for round := range cuts {
		if round%5 == 3 { // else it may never have caught up where the machine is slow
			c.arrives()
		}
		c.says(5 + random.IntN(10))
		<-time.After(time.Duration(random.IntN(100)) * time.Millisecond)
		c.signal(syscall.SIGSTOP)
		shown := slices.Concat(c.shown(c.rooms[0], sideIRC), c.shown(c.rooms[0], sideSlack))
		cut := filepath.Join(c.dir, fmt.Sprintf("cut%03d.db", round))
		for _, part := range []string{"", "-wal"} {
			copyFile(t, c.database()+part, cut+part)
		}
		if round%5 == 4 { // the power is gone
			restarts++
			c.kill()
			c.unsure = len(c.spoken)
			for _, part := range []string{"", "-wal", "-shm"} {
				os.Remove(c.database() + part)
			}
			for _, part := range []string{"", "-wal"} {
				copyFile(t, cut+part, c.database()+part)
			}
		}
		c.opens(cut)
		kept := relayedRows(t, cut, numberedMessage.FindString)
		for _, words := range shown {
			if !kept[words] {
				t.Errorf("cut %d has no row of %q, which had been shown", round, words)
			}
		}
		for _, part := range []string{"", "-wal", "-shm", ".lock"} {
			os.Remove(cut + part)
		}
		if c.cmd == nil {
			c.comes()
		} else {
			c.signal(syscall.SIGCONT)
		}
	}
	c.says(5)
	c.arrives()
	c.settled()
	c.rests(before)
	c.stop()
	c.allArrived(8*restarts, false)
}

// opens opens a copy of the database as the bot would, and closes it.
func (c *corner) opens(path string) {
	c.t.Helper()
	store, err := sqlite.Open(c.ctx, path, sqlite.Options{Clock: sprints.System{}})
	if err != nil {
		c.t.Fatalf("%s does not open: %v", filepath.Base(path), err)
	}
	if err := store.Close(); err != nil {
		c.t.Errorf("%s: %v", filepath.Base(path), err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
