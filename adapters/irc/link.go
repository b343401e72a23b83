package irc

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lrstanley/girc"

	"sprintbot/sprints/chat"
)

const (
	lineMost   = 16 << 10         // bytes of a server's line, tags included; a longer one is passed over
	writeBound = 15 * time.Second // for the server to take what is written
	backlog    = 4096             // lines that may wait for the wire
)

// link is one connection as girc sees it. It has the session hear each line
// where it is read, and hands girc only the ERROR that ends the connection: on
// anything else girc would act by itself. (It answers CTCP at any rate, PING
// through a queue that can stand still, and sleeps two seconds after 001 in a
// goroutine nobody waits for.) It takes from girc only what a registration
// needs, and lets one goroutine write, so that nobody who sends ever waits for
// the server.
type link struct {
	conn net.Conn
	raw  net.Conn // below any encryption: closing it never waits for the server
	r    *bufio.Reader
	hear func(raw string) (last bool) // a line without CRLF; set before the first Read
	rest string                       // of a line girc has not taken yet
	out  *chat.Mailbox[string]
	read atomic.Int64 // when a line last came, Unix milliseconds

	lines atomic.Int64 // that came

	reading sync.Mutex  // held while lines are read and heard
	over    atomic.Bool // no line is read any more
}

func newLink(conn, raw net.Conn) *link {
	l := &link{conn: conn, raw: raw, r: bufio.NewReaderSize(conn, lineMost), out: chat.NewMailbox[string](backlog)}
	l.read.Store(time.Now().UnixMilli())
	return l
}

// dial connects and, where asked, encrypts and verifies, each within the
// handshake's bound.
func (n *Network) dial(ctx context.Context) (*link, error) {
	bound, cancel := context.WithTimeout(ctx, n.limits.handshake)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(bound, "tcp", n.cfg.Server)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", n.cfg.Server, err)
	}
	conn = promptly(conn)
	if !n.cfg.TLS {
		return newLink(conn, conn), nil
	}
	host, _, err := net.SplitHostPort(n.cfg.Server)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	trust, err := n.tlsConfig(host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	encrypted := tls.Client(conn, trust)
	shake, cancelShake := context.WithTimeout(ctx, n.limits.handshake)
	defer cancelShake()
	if err := encrypted.HandshakeContext(shake); err != nil {
		_ = conn.Close()
		return nil, n.shaken(err)
	}
	return newLink(encrypted, conn), nil
}

// Read has lines heard until one is for girc, and gives it that.
func (l *link) Read(p []byte) (int, error) {
	l.reading.Lock()
	defer l.reading.Unlock()
	for l.rest == "" {
		raw, err := l.next()
		if err != nil {
			return 0, err
		}
		if l.hear(raw) {
			l.rest = girc.ERROR + " :over\r\n"
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// next is the server's next line; one too long to be a line is passed over.
func (l *link) next() (string, error) {
	for {
		if l.over.Load() {
			return "", net.ErrClosed
		}
		raw, err := l.r.ReadSlice('\n')
		l.read.Store(time.Now().UnixMilli())
		if err == nil {
			l.lines.Add(1)
			return strings.Trim(string(raw), "\r\n"), nil
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		if err != nil {
			return "", err
		}
	}
}

// Write takes girc's own lines: NICK and USER of the registration pass,
// nothing else does.
func (l *link) Write(p []byte) (int, error) {
	for raw := range strings.SplitSeq(string(p), "\r\n") {
		if strings.HasPrefix(raw, "NICK ") || strings.HasPrefix(raw, "USER ") {
			l.send(raw)
		}
	}
	return len(p), nil
}

// send queues one line and never waits. A server that takes nothing for so
// long that the queue is full is no longer there: the link is closed.
func (l *link) send(raw string) {
	if !l.out.Put(raw + "\r\n") {
		_ = l.raw.Close()
	}
}

// pump writes what is queued until ctx ends or the server takes no more, and
// calls tick at least as often as told.
func (l *link) pump(ctx context.Context, every time.Duration, tick func(time.Time)) {
	for ctx.Err() == nil {
		bound, cancel := context.WithTimeout(ctx, every)
		lines, _, err := l.out.Take(bound, 64)
		cancel()
		if err == nil {
			if err := l.conn.SetWriteDeadline(time.Now().Add(writeBound)); err != nil {
				return
			}
			if _, err := io.WriteString(l.conn, strings.Join(lines, "")); err != nil {
				return
			}
		}
		tick(time.Now())
	}
}

// leave says goodbye, as far as that goes at once, and closes.
func (l *link) leave(words string) {
	_ = l.conn.SetWriteDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(l.conn, "QUIT :"+words+"\r\n"); err != nil {
		_ = l.raw.Close()
		return
	}
	_ = l.conn.Close()
}

func (l *link) lastRead() time.Time { return time.UnixMilli(l.read.Load()) }

// end closes the connection, and returns once no line of it is being heard.
func (l *link) end() {
	l.over.Store(true)
	_ = l.raw.Close()
	l.reading.Lock() // Read has returned
	defer l.reading.Unlock()
}

// Close closes the connection at once.
func (l *link) Close() error { return l.raw.Close() }

// LocalAddr is the connection's own address.
func (l *link) LocalAddr() net.Addr { return l.conn.LocalAddr() }

// RemoteAddr is the server's address.
func (l *link) RemoteAddr() net.Addr { return l.conn.RemoteAddr() }

// SetDeadline does nothing: the watch over silence is the link's own.
func (l *link) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing, as SetDeadline.
func (l *link) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing, as SetDeadline.
func (l *link) SetWriteDeadline(time.Time) error { return nil }

// handed is the girc.Dialer of a connection that already stands.
type handed struct{ link *link }

// Dial returns the connection.
func (h handed) Dial(string, string) (net.Conn, error) { return h.link, nil }
