package main

import (
	"net/netip"
	"net/url"
	"strings"

	"sprintbot/adapters/web"
)

// faces gives the pictures of people of other networks their addresses on the page at page; nil where the page has no
// address that the world can reach, for it is the network that fetches them.
func faces(page string) func(network, who string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return nil
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && (!ip.IsGlobalUnicast() || ip.IsPrivate()) ||
		host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return nil
	}
	return func(network, who string) string { return page + web.FacePath(network, who) }
}
