package irctest

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
)

// Client is one person on a raw socket. Its methods fail the test when the
// server is gone or says no.
type Client struct {
	// Name is the nick asked for last.
	Name string

	tb     testing.TB
	wire   *wire
	pinged atomic.Int64
}

// DialOption changes how a Client registers.
type DialOption func(*dialing)

type dialing struct {
	tls               bool
	caps              []string
	account, password string
}

// WithTLS connects to the TLS port, trusting the server's own certificate.
func WithTLS() DialOption { return func(d *dialing) { d.tls = true } }

// WithCaps asks for these capabilities; the test fails when one is refused.
func WithCaps(caps ...string) DialOption {
	return func(d *dialing) { d.caps = append(d.caps, caps...) }
}

// WithSASL logs in by SASL PLAIN before the registration ends.
func WithSASL(account, password string) DialOption {
	return func(d *dialing) {
		d.account, d.password = account, password
		d.caps = append(d.caps, "sasl")
	}
}

// Dial connects and registers as nick, and returns at the end of the welcome.
// The client is closed with the test.
func (s *Server) Dial(nick string, options ...DialOption) *Client {
	s.tb.Helper()
	var d dialing
	for _, option := range options {
		option(&d)
	}
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	addr := s.Addr
	if d.tls {
		addr = s.TLSAddr
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		s.tb.Fatalf("%s: dial: %v", nick, err)
	}
	if d.tls {
		conn = tls.Client(conn, &tls.Config{RootCAs: s.Roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})
	}
	c := &Client{Name: nick, tb: s.tb, wire: newWire(conn)}
	s.tb.Cleanup(c.Close)
	c.register(ctx, d)
	return c
}

// Oper dials somebody who looks after the server: KLINE, KILL and the like are
// theirs.
func (s *Server) Oper(nick string) *Client {
	s.tb.Helper()
	c := s.Dial(nick)
	c.Send("OPER irctest operpass")
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	c.WaitLine(ctx, func(l Line) bool { return l.Command == "381" })
	return c
}

func (c *Client) register(ctx context.Context, d dialing) {
	c.tb.Helper()
	if len(d.caps) > 0 {
		c.Send("CAP REQ :" + strings.Join(d.caps, " "))
	}
	c.Send("NICK " + c.Name)
	c.Send("USER " + c.Name + " 0 * :" + c.Name)
	if len(d.caps) > 0 {
		answer := c.WaitLine(ctx, func(l Line) bool {
			return l.Command == "CAP" && len(l.Params) > 1 && (l.Params[1] == "ACK" || l.Params[1] == "NAK")
		})
		if answer.Params[1] == "NAK" {
			c.tb.Fatalf("%s: capabilities refused: %s", c.Name, answer.Raw)
		}
	}
	if d.account != "" {
		c.Send("AUTHENTICATE PLAIN")
		c.WaitLine(ctx, func(l Line) bool { return l.Command == "AUTHENTICATE" })
		c.Send("AUTHENTICATE " + base64.StdEncoding.EncodeToString([]byte(d.account+"\x00"+d.account+"\x00"+d.password)))
		answer := c.WaitLine(ctx, func(l Line) bool { return l.Command == "903" || l.Command == "904" })
		if answer.Command == "904" {
			c.tb.Fatalf("%s: SASL refused: %s", c.Name, answer.Raw)
		}
	}
	if len(d.caps) > 0 {
		c.Send("CAP END")
	}
	end := c.WaitLine(ctx, func(l Line) bool { return endOfWelcome(l) || l.Command == "433" || l.Command == "ERROR" })
	if !endOfWelcome(end) {
		c.tb.Fatalf("%s: registration refused: %s", c.Name, end.Raw)
	}
}

// Send writes one raw line.
func (c *Client) Send(raw string) {
	c.tb.Helper()
	if err := c.wire.send(raw); err != nil {
		c.tb.Fatalf("%s: send %q: %v", c.Name, raw, err)
	}
}

// Join enters a channel and returns when its list of names has ended.
func (c *Client) Join(channel string) {
	c.tb.Helper()
	c.Send("JOIN " + channel)
	ctx, cancel := context.WithTimeout(c.tb.Context(), patience)
	defer cancel()
	c.WaitLine(ctx, func(l Line) bool {
		return l.Command == "366" && len(l.Params) > 1 && strings.EqualFold(l.Params[1], channel)
	})
}

// Say sends a PRIVMSG to a channel or a nick.
func (c *Client) Say(target, text string) {
	c.tb.Helper()
	c.Send("PRIVMSG " + target + " :" + text)
}

