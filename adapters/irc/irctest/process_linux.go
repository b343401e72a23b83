package irctest

import (
	"os"
	"os/exec"
	"syscall"
)

// confine makes a daemon die with the test program, and run as an unprivileged
// user where the test runs as root.
func confine(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := nobody()
	if err != nil {
		return err
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid, NoSetGroups: true}
	return nil
}

// freeze stops a process without closing anything; thaw lets it go on.
const (
	freeze = syscall.SIGSTOP
	thaw   = syscall.SIGCONT
)
