// Package irctest runs real IRC servers for tests: ngIRCd, and InspIRCd with
// the Atheme services, each on loopback ports of its own, with TLS and with
// flood penalties off. It also holds a plain client on a raw socket, which
// plays the people of a test, and a scripted listener, which plays what no
// real server does on command: odd lines, silence, a cut in mid-line.
//
// Tests of the IRC adapter and whole-day tests of the bot call it. The product
// never does, and nothing here leaves the machine.
//
// Where a server's program is not installed a test is skipped with the reason;
// under CI (the environment has CI=true) it fails instead.
package irctest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// patience bounds every wait of this package that no caller bounds: a start,
// a registration, a barrier.
const patience = time.Minute

// program finds a server's program on PATH or at one of the given places, and
// ends the test, by skip or by failure, when there is none.
func program(tb testing.TB, name string, also ...string) string {
	tb.Helper()
	for _, candidate := range append([]string{name}, also...) {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	reason := fmt.Sprintf("%s is not installed; the Debian packages ngircd, inspircd and atheme-services hold the servers", name)
	if os.Getenv("CI") == "true" {
		tb.Fatal(reason)
	}
	tb.Skip(reason)
	return ""
}
