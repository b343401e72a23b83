package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// address is the network a request came from: an IPv4 /24 or an IPv6 /64, which
// is what one person easily has the whole of. Behind our own proxy (a peer on
// this machine, with a public address configured) it is the last hop that the
// proxy wrote down; what stands before that the visitor can write. It is ""
// where the proxy says nothing.
func (s *Site) address(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	if s.cfg.URL == "" || !peer.Addr().Unmap().IsLoopback() {
		return network(peer.Addr())
	}
	hops := r.Header.Values("X-Forwarded-For")
	if len(hops) == 0 {
		return ""
	}
	last := hops[len(hops)-1]
	last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	if at, err := netip.ParseAddrPort(last); err == nil {
		return network(at.Addr())
	}
	at, err := netip.ParseAddr(strings.Trim(last, "[]"))
	if err != nil {
		return ""
	}
	return network(at)
}

func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
