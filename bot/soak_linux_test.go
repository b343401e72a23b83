//go:build soak

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

const (
	soakFor     = 30 * time.Minute
	soakFault   = time.Minute      // from one fault to the next
	soakSettles = 4 * time.Minute  // at the end, what waits arrives within
	soakHeap    = 3.0              // MiB in use that a life may end above the first's beginning, and a quarter
	soakGrowth  = 8.0              // MiB of the process that a life may end above the first's beginning, and a quarter
	soakLeast   = 30 * time.Second // a shorter life says nothing about the process
)

// TestSoak lets people talk on two ngIRCd, an InspIRCd and Slack's double, all
// bridged, while something breaks every minute. In the end all that the bot had
// heard stands everywhere else, nothing twice on Slack, each speaker's lines in
// order, and its goroutines and memory are what they were. SOAK says for how
// long ("5m"), SOAK_SEED repeats a run's choices.
func TestSoak(t *testing.T) {
	length := soakFor
	if s := os.Getenv("SOAK"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SOAK_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%v, SOAK_SEED=%d, load %s", length, seed, machineLoad())
	buildDayBot = buildSoakBot // without the race detector: memory is measured
	h := newSoak(t, rand.New(rand.NewPCG(1, seed)))
	h.start()
	talk, hush := context.WithCancel(t.Context())
	defer hush()
	quiet := make(chan struct{})
	go func() { defer close(quiet); h.chatter(talk) }()
	watched := make(chan struct{})
	watch, unwatch := context.WithCancel(t.Context())
	defer unwatch()
	go func() { defer close(watched); h.watch(watch) }()

	end := time.Now().Add(length)
	faults := h.faults()
	every := min(soakFault, length/time.Duration(len(faults)+1))
	for n := 0; ; n++ {
		if n%len(faults) == 0 {
			h.random.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		}
		next := time.Now().Add(every)
		if next.After(end) {
			break
		}
		h.pause(every / 3)
		if n == 0 { // people have talked, nothing has broken yet
			h.first = h.bot.restful()
		}
		f := faults[n%len(faults)]
		began := time.Now()
		f.happens()
		h.happened[f.name]++
		h.notes()
		t.Logf("%s, %.1f s; %s", f.name, time.Since(began).Seconds(), h.state())
		h.pause(time.Until(next))
	}
	hush()
	<-quiet
	h.settles()
	unwatch()
	<-watched
	h.notes()
	h.ended()
	h.bot.rests(h.first)
	h.bot.stop()
	h.compare()
}

// ended notes what a life of the bot holds at its end.
func (h *soak) ended() {
	r := h.bot.restful()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lives[len(h.lives)-1].rest = r
}

// buildSoakBot builds the program with the doors for tests.
func buildSoakBot() (string, error) {
	if dayBotDir == "" {
		dir, err := os.MkdirTemp("", "sprintbot-soak")
		if err != nil {
			return "", err
		}
		dayBotDir = dir
		out, err := exec.Command("go", "build", "-tags", "daytest", "-o", filepath.Join(dir, "sprintbot"), ".").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("build: %v\n%s", err, out)
		}
	}
	return filepath.Join(dayBotDir, "sprintbot"), nil
}

// fault is something that breaks, and is whole again when happens returns.
type fault struct {
	name    string
	happens func()
}

func (h *soak) faults() []fault {
	away := min(5*time.Second, max(time.Second, soakFault/12))
	posts := func(f slackdouble.Fault) func() {
		f.Method = "chat.postMessage"
		return func() {
			h.slack.Fail(f)
			h.pause(2 * away)
			h.slack.Heal()
		}
	}
	return []fault{
		{"bot killed", func() {
			h.breaks(h.irc...)
			h.ended()
			h.mu.Lock()
			h.lives = append(h.lives, life{})
			h.mu.Unlock()
			h.bot.kill()
			h.start()
		}},
		{"IRC server restarted", func() {
			s := h.irc[h.random.IntN(len(h.irc))]
			h.breaks(s)
			s.server.Stop()
			h.pause(away)
			h.comesBack(s)
		}},
		{"IRC server frozen", func() {
			s := h.irc[h.random.IntN(len(h.irc))]
			h.breaks(s) // its link may be given up
			s.server.Freeze()
			h.pause(2 * away)
			s.server.Thaw()
		}},
		{"Slack's socket cut", func() { h.slack.Cut() }},
		{"Slack's socket refreshed", func() { h.slack.Disconnect("refresh_requested") }},
		{"Slack away", func() {
			h.slack.SetAway(true)
			h.pause(away)
			h.slack.SetAway(false)
		}},
		{"Slack says 429", posts(slackdouble.Fault{Times: 3, RetryAfter: 2 * time.Second})},
		{"Slack's answers lost", posts(slackdouble.Fault{Times: 3, AfterSuccess: true})},
		{"disk full", func() {
			pid := h.bot.cmd.Process.Pid
			fileSize(h.t, pid, 512)
			h.pause(away)
			fileSize(h.t, pid, ^uint64(0))
		}},
		{"database locked", h.lockedOut},
		{"clock jumps", func() { // by so much that words of sent rows are forgotten
			for _, far := range []time.Duration{2 * time.Hour, -2 * time.Hour, 0} {
				h.bot.jumps(far)
				h.pause(away)
			}
		}},
	}
}

// lockedOut holds the database's write lock for longer than the bot waits.
func (h *soak) lockedOut() {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.database+"?_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(h.t.Context(), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.pause(7 * time.Second)
	if err := tx.Rollback(); err != nil {
		h.t.Fatal(err)
	}
}

