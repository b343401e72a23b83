package main

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// The bench runs the built program between two real ngIRCd. Each case is
// measured beside a bare hop through the speaker's server (another client there
// reads the same words) and beside commits of one row on the same disk with the
// same settings, meanwhile. Times are taken where the sender writes and where a
// goroutine that does nothing else has read.

// benchCase is how many messages are said, and how fast; 0 is all at once.
type benchCase struct {
	name                string
	messages, perSecond int
}

var benchCases = []benchCase{
	{"5", 50, 5},
	{"50", 400, 50},
	{"500", 3000, 500},
	{"once", 2000, 0},
}

// BenchmarkRelay is one channel bridged to another, durable as it is by default
// and with synchronous: normal.
func BenchmarkRelay(b *testing.B) {
	for _, synchronous := range []string{"FULL", "NORMAL"} {
		b.Run(synchronous, func(b *testing.B) {
			benchRelay(b, benchSetting{synchronous: synchronous, channels: 1}, benchCases)
		})
	}
}

// BenchmarkRelayOf100Channels speaks in a hundred bridged channels in turn.
func BenchmarkRelayOf100Channels(b *testing.B) {
	benchRelay(b, benchSetting{synchronous: "FULL", channels: 100}, benchCases)
}

// BenchmarkRelayWithHistory has a million messages heard and relayed before.
func BenchmarkRelayWithHistory(b *testing.B) {
	benchRelay(b, benchSetting{synchronous: "FULL", channels: 1, history: 1_000_000}, benchCases)
}

func benchRelay(b *testing.B, setting benchSetting, cases []benchCase) {
	var stage *benchStage
	for _, c := range cases {
		b.Run(c.name, func(sub *testing.B) {
			if stage == nil {
				stage = newBenchStage(b, setting)
			}
			for sub.Loop() {
				stage.measure(sub, c)
			}
		})
	}
}

// measure says the messages of a case, waits for them, and prints a line.
func (s *benchStage) measure(b *testing.B, c benchCase) {
	b.Helper()
	pid := s.cmd.Process.Pid
	commits, commitCPU := s.disk.commits(b, 50)
	forgetPeak(pid)
	startedCPU, startedCommits := cpuSeconds(pid), commitsOf(b, s.database)

	stop, probed := make(chan struct{}), make(chan []time.Duration, 1)
	go func() { probed <- s.probe(stop) }()
	began := time.Now()
	sent := s.say(c)
	arrived := s.reader.take(c.messages, 20*time.Second)
	hopped := s.beside.take(c.messages, 20*time.Second)
	close(stop)
	commits = append(commits, <-probed...)
	<-time.After(100 * time.Millisecond) // receipts are stored within 20 ms, and cost too
	cpu := (cpuSeconds(pid) - startedCPU) * 1000 / float64(c.messages)
	written := float64(commitsOf(b, s.database)-startedCommits) / float64(c.messages)

	var relays, hops []time.Duration
	var last time.Time
	for n, at := range arrived.at {
		relays = append(relays, at.Sub(sent[n]))
		if at.After(last) {
			last = at
		}
	}
	for n, at := range hopped.at {
		hops = append(hops, at.Sub(sent[n]))
	}
	r50, r99 := quantiles(relays)
	h50, h99 := quantiles(hops)
	c50, c99 := quantiles(commits)
	peak := memoryMiB(pid, "VmHWM")
	order := "in order"
	if arrived.swapped > 0 {
		order = fmt.Sprintf("%d OUT OF ORDER", arrived.swapped)
	}
	fmt.Printf("%-26s %4d of %4d, %s, %d doubled, %6.0f/s | relay p50 %7.2f p99 %7.2f | hop %5.2f %6.2f | commit %5.2f %6.2f ms | over two hops and a commit: p50 %+6.2f ms, p99 less two of each %+7.2f ms, ratio %.2f | CPU %.2f s/1000 (commits alone %.2f) | %.2f commits each | peak %.1f MiB | load %s\n",
		s.String()+" "+c.name+"/s", len(arrived.at), c.messages, order, arrived.doubled,
		float64(len(arrived.at))/last.Sub(began).Seconds(),
		ms(r50), ms(r99), ms(h50), ms(h99), ms(c50), ms(c99),
		ms(r50-2*h50-c50), ms(r99-2*h99-2*c99), float64(r50)/float64(2*h50+c50),
		cpu, commitCPU*1000, written, peak, machineLoad())
	b.ReportMetric(ms(r50), "relay-p50-ms")
	b.ReportMetric(ms(r99), "relay-p99-ms")
	b.ReportMetric(ms(h50), "hop-p50-ms")
	b.ReportMetric(ms(c50), "commit-p50-ms")
	b.ReportMetric(cpu, "cpu-s/1000")
	b.ReportMetric(written, "commits/msg")
	if lost := c.messages - len(arrived.at); lost > 0 || arrived.doubled > 0 || arrived.swapped > 0 {
		b.Errorf("%d lost, %d doubled, %d out of order", lost, arrived.doubled, arrived.swapped)
	}
}

// probe commits ten rows a second until stop is closed.
func (s *benchStage) probe(stop <-chan struct{}) (took []time.Duration) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if t, err := s.disk.commit(); err == nil {
				took = append(took, t)
			}
		case <-stop:
			return took
		}
	}
}

// say speaks a case's messages, in the channels in turn, and returns when each
// was written.
func (s *benchStage) say(c benchCase) map[int]time.Time {
	return s.speak(c, func(n int, words string) { s.speaker.send("PRIVMSG " + s.heard[n%len(s.heard)] + " :" + words) })
}

// speak has each of a case's messages said in its time.
func (s *benchStage) speak(c benchCase, say func(n int, words string)) map[int]time.Time {
	sent := make(map[int]time.Time, c.messages)
	began := time.Now()
	for n := range c.messages {
		if c.perSecond > 0 {
			due := began.Add(time.Duration(n) * time.Second / time.Duration(c.perSecond))
			if wait := time.Until(due); wait > 0 {
				<-time.After(wait)
			}
		}
		s.said++
		sent[s.said] = time.Now()
		say(n, numbered(s.said))
	}
	return sent
}

// slackCases are fewer at the faster paces: what goes to Slack waits for its
// pace, a post a second in a channel, and is shared by forty at most.
var slackCases = []benchCase{
	{"5", 50, 5},
	{"50", 400, 50},
	{"500", 1000, 500},
	{"once", 1000, 0},
}

// BenchmarkRelayWithSlack relays between an IRC server and the double of Slack,
// each way at each pace: what people say there, and what goes there.
func BenchmarkRelayWithSlack(b *testing.B) {
	var stage *slackStage
	for _, way := range []struct {
		name    string
		measure func(*slackStage, *testing.B, benchCase)
	}{{"from", (*slackStage).from}, {"to", (*slackStage).to}} {
		for _, c := range slackCases {
			b.Run(way.name+"/"+c.name, func(sub *testing.B) {
				if stage == nil {
					stage = newSlackStage(b)
				}
				for sub.Loop() {
					way.measure(stage, sub, c)
				}
			})
		}
	}
}

func (s benchSetting) String() string {
	switch {
	case s.channels > 1:
		return fmt.Sprintf("%s %d channels", s.synchronous, s.channels)
	case s.history > 0:
		return fmt.Sprintf("%s %d rows", s.synchronous, s.history)
	}
	return s.synchronous
}

func (s *benchStage) path(name string) string { return filepath.Join(s.dir, name) }