// Notice sends a NOTICE.
func (c *Client) Notice(target, text string) {
	c.tb.Helper()
	c.Send("NOTICE " + target + " :" + text)
}

// Action sends what clients send for /me.
func (c *Client) Action(target, text string) {
	c.tb.Helper()
	c.Say(target, "\x01ACTION "+text+"\x01")
}

// Nick takes another nick and returns when the server has agreed.
func (c *Client) Nick(nick string) {
	c.tb.Helper()
	c.Send("NICK " + nick)
	ctx, cancel := context.WithTimeout(c.tb.Context(), patience)
	defer cancel()
	got := c.WaitLine(ctx, func(l Line) bool {
		return l.Command == "433" || l.Command == "432" || l.Command == "NICK" && l.Text() == nick
	})
	if got.Command != "NICK" {
		c.tb.Fatalf("%s: nick refused: %s", c.Name, got.Raw)
	}
	c.Name = nick
}

// Part leaves a channel.
func (c *Client) Part(channel string) {
	c.tb.Helper()
	c.Send("PART " + channel)
	c.Sync()
}

// Quit leaves the server and closes the client.
func (c *Client) Quit(words string) {
	c.tb.Helper()
	c.Send("QUIT :" + words)
	<-c.wire.done
	c.Close()
}

// Sync returns when the server has read all that was sent before.
func (c *Client) Sync() {
	c.tb.Helper()
	token := fmt.Sprintf("sync-%d", c.pinged.Add(1))
	c.Send("PING " + token)
	ctx, cancel := context.WithTimeout(c.tb.Context(), patience)
	defer cancel()
	if _, err := c.wire.seen(ctx, func(l Line) bool { return l.Command == "PONG" && l.Text() == token }); err != nil {
		c.tb.Fatalf("%s: no PONG: %v", c.Name, err)
	}
}

// Await returns the first matching line after those already waited for; what
// it matches and all before it is then passed.
func (c *Client) Await(ctx context.Context, match func(Line) bool) (Line, error) {
	return c.wire.await(ctx, match)
}

// WaitLine is Await that fails the test, showing the last lines, when ctx ends
// first. A ctx without a deadline gets one of a minute.
func (c *Client) WaitLine(ctx context.Context, match func(Line) bool) Line {
	c.tb.Helper()
	ctx, cancel := bounded(ctx)
	defer cancel()
	line, err := c.wire.await(ctx, match)
	if err != nil {
		c.tb.Fatalf("%s: the awaited line never came (%v); the last were:\n%s", c.Name, err, tail(c.wire.all(), 25))
	}
	return line
}

// Seen waits until any line since the beginning matches, wherever WaitLine
// stands, and passes nothing; it fails the test when ctx ends first.
func (c *Client) Seen(ctx context.Context, match func(Line) bool) Line {
	c.tb.Helper()
	ctx, cancel := bounded(ctx)
	defer cancel()
	line, err := c.wire.seen(ctx, match)
	if err != nil {
		c.tb.Fatalf("%s: the line was never seen (%v); the last were:\n%s", c.Name, err, tail(c.wire.all(), 25))
	}
	return line
}

// Lines is every line read so far.
func (c *Client) Lines() []Line { return c.wire.all() }

// Said is the text of every PRIVMSG and NOTICE to target so far, in order.
func (c *Client) Said(target string) []string {
	var texts []string
	for _, l := range c.wire.all() {
		if (l.Command == "PRIVMSG" || l.Command == "NOTICE") && strings.EqualFold(l.Target(), target) {
			texts = append(texts, l.Text())
		}
	}
	return texts
}

// Close cuts the connection; closing twice is allowed.
func (c *Client) Close() { c.wire.close() }

// Says matches words from nick to target that hold part, as people see them:
// invisible separators don't count.
func Says(nick, target, part string) func(Line) bool {
	return func(l Line) bool {
		return (l.Command == "PRIVMSG" || l.Command == "NOTICE") && strings.EqualFold(l.Nick, nick) &&
			strings.EqualFold(l.Target(), target) && strings.Contains(Shown(l.Text()), part)
	}
}

// Shown is s without invisible separators, which keep a relayed name from
// calling its owner.
func Shown(s string) string { return strings.NewReplacer("\u200b", "", "\u2060", "").Replace(s) }

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, patience)
}

func tail(lines []Line, n int) string {
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Raw + "\n")
	}
	return b.String()
}
