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
	run := s.begin(b)
	sent := s.say(c)
	s.reader.await(c.messages)
	s.beside.await(c.messages)
	run.end(b)
	last := s.sayLast()
	arrived := s.reader.takeBefore(b, last)
	hopped := s.beside.takeBefore(b, last)
	run.print(b, s.String()+" "+c.name+"/s", c, arrived, sent, bareHop{"hop", 2, hopped.since(sent)})
}

// say speaks a case's messages, in the channels in turn, and returns when each
// was written.
func (s *benchStage) say(c benchCase) map[int]time.Time {
	return s.speak(c, func(n int, words string) { s.speaker.send("PRIVMSG " + s.heard[n%len(s.heard)] + " :" + words) })
}

// sayLast has one line more said in a case's first channel, once nothing waits to
// be sent any more: whatever came twice has been read before it.
func (s *benchStage) sayLast() (n int) {
	s.said++
	s.speaker.send("PRIVMSG " + s.heard[0] + " :" + numbered(s.said))
	return s.said
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
