package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/sqlite"
)

// benchSetting is what the bot of a stage works with.
type benchSetting struct {
	synchronous string
	channels    int
	history     int // messages heard and relayed before
}

// benchStage is the built program between a speaker's server and a reader's.
type benchStage struct {
	benchSetting
	dir, database           string
	cmd                     *exec.Cmd
	speaker, beside, reader *benchLine
	heard                   []string // channels spoken in
	disk                    *disk
	said                    int
	bare                    func() // what else is measured ten times a second beside a case, or nil
}

// buildBenchBot builds the program as it is released, once for all cases.
var buildBenchBot = sync.OnceValues(func() (string, error) {
	if _, err := buildDayBot(); err != nil { // it makes the folder that is removed at the end
		return "", err
	}
	if dayBotDir == "" { // removed at the end
		dir, err := os.MkdirTemp("", "sprintbot-bench")
		if err != nil {
			return "", err
		}
		dayBotDir = dir
	}
	path := filepath.Join(dayBotDir, "sprintbot-bench")
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", path, "."}
	if os.Getenv("BENCH_PROFILE") != "" {
		args = []string{"build", "-tags", "daytest", "-o", path, "."}
	}
	build := exec.Command("go", args...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %v\n%s", err, out)
	}
	return path, nil
})

func newBenchStage(b *testing.B, setting benchSetting) *benchStage {
	b.Helper()
	s := &benchStage{benchSetting: setting, dir: b.TempDir()}
	s.database = s.path("bench.db")
	left, right := irctest.NgIRCd(b), irctest.NgIRCd(b)
	var read, here, there, bridges []string
	for n := range s.channels {
		from, to := fmt.Sprintf("#a%d", n), fmt.Sprintf("#b%d", n)
		s.heard, read = append(s.heard, from), append(read, to)
		here, there = append(here, fmt.Sprintf("%q", from)), append(there, fmt.Sprintf("%q", to))
		bridges = append(bridges, fmt.Sprintf("  - [\"left %s\", \"right %s\"]\n", from, to))
	}
	config := fmt.Sprintf(`
event: {name: Bench, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
synchronous: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [%s], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: sprintbot, channels: [%s], pace: unlimited}
bridges:
%s`, s.database, strings.ToLower(s.synchronous), left.Addr, strings.Join(here, ", "), right.Addr, strings.Join(there, ", "),
		strings.Join(bridges, ""))
	if s.history > 0 {
		fillHistory(b, s.database, s.history)
	}
	s.speaker = dialBench(b, left.Addr, "speaker", s.heard)
	s.beside = dialBench(b, left.Addr, "beside", s.heard)
	s.reader = dialBench(b, right.Addr, "reader", read)
	ready := s.start(b, config)
	began := time.Now()
	s.speaker.wait(b, s.speaker.here, "the bot in the speaker's channels")
	s.reader.wait(b, s.reader.here, "the bot in the reader's channels")
	joined := time.Since(began)
	s.disk = newDisk(b, s.path("commit.db"), s.synchronous)
	<-time.After(time.Second) // at rest
	info, err := os.Stat(s.cmd.Path)
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("%s: start to ready %.0f ms, in all channels %.0f ms later, memory at rest %.1f MiB, program %.1f MiB, load %s\n",
		s, ms(ready), ms(joined), memoryMiB(s.cmd.Process.Pid, "VmRSS"), float64(info.Size())/(1<<20), machineLoad())
	s.restTargets(ready)
	return s
}

// start runs the bot, until the end of b, and returns how long it took to its
// first word.
func (s *benchStage) start(b *testing.B, config string, env ...string) (ready time.Duration) {
	b.Helper()
	program, err := buildBenchBot()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(s.path("config.yaml"), []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	s.cmd = exec.Command(program, "--config", s.path("config.yaml"))
	door := s.path("debug")
	s.cmd.Env = append(append(os.Environ(), env...), "SPRINTBOT_DEBUG="+door)
	log := &benchLog{b: b}
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait() })
	if _, err := out.Read(make([]byte, 1)); err != nil {
		b.Fatal("the bot printed nothing: ", err)
	}
	ready = time.Since(began)
	go io.Copy(io.Discard, out) // ends with the bot
	if dir := os.Getenv("BENCH_PROFILE"); dir != "" {
		go profile(b, door, filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-").Replace(b.Name())+".pprof"))
	}
	return ready
}

// profile keeps what the processors do for six seconds. It needs the program
// built for tests of whole days: set BENCH_PROFILE to a folder.
func profile(b *testing.B, door, path string) {
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", door)
	}}}
	resp, err := client.Get("http://bot/debug/pprof/profile?seconds=6")
	if err != nil {
		fmt.Println("no profile:", err)
		return
	}
	defer resp.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		fmt.Println("no profile:", err)
		return
	}
	defer f.Close()
	if _, err := io.Copy(f, resp.Body); err != nil {
		fmt.Println("no profile:", err)
	}
}

// benchLog shows what the bot finds worth a warning.
type benchLog struct{ b *testing.B }

func (l *benchLog) Write(p []byte) (int, error) {
	if !strings.Contains(string(p), "level=INFO") {
		fmt.Printf("bot: %s", p)
	}
	return len(p), nil
}

// fillHistory makes a database in which so many messages were heard and
// relayed, their words removed since, as they are after a while.
func fillHistory(b *testing.B, path string, messages int) {
	b.Helper()
	store, err := sqlite.Open(b.Context(), path, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	now := time.Now().UnixMilli()
	const numbers = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?1) "
	for _, statement := range []string{
		numbers + `INSERT INTO heard (network, id, at)
			SELECT 'left', 'q' || (n / 5000) || 'wxyz.' || n, ?2 - 1000 * (?1 - n) / 4 FROM number`,
		numbers + `INSERT INTO outbox (key, network, channel, thread, lane, source, created_at, expires_at, state,
				mark, confirmed, parts, receipt_at, reason, ended_at)
			SELECT 'relay' || char(31) || 'left' || char(31) || 'q' || (n / 5000) || 'wxyz.' || n, 'right', '#b0', '', 2,
				'left' || char(31) || 'q' || (n / 5000) || 'wxyz.' || n, ?2 - 1000 * (?1 - n) / 4, ?2, 'sent', '', 1, 1,
				?2 - 1000 * (?1 - n) / 4, '', ?2 - 1000 * (?1 - n) / 4 FROM number`,
	} {
		if _, err := db.Exec(statement, messages, now); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		b.Fatal(err)
	}
	// A bot that had written all this would have it on the disk. Left to the
	// kernel, the bot's first checkpoint has some hundred megabytes to write out,
	// and the commits of that half second wait for the disk.
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		b.Fatal(err)
	}
}
