package main

import (
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

// shears is a link to a server that is cut when it is told to, after some more
// bytes whatever they are: mostly in the middle of a line.
type shears struct {
	t      *testing.T
	to     string
	listen net.Listener

	mu   sync.Mutex
	left map[net.Conn]*int // of each side of each link: bytes until the cut, nil for no cut
	cuts int
	mid  int // cuts that left half a line
	work sync.WaitGroup
}

// newShears stands in front of the server at addr.
func newShears(t *testing.T, addr string) *shears {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shears{t: t, to: addr, listen: l, left: map[net.Conn]*int{}}
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
			s.left[near], s.left[far] = nil, nil
			s.mu.Unlock()
			s.work.Go(func() { s.pass(near, far) })
			s.work.Go(func() { s.pass(far, near) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for c := range s.left {
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
		delete(s.left, from)
		s.mu.Unlock()
	}()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		s.mu.Lock()
		cut := false
		if left := s.left[from]; left != nil {
			if cut = n >= *left; cut {
				n = *left
				s.cuts++
				if n > 0 && buf[n-1] != '\n' {
					s.mid++
				}
			}
			*left -= n
		}
		s.mu.Unlock()
		if _, werr := to.Write(buf[:n]); werr != nil || err != nil || cut {
			return
		}
	}
}

// cut ends every link, each way after up to so many more bytes.
func (s *shears) cut(random *rand.Rand, within int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.left {
		n := 1 + random.IntN(within)
		s.left[c] = &n
	}
}

var wholeMessage = regexp.MustCompile(`^(message \d{5}|the end)$`)

// TestFaultCutInMidLine cuts the bot's links to both servers again and again
// while people talk on both, wherever the bytes stand. What the bot had heard
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
	before := p.restful()

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
	for n := range cuts {
		says(30)
		one, reader := shearsLeft, a
		if n%2 == 1 {
			one, reader = shearsRight, b
		}
		one.cut(random, 400)
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
