// Package console is the terminal in front of the bot as a chat network: a
// line is a private word to it, /say speaks in the one room there is. The bot
// wires it as a relay.Network in local mode only. It decides nothing, stores
// nothing, and writes nothing but answers and the room's words to its output:
// logs go elsewhere.
//
// What goes where: an answer is printed as its lines and nothing else; words
// in the room are "[network] nick: text", the bot's own "[room] sprintbot:
// text"; a word to one person that nobody
// just asked for is "[to nick] sprintbot: text". Colour only on a terminal,
// and never as the only sign of anything.
package console

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// ErrEnd is what Run returns when there is nothing more to read: the input
// ended, or somebody said /quit. The network itself stays able to print what
// Send is given.
var ErrEnd = errors.New("the console's input has ended")

// Room is the channel that everyone at the console is in.
const Room = "#room"

// Config is a console. Zero values but for In and Out are fine.
type Config struct {
	// Name is the network's name, "console" if empty.
	Name string
	// In is read line by line; on a Terminal the process's standard input is
	// read instead, with editing.
	In io.Reader
	// Out gets answers and the room's words.
	Out io.Writer
	// Terminal says that a person sits in front: editing, history, completion
	// and colour.
	Terminal bool
	// Nick is who speaks at first; empty is $USER, else "you".
	Nick string
	// Bot is what the bot is called, "sprintbot" if empty.
	Bot string
	// Complete gives the command lines that begin with what was typed; may be nil.
	Complete func(prefix string) []string
	// Clock tells when things were said; nil is the machine's.
	Clock sprints.Clock
	// Log gets failures, never words; nil is silence.
	Log *slog.Logger
}

// Network is a console. Make it with New.
type Network struct {
	cfg     Config
	log     *slog.Logger
	started string // part of every message's key: unlike any earlier run's
	changed chan struct{}
	since   time.Time

	mu  sync.Mutex // guards out and up, and is held while somebody lets the terminal stand still
	out *bufio.Writer
	up  bool // a prompt stands on the terminal

	who  sync.Mutex // guards nick and last, for a moment only: a write of the store may ask for them
	nick string
	last time.Time

	heard int // lines read; of Run's goroutine alone
}

// New makes a console. Nothing is read before Run.
func New(c Config) *Network {
	if c.Name == "" {
		c.Name = "console"
	}
	if c.Bot == "" {
		c.Bot = "sprintbot"
	}
	nick, ok := nickname(c.Nick, c.Bot)
	if !ok {
		nick, ok = nickname(os.Getenv("USER"), c.Bot)
	}
	if !ok {
		nick = "you"
	}
	if c.Clock == nil {
		c.Clock = sprints.System{}
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Network{
		cfg: c, log: log.With("network", c.Name), started: rand.Text(),
		changed: make(chan struct{}, 1), since: c.Clock.Now(),
		out: bufio.NewWriter(c.Out), nick: nick,
	}
}

// Name is the configured name.
func (n *Network) Name() string { return n.cfg.Name }

// Place is the room, for bridges.
func (n *Network) Place() chat.Place { return chat.Place{Network: n.cfg.Name, Channel: Room} }

// Pace is no limit: the console is as fast as it is asked.
func (n *Network) Pace() chat.Pace { return chat.Pace{} }

// Changed never ticks: a console is always there.
func (n *Network) Changed() <-chan struct{} { return n.changed }

// Status is always up.
func (n *Network) Status() chat.Status {
	n.who.Lock()
	defer n.who.Unlock()
	return chat.Status{Up: true, Since: n.since, Last: n.last, Note: "speaking as " + n.nick}
}

// me is who speaks now.
func (n *Network) me() chat.Handle {
	n.who.Lock()
	defer n.who.Unlock()
	return chat.Handle{Network: n.cfg.Name, ID: handleID(n.nick), Nick: n.nick}
}
