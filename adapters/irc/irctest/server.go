package irctest

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Server is one real IRC server on loopback. Its ports stay the same over
// Stop, Start and Restart.
type Server struct {
	// Kind is "ngircd" or "inspircd".
	Kind string
	// Addr and TLSAddr are host:port of the plain and the TLS listener.
	Addr, TLSAddr string
	// Roots trusts the server's self-signed certificate.
	Roots *x509.CertPool
	// Pin is the SHA-256 of that certificate, in hex.
	Pin string

	tb    testing.TB
	procs []*process
	ready func(context.Context) error
}

// Start runs the server and, where it has them, its services, and returns when
// a client can register (and log in). Starting a running server is an error of
// the test.
func (s *Server) Start() {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	err := s.start(ctx)
	for errors.Is(err, errPort) && ctx.Err() == nil { // somebody has it for a moment
		s.Stop()
		err = s.start(ctx)
	}
	if err != nil {
		s.tb.Fatal(err)
	}
}

// errPort says that a daemon runs without a port that another program has.
var errPort = errors.New("a port is taken")

var unbound = regexp.MustCompile(`(?i)can't bind|could not be bound|failed to bind|address already in use`)

func (s *Server) start(ctx context.Context) error {
	for _, p := range s.procs {
		if err := p.start(); err != nil {
			return err
		}
	}
	return s.await(ctx)
}

// await asks again and again whether the server serves, until it does, a
// daemon has ended, or ctx ends.
func (s *Server) await(ctx context.Context) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.ready(ctx)
		if err == nil {
			return nil
		}
		for _, p := range s.procs {
			if unbound.MatchString(p.printed()) {
				return fmt.Errorf("%s: %w: %s", p.name, errPort, p.printed())
			}
			select {
			case <-p.gone():
				return fmt.Errorf("%s ended while starting: %s", p.name, p.printed())
			default:
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s never served: %w", s.Kind, err)
		}
	}
}

// Stop kills the server at once, and every link breaks; services end cleanly, so
// that accounts are there after the next Start.
func (s *Server) Stop() {
	for i := len(s.procs) - 1; i >= 0; i-- {
		s.procs[i].end()
	}
}

// Restart is Stop and Start on the same ports.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Stop()
	s.Start()
}

// Freeze stops the server without closing anything: links are half open and
// silent until Thaw.
func (s *Server) Freeze() {
	s.tb.Helper()
	for _, p := range s.procs {
		if err := p.signal(freeze); err != nil {
			s.tb.Fatal(err)
		}
	}
}

// Thaw lets a frozen server go on.
func (s *Server) Thaw() {
	s.tb.Helper()
	for _, p := range s.procs {
		if err := p.signal(thaw); err != nil {
			s.tb.Fatal(err)
		}
	}
}

// launch starts a new server; a lost race for a port gets new ports.
func launch(tb testing.TB, build func() *Server) *Server {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	var err error
	for range 3 {
		s := build()
		tb.Cleanup(s.Stop)
		if err = s.start(ctx); err == nil {
			return s
		}
		s.Stop()
		if ctx.Err() != nil {
			break
		}
	}
	tb.Fatal(err)
	return nil
}

// ports picks n free loopback ports, below those that systems give to
// connections: one of these may be taken before the server has it.
func ports(tb testing.TB, n int) []int {
	tb.Helper()
	picked := make([]int, 0, n)
	for tries := 0; len(picked) < n; tries++ {
		l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", loopback(10_000+rand.IntN(20_000)))
		if err != nil && tries < 100 {
			continue
		}
		if err != nil {
			tb.Fatalf("pick a port: %v", err)
		}
		defer func() { _ = l.Close() }()
		picked = append(picked, l.Addr().(*net.TCPAddr).Port)
	}
	return picked
}

// loopback is the address of a port on this machine.
func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// registers is the fact that the server offers the wanted capability, or, with
// none wanted, that a client gets as far as the end of its welcome.
func registers(addr, wanted string) func(context.Context) error {
	asks := 0
	return func(ctx context.Context) error {
		asks++
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		w := newWire(conn)
		defer w.close()
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if wanted != "" {
			if err := w.send("CAP LS 302"); err != nil {
				return err
			}
			line, err := w.await(ctx, func(l Line) bool { return l.Command == "CAP" })
			if err != nil {
				return err
			}
			if !strings.Contains(line.Raw, wanted) {
				return fmt.Errorf("%s is not offered yet", wanted)
			}
			return nil // the end of a registration is up to a second away
		}
		// The server may still know an earlier probe, which came to nothing.
		for _, raw := range []string{fmt.Sprint("NICK probe", asks), "USER probe 0 * :probe"} {
			if err := w.send(raw); err != nil {
				return err
			}
		}
		_, err = w.await(ctx, endOfWelcome)
		return err
	}
}

// endOfWelcome is the last line of a registration: the end of the message of
// the day, or that there is none.
func endOfWelcome(l Line) bool { return l.Command == "376" || l.Command == "422" }
