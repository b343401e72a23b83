package main

import (
	"fmt"
	"time"
)

// target is what a figure is held to: docs/performance.md, against the targets.
// They depend on the machine and its moment, so a target missed is printed and
// fails nothing.
type target struct {
	what      string
	is, bound float64
	unit      string
	least     bool // bound is the least, otherwise the most
}

func (t target) print() {
	verdict := "met"
	if t.is > t.bound && !t.least || t.is < t.bound && t.least {
		verdict = "MISSED"
	}
	fmt.Printf("    %-6s %s: %.2f of %.2f %s, ratio %.2f\n", verdict, t.what, t.is, t.bound, t.unit, t.is/t.bound)
}

// benchFigures are what a case came to.
type benchFigures struct {
	relay50, relay99, commit50, commit99 time.Duration
	hops50, hops99                       time.Duration // all bare hops of the way
	rate                                 float64       // messages a second
	cpu, commitCPU                       float64       // seconds for 1,000
	written                              float64       // commits a message
}

// matterbridge is what was measured of it, the lower of two series, by messages
// a second: p50 and p99 in ms, CPU in s for 1,000.
var matterbridge = map[int]struct{ p50, p99, cpu float64 }{
	50:  {1.15, 1.63, 1.2},
	500: {0.60, 1.41, 0.60},
}

// targets prints those of a case between IRC servers. To and from Slack there
// are none: its pace rules.
func (s *benchStage) targets(c benchCase, f benchFigures) {
	if s.bare != nil {
		return
	}
	peer, compared := matterbridge[c.perSecond]
	switch {
	case c.perSecond == 0:
		target{"at least 2,000 a second", f.rate, 2000, "messages", true}.print()
		target{"commits each, at once", f.written, 0.2, "commits", false}.print()
	case s.synchronous == "FULL":
		target{"p50 at most two hops, a commit and 0.3 ms", ms(f.relay50), ms(f.hops50+f.commit50) + 0.3, "ms", false}.print()
		target{"p99 at most two hops' and two commits'", ms(f.relay99), ms(f.hops99 + 2*f.commit99), "ms", false}.print()
	case compared:
		target{"p50 below matterbridge's", ms(f.relay50), peer.p50, "ms", false}.print()
		target{"p99 below matterbridge's", ms(f.relay99), peer.p99, "ms", false}.print()
	}
	if c.perSecond == 50 {
		target{"commits each", f.written, 2, "commits", false}.print()
	}
	if compared {
		target{"CPU at most matterbridge's and a bare commit's", f.cpu, peer.cpu + f.commitCPU, "s/1000", false}.print()
	}
}

// restTargets prints those of a stage's bot at rest.
func (s *benchStage) restTargets(ready time.Duration) {
	memory := 30.0
	if s.channels > 1 {
		memory = 80
	}
	target{"start to ready", ms(ready), 300, "ms", false}.print()
	target{"memory at rest", memoryMiB(s.cmd.Process.Pid, "VmRSS") * (1 << 20) / 1e6, memory, "MB", false}.print()
}
