// Package irc is one IRC network as a place where people talk: it keeps a
// connection to one server, gives what it hears as chat.Message, and puts on
// the wire, paced by its caller, what it is given, until the server confirms.
//
// The bot wires it and the relay drives it (it is a relay.Network). It decides
// nothing about sprints, stores nothing, never gives anyone rights by a nick,
// and never sends a line that was not handed to Send, but for the protocol's
// own.
//
// It stands on girc for the connection and the parsing of lines. girc's own
// tracking is switched off: it asks the server about every joiner at no pace,
// answers any CTCP at any rate, and loses its lock for ever on some odd lines;
// what is needed of that is here.
package irc

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lrstanley/girc"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Config is one IRC network.
type Config struct {
	// Name is the network's configured name, "libera".
	Name string
	// Server is host:port.
	Server string
	// TLS encrypts the connection and verifies the server's certificate
	// against its host name.
	TLS bool
	// Roots are the authorities to trust; nil means the system's.
	Roots *x509.CertPool
	// Nick is the bot's name there; while somebody holds it the bot appends to
	// it and tries to regain it.
	Nick string
	// ServerPassword is told to a server, or a bouncer, that lets nobody in
	// without one; empty is none.
	ServerPassword string
	// Channels are joined after each connection; Serve changes them.
	Channels []string
	// Keys are the keys, by configured channel, of channels that let nobody in
	// without one (+k).
	Keys map[string]string
	// Pin trusts the server by the SHA-256 of its certificate or of its key, in
	// place of authorities and name; see Pins. Empty means no pin.
	Pin string
	// Account and Password log in by SASL PLAIN; with an Account set the bot
	// never speaks before the login succeeded.
	Account, Password string
	// External logs in by SASL EXTERNAL, as who the certificate of CertFile and
	// KeyFile (PEM) is known to the services, before a word is spoken; an Account
	// must then be the one they name. Password is not used.
	External          bool
	CertFile, KeyFile string
	// Pace is how fast the server may be spoken to; the zero Pace is no limit.
	// Window is 8 where it is zero.
	Pace chat.Pace
	// Learned is the pace that the server had taught in an earlier run, one line
	// each; it counts where it is slower than Pace. 0 is nothing.
	Learned time.Duration
	// Mark is how far a channel was heard, sprints.ErrNotFound if never. Where
	// the server has history, what was said after it while this side was away is
	// asked for, and never what was said before the channel was first heard; nil
	// begins each start anew.
	Mark func(ctx context.Context, p chat.Place) (sprints.Mark, error)
	// Presence gives comings, goings and topics too (chat.Joined, Left, Topic),
	// bounded; they are no words.
	Presence bool
	// Version answers CTCP VERSION; empty means "sprintbot".
	Version string
	// Log receives changes of state and failures, never words; nil is silence.
	Log *slog.Logger
}

// Network is a live IRC network. Make it with New, give it to the relay.
type Network struct {
	cfg     Config
	log     *slog.Logger
	heard   *chat.Mailbox[chat.Message]
	changed chan struct{}
	limits  limits

	marks   map[string]mark              // by configured channel; of the one connection alive
	missing map[string]map[string]absent // by folded channel, which the bot was in before, and nick; of the same connection

	left leavers

	mu     sync.Mutex
	served serving
	now    *session // the connection that may be written to, nil while away
	status chat.Status
	lesson chat.Lesson
	echoes bool // the last connection confirmed by echo and needs no PING
}

// limits are the adapter's own times; tests shorten them.
type limits struct {
	tick      time.Duration // how often waiting things are looked at
	quiet     time.Duration // silence after which the server is asked for a sign
	dead      time.Duration // silence after which the link is given up
	handshake time.Duration // to connect, and again for TLS
	welcome   time.Duration // from the connection to the end of the welcome
	joins     time.Duration // for the answers to JOIN, before words may go
	rejoin    time.Duration // between attempts on a channel that refused
	regain    time.Duration // between attempts on the configured nick
	plead     time.Duration // the same, while the services are asked to free it
	gap       time.Duration // for one answer of the server's history
	stall     time.Duration // of the store, after which what waits for it is said to come late
	unechoed  time.Duration // for an echo, before a PING asks instead
	quits     time.Duration // somebody who quit may be back within, and the bot's link end
	returns   time.Duration // the same after a split, and when the bot itself is back
	redial    backoff
}

