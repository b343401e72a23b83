package main

import (
	"regexp"
	"strings"
	"testing"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// ircStand is a real IRC server with people on raw sockets.
type ircStand struct {
	t       *testing.T
	server  *irctest.Server
	net     *irc.Network
	config  irc.Config
	account string // of the first person, "" where the server has none
	clients map[string]*irctest.Client
	lines   map[string][]irctest.Line // of earlier connections, by person
}

const ircPassword = "the-bots-own-password"

func ngircdStand(t *testing.T) stand {
	server := irctest.NgIRCd(t)
	return newIRCStand(t, server, irc.Config{Server: server.Addr}, "")
}

func inspircdStand(t *testing.T) stand {
	server := irctest.InspIRCd(t)
	server.Register("sprintbot", ircPassword)
	server.Register("ada", "adas-password")
	return newIRCStand(t, server, irc.Config{
		Server: server.TLSAddr, TLS: true, Roots: server.Roots, Account: "sprintbot", Password: ircPassword,
	}, "ada")
}

func newIRCStand(t *testing.T, server *irctest.Server, config irc.Config, account string) *ircStand {
	config.Name, config.Nick, config.Channels = "libera", "sprintbot", []string{"#Sprints"}
	s := &ircStand{t: t, server: server, config: config, account: account, clients: map[string]*irctest.Client{}, lines: map[string][]irctest.Line{}}
	s.net = s.new(config)
	s.arrive()
	return s
}

func (s *ircStand) new(config irc.Config) *irc.Network {
	n, err := irc.New(config)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// arrive connects the people.
func (s *ircStand) arrive() {
	for _, who := range s.people() {
		if who == s.account {
			s.clients[who] = s.server.Dial(who, irctest.WithSASL(who, who+"s-password"))
		} else {
			s.clients[who] = s.server.Dial(who)
		}
		s.clients[who].Join("#sprints")
	}
}

func (s *ircStand) network() relay.Network { return s.net }
func (s *ircStand) room() chat.Place       { return chat.Place{Network: "libera", Channel: "#Sprints"} }
func (s *ircStand) people() []string       { return []string{"ada", "grace"} }

// say waits for the server, so that two people speak one after the other.
func (s *ircStand) say(who, words string) bool {
	s.clients[who].Say("#sprints", words)
	s.clients[who].Sync()
	return true
}

func (s *ircStand) act(who, words string) bool {
	s.clients[who].Action("#sprints", words)
	return true
}

func (s *ircStand) sayDirect(who, words string) bool {
	s.clients[who].Say("sprintbot", words)
	return true
}

// from are the bot's lines that somebody read, to a channel or a nick.
func (s *ircStand) from(who, target string) []irctest.Line {
	c := s.clients[who]
	c.Sync()
	var found []irctest.Line
	for _, l := range append(s.lines[who][:len(s.lines[who]):len(s.lines[who])], c.Lines()...) {
		if (l.Command == "PRIVMSG" || l.Command == "NOTICE") && l.Nick == "sprintbot" && strings.EqualFold(l.Target(), target) {
			found = append(found, l)
		}
	}
	return found
}

var ircSpeaker = regexp.MustCompile(`^<([^>]*)>(?: (.*))?$`)

func (s *ircStand) shown() []posted {
	var all []posted
	for _, l := range s.from("grace", "#sprints") {
		p := posted{by: "sprintbot", words: l.Text()}
		if action, ok := strings.CutPrefix(p.words, "\x01ACTION "); ok {
			p.words = strings.TrimSuffix(action, "\x01")
		}
		if m := ircSpeaker.FindStringSubmatch(p.words); m != nil && l.Command == "PRIVMSG" {
			p.by, p.words = m[1], m[2]
		}
		all = append(all, p)
	}
	return all
}

func (s *ircStand) told(who string) []string {
	var all []string
	for _, l := range s.from(who, who) {
		all = append(all, l.Text())
	}
	return all
}

func (s *ircStand) pieces(chat.Part) int { return 1 }

func (s *ircStand) breakLink() {
	for who, c := range s.clients {
		c.Sync()
		s.lines[who] = append(s.lines[who], c.Lines()...)
	}
	s.server.Stop()
}

func (s *ircStand) heal() {
	s.server.Start()
	s.arrive()
}

func (s *ircStand) secrets() []string { return []string{ircPassword} }

func (s *ircStand) refused(wrong string) relay.Network {
	if s.account == "" {
		return nil
	}
	config := s.config
	config.Nick, config.Password = "intruder", wrong
	return s.new(config)
}
