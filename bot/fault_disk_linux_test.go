package main

import (
	"syscall"
	"testing"
	"time"
	"unsafe"

	"sprintbot/adapters/slack/slackdouble"
)

// TestFaultFullDisk lets no file of the running bot grow for a while, in make
// faults for half a minute with Slack's own waits before it delivers again. What
// is said meanwhile is not relayed, for it can't be kept; when there is room
// again all of it arrives, once, without a restart.
func TestFaultFullDisk(t *testing.T) {
	t.Parallel()
	full := long(0, 30*time.Second)
	stage := cornerStage{takes: full, slack: []slackdouble.Option{slackdouble.WithAckWithin(time.Second),
		slackdouble.WithRetryAfter(time.Second, 3*time.Second, 5*time.Second, 5*time.Second, 5*time.Second)}}
	if inFull() {
		stage.slack, stage.takes = nil, full+2*time.Minute
	}
	c := newCorner(t, stage)
	c.says(50)
	c.arrives()
	before, had := c.restful(), c.allShown()
	c.settled()
	asked := len(c.slack.Envelopes())
	fileSize(t, c.cmd.Process.Pid, 512) // less than anything the store writes
	began := time.Now()
	c.says(50)
	c.logged.wait(t, c.ctx, "heard messages are not stored yet")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for time.Since(began) < full {
		<-tick.C
		c.says(1)
	}
	if n := c.allShown() - had; n > 0 {
		t.Errorf("%d lines went out that could not be kept", n)
	}
	c.unacknowledged(asked)
	fileSize(t, c.cmd.Process.Pid, ^uint64(0))
	again := time.Now()
	c.arrives()
	t.Logf("full for %v; all arrived %v later", again.Sub(began), time.Since(again))
	c.says(50)
	c.arrives()
	c.settled()
	c.rests(before)
	c.stop()
	c.allArrived(0, false)
}

// fileSize sets how large the files of a running process may grow.
func fileSize(t *testing.T, pid int, most uint64) {
	t.Helper()
	limit := struct{ soft, hard uint64 }{most, ^uint64(0)}
	const fsize = 1 // RLIMIT_FSIZE
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), fsize, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		t.Fatalf("limit the size of files: %v", errno)
	}
}
