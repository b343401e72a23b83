//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
)

// TestFaultPowerCut imitates power cuts: the bot is stopped in mid-step while
// it relays, its files are copied as a disk would have them, and it goes on.
// Each copy opens clean, and holds all that had arrived on the other side
// before it: what is shown was committed first.
func TestFaultPowerCut(t *testing.T) {
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	dir := t.TempDir()
	twoServers(t, dir, left, right)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	speaker, reader := left.Dial("speaker"), right.Dial("reader")
	speaker.Join("#a")
	reader.Join("#b")
	p := &program{t: t, dir: dir}
	t.Cleanup(p.kill)
	p.start()
	speaker.Seen(ctx, joinedTimes(1))
	reader.Seen(ctx, joinedTimes(1))

	for round := range rounds(20) {
		for n := range 10 {
			speaker.Say("#a", fmt.Sprintf("round %03d message %d", round, n))
		}
		reader.WaitLine(ctx, irctest.Says("sprintbot", "#b", fmt.Sprintf("round %03d message %d", round, round%10)))
		p.cmd.Process.Signal(syscall.SIGSTOP)
		shown := len(reader.Said("#b"))
		cut := filepath.Join(dir, fmt.Sprintf("cut%03d.db", round))
		for _, part := range []string{"", "-wal"} {
			copyFile(t, filepath.Join(dir, "bot.db"+part), cut+part)
		}
		p.cmd.Process.Signal(syscall.SIGCONT)

		store, err := sqlite.Open(ctx, cut, sqlite.Options{Clock: sprints.System{}})
		if err != nil {
			t.Fatalf("cut %d does not open: %v", round, err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("cut %d: %v", round, err)
		}
		if heard := heardWords(t, cut, "right"); len(heard) < shown {
			t.Errorf("cut %d: %d rows, though %d lines had been shown", round, len(heard), shown)
		}
		for _, part := range []string{"", "-wal", "-shm", ".lock"} {
			os.Remove(cut + part)
		}
	}
	last := fmt.Sprintf("round %03d message 9", rounds(20)-1)
	reader.Seen(ctx, func(l irctest.Line) bool { return strings.Contains(l.Text(), last) })
	p.stop()
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
