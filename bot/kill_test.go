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

// twoServers is the configuration of a bridge between two networks without
// accounts, left #a and right #b.
func twoServers(t *testing.T, dir string, left, right *irctest.Server) {
	t.Helper()
	config := fmt.Sprintf(`
event: {name: Kill, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: bot.db
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestKilledTenTimesNothingHeardIsLost relays 500 messages each way between
// two real servers while the bot is killed without a warning. What the bot had
// heard (its rows) has all arrived on the other side, in order; repeats are
// counted. What was said while it was out of the channel, or read and not yet
// committed, no bridge without history can know: it is counted apart.
func TestKilledTenTimesNothingHeardIsLost(t *testing.T) {
	kills := rounds(10)
	messages := 50 * kills
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	dir := t.TempDir()
	twoServers(t, dir, left, right)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute+time.Duration(kills)*10*time.Second)
	defer cancel()
	a, b := left.Dial("ann"), right.Dial("bob")
	a.Join("#a")
	b.Join("#b")

	p := &program{t: t, dir: dir}
	p.debugDoor()
	t.Cleanup(p.kill)
	here := func() { // the bot is in both channels
		t.Helper()
		a.Seen(ctx, joinedTimes(p.starts))
		b.Seen(ctx, joinedTimes(p.starts))
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
	const ahead = 20 // else a slow machine has heard little of what was said before each kill
	var before rest
	came := 0 // the number of the first message since the bot came
	for n := range messages {
		<-pace.C
		if n%5 == 0 && n >= came+ahead {
			had := fmt.Sprintf("message %05d", n-ahead)
			shown := func(l irctest.Line) bool { return l.Command == "PRIVMSG" && strings.HasSuffix(l.Text(), had) }
			b.Seen(ctx, shown)
			a.Seen(ctx, shown)
		}
		a.Say("#a", fmt.Sprintf("message %05d", n))
		b.Say("#b", fmt.Sprintf("message %05d", n))
		if n == 0 {
			first := func(l irctest.Line) bool { return strings.HasSuffix(l.Text(), "message 00000") }
			b.Seen(ctx, first)
			a.Seen(ctx, first)
			before = p.restful()
		}
		if killAt[n] {
			p.kill()
			p.start()
			here()
			came = n + 1
		}
	}
	a.Sync()
	b.Sync()
	a.Say("#a", "the end")
	b.Say("#b", "the end")
	b.Seen(ctx, irctest.Says(p.nick(b), "#b", "the end"))
	a.Seen(ctx, irctest.Says(p.nick(a), "#a", "the end"))
	p.rests(before)
	p.stop()

	path := filepath.Join(dir, "bot.db")
	counted(t, "left to right", messages+1, kills, heardWords(t, path, "right"), b.Said("#b"))
	counted(t, "right to left", messages+1, kills, heardWords(t, path, "left"), a.Said("#a"))
}

// counted holds what was heard against what was shown on the other side.
func counted(t *testing.T, way string, said, kills int, heard, shown []string) {
	t.Helper()
	arrived := map[string]int{}
	var firsts []string
	for _, line := range shown {
		_, words, ok := strings.Cut(irctest.Shown(line), "> ")
		if !ok {
			t.Errorf("%s: odd line: %q", way, line)
		}
		words = strings.TrimSpace(strip(words))
		if arrived[words]++; arrived[words] == 1 {
			firsts = append(firsts, words)
		}
	}
	lost, doubled := 0, 0
	rows := map[string]int{}
	for _, w := range heard {
		if rows[w]++; rows[w] > 1 {
			t.Errorf("%s: heard twice: %q", way, w)
		}
		if arrived[w] == 0 {
			lost++
			t.Errorf("%s: heard and lost: %q", way, w)
		}
	}
	for w, n := range arrived {
		if doubled += n - 1; rows[w] == 0 {
			t.Errorf("%s: shown and never heard: %q", way, w)
		}
	}
	t.Logf("%s: %d said, %d heard, %d arrived, %d lost, %d doubled, %d said while nobody could hear them, %d kills",
		way, said, len(heard), len(arrived), lost, doubled, said-len(heard), kills)
	if len(heard) < said/4 {
		t.Errorf("%s: only %d of %d messages were heard: the test shows little", way, len(heard), said)
	}
	if most := 8 * kills; doubled > most {
		t.Errorf("%s: %d doubled, more than the %d unconfirmed lines of %d kills", way, doubled, most, kills)
	}
	if i := slices.Index(firsts, "the end"); i >= 0 {
		firsts = slices.Delete(firsts, i, i+1)
	}
	if !slices.IsSorted(firsts) {
		t.Errorf("%s: out of order: %q", way, firsts)
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

// heardWords are the words relayed to a network by the outbox, oldest first.
func heardWords(t *testing.T, path, network string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`SELECT body FROM outbox WHERE network = ? ORDER BY id`, network)
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
