package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// hall is the built program between two real servers, a speaker in one channel
// and a reader in the other.
type hall struct {
	*program
	ctx             context.Context
	left, right     *irctest.Server
	speaker, reader *irctest.Client
	earlier         []string // what readers read whose connection ended
	said            int
	before          rest // once it was in both channels
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{program: &program{t: t, dir: t.TempDir()}, left: irctest.NgIRCd(t), right: irctest.NgIRCd(t)}
	config := fmt.Sprintf(`
event: {name: Fault, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, h.database(), h.left.Addr, h.right.Addr)
	if err := os.WriteFile(filepath.Join(h.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	h.ctx = ctx
	h.speaker, h.reader = h.left.Dial("speaker"), h.right.Dial("reader")
	h.speaker.Join("#a")
	h.reader.Join("#b")
	t.Cleanup(h.kill)
	h.debugDoor()
	h.start()
	h.speaker.WaitLine(ctx, joinedTimes(1))
	h.reader.WaitLine(ctx, joinedTimes(1))
	h.before = h.restful()
	return h
}

func (h *hall) database() string { return filepath.Join(h.dir, "fault.db") }

// says speaks n numbered messages.
func (h *hall) says(n int) {
	h.t.Helper()
	pace := time.NewTicker(2 * time.Millisecond)
	defer pace.Stop()
	for range n {
		<-pace.C
		h.speaker.Say("#a", fmt.Sprintf("message %03d", h.said))
		h.said++
	}
	h.speaker.Sync()
}

// arrives waits for the newest message on the other side.
func (h *hall) arrives() {
	h.t.Helper()
	words := fmt.Sprintf("message %03d", h.said-1)
	h.reader.Seen(h.ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.Contains(l.Text(), words) })
}

// allArrived compares what was said with the other side: nothing lost, in
// order, at most so many doubled.
func (h *hall) allArrived(mostDoubled int) {
	h.t.Helper()
	times := map[string]int{}
	var firsts []string
	for _, line := range slices.Concat(h.earlier, h.reader.Said("#b")) {
		_, words, _ := strings.Cut(strip(line), "> ")
		if words = strings.TrimSpace(words); strings.HasPrefix(words, "message ") {
			if times[words]++; times[words] == 1 {
				firsts = append(firsts, words)
			}
		}
	}
	lost, doubled := 0, 0
	for n := range h.said {
		if k := times[fmt.Sprintf("message %03d", n)]; k == 0 {
			lost++
		} else {
			doubled += k - 1
		}
	}
	h.t.Logf("%d said, %d arrived, %d lost, %d doubled", h.said, len(firsts), lost, doubled)
	if lost > 0 || doubled > mostDoubled || !slices.IsSorted(firsts) {
		h.t.Errorf("%d lost, %d doubled (at most %d allowed), in order: %v", lost, doubled, mostDoubled, slices.IsSorted(firsts))
	}
}

// TestFaultHalfOpenLink freezes the server that is written to: its link stands
// and is silent. The other network goes on; once the server answers again all
// arrives, and only what was unconfirmed on the dead link may come twice.
func TestFaultHalfOpenLink(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.says(50)
	h.arrives()
	h.right.Freeze()
	h.says(100)
	h.speaker.Say("sprintbot", "help")
	h.speaker.Seen(h.ctx, func(l irctest.Line) bool { return l.Nick == "sprintbot" && l.Target() == "speaker" })
	h.logged.wait(t, h.ctx, "not connected")
	h.says(50)
	h.right.Thaw()
	h.says(50)
	h.arrives()
	h.rests(h.before)
	h.stop()
	h.allArrived(8)
}

// TestFaultSilentServerAtTheEnd stops the bot while a server has fallen silent:
// it ends in time, and what waits arrives after the next start.
func TestFaultSilentServerAtTheEnd(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.says(20)
	h.arrives()
	h.right.Freeze()
	h.says(50)
	began := time.Now()
	h.stop()
	took := time.Since(began)
	t.Logf("the end took %v", took)
	if took > graceful {
		t.Errorf("longer than %v", graceful)
	}
	h.right.Thaw()
	h.start()
	h.arrives()
	h.rests(h.before)
	h.stop()
	h.allArrived(8)
}
