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
// What is said to the bot on the other side, which has no history, arrives too.
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
	p.debugDoor()
	t.Cleanup(p.kill)
	var want, back []string
	says := func(words string) {
		speaker.Say("#a", words)
		want = append(want, words)
	}
	answers := func(words string) {
		reader.Say("#b", words)
		back = append(back, words)
		speaker.Seen(ctx, func(l irctest.Line) bool { return strings.HasSuffix(strip(l.Text()), "> "+words) })
	}
	var before rest
	for n := range 3 {
		p.start()
		speaker.WaitLine(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") })
		reader.Seen(ctx, joinedTimes(p.starts))
		says(fmt.Sprintf("live %d", n))
		reader.Seen(ctx, func(l irctest.Line) bool { return strings.Contains(l.Text(), fmt.Sprintf("live %d", n)) })
		answers(fmt.Sprintf("back %d", n))
		if n == 0 {
			before = p.restful()
		}
		p.kill()
		for k := range 5 {
			says(fmt.Sprintf("meanwhile %d.%d", n, k))
		}
		speaker.Sync()
	}
	p.start()
	reader.Seen(ctx, func(l irctest.Line) bool { return strings.Contains(l.Text(), "meanwhile 2.4") })
	answers("back at the end")
	p.rests(before)
	p.stop()
	// Lines on the wire when the bot was killed may come twice.
	allCame(t, "left to right", want, reader.Said("#b"), 3*8)
	allCame(t, "right to left", back, speaker.Said("#a"), 3*8)
}

// allCame holds the relayed lines of all that was shown in a channel against
// what was said elsewhere: nothing is lost, nothing is strange, all is in
// order, and no more is twice than may be.
func allCame(t *testing.T, way string, said, shown []string, most int) {
	t.Helper()
	due, times := map[string]int{}, map[string]int{}
	for _, words := range said {
		due[words]++
	}
	var came []string
	for _, line := range shown {
		_, words, relayed := strings.Cut(strip(line), "> ")
		if !relayed {
			continue
		}
		if times[words]++; times[words] <= max(1, due[words]) {
			came = append(came, words)
		}
	}
	lost, doubled := 0, 0
	for words, n := range due {
		lost += max(0, n-times[words])
		doubled += max(0, times[words]-n)
	}
	t.Logf("%s: %d said, %d arrived, %d lost, %d doubled", way, len(said), len(said)-lost, lost, doubled)
	if !slices.Equal(came, said) || doubled > most {
		t.Errorf("%s: arrived %q, want %q", way, shown, said)
	}
}
