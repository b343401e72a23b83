//go:build !linux

package irctest

import (
	"errors"
	"os/exec"
	"syscall"
)

// confine refuses: the daemons of these tests run on Linux.
func confine(*exec.Cmd) error { return errors.New("the IRC servers of these tests run on Linux only") }

const (
	freeze = syscall.SIGKILL
	thaw   = syscall.SIGKILL
)
