//go:build unix

package main

import (
	"syscall"
	"testing"
)

// TestFaultServersRestart kills each of the servers while people talk and
// starts it again. What is said to the bot while the other server is away
// arrives when that is back; only what was unconfirmed may come twice.
func TestFaultServersRestart(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.says(50)
	h.right.Stop()
	h.says(50)
	h.logged.wait(t, h.ctx, "not connected")
	// The bot stands still until somebody is there who reads: nobody could say
	// what it said before.
	h.signal(syscall.SIGSTOP)
	h.right.Start()
	h.earlier = append(h.earlier, h.reader.Said("#b")...)
	h.reader = h.right.Dial("reader")
	h.reader.Join("#b")
	h.signal(syscall.SIGCONT)
	h.reader.WaitLine(h.ctx, joinedTimes(1))
	h.says(50)
	h.arrives()

	h.left.Restart()
	h.speaker = h.left.Dial("speaker")
	h.speaker.Join("#a")
	h.speaker.WaitLine(h.ctx, joinedTimes(1))
	h.says(50)
	h.arrives()
	h.rests(h.before)
	h.stop()
	h.allArrived(8)
}

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}
