package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// TestKilledTenTimesNothingHeardIsLost relays 500 messages between two real
// servers while the bot is killed without a warning. What the bot had heard
// (its rows) has all arrived on the other side, in order; repeats are counted.
// What was said while it was out of the channel, or read and not yet
// committed, no bridge without history can know: it is counted apart.
func TestKilledTenTimesNothingHeardIsLost(t *testing.T) {
	const (
		messages = 500
		kills    = 10
	)
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	dir := t.TempDir()
	config := fmt.Sprintf(`
event: {name: Kill, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, filepath.Join(dir, "kill.db"), left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	speaker, reader := left.Dial("speaker"), right.Dial("reader")
	speaker.Join("#a")
	reader.Join("#b")

	p := &program{t: t, dir: dir}
	t.Cleanup(p.kill)
	here := func() { // the bot is in both channels
		t.Helper()
		joined := func(l irctest.Line) bool { return l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") }
		speaker.WaitLine(ctx, joined)
		reader.Seen(ctx, joinedTimes(p.starts))
	}
	p.start()
	here()
	random := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	pace := time.NewTicker(4 * time.Millisecond)
	defer pace.Stop()
	killAt := map[int]bool{}
	for len(killAt) < kills {
		killAt[20+random.IntN(messages-40)] = true
	}
	for n := range messages {
		<-pace.C
		speaker.Say("#a", fmt.Sprintf("message %03d", n))
		if killAt[n] {
			p.kill()
			p.start()
			here()
		}
	}
	speaker.Sync()
	speaker.Say("#a", "the end")
	reader.Seen(ctx, irctest.Says(p.nick(reader), "#b", "the end"))
	p.stop()

	heard := heardWords(t, filepath.Join(dir, "kill.db"))
	arrived := map[string]int{}
	var firsts []string
	for _, said := range reader.Said("#b") {
		_, words, ok := strings.Cut(said, "> ")
		if !ok {
			t.Errorf("odd line: %q", said)
		}
		words = strings.TrimSpace(strip(words))
		if arrived[words]++; arrived[words] == 1 {
			firsts = append(firsts, words)
		}
	}
	lost, doubled := 0, 0
	for _, w := range heard {
		if arrived[w] == 0 {
			lost++
			t.Errorf("heard and lost: %q", w)
		}
	}
	for _, n := range arrived {
		doubled += n - 1
	}
	t.Logf("%d said, %d heard, %d arrived, %d lost, %d doubled, %d said while nobody could hear them, %d kills",
		messages+1, len(heard), len(arrived), lost, doubled, messages+1-len(heard), kills)
	if len(heard) < messages/4 {
		t.Errorf("only %d of %d messages were heard: the test shows little", len(heard), messages)
	}
	if most := 8 * kills; doubled > most {
		t.Errorf("%d doubled, more than the %d unconfirmed lines of %d kills", doubled, most, kills)
	}
	if i := slices.Index(firsts, "the end"); i >= 0 {
		firsts = slices.Delete(firsts, i, i+1)
	}
	if !slices.IsSorted(firsts) {
		t.Errorf("out of order: %q", firsts)
	}
}

func joinedTimes(n int) func(irctest.Line) bool {
	return func(l irctest.Line) bool {
		if l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") {
			n--
		}
		return n == 0
	}
}

// heardWords are the relayed words of the outbox, oldest first.
func heardWords(t *testing.T, path string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT body FROM outbox WHERE network = 'right' ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var words []string
	for rows.Next() {
		var body string
		var out chat.Outgoing
		if err := rows.Scan(&body); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		words = append(words, out.Reply.Plain())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return words
}
