package irctest

import (
	"net"
	"testing"
)

// ngIRCd goes on without a port that it can't have.
func TestAServerWhosePortIsTakenGetsAnother(t *testing.T) {
	bin := program(t, "ngircd", "/usr/sbin/ngircd")
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tries := 0
	s := launch(t, func() *Server {
		port := ports(t, 2)
		if tries++; tries == 1 {
			port[0] = taken.Addr().(*net.TCPAddr).Port
		}
		return ngircd(t, bin, "ng.irctest.example", [2]int(port), "", setting{})
	})
	s.Dial("ada").Sync()
	if tries != 2 {
		t.Errorf("started %d times", tries)
	}
}
