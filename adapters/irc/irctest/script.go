package irctest

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
)

// Script is a bare listener that plays a server by hand.
type Script struct {
	// Addr is host:port to connect to.
	Addr string

	tb testing.TB
	l  net.Listener
}

// Listen opens a Script on a loopback port; it closes with the test.
func Listen(tb testing.TB) *Script {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return &Script{Addr: l.Addr().String(), tb: tb, l: l}
}

// Close stops listening: later dials are refused.
func (s *Script) Close() { _ = s.l.Close() }

// Accept waits for the next connection. It says nothing by itself, and does
// not answer PING.
func (s *Script) Accept() *Peer {
	s.tb.Helper()
	conn, err := s.l.Accept()
	if err != nil {
		s.tb.Fatalf("accept: %v", err)
	}
	w := &wire{conn: conn, done: make(chan struct{}), more: make(chan struct{})}
	go w.read()
	p := &Peer{tb: s.tb, wire: w}
	s.tb.Cleanup(p.Close)
	return p
}

// Peer is the scripted server's end of one connection.
type Peer struct {
	tb   testing.TB
	wire *wire
	// Nick is what the client called itself, known after Welcome.
	Nick string
}

// Welcome registers the client: it offers caps (acknowledging all that is
// asked), and ends with 001, the given 005 tokens and 376. It returns the
// client's nick.
func (p *Peer) Welcome(caps string, isupport ...string) string {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.tb.Context(), patience)
	defer cancel()
	negotiating, user := false, false
	for {
		if p.Nick != "" && user && !negotiating {
			break
		}
		l := p.Expect(ctx, func(l Line) bool { return l.Command == "NICK" || l.Command == "USER" || l.Command == "CAP" })
		switch {
		case l.Command == "USER":
			user = true
		case l.Command == "NICK":
			p.Nick = l.Target()
		case l.Command == "CAP" && l.Target() == "LS":
			negotiating = true
			p.Send(":scripted CAP * LS :" + caps)
		case l.Command == "CAP" && l.Target() == "REQ":
			p.Send(":scripted CAP * ACK :" + l.Text())
		case l.Command == "CAP" && l.Target() == "END":
			negotiating = false
		}
	}
	p.Send(":scripted 001 " + p.Nick + " :Welcome " + p.Nick + "!bot@127.0.0.1")
	if len(isupport) > 0 {
		p.Send(":scripted 005 " + p.Nick + " " + strings.Join(isupport, " ") + " :are supported")
	}
	p.Send(":scripted 376 " + p.Nick + " :end")
	return p.Nick
}

// Send writes whole lines.
func (p *Peer) Send(lines ...string) {
	p.tb.Helper()
	for _, raw := range lines {
		if err := p.wire.send(raw); err != nil {
			p.tb.Fatalf("scripted server: send: %v", err)
		}
	}
}

// Write writes bytes as they are: half a line, an odd line, no CRLF.
func (p *Peer) Write(raw string) {
	p.tb.Helper()
	if _, err := io.WriteString(p.wire.conn, raw); err != nil {
		p.tb.Fatalf("scripted server: write: %v", err)
	}
}

// Expect returns the client's next line that matches, passing all before it;
// it fails the test when ctx ends or the client leaves first.
func (p *Peer) Expect(ctx context.Context, match func(Line) bool) Line {
	p.tb.Helper()
	ctx, cancel := bounded(ctx)
	defer cancel()
	line, err := p.wire.await(ctx, match)
	if err != nil {
		p.tb.Fatalf("scripted server: the awaited line never came (%v); the last were:\n%s", err, tail(p.wire.all(), 25))
	}
	return line
}

// Await is Expect that returns the error instead of failing the test.
func (p *Peer) Await(ctx context.Context, match func(Line) bool) (Line, error) {
	return p.wire.await(ctx, match)
}

// Lines is all the client has said so far.
func (p *Peer) Lines() []Line { return p.wire.all() }

// Gone is closed when the client has left or was cut off.
func (p *Peer) Gone() <-chan struct{} { return p.wire.done }

// Close cuts the connection; closing twice is allowed.
func (p *Peer) Close() { p.wire.close() }