// answer is how long the server may take to answer when it is asked for a sign.
func (l limits) answer() time.Duration { return (l.dead + l.quiet) / 2 }

func usualLimits() limits {
	return limits{
		tick: 500 * time.Millisecond, quiet: 20 * time.Second, dead: 40 * time.Second,
		handshake: 4 * time.Second, welcome: 40 * time.Second, joins: 10 * time.Second,
		rejoin: 60 * time.Second, regain: 30 * time.Second, plead: 2 * time.Second, gap: 10 * time.Second, stall: 10 * time.Second, unechoed: 3 * time.Second,
		quits: 10 * time.Second, returns: 2 * time.Minute,
		redial: usualBackoff(),
	}
}

// queued is how many heard messages may wait for their commit.
const queued = 4096

// New checks c and makes its network, not yet connected. An error names the
// setting that cannot be used, never a secret.
func New(c Config) (*Network, error) {
	if c.Name == "" {
		return nil, errors.New("an irc network needs a name")
	}
	if host, port, err := net.SplitHostPort(c.Server); err != nil || host == "" || port == "" {
		return nil, fmt.Errorf("server of %s is %q, wanted host:port", c.Name, c.Server)
	}
	if !girc.IsValidNick(c.Nick) {
		return nil, fmt.Errorf("nick of %s is %q, which no IRC server takes", c.Name, c.Nick)
	}
	for _, channel := range c.Channels {
		if !channelName(channel) {
			return nil, fmt.Errorf("channel %q of %s is not a channel's name, as #sprints is", channel, c.Name)
		}
	}
	for channel, key := range c.Keys {
		switch {
		case !slices.Contains(c.Channels, channel):
			return nil, fmt.Errorf("%s has a key for %s, which is none of its channels", c.Name, channel)
		case !Key(key):
			return nil, fmt.Errorf("the key of %s in %s is none that IRC can say: 1 to %d characters, without spaces and commas", channel, c.Name, keyBytes)
		}
	}
	if err := c.trusts(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	if c.Pace.Window == 0 {
		c.Pace.Window = 8
	}
	if c.Version == "" {
		c.Version = "sprintbot"
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	var known chat.Lesson
	if c.Learned > c.Pace.Every {
		known = chat.Lesson{Every: min(c.Learned, mostLearned), At: time.Now()}
	}
	return &Network{
		cfg:     c,
		served:  serving{c.Channels, c.Keys},
		lesson:  known,
		log:     log.With("network", c.Name),
		heard:   chat.NewMailbox[chat.Message](queued),
		changed: make(chan struct{}, 1),
		limits:  usualLimits(),
		marks:   map[string]mark{},
		missing: map[string]map[string]absent{},
		status:  chat.Status{Since: time.Now(), Note: "not connected yet"},
	}, nil
}

// channelName says whether s can name a channel on the wire.
func channelName(s string) bool {
	return len(s) > 1 && strings.IndexByte("#&+!", s[0]) >= 0 && !strings.ContainsAny(s, " ,:\x00\x07\r\n")
}

// keyBytes is how long a channel's key may be.
const keyBytes = 50

// Key says whether s can be a channel's key on the wire.
func Key(s string) bool {
	return s != "" && len(s) <= keyBytes && s[0] != ':' && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == ',' || r == 0x7f })
}

// Name is the configured name.
func (n *Network) Name() string { return n.cfg.Name }

// Status is how the network is.
func (n *Network) Status() chat.Status {
	n.mu.Lock()
	defer n.mu.Unlock()
	status := n.status
	if n.now != nil {
		status.Last = n.now.link.lastRead()
	}
	return status
}

// Changed ticks when Status or Pace changed.
func (n *Network) Changed() <-chan struct{} { return n.changed }

// set changes the status and wakes who waits for that.
func (n *Network) set(change func(*chat.Status)) {
	n.mu.Lock()
	before := n.status
	change(&n.status)
	n.status.Lacks = n.status.Lacks && n.status.Up
	if n.status.Up != before.Up || n.status.Fatal != before.Fatal {
		n.status.Since = time.Now()
	}
	n.mu.Unlock()
	n.tell()
}

func (n *Network) tell() {
	select {
	case n.changed <- struct{}{}:
	default:
	}
}
