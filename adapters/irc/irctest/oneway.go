package irctest

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// OneWay stands between a client and a server, and lets either direction of
// all its connections fall silent while the other goes on: nobody sees anything
// close.
type OneWay struct {
	// Addr is host:port to connect to.
	Addr string
	// Deaf swallows what clients say, Mute what the server says.
	Deaf, Mute atomic.Bool

	to   string
	l    net.Listener
	work sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
	over  bool
}

// NewOneWay opens a OneWay before the server at an address; it closes with the
// test.
func NewOneWay(tb testing.TB, server string) *OneWay {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	p := &OneWay{Addr: l.Addr().String(), to: server, l: l}
	p.work.Go(p.accept)
	tb.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		p.over = true
		for _, c := range p.conns {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.work.Wait()
	})
	return p
}

func (p *OneWay) accept() {
	for {
		client, err := p.l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		over := p.over
		p.mu.Unlock()
		if over {
			_, _ = client.Close(), server.Close()
			return
		}
		p.work.Go(func() { pass(server, client, &p.Deaf) })
		p.work.Go(func() { pass(client, server, &p.Mute) })
	}
}

// pass copies from one end to the other, and swallows what comes while silent.
func pass(to, from net.Conn, silent *atomic.Bool) {
	defer to.Close()
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if n > 0 && !silent.Load() {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				_ = from.Close()
			}
			return
		}
	}
}
