package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// shears is a link to a server that is cut when it is told to: in the middle of
// somebody's words on their way to the bot, or after the bot has gone on writing
// what arrives nowhere.
type shears struct {
	t      *testing.T
	to     string
	listen net.Listener

	mu   sync.Mutex
	next map[net.Conn]*snip // of each side of each link: the cut to come, nil for none
	cuts int
	mid  int // cuts that left half a line
	work sync.WaitGroup
}

// snip is one cut: in the middle of words, or after so many bytes. What the bot
// writes in the moment between these and the cut is swallowed.
type snip struct {
	inWords bool
	left    int
	over    bool // the moment has begun
}

const swallows = 100 * time.Millisecond

// newShears stands in front of the server at addr.
func newShears(t *testing.T, addr string) *shears {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shears{t: t, to: addr, listen: l, next: map[net.Conn]*snip{}}
	s.work.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr)
			if err != nil {
				near.Close()
				continue
			}
			s.mu.Lock()
			s.next[near], s.next[far] = nil, nil
			s.mu.Unlock()
			s.work.Go(func() { s.pass(near, far) })
			s.work.Go(func() { s.pass(far, near) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for c := range s.next {
			c.Close()
		}
		s.mu.Unlock()
		s.work.Wait()
	})
	return s
}

func (s *shears) addr() string { return s.listen.Addr().String() }

// pass carries from one side to the other, until a cut or the end of either.
func (s *shears) pass(from, to net.Conn) {
	defer func() {
		from.Close()
		to.Close()
		s.mu.Lock()
		delete(s.next, from)
		s.mu.Unlock()
	}()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		most, cut := s.carries(from, to, buf[:n])
		if _, werr := to.Write(buf[:most]); werr != nil || err != nil || cut {
			return
		}
	}
}

// carries is how much of what was read goes on, and whether that is the end.
func (s *shears) carries(from, to net.Conn, read []byte) (n int, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = len(read)
	c := s.next[from]
	switch {
	case c == nil:
		return n, false
	case c.inWords:
		at := bytes.Index(read, []byte("message "))
		if at < 0 {
			return n, false
		}
		n, cut = at+len("message 00"), true
	case c.over:
		return 0, false
	case c.left > n:
		c.left -= n
		return n, false
	default:
		n, c.over = c.left, true
		time.AfterFunc(swallows, func() { from.Close(); to.Close() })
	}
	s.cuts++
	if n == 0 || read[n-1] != '\n' {
		s.mid++
	}
	return n, cut
}

// cut ends every link: the server's side in the middle of words, or the bot's
// after some bytes, and some more that are lost.
func (s *shears) cut(random *rand.Rand, inWords bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.next {
		if toBot := c.RemoteAddr().String() == s.to; toBot == inWords {
			s.next[c] = &snip{inWords: inWords, left: 1 + random.IntN(400)}
		}
	}
}

var wholeMessage = regexp.MustCompile(`^(message \d{5}|the end)$`)

// TestFaultCutInMidLine cuts the bot's links to both servers again and again
// while people talk on both: in the middle of what they say, and after the bot
// has written lines that the server never got. What the bot had heard
// all arrives, in order; half a line is never taken for one; no more is twice
// than was unconfirmed on a link.
// Six cuts a start: a link that is cut on and on is opened ever more rarely.
func TestFaultCutInMidLine(t *testing.T) {
	t.Parallel()
	for cuts := rounds(6); cuts > 0; cuts -= 6 {
		t.Run(strconv.Itoa(cuts), func(t *testing.T) { cutInMidLine(t, min(cuts, 6)) })
	}
}

func cutInMidLine(t *testing.T, cuts int) {
	left, right := irctest.NgIRCd(t), irctest.NgIRCd(t)
	shearsLeft, shearsRight := newShears(t, left.Addr), newShears(t, right.Addr)
	p := &program{t: t, dir: t.TempDir()}
	twoServers(t, p.dir, &irctest.Server{Addr: shearsLeft.addr()}, &irctest.Server{Addr: shearsRight.addr()})
	p.debugDoor()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Duration(cuts)*10*time.Second)
	defer cancel()
	a, b := left.Dial("ann"), right.Dial("bob")
	a.Join("#a")
	b.Join("#b")
	t.Cleanup(p.kill)
	p.start()
	a.Seen(ctx, joinedTimes(1))
	b.Seen(ctx, joinedTimes(1))

	random := rand.New(rand.NewPCG(2, uint64(time.Now().UnixNano())))
	said := 0
	says := func(n int) {
		pace := time.NewTicker(4 * time.Millisecond)
		defer pace.Stop()
		for range n {
			<-pace.C
			a.Say("#a", fmt.Sprintf("message %05d", said))
			b.Say("#b", fmt.Sprintf("message %05d", said))
			said++
		}
	}
	says(1)
	first := func(l irctest.Line) bool { return strings.HasSuffix(l.Text(), "message 00000") }
	b.Seen(ctx, first)
	a.Seen(ctx, first)
	before := p.restful()
	for n := range cuts {
		says(30)
		one, reader := shearsLeft, a
		if n%2 == 1 {
			one, reader = shearsRight, b
		}
		one.cut(random, n/2%2 == 0)
		says(30)
		reader.Seen(ctx, joinedTimes(n/2+2))
	}
	says(10)
	a.Say("#a", "the end")
	b.Say("#b", "the end")
	b.Seen(ctx, func(l irctest.Line) bool { return strings.HasSuffix(strip(l.Text()), "> the end") })
	a.Seen(ctx, func(l irctest.Line) bool { return strings.HasSuffix(strip(l.Text()), "> the end") })
	p.rests(before)
	p.stop()
	t.Logf("%d cuts, %d of them in mid-line", shearsLeft.cuts+shearsRight.cuts, shearsLeft.mid+shearsRight.mid)
	path := filepath.Join(p.dir, "bot.db")
	for _, words := range slices.Concat(heardWords(t, path, "right"), heardWords(t, path, "left")) {
		if !wholeMessage.MatchString(words) {
			t.Errorf("half a line was taken for one: %q", words)
		}
	}
	counted(t, "left to right", said+1, (cuts+1)/2, heardWords(t, path, "right"), b.Said("#b"))
	counted(t, "right to left", said+1, (cuts+1)/2, heardWords(t, path, "left"), a.Said("#a"))
}
