package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// benchWords begin every message that is measured; its number follows.
const benchWords = "message of the bench "

// benchLine is a raw connection to an IRC server: one goroutine reads, and
// notes the instant at which each numbered message was read.
type benchLine struct {
	conn  net.Conn
	ended chan struct{}

	mu   sync.Mutex
	seen sightings
	here chan struct{} // closed when the channels awaited have been joined by the bot
	bots int           // joins of the bot still awaited
	more chan struct{} // capacity 1: something came
}

// sightings are when numbered messages were read.
type sightings struct {
	at      map[int]time.Time // of the first time
	newest  map[string]int    // by channel
	doubled int
	swapped int // came after a later one of their channel
}

func newSightings() sightings { return sightings{at: map[int]time.Time{}, newest: map[string]int{}} }

func (s *sightings) note(channel string, n int, now time.Time) {
	if _, ok := s.at[n]; ok {
		s.doubled++
		return
	}
	s.at[n] = now
	if n < s.newest[channel] {
		s.swapped++
	}
	s.newest[channel] = max(s.newest[channel], n)
}

// since is how long after they were said messages were read.
func (s sightings) since(sent map[int]time.Time) (took []time.Duration) {
	for n, at := range s.at {
		took = append(took, at.Sub(sent[n]))
	}
	return took
}

func dialBench(b *testing.B, addr, nick string, channels []string) *benchLine {
	b.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	l := &benchLine{conn: conn, ended: make(chan struct{}), here: make(chan struct{}), bots: len(channels), more: make(chan struct{}, 1)}
	l.seen = newSightings()
	welcome := make(chan struct{})
	joined := make(chan struct{})
	go l.read(welcome, joined, len(channels))
	b.Cleanup(func() { conn.Close(); <-l.ended })
	l.send("NICK "+nick, "USER "+nick+" 0 * :"+nick)
	l.wait(b, welcome, "the server's welcome")
	for _, c := range channels {
		l.send("JOIN " + c)
	}
	l.wait(b, joined, "its channels")
	return l
}

func (l *benchLine) wait(b *testing.B, fact <-chan struct{}, what string) {
	b.Helper()
	select {
	case <-fact:
	case <-l.ended:
		b.Fatalf("the connection ended before %s", what)
	case <-time.After(time.Minute):
		b.Fatalf("no sign of %s", what)
	}
}

func (l *benchLine) send(lines ...string) {
	// An error shows as messages that never come.
	_, _ = io.WriteString(l.conn, strings.Join(lines, "\r\n")+"\r\n")
}

func (l *benchLine) read(welcome, joined chan struct{}, channels int) {
	defer close(l.ended)
	r := bufio.NewReaderSize(l.conn, 64<<10)
	for {
		raw, err := r.ReadString('\n')
		now := time.Now()
		if err != nil {
			return
		}
		source, rest, _ := strings.Cut(raw, " ")
		command, _, _ := strings.Cut(rest, " ")
		switch {
		case source == "PING":
			l.send("PONG " + rest)
		case command == "376" || command == "422":
			close(welcome)
		case command == "366":
			if channels--; channels == 0 {
				close(joined)
			}
		case command == "JOIN" && strings.HasPrefix(source, ":sprintbot!"):
			l.mu.Lock()
			if l.bots--; l.bots == 0 {
				close(l.here)
			}
			l.mu.Unlock()
		case command == "PRIVMSG":
			head, words, found := strings.Cut(raw, benchWords)
			n, err := strconv.Atoi(strings.TrimSpace(words))
			if !found || err != nil {
				continue
			}
			channel, _, _ := strings.Cut(strings.TrimPrefix(head, source+" PRIVMSG "), " ")
			l.mu.Lock()
			l.seen.note(channel, n, now)
			l.mu.Unlock()
			select {
			case l.more <- struct{}{}:
			default:
			}
		}
	}
}

// until waits for a fact of what was seen, or until nothing more comes for a
// while.
func (l *benchLine) until(fact func(sightings) bool) (held bool) {
	const quiet = 20 * time.Second
	idle := time.NewTimer(quiet)
	defer idle.Stop()
	for {
		l.mu.Lock()
		held = fact(l.seen)
		l.mu.Unlock()
		if held {
			return true
		}
		select {
		case <-l.more:
			idle.Reset(quiet)
		case <-l.ended:
			return false
		case <-idle.C:
			return false
		}
	}
}

// await waits until so many messages have come, or nothing more comes.
func (l *benchLine) await(messages int) {
	l.until(func(s sightings) bool { return len(s.at) >= messages })
}

// takeBefore waits for the message with the number last, and returns what was
// seen but for it, and forgets it.
func (l *benchLine) takeBefore(b *testing.B, last int) sightings {
	b.Helper()
	if !l.until(func(s sightings) bool { _, came := s.at[last]; return came }) {
		b.Errorf("the line behind all others, %d, never came", last)
	}
	return l.take(last)
}

func (l *benchLine) take(last int) sightings {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := l.seen
	delete(seen.at, last)
	l.seen = newSightings()
	return seen
}

func numbered(n int) string { return fmt.Sprintf("%s%06d", benchWords, n) }
