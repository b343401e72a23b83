package main

import (
	"syscall"
	"testing"
	"unsafe"
)

// TestFaultFullDisk lets no file of the running bot grow for a while. What is
// said meanwhile is not relayed, for it can't be kept; when there is room again
// all of it arrives, once and in order, without a restart.
func TestFaultFullDisk(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.says(100)
	h.arrives()
	fileSize(t, h.cmd.Process.Pid, 512) // less than anything the store writes
	before := len(h.reader.Said("#b"))
	h.says(100)
	h.logged.wait(t, h.ctx, "heard messages are not stored yet")
	if after := len(h.reader.Said("#b")); after > before {
		t.Errorf("%d lines went out that could not be kept", after-before)
	}
	fileSize(t, h.cmd.Process.Pid, ^uint64(0))
	h.arrives()
	h.says(100)
	h.arrives()
	h.rests(h.before)
	h.stop()
	h.allArrived(0)
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
