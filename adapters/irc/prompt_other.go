//go:build !linux

package irc

import "net"

// promptly is for systems that hold back acknowledgements and can be told not to.
func promptly(conn net.Conn) net.Conn { return conn }
