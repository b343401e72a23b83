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
	soakGrowth  = 24.0             // MiB that one life of the bot may gain, and half of what it began with
	soakLeast   = 90 * time.Second // a shorter life says nothing about growth
	soakThreads = 10               // goroutines that may differ between two moments at rest
)

// TestSoak lets people talk on two ngIRCd, an InspIRCd and Slack's double, all
// bridged, while something breaks every minute. In the end all that the bot had
// heard stands everywhere else, nothing twice on Slack, and its memory is what
// it was. SOAK says for how long ("5m"), SOAK_SEED repeats a run's choices.
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
	every := min(soakFault, length/8)
	faults := h.faults()
	for n := 0; ; n++ {
		if n%len(faults) == 0 {
			h.random.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		}
		next := time.Now().Add(every)
		if next.After(end) {
			break
		}
		h.pause(every / 3)
		f := faults[n%len(faults)]
		began := time.Now()
		f.happens()
		h.happened[f.name]++
		t.Logf("%s, %.1f s; %s", f.name, time.Since(began).Seconds(), h.state())
		h.pause(time.Until(next))
	}
	hush()
	<-quiet
	h.settles()
	unwatch()
	<-watched
	rest := h.goroutines()
	h.bot.stop()
	h.compare(rest)
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

// heard are the relayed words for a network: what the bot has promised.
func (h *soak) heard(network string) map[string]int {
	h.t.Helper()
	db := h.open()
	defer db.Close()
	rows, err := db.Query(`SELECT body FROM outbox WHERE network = ? AND source IS NOT NULL AND body IS NOT NULL`, network)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]int{}
	for rows.Next() {
		var body string
		var out chat.Outgoing
		if err := rows.Scan(&body); err != nil {
			h.t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			h.t.Fatal(err)
		}
		if w := soakWords.FindString(out.Reply.Plain()); w != "" {
			all[w]++
		}
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	return all
}

// compare counts what was heard, lost and doubled, network by network.
func (h *soak) compare(rest int) {
	h.t.Helper()
	arrived := map[string]map[string]int{soakSlack: h.onSlack()}
	most := map[string]int{soakSlack: 0}
	for _, s := range h.irc {
		arrived[s.name], most[s.name] = s.ear.all(), 8*s.broken
	}
	carried := map[string]bool{}
	for network, got := range arrived {
		heard := h.heard(network)
		var lost []string
		doubled := 0
		for w := range heard {
			carried[w] = true
			if got[w] == 0 {
				lost = append(lost, w)
			}
		}
		for _, n := range got {
			doubled += max(0, n-1)
		}
		h.t.Logf("%s: %d heard for it, %d lost, %d doubled (at most %d)", network, len(heard), len(lost), doubled, most[network])
		if len(lost) > 0 {
			h.t.Errorf("%s lost %d: %s", network, len(lost), strings.Join(lost[:min(len(lost), 20)], ", "))
		}
		if doubled > most[network] {
			h.t.Errorf("%s has %d lines twice, at most %d may be", network, doubled, most[network])
		}
	}
	unheard := map[string]int{}
	for w := range h.said {
		if !carried[w] {
			unheard[saidOn(w)]++
		}
	}
	h.t.Logf("%d said; unheard while nobody could hear them or the bot died: %v; %d commands, %d answers; faults: %v",
		len(h.said), unheard, h.commands, h.answers(), h.happened)
	if n := unheard[soakSlack]; n > 0 {
		h.t.Errorf("%d said in Slack were never heard", n)
	}
	for n, l := range h.lives {
		h.t.Logf("life %d of the bot: %s", n+1, l)
		if l.last.Sub(l.begun) > soakLeast && l.end() > l.start()*1.5+soakGrowth {
			h.t.Errorf("life %d of the bot grew from %.1f to %.1f MiB", n+1, l.start(), l.end())
		}
	}
	h.t.Logf("goroutines at rest: %d at the first start, %d at the end", h.atRest, rest)
	if rest > h.atRest+soakThreads {
		h.t.Errorf("%d goroutines at the end, %d at the start", rest, h.atRest)
	}
}
