package irc

import (
	"net"
	"syscall"
)

// prompt acknowledges at once what was read. Linux holds an acknowledgement back
// for up to 40 ms on a connection that was written to not long ago, and a
// server whose system gathers small packets (Nagle's algorithm; ngIRCd lets it)
// says nothing more meanwhile. Linux forgets the setting: it is asked for after
// each read (tcp(7), TCP_QUICKACK).
type prompt struct {
	net.Conn
	raw syscall.RawConn
}

// promptly makes conn acknowledge at once, where its system can.
func promptly(conn net.Conn) net.Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return conn
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return conn
	}
	return prompt{conn, raw}
}

func (p prompt) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	_ = p.raw.Control(func(fd uintptr) { // where it is refused, words come a little later
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
	return n, err
}
