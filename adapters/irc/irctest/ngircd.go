package irctest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// NgIRCd starts a real ngIRCd: ascii casemapping, no accounts, no capabilities
// but multi-prefix, a plain and a TLS port. It ends with the test.
func NgIRCd(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	o := chosen(options)
	bin := program(tb, "ngircd", "/usr/sbin/ngircd")
	return launch(tb, func() *Server {
		port := ports(tb, 2)
		return ngircd(tb, bin, "ng.irctest.example", [2]int(port), "", o)
	})
}

// Linked starts two ngIRCd of one network. Split parts them and Heal joins
// them again.
func Linked(tb testing.TB) (here, there *Server) {
	tb.Helper()
	bin := program(tb, "ngircd", "/usr/sbin/ngircd")
	link := func(name string, rest string) string {
		return "[Server]\n\tName = " + name + "\n\tMyPassword = linkpass\n\tPeerPassword = linkpass\n" + rest
	}
	here = launch(tb, func() *Server {
		port := ports(tb, 2)
		return ngircd(tb, bin, hereName, [2]int(port), link(thereName, "\tPassive = yes\n"), setting{})
	})
	_, port, _ := strings.Cut(here.Addr, ":")
	there = launch(tb, func() *Server {
		return ngircd(tb, bin, thereName, [2]int(ports(tb, 2)), link(hereName, "\tHost = 127.0.0.1\n\tPort = "+port+"\n"), setting{})
	})
	there.linked()
	return here, there
}

const hereName, thereName = "here.irctest.example", "there.irctest.example"

// Split breaks the link between there and here, both of which go on.
func Split(there *Server) {
	there.tb.Helper()
	oper := there.Oper("splitter")
	defer oper.Close()
	oper.Send("SQUIT " + hereName + " :split")
	oper.Sync()
}

// Heal links there and here again.
func Heal(there *Server) {
	there.tb.Helper()
	oper := there.Oper("healer")
	defer oper.Close()
	oper.Send("CONNECT " + hereName)
	there.linked()
}

// linked waits until the server sees the other.
func (s *Server) linked() {
	s.tb.Helper()
	c := s.Dial("linker")
	defer c.Close()
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		c.Send("LINKS")
		found := false
		c.WaitLine(ctx, func(l Line) bool {
			found = found || l.Command == "364" && strings.Contains(l.Raw, hereName)
			return l.Command == "365"
		})
		if found {
			tick.Stop()
			return
		}
	}
}

// ngircd is a server with the given name and ports (plain and TLS), and more of
// its configuration.
func ngircd(tb testing.TB, bin, name string, port [2]int, more string, o setting) *Server {
	tb.Helper()
	cert, key, roots := certificate(tb)
	dir := workdir(tb, map[string]string{
		"cert.pem": cert,
		"key.pem":  key,
	})
	conf := fmt.Sprintf(`[Global]
	Name = %s
	Listen = 127.0.0.1
	Ports = %d
	MotdPhrase = hello
	PidFile = %s
[Limits]
	MaxConnections = 0
	MaxConnectionsIP = 0
	MaxJoins = 0
	MaxNickLength = 20
%s	PingTimeout = 3600
[Options]
	Ident = no
	DNS = no
	PAM = no
	ScrubCTCP = no
[SSL]
	CertFile = %s
	KeyFile = %s
	Ports = %d
[Operator]
	Name = irctest
	Password = operpass
%s`, name, port[0], filepath.Join(dir, "ngircd.pid"), o.unless("\tMaxPenaltyTime = 0\n"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), port[1], more)
	write(tb, dir, "ngircd.conf", conf)
	return &Server{
		Kind: "ngircd", Addr: loopback(port[0]), TLSAddr: loopback(port[1]), Roots: roots, Pin: sum(tb, cert), tb: tb,
		procs: []*process{{name: "ngircd", dir: dir, argv: []string{bin, "-n", "-f", filepath.Join(dir, "ngircd.conf")}}},
		ready: registers(loopback(port[0]), ""),
	}
}
