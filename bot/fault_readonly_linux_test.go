package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"sprintbot/adapters/slack/slackdouble"
)

// TestFaultReadOnlyDatabase makes the database's files unchangeable for
// everybody, also for who has them open, as a disk that was put into read-only
// mode is. The running bot says so and keeps what it has; a start meanwhile is
// refused in words. When they can be written again all arrives that was said
// to the running bot, and what Slack delivers again.
func TestFaultReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	c := newCorner(t, cornerStage{slack: []slackdouble.Option{slackdouble.WithAckWithin(time.Second),
		slackdouble.WithRetryAfter(time.Second, time.Second, 3*time.Second, 5*time.Second, 5*time.Second, 10*time.Second)}})
	c.says(10)
	c.arrives()
	before := c.restful()
	c.settled()
	had, asked := c.allShown(), len(c.slack.Envelopes())

	writable := freezeFiles(t, c.database(), c.database()+"-wal")
	c.says(20)
	c.logged.wait(t, c.ctx, "heard messages are not stored yet")
	c.logged.wait(t, c.ctx, "the disk takes nothing: it is full, read-only or failing")
	soon, cancel := context.WithTimeout(c.ctx, 20*time.Second) // a few looks: none of them has anything to write itself
	c.healthy(soon, t, "the store can't be written")
	cancel()
	if n := c.allShown() - had; n > 0 {
		t.Errorf("%d lines went out that could not be kept", n)
	}
	c.unacknowledged(asked)
	writable()
	c.arrives()
	c.healthy(c.ctx, t, "")
	c.rests(before)
	c.stop()

	// What is said now, IRC tells to nobody; Slack keeps it until the bot is back.
	writable = freezeFiles(t, c.database())
	if words := c.refused(); !strings.Contains(words, "fault.db can't be written here; name another file for the database") {
		t.Errorf("a start on a file that can't be written said %q", words)
	}
	writable()
	c.comes()
	c.says(10)
	c.arrives()
	if err := c.slack.WaitSettled(c.ctx); err != nil || c.slack.GaveUp() > 0 {
		t.Fatalf("%v, Slack gave up %d", err, c.slack.GaveUp())
	}
	c.stop()
	c.allArrived(0, false)
}

// refused starts the program, which is expected to end at once, and returns
// what it said.
func (p *program) refused() string {
	p.t.Helper()
	path, err := buildDayBot()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(p.t.Context(), path, "--config", filepath.Join(p.dir, "config.yaml"))
	cmd.Env = append(os.Environ(), p.env...)
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	out, err := cmd.CombinedOutput()
	if err == nil {
		p.t.Error("the program started and ended without an error")
	}
	return string(out)
}

// freezeFiles lets nobody change files until the function it returns is
// called. The test is skipped where the system can't.
func freezeFiles(t *testing.T, paths ...string) (thaw func()) {
	t.Helper()
	const getFlags, setFlags, immutable = 0x80086601, 0x40086602, 0x10
	set := func(f *os.File, on bool) error {
		var flags uint
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), getFlags, uintptr(unsafe.Pointer(&flags))); errno != 0 {
			return errno
		}
		if flags &^= immutable; on {
			flags |= immutable
		}
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), setFlags, uintptr(unsafe.Pointer(&flags))); errno != 0 {
			return errno
		}
		return nil
	}
	probe, err := os.CreateTemp(t.TempDir(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	err = set(probe, true)
	if err == nil {
		_, wrote := probe.WriteString("x")
		if err = set(probe, false); wrote == nil {
			err = errors.New("it lets open files be written")
		}
	}
	if err != nil {
		t.Skipf("this system can't make an open file unchangeable: %v", err)
	}
	var files []*os.File
	thaw = func() {
		for _, f := range files {
			if err := errors.Join(set(f, false), f.Close()); err != nil {
				t.Error(err)
			}
		}
		files = nil
	}
	t.Cleanup(thaw)
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
		if err := set(f, true); err != nil {
			t.Fatal(err)
		}
	}
	return thaw
}
