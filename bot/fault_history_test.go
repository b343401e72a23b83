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

// TestFaultAwayFromAServerWithHistory kills the bot while people go on talking
// on a server that plays its history to who joins: all of it reaches the other
// side once, in order, and what was said before the bot was ever there does not.
func TestFaultAwayFromAServerWithHistory(t *testing.T) {
	t.Parallel()
	left, right := irctest.InspIRCd(t), irctest.NgIRCd(t)
	p := &program{t: t, dir: t.TempDir()}
	config := fmt.Sprintf(`
event: {name: Fault, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, filepath.Join(p.dir, "fault.db"), left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	speaker, reader := left.Dial("speaker"), right.Dial("reader")
	speaker.Join("#a")
	reader.Join("#b")
	speaker.Send("MODE #a +H 50:1h")
	speaker.Say("#a", "before its time")
	speaker.Sync()
	// The server keeps whole seconds: what the bot hears first is of a later one.
	<-time.After(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	t.Cleanup(p.kill)
	var want []string
	says := func(words string) {
		speaker.Say("#a", words)
		want = append(want, words)
	}
	for n := range 3 {
		p.start()
		speaker.WaitLine(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") })
		reader.Seen(ctx, joinedTimes(p.starts))
		says(fmt.Sprintf("live %d", n))
		reader.Seen(ctx, func(l irctest.Line) bool { return strings.Contains(l.Text(), fmt.Sprintf("live %d", n)) })
		p.kill()
		for k := range 5 {
			says(fmt.Sprintf("meanwhile %d.%d", n, k))
		}
		speaker.Sync()
	}
	p.start()
	reader.Seen(ctx, func(l irctest.Line) bool { return strings.Contains(l.Text(), "meanwhile 2.4") })
	p.stop()
	times := map[string]int{}
	var got []string
	for _, line := range reader.Said("#b") {
		_, words, relayed := strings.Cut(strip(line), "> ")
		if times[words]++; relayed && times[words] == 1 {
			got = append(got, words)
		}
	}
	doubled := 0
	for _, words := range got {
		doubled += times[words] - 1
	}
	t.Logf("%d said, %d arrived, %d doubled", len(want), len(got), doubled)
	// Lines on the wire when the bot was killed may come twice.
	if !slices.Equal(got, want) || doubled > 3*8 {
		t.Errorf("arrived %q, want %q", reader.Said("#b"), want)
	}
}
