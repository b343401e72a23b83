package main

import (
	"database/sql"
	"fmt"
	"testing"
	"time"
)

// benchRun is what is measured beside one case.
type benchRun struct {
	stage          *benchStage
	began          time.Time
	commits        []time.Duration
	commitCPU      float64 // of one, seconds
	startedCPU     float64
	startedCommits uint32
	stop, probed   chan struct{}

	cpu     float64 // of the bot, seconds
	written uint32  // its commits
	peak    float64 // of its memory, MiB
}

// begin measures commits alone, and then goes on with them and with the stage's
// other bare things ten times a second until end.
func (s *benchStage) begin(b *testing.B) *benchRun {
	b.Helper()
	pid := s.cmd.Process.Pid
	r := &benchRun{stage: s, stop: make(chan struct{}), probed: make(chan struct{})}
	r.commits, r.commitCPU = s.disk.commits(b, 50)
	forgetPeak(pid)
	r.startedCPU, r.startedCommits = cpuSeconds(pid), commitsOf(b, s.database)
	go func() { defer close(r.probed); r.probe() }()
	r.began = time.Now()
	return r
}

// probe commits ten rows a second until stop is closed.
func (r *benchRun) probe() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if t, err := r.stage.disk.commit(); err == nil {
				r.commits = append(r.commits, t)
			}
			if r.stage.bare != nil {
				r.stage.bare()
			}
		case <-r.stop:
			return
		}
	}
}

// end waits until nothing waits to be sent any more: its receipts are stored
// then, and they cost too.
func (r *benchRun) end(b *testing.B) {
	b.Helper()
	s := r.stage
	close(r.stop)
	<-r.probed
	s.drained(b)
	r.cpu = cpuSeconds(s.cmd.Process.Pid) - r.startedCPU
	r.written = commitsOf(b, s.database) - r.startedCommits
	r.peak = memoryMiB(s.cmd.Process.Pid, "VmHWM")
}

// drained waits until the outbox is empty: from then on nothing is sent again.
func (s *benchStage) drained(b *testing.B) {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+s.database+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tick, late := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for {
		var waiting int
		if err := db.QueryRow("SELECT COUNT(*) FROM outbox WHERE state = 'waiting'").Scan(&waiting); err != nil {
			b.Fatal(err)
		}
		if waiting == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			b.Errorf("%d still wait to be sent", waiting)
			return
		}
	}
}

// bareHop is a part of a message's way without the bot, and how many times it
// lies on it.
type bareHop struct {
	name  string
	times int
	took  []time.Duration
}

// print says what a case came to, and which targets it met; it fails where
// something was lost, doubled or out of order.
func (r *benchRun) print(b *testing.B, name string, c benchCase, arrived sightings, sent map[int]time.Time, hops ...bareHop) {
	b.Helper()
	var last time.Time
	for _, at := range arrived.at {
		if at.After(last) {
			last = at
		}
	}
	f := benchFigures{
		rate:      float64(len(arrived.at)) / last.Sub(r.began).Seconds(),
		cpu:       r.cpu * 1000 / float64(c.messages),
		commitCPU: r.commitCPU * 1000,
		written:   float64(r.written) / float64(c.messages),
	}
	f.relay50, f.relay99 = quantiles(arrived.since(sent))
	f.commit50, f.commit99 = quantiles(r.commits)
	var bare string
	for _, h := range hops {
		h50, h99 := quantiles(h.took)
		f.hops50, f.hops99 = f.hops50+time.Duration(h.times)*h50, f.hops99+time.Duration(h.times)*h99
		bare += fmt.Sprintf("%s %5.2f %6.2f | ", h.name, ms(h50), ms(h99))
		b.ReportMetric(ms(h50), h.name+"-p50-ms")
	}
	order := "in order"
	if arrived.swapped > 0 {
		order = fmt.Sprintf("%d OUT OF ORDER", arrived.swapped)
	}
	fmt.Printf("%-26s %4d of %4d, %s, %d doubled, %6.0f/s | relay p50 %7.2f p99 %7.2f | %scommit %5.2f %6.2f ms | over bare hops and a commit: p50 %+6.2f ms, p99 less hops and two commits %+7.2f ms, ratio %.2f | CPU %.2f s/1000 (commits alone %.2f) | %.2f commits each | peak %.1f MiB | load %s\n",
		name, len(arrived.at), c.messages, order, arrived.doubled, f.rate,
		ms(f.relay50), ms(f.relay99), bare, ms(f.commit50), ms(f.commit99),
		ms(f.relay50-f.hops50-f.commit50), ms(f.relay99-f.hops99-2*f.commit99), float64(f.relay50)/float64(f.hops50+f.commit50),
		f.cpu, f.commitCPU, f.written, r.peak, machineLoad())
	r.stage.targets(c, f)
	b.ReportMetric(ms(f.relay50), "relay-p50-ms")
	b.ReportMetric(ms(f.relay99), "relay-p99-ms")
	b.ReportMetric(ms(f.commit50), "commit-p50-ms")
	b.ReportMetric(f.cpu, "cpu-s/1000")
	b.ReportMetric(f.written, "commits/msg")
	if lost := c.messages - len(arrived.at); lost != 0 || arrived.doubled > 0 || arrived.swapped > 0 {
		b.Errorf("%d lost, %d doubled, %d out of order", lost, arrived.doubled, arrived.swapped)
	}
}
