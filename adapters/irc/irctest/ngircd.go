package irctest

import (
	"fmt"
	"path/filepath"
	"testing"
)

// NgIRCd starts a real ngIRCd: ascii casemapping, no accounts, no capabilities
// but multi-prefix, a plain and a TLS port. It ends with the test.
func NgIRCd(tb testing.TB) *Server {
	tb.Helper()
	bin := program(tb, "ngircd", "/usr/sbin/ngircd")
	return launch(tb, func() *Server {
		port := ports(tb, 2)
		cert, key, roots := certificate(tb)
		dir := workdir(tb, map[string]string{
			"cert.pem": cert,
			"key.pem":  key,
		})
		conf := fmt.Sprintf(`[Global]
	Name = ng.irctest.example
	Listen = 127.0.0.1
	Ports = %d
	MotdPhrase = hello
	PidFile = %s
[Limits]
	MaxConnections = 0
	MaxConnectionsIP = 0
	MaxJoins = 0
	MaxNickLength = 20
	MaxPenaltyTime = 0
	PingTimeout = 3600
[Options]
	Ident = no
	DNS = no
	PAM = no
	ScrubCTCP = no
[SSL]
	CertFile = %s
	KeyFile = %s
	Ports = %d
`, port[0], filepath.Join(dir, "ngircd.pid"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), port[1])
		write(tb, dir, "ngircd.conf", conf)
		return &Server{
			Kind: "ngircd", Addr: loopback(port[0]), TLSAddr: loopback(port[1]), Roots: roots, Pin: sum(tb, cert), tb: tb,
			procs: []*process{{name: "ngircd", dir: dir, argv: []string{bin, "-n", "-f", filepath.Join(dir, "ngircd.conf")}}},
			ready: registers(loopback(port[0]), ""),
		}
	})
}
