package main

import (
	"database/sql"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// quantiles of durations; it sorts them.
func quantiles(ds []time.Duration) (p50, p99 time.Duration) {
	if len(ds) == 0 {
		return 0, 0
	}
	slices.Sort(ds)
	return ds[len(ds)/2], ds[len(ds)*99/100]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// memoryMiB is a line of a process's memory, VmRSS now or VmHWM at its peak, on
// Linux; 0 elsewhere.
func memoryMiB(pid int, line string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(status)) {
		if f := strings.Fields(l); len(f) == 3 && f[0] == line+":" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				return 0
			}
			return float64(kib) / 1024
		}
	}
	return 0
}

// forgetPeak has the peak of a process's memory counted from now on.
func forgetPeak(pid int) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) // the peak is then the whole run's
}

// cpuSeconds is what a process has used of the processors, on Linux; 0
// elsewhere.
func cpuSeconds(pid int) float64 {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, err := strconv.Atoi(f[11])
	if err != nil {
		return 0
	}
	system, err := strconv.Atoi(f[12])
	if err != nil {
		return 0
	}
	const ticks = 100 // a second, on every Linux
	return float64(user+system) / ticks
}

// commitsOf counts a database's transactions that changed something: SQLite
// keeps their number in the head of the index of its write-ahead log.
func commitsOf(b *testing.B, path string) uint32 {
	b.Helper()
	f, err := os.Open(path + "-shm")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	var head [12]byte
	if _, err := f.Read(head[:]); err != nil {
		b.Fatal(err)
	}
	return binary.NativeEndian.Uint32(head[8:])
}

// disk is a database on the same disk as the bot's, with its settings, in which
// single rows are committed.
type disk struct {
	db   *sql.DB
	stmt *sql.Stmt
}

func newDisk(b *testing.B, path, synchronous string) *disk {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous("+synchronous+")")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE row (id INTEGER PRIMARY KEY, words TEXT)`); err != nil {
		b.Fatal(err)
	}
	stmt, err := db.Prepare(`INSERT INTO row (words) VALUES (?)`)
	if err != nil {
		b.Fatal(err)
	}
	return &disk{db, stmt}
}

// commit is how long one row took.
func (d *disk) commit() (time.Duration, error) {
	at := time.Now()
	_, err := d.stmt.Exec("one row of about as many bytes as a message has")
	return time.Since(at), err
}

// commits makes n in a row, and says what each took and what one cost of the
// processors.
func (d *disk) commits(b *testing.B, n int) (took []time.Duration, cpu float64) {
	b.Helper()
	before := ownCPU()
	for range n {
		t, err := d.commit()
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, t)
	}
	return took, (ownCPU() - before) / float64(n)
}

func ownCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// machineLoad is how many processes want a processor, on Linux.
func machineLoad() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
