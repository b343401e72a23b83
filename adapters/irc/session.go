package irc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/lrstanley/girc"

	"sprintbot/sprints/chat"
)

// session is one connection, from its registration to its end. The goroutine
// that reads, the link's pump and callers of Send meet under its lock; done
// callbacks run outside it.
type session struct {
	n    *Network
	link *link
	id   string // random: of this connection's keys

	mu    sync.Mutex
	after []func() // to run when the lock is free

	nick       string // ours, as the server knows it
	user, host string // ours, as others see it; empty while unknown
	tried      int    // nicks tried while registering
	started    time.Time
	welcomed   time.Time // zero while registering
	ready      bool      // words may be sent
	over       bool      // it has ended
	offered    map[string]string
	asked      int // capabilities asked for and not answered
	caps       map[string]bool
	known      string            // the account the server has told us we are in
	loggedIn   bool              // by SASL, told as done
	options    map[string]string // of 005
	folding    folding
	why        error // why this side closes the link
	fatal      bool  // no use in trying again
	lines      int   // heard, for keys
	versioned  time.Time
	regained   time.Time            // last try for the configured nick
	pleaded    int                  // how many pleas the services have had for it
	playbacks  map[string]*playback // open batches of old words
	gaps       []*room              // whose gap is to be read, in turn
	gap        *gap                 // the one being read
	skew       time.Duration        // our clock less the server's
	looks      map[string]*question // questions for our own words that are not answered, by label
	asks       int                  // such questions, for labels
	blind      bool                 // the server has refused one

	comings      int // and goings, told since:
	comingsSince time.Time
	renames      int // told since:
	renamesSince time.Time

	labels   map[string]string // open batches that answer a label
	rooms    map[string]*room  // configured channels, by folded name
	joins    joining
	people   map[string]*person // by folded nick
	guests   int
	suspects []*person            // to be asked whether they are bots
	whoxed   map[string]time.Time // channels lately asked for accounts

	flight    []*flying
	careful   map[string]int // lines a place still gets one by one
	recount   map[string]int // a place's lines go again behind this PING
	waiting   map[string][]*flying
	refused   map[string]*flying
	retracts  []*flying // lines of ours to be taken back when the pace allows
	unpinged  int
	pings     int // sent
	ponged    int
	lastPing  time.Time
	lastAlive time.Time

	proven     time.Time // the last sign that the server has read something of ours
	unanswered time.Time // the first PING since then that asks for one, zero none
}

const (
	backAfterKick = 2 * time.Second // doubled with each kick
	forgiven      = 10 * time.Minute
)

// room is a configured channel.
type room struct {
	name    string // as configured
	joined  bool
	named   bool   // its list of names has ended: who is in it is known
	refused string // why not joined, "" while unanswered
	asked   time.Time
	kicked  time.Time // last
	kicks   int       // lately

	since   time.Time      // when we came in, by the server's clock; zero if it does not tell
	holding bool           // live words wait until what was said before is read
	held    []chat.Message // those
	spare   []line         // old words that came unasked meanwhile
}

func (n *Network) newSession(l *link) *session {
	now := time.Now()
	s := &session{
		n: n, link: l, id: strings.ToLower(rand.Text()[:8]), started: now, nick: n.cfg.Nick,
		offered: map[string]string{}, caps: map[string]bool{}, options: map[string]string{}, folding: foldRFC1459,
		playbacks: map[string]*playback{}, labels: map[string]string{}, rooms: map[string]*room{}, people: map[string]*person{},
		whoxed: map[string]time.Time{}, looks: map[string]*question{}, careful: map[string]int{}, recount: map[string]int{}, waiting: map[string][]*flying{},
		refused: map[string]*flying{}, lastAlive: now, joins: n.newJoining(),
	}
	s.foldRooms()
	return s
}

// foldRooms files the configured channels under the server's folding; it runs
// before any is joined.
func (s *session) foldRooms() {
	s.rooms = map[string]*room{}
	channels, _ := s.n.serves()
	for _, name := range channels {
		s.rooms[s.folding.fold(name)] = &room{name: name}
	}
}

// locked runs f under the lock, then what f left for afterwards.
func (s *session) locked(f func()) {
	for _, then := range s.left(f) {
		then()
	}
}

// left runs f under the lock and returns what it left for afterwards; a panic
// on an odd line does not keep the lock.
func (s *session) left(f func()) []func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	after := s.after
	s.after = nil
	return after
}

// run registers and serves the connection until it ends; the error says why.
func (s *session) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	left := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(left)
		s.link.leave("bye")
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.link.pump(ctx, s.n.limits.tick, s.tick)
		if ctx.Err() == nil {
			_ = s.link.Close()
		}
	})
	client := girc.New(girc.Config{
		Server: "irc", Nick: s.n.cfg.Nick, User: strings.ToLower(userName(s.n.cfg.Nick)), Name: s.n.cfg.Version,
		AllowFlood: true, DisableSTS: true, PingDelay: -1,
	})
	client.DisableTracking()
	s.link.hear = s.read
	s.link.send("CAP LS 302")
	err := client.DialerConnect(handed{s.link})
	if !stop() {
		<-left
	}
	cancel()
	s.link.end()
	wg.Wait()
	s.locked(func() {
		s.end()
		if s.why != nil {
			err = s.why
		}
	})
	return err
}

