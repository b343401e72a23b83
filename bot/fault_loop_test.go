package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// pair is two built bots that know nothing of each other and bridge the same
// two channels.
type pair struct {
	t           *testing.T
	ctx         context.Context
	bots        [2]*program
	nicks       [2]string
	left, right *irctest.Client // one speaks and reads on each side
	gateway     *irctest.Client // another relay, on the left
}

// newPair starts servers and bots.
func newPair(t *testing.T, server func(testing.TB) *irctest.Server, nicks [2]string) *pair {
	t.Helper()
	left, right := server(t), server(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	p := &pair{t: t, ctx: ctx, nicks: nicks, left: left.Dial("ann"), right: right.Dial("bob"), gateway: left.Dial("gateway")}
	p.left.Join("#a")
	p.gateway.Join("#a")
	p.right.Join("#b")
	for n := range p.bots {
		b := &program{t: t, dir: t.TempDir()}
		p.bots[n] = b
		config := fmt.Sprintf(`
event: {name: Loop, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: %s, channels: ["#a"], pace: unlimited}
  - {name: right, kind: irc, server: %q, tls: false, nick: %s, channels: ["#b"], pace: unlimited}
bridges:
  - ["left #a", "right #b"]
`, filepath.Join(b.dir, "loop.db"), left.Addr, nicks[n], right.Addr, nicks[n])
		if err := os.WriteFile(filepath.Join(b.dir, "config.yaml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.kill)
		b.debugDoor()
		b.start()
		for _, c := range []*irctest.Client{p.left, p.right} {
			c.Seen(ctx, func(l irctest.Line) bool { return l.Command == "JOIN" && l.Nick == nicks[n] })
		}
	}
	return p
}

// settled waits until nobody has said anything for a while.
func (p *pair) settled() {
	p.t.Helper()
	for had := -1; ; {
		p.left.Sync()
		p.right.Sync()
		now := len(p.left.Said("#a")) + len(p.right.Said("#b"))
		if now == had {
			return
		}
		had = now
		select {
		case <-time.After(700 * time.Millisecond):
		case <-p.ctx.Done():
			p.t.Fatalf("never quiet: %d lines so far", now)
		}
	}
}

// shows waits until a bot has shown somebody's words.
func (p *pair) shows(c *irctest.Client, nick, words string) {
	p.t.Helper()
	c.Seen(p.ctx, func(l irctest.Line) bool {
		return l.Command == "PRIVMSG" && l.Nick == nick && strings.HasSuffix(l.Text(), " "+words)
	})
}

// known has both bots answer on both sides: whom they had to ask about before,
// they know now, for a server answers in order.
func (p *pair) known(words string) {
	p.t.Helper()
	for _, c := range []*irctest.Client{p.left, p.right} {
		for _, nick := range p.nicks {
			c.Say(nick, words)
			c.Seen(p.ctx, func(l irctest.Line) bool {
				return l.Nick == nick && l.Target() == c.Name && strings.Contains(l.Text(), words)
			})
		}
	}
}

// saidBy are what one nick has said in a channel.
func saidBy(c *irctest.Client, nick, channel string) []string {
	var all []string
	for _, l := range c.Lines() {
		if l.Command == "PRIVMSG" && l.Nick == nick && strings.EqualFold(l.Target(), channel) {
			all = append(all, irctest.Shown(strip(l.Text())))
		}
	}
	return all
}

// TestFaultTwoSprintbots lets two bots bridge the same two channels, with a
// relay beside them that says "<nick> words". Each bot shows each line once on
// the other side, and what the other bot or it has relayed goes nowhere: from
// the first line, for one network marks what bots say, and the other tells of
// whom it is asked that they are one; with nicks that say nothing the answer
// comes when they have spoken.
func TestFaultTwoSprintbots(t *testing.T) {
	t.Parallel()
	for _, on := range []struct {
		name   string
		server func(testing.TB) *irctest.Server
		nicks  [2]string
		echoes int // at most, by both bots on both sides, ever
	}{
		{"ngircd", func(tb testing.TB) *irctest.Server { return irctest.NgIRCd(tb) }, [2]string{"sprintbot", "otherbot"}, 0},
		{"ngircd, nicks that say nothing", func(tb testing.TB) *irctest.Server { return irctest.NgIRCd(tb) }, [2]string{"quill", "feather"}, 8},
		{"inspircd", func(tb testing.TB) *irctest.Server { return irctest.InspIRCd(tb) }, [2]string{"sprintbot", "otherbot"}, 0},
	} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, on.server, on.nicks)
			p.known("xyzzy")
			before := [2]rest{p.bots[0].restful(), p.bots[1].restful()}
			var wantLeft, wantRight []string // as each bot shows them
			for n := range 20 {
				p.left.Say("#a", fmt.Sprintf("from ann %02d", n))
				p.left.Sync()
				p.gateway.Say("#a", fmt.Sprintf("<eve> from afar %02d", n))
				p.gateway.Sync()
				p.right.Say("#b", fmt.Sprintf("from bob %02d", n))
				p.right.Sync()
				wantRight = append(wantRight, fmt.Sprintf("from ann %02d", n), fmt.Sprintf("from afar %02d", n))
				wantLeft = append(wantLeft, fmt.Sprintf("from bob %02d", n))
				if n < 3 { // who they are is asked at their first lines; how fast that is answered is not counted here
					for _, nick := range p.nicks {
						p.shows(p.left, nick, fmt.Sprintf("from bob %02d", n))
						p.shows(p.right, nick, fmt.Sprintf("from ann %02d", n))
						p.shows(p.right, nick, fmt.Sprintf("from afar %02d", n))
					}
					p.known(fmt.Sprint("xyzzy", n))
				}
				if n == 9 {
					p.settled()
				}
			}
			for _, nick := range p.nicks { // a disk may be slow
				p.shows(p.left, nick, "from bob 19")
				p.shows(p.right, nick, "from ann 19")
				p.shows(p.right, nick, "from afar 19")
			}
			p.settled()
			echoes := 0
			for n, nick := range p.nicks {
				for _, side := range []struct {
					c       *irctest.Client
					channel string
					want    []string
				}{{p.left, "#a", wantLeft}, {p.right, "#b", wantRight}} {
					shown := saidBy(side.c, nick, side.channel)
					lost, doubled := 0, 0
					for _, words := range side.want {
						times := 0
						for _, line := range shown {
							if strings.HasSuffix(line, " "+words) && !p.twiceRelayed(line) {
								times++
							}
						}
						if times == 0 {
							lost++
						}
						doubled += max(0, times-1)
					}
					strays := len(shown) - (len(side.want) - lost + doubled)
					echoes += strays
					t.Logf("%s on %s: %d due, %d lost, %d doubled, %d echoes", nick, side.channel, len(side.want), lost, doubled, strays)
					if lost > 0 || doubled > 0 {
						t.Errorf("%s on %s: %d lost, %d doubled: %q", nick, side.channel, lost, doubled, shown)
					}
				}
				p.bots[n].rests(before[n])
				p.bots[n].stop()
			}
			if echoes > on.echoes {
				t.Errorf("%d echoes, at most %d may be", echoes, on.echoes)
			}
		})
	}
}

// twiceRelayed says that a line shows words that a bot had relayed already.
func (p *pair) twiceRelayed(line string) bool {
	return slices.ContainsFunc(p.nicks[:], func(nick string) bool {
		return strings.HasPrefix(line, "<"+nick) || strings.Contains(line, nick+" (")
	})
}
