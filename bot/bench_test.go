package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// BenchmarkRelay measures the built program between two real ngIRCd at 50
// messages a second, beside a bare hop through one of them and one durable
// commit on the same disk at the same moment. It prints figures and ratios,
// and the program's start, memory at rest and size.
func BenchmarkRelay(b *testing.B) {
	for b.Loop() {
		benchRelay(b, 400, 50)
	}
}

func benchRelay(b *testing.B, messages, perSecond int) {
	dir := b.TempDir()
	path := filepath.Join(dir, "sprintbot")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	left, right := irctest.NgIRCd(b), irctest.NgIRCd(b)
	config := fmt.Sprintf(`
event: {name: Bench, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, filepath.Join(dir, "bench.db"), left.Addr, right.Addr)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	speaker, beside, reader := left.Dial("speaker"), left.Dial("beside"), right.Dial("reader")
	speaker.Join("#a")
	beside.Join("#a")
	reader.Join("#b")

	cmd := exec.Command(path, "--config", filepath.Join(dir, "config.yaml"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		b.Fatal("the bot printed nothing: ", err)
	}
	ready := time.Since(started)
	go func() { // reads on until the bot ends
		for buf := make([]byte, 4096); ; {
			if _, err := out.Read(buf); err != nil {
				return
			}
		}
	}()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	reader.WaitLine(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "sprintbot" })
	speaker.WaitLine(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == "sprintbot" })
	joined := time.Since(started)
	memory := residentMiB(b, cmd.Process.Pid)

	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "commit.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE row (id INTEGER PRIMARY KEY, words TEXT)`); err != nil {
		b.Fatal(err)
	}

	var hops, relays, commits []time.Duration
	pace := time.NewTicker(time.Second / time.Duration(perSecond))
	defer pace.Stop()
	for n := range messages {
		<-pace.C
		words := fmt.Sprintf("message %04d of the bench", n)
		sent := time.Now()
		speaker.Say("#a", words)
		hop := make(chan time.Duration, 1)
		go func() { // ends with the wait below
			beside.WaitLine(ctx, irctest.Says("speaker", "#a", words))
			hop <- time.Since(sent)
		}()
		reader.WaitLine(ctx, irctest.Says("sprintbot", "#b", words))
		relays = append(relays, time.Since(sent))
		hops = append(hops, <-hop)
		at := time.Now()
		if _, err := db.Exec(`INSERT INTO row (words) VALUES (?)`, words); err != nil {
			b.Fatal(err)
		}
		commits = append(commits, time.Since(at))
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	h50, h99 := quantiles(hops)
	r50, r99 := quantiles(relays)
	c50, c99 := quantiles(commits)
	fmt.Printf("relay at %d/s, %d messages, %d cores: p50 %.2f ms, p99 %.2f ms; bare hop p50 %.2f, p99 %.2f; one durable commit p50 %.2f, p99 %.2f\n",
		perSecond, messages, runtime.NumCPU(), ms(r50), ms(r99), ms(h50), ms(h99), ms(c50), ms(c99))
	fmt.Printf("ratio p50: relay / (two hops + one commit) = %.2f; over them by %.2f ms\n",
		float64(r50)/float64(2*h50+c50), ms(r50-2*h50-c50))
	fmt.Printf("start to ready %.0f ms, in both channels after %.0f ms, memory at rest %.1f MiB, binary %.1f MiB\n",
		ms(ready), ms(joined), memory, float64(info.Size())/(1<<20))
	b.ReportMetric(ms(r50), "relay-p50-ms")
	b.ReportMetric(ms(r99), "relay-p99-ms")
	b.ReportMetric(ms(h50), "hop-p50-ms")
	b.ReportMetric(ms(c50), "commit-p50-ms")
}

func quantiles(ds []time.Duration) (p50, p99 time.Duration) {
	slices.Sort(ds)
	return ds[len(ds)/2], ds[len(ds)*99/100]
}

// residentMiB is a process's memory in use, on Linux.
func residentMiB(b *testing.B, pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Log("memory can't be read here: ", err)
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	return 0
}