// comesBack starts a server again. The bot stands still until the people are
// back in their channel: else nobody could say what it said there meanwhile.
func (h *soak) comesBack(s *soakServer) {
	h.t.Helper()
	h.still(true)
	defer h.still(false)
	s.server.Start()
	s.gather(h.t)
}

// settles waits until nothing waits for any network any more.
func (h *soak) settles() {
	h.t.Helper()
	h.slack.Heal()
	ctx, cancel := context.WithTimeout(h.t.Context(), soakSettles)
	defer cancel()
	if err := h.slack.WaitSettled(ctx); err != nil {
		h.t.Errorf("Slack still has something to deliver: %v", err)
	}
	db := h.open()
	defer db.Close()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for calm := 0; calm < 10; { // for two seconds: something may be about to be heard
		var waiting int
		if err := db.QueryRow("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'").Scan(&waiting); err != nil {
			h.t.Fatal(err)
		}
		if calm++; waiting > 0 {
			calm = 0
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			h.t.Errorf("%d rows wait for ever", waiting)
			return
		}
	}
}

func (h *soak) open() *sql.DB {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.database+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		h.t.Fatal(err)
	}
	return db
}

// notes adds the relayed words for each network to what the bot has promised:
// an hour after they were sent, by its clock, the database forgets them.
func (h *soak) notes() {
	h.t.Helper()
	db := h.open()
	defer db.Close()
	rows, err := db.Query(`SELECT network, body FROM outbox WHERE source IS NOT NULL AND body IS NOT NULL`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var network, body string
		var out chat.Outgoing
		if err := rows.Scan(&network, &body); err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			h.t.Fatal(err)
		}
		if w := soakWords.FindString(out.Reply.Plain()); w != "" {
			if h.heard[network] == nil {
				h.heard[network] = map[string]bool{}
			}
			h.heard[network][w] = true
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
}

// compare counts what was heard, lost, doubled and out of order, network by
// network.
func (h *soak) compare() {
	h.t.Helper()
	arrived := map[string][]string{soakSlack: h.onSlack()}
	most := map[string]int{soakSlack: 0}
	for _, s := range h.irc {
		arrived[s.name], most[s.name] = s.ear.all(), 8*s.broken
	}
	again := 0 // events that Slack brought more than once: these come late
	for _, e := range h.slack.Envelopes() {
		again += min(e.Attempt, 1)
	}
	carried := map[string]bool{} // what the bot has heard: there is a row, or it stands somewhere
	for network := range arrived {
		for w := range h.heard[network] {
			carried[w] = true
		}
	}
	forgotten := -len(carried) // rows whose words were gone before they were noted
	for _, got := range arrived {
		for _, w := range got {
			carried[w] = true
		}
	}
	forgotten += len(carried)
	for network, got := range arrived {
		times := map[string]int{}
		var firsts []string
		for _, w := range got {
			if times[w]++; times[w] == 1 {
				firsts = append(firsts, w)
			}
		}
		var lost []string
		due := 0
		for w := range carried {
			if saidOn(w) == network {
				continue
			}
			if due++; times[w] == 0 {
				lost = append(lost, w)
			}
		}
		doubled := len(got) - len(firsts)
		late := outOfOrder(firsts)
		h.t.Logf("%s: %d due, %d lost, %d doubled (at most %d), out of order by who said them: %v", network, due, len(lost), doubled, most[network], late)
		if len(lost) > 0 {
			h.t.Errorf("%s lost %d: %s", network, len(lost), strings.Join(lost[:min(len(lost), 20)], ", "))
		}
		if doubled > most[network] {
			h.t.Errorf("%s has %d lines twice, at most %d may be", network, doubled, most[network])
		}
		for from, n := range late {
			if saidOn("soak "+from) != soakSlack || n > again {
				h.t.Errorf("%s has %d lines of %s out of order", network, n, from)
			}
		}
	}
	unheard := map[string]int{}
	for w := range h.said {
		if !carried[w] {
			unheard[saidOn(w)]++
		}
	}
	h.t.Logf("%d said; unheard while nobody could hear them or the bot died: %v; %d known by their arrival alone; %d commands, %d answers; Slack brought %d events again; faults: %v",
		len(h.said), unheard, forgotten, h.commands, h.answers(), again, h.happened)
	if n := unheard[soakSlack]; n > 0 {
		h.t.Errorf("%d said in Slack were never heard", n)
	}
	h.remembers()
}

// outOfOrder counts each speaker's lines that came after a later one of theirs.
func outOfOrder(firsts []string) map[string]int {
	newest, late := map[string]int{}, map[string]int{}
	for _, w := range firsts {
		var network string
		var n int
		if _, err := fmt.Sscanf(w, "soak %s %d", &network, &n); err != nil {
			continue
		}
		who := fmt.Sprintf("%s %d", network, n/4%2)
		if n < newest[who] {
			late[who]++
		}
		newest[who] = max(newest[who], n)
	}
	return late
}

// remembers holds each life of the bot against the first: what it had in use at
// its end, after a collection, and what the process held then.
func (h *soak) remembers() {
	h.t.Helper()
	h.t.Logf("before the first fault: %v", h.first)
	begun := h.lives[0].start()
	for n, l := range h.lives {
		h.t.Logf("life %d of the bot: %s", n+1, l)
		if l.rest.heap > h.first.heap*1.25+soakHeap {
			h.t.Errorf("life %d of the bot ended with %.1f MiB in use, the first had %.1f before anything broke", n+1, l.rest.heap, h.first.heap)
		}
		if l.last.Sub(l.begun) > soakLeast && begun > 0 && l.end() > begun*1.25+soakGrowth {
			h.t.Errorf("life %d of the bot ended as a process of %.1f MiB, the first began with %.1f", n+1, l.end(), begun)
		}
	}
}