// userName is the user name that goes with a nick: letters and digits, at most
// nine.
func userName(nick string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, nick)
	if name == "" {
		return "bot"
	}
	return name[:min(len(name), 9)]
}

// quit closes the link for a reason of this side's.
func (s *session) quit(why error, fatal bool) {
	if s.why == nil {
		s.why, s.fatal = why, fatal
	}
	_ = s.link.Close()
}

// read takes one raw line, and says whether the server ends the connection with
// it. A panic costs no more than the odd line it is about.
func (s *session) read(raw string) (last bool) {
	defer func() {
		if p := recover(); p != nil {
			s.n.log.Error("an IRC line could not be handled", "panic", fmt.Sprint(p), "where", string(debug.Stack()))
		}
	}()
	l, ok := lineOf(raw)
	if ok {
		s.on(l)
	}
	return ok && l.command == girc.ERROR
}

// on takes one line from the server.
func (s *session) on(l line) {
	s.locked(func() {
		if label := s.labels[l.tags["batch"]]; label != "" && l.tags["label"] == "" {
			l.tags["label"] = label
		}
		if old := s.playbacks[l.tags["batch"]]; old != nil && l.command != "BATCH" {
			if len(old.lines) < batchMost {
				old.lines = append(old.lines, l)
			}
			return
		}
		switch l.command {
		case "PING":
			s.link.send("PONG :" + l.text())
		case "PONG":
			s.hears(time.Now())
			s.pong(l)
		case "ERROR":
			s.errored(l)
		case "PRIVMSG", "NOTICE":
			s.words(l)
		case "CAP", "AUTHENTICATE", "900", "901", "902", "903", "904", "905", "906", "908":
			s.negotiate(l)
		case "001", "005", "376", "422", "396", "431", "432", "433", "436", "437":
			s.registration(l)
		case "JOIN", "PART", "KICK", "QUIT", "KILL", "NICK", "ACCOUNT", "CHGHOST", "352", "353", "354", "366":
			s.presence(l)
		case "311", "335":
			s.isBot(l)
		case "004":
			s.server(l)
		case "REDACT":
			s.redacted(l)
		case "INVITE": // somebody lets us in that could not come in
			if r := s.rooms[s.folding.fold(l.param(1))]; r != nil && !r.joined && s.folding.same(l.param(0), s.nick) {
				r.asked = time.Time{} // at the next tick
			}
		case "TOPIC":
			s.topic(l)
		case "BATCH":
			s.batch(l)
		case "ACK":
			s.acked(l)
		case "407":
			s.tooMany(l)
		case "FAIL", "421":
			switch {
			case l.param(0) == "REDACT":
				s.notTakenBack(l)
			case l.command == "FAIL" && (l.param(0) == "PRIVMSG" || l.param(0) == "NOTICE" || l.param(0) == "JOIN"):
				s.refusal(l)
			default:
				s.noHistory(l)
			}
		case "465", "466":
			s.quit(errors.New("the server banned this connection: "+clean(l.text())), true)
		default:
			s.refusal(l)
		}
	})
}

// banned finds in an ERROR that trying again is no use.
var banned = regexp.MustCompile(`(?i)\b([gkzqde]:?-?lined?|banned|no more connections allowed)\b`)

func (s *session) errored(l line) {
	words := clean(l.text())
	if banned.MatchString(words) {
		s.quit(errors.New("the server banned this connection: "+words), true)
		return
	}
	if tooFast.MatchString(words) {
		s.after = append(s.after, func() { s.n.learn(time.Now()) })
	}
	if s.why == nil {
		s.why = errors.New("the server closed the connection: " + words)
	}
}

// registration follows the welcome, and what the server says of our nick.
func (s *session) registration(l line) {
	switch l.command {
	case "001":
		s.nick = l.param(0)
	case "005":
		if len(l.params) < 2 {
			return
		}
		for _, token := range l.params[1 : len(l.params)-1] {
			key, value, _ := strings.Cut(token, "=")
			s.options[key] = value
		}
		if f := foldingNamed(s.options["CASEMAPPING"]); f != s.folding && s.welcomed.IsZero() {
			s.folding = f
			s.foldRooms()
		}
	case "396":
		s.user, s.host = "", ""
	case "376", "422":
		if s.welcomed.IsZero() {
			s.welcome()
		}
	case "437":
		if channelName(l.param(1)) {
			s.refusal(l)
			return
		}
		s.refusedNick()
	default:
		s.refusedNick()
	}
}

// welcome runs once, at the end of the server's welcome.
func (s *session) welcome() {
	if mechanism := s.n.cfg.mechanism(); mechanism != "" && !s.loggedIn {
		s.quit(errors.New("the server offers no SASL "+mechanism+" login, and this network needs one"), false)
		return
	}
	s.welcomed = time.Now()
	s.hears(s.welcomed)
	if mode := s.options["BOT"]; len(mode) == 1 {
		s.link.send("MODE " + s.nick + " +" + mode)
	}
	s.joinDue(s.welcomed)
	s.n.log.Info("connected", "nick", s.nick, "login", s.loggedIn)
	s.settleReady(s.welcomed)
}
