package irc

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// wanted are the capabilities used where they are offered: sasl is added when
// there is an account.
var wanted = [...]string{
	"message-tags", "server-time", "batch", "account-tag", "account-notify", "extended-join", "chghost",
	"userhost-in-names", "echo-message", "labeled-response", "chathistory", "draft/chathistory",
	"draft/message-redaction",
}

// saslChunk is how much of a SASL answer fits into one line.
const saslChunk = 400

// negotiate asks for capabilities, each by itself, so that one refusal costs
// one capability, and logs in.
func (s *session) negotiate(l line) {
	mechanism := s.n.cfg.mechanism()
	switch l.command {
	case "CAP":
		s.capability(l)
	case "AUTHENTICATE":
		if mechanism != "" && !s.loggedIn && l.param(0) == "+" {
			s.authenticate()
		}
	case "900":
		s.known = named(l.param(2))
	case "901":
		s.known, s.loggedIn = "", false
		if !s.welcomed.IsZero() {
			s.n.log.Warn("logged out by the services")
		}
	case "903":
		switch {
		case mechanism == "" || s.loggedIn:
		case s.known == "":
			s.quit(errors.New("the SASL login ended well (903) but names no account (900)"), false)
		case s.n.cfg.External && s.n.cfg.Account != "" && !s.folding.same(s.known, s.n.cfg.Account):
			s.quit(fmt.Errorf("the certificate belongs to the account %s, not to %s", clean(s.known), s.n.cfg.Account), true)
		default:
			s.loggedIn = true
			s.registered()
		}
	case "902", "904", "905", "906", "908":
		if mechanism == "" || s.loggedIn {
			return
		}
		check := "check account and password"
		if mechanism == "EXTERNAL" {
			check = "check that the certificate's fingerprint is on the account (NickServ CERT ADD)"
		}
		s.quit(errors.New("the SASL login was refused ("+l.command+"): "+check), true)
	}
}

// authenticate answers the server's question for the login, in pieces.
func (s *session) authenticate() {
	c := s.n.cfg
	words := c.Account + "\x00" + c.Account + "\x00" + c.Password
	if c.External { // the certificate says who; some services take nothing else
		words = ""
	}
	answer := base64.StdEncoding.EncodeToString([]byte(words))
	for piece := range slices.Chunk([]byte(answer), saslChunk) {
		s.link.send("AUTHENTICATE " + string(piece))
	}
	if len(answer)%saslChunk == 0 {
		s.link.send("AUTHENTICATE +")
	}
}

func (s *session) capability(l line) {
	last := strings.Fields(l.text())
	switch strings.ToUpper(l.param(1)) {
	case "LS":
		s.offer(last)
		if l.param(2) != "*" || len(l.params) < 4 {
			s.request()
		}
	case "NEW":
		s.offer(last)
		s.request()
	case "ACK":
		for _, name := range last {
			if gone, off := strings.CutPrefix(name, "-"); off {
				delete(s.caps, gone)
				continue
			}
			s.caps[name] = true
			s.asked--
		}
		s.answered()
	case "NAK":
		s.asked -= len(last)
		s.answered()
	case "DEL":
		for _, name := range last {
			delete(s.caps, name)
			delete(s.offered, name)
		}
	}
}

func (s *session) offer(tokens []string) {
	for _, token := range tokens {
		name, value, _ := strings.Cut(token, "=")
		s.offered[name] = value
	}
}

// request asks for what is wanted, offered and not had.
func (s *session) request() {
	ask := wanted[:]
	mechanism := s.n.cfg.mechanism()
	if offered, ok := s.offered["sasl"]; ok && mechanism != "" && !s.loggedIn &&
		(offered == "" || slices.Contains(strings.Split(offered, ","), mechanism)) {
		ask = append(slices.Clone(ask), "sasl")
	}
	for _, name := range ask {
		if _, ok := s.offered[name]; ok && !s.caps[name] {
			s.asked++
			s.link.send("CAP REQ :" + name)
		}
	}
	s.answered()
}

// answered goes on when no question about capabilities is open.
func (s *session) answered() {
	if s.asked > 0 {
		return
	}
	s.asked = 0
	if mechanism := s.n.cfg.mechanism(); mechanism != "" && s.caps["sasl"] && !s.loggedIn {
		s.link.send("AUTHENTICATE " + mechanism)
		return
	}
	s.registered()
}

// registered ends the negotiation; the server then sends its welcome.
func (s *session) registered() {
	if s.welcomed.IsZero() {
		s.link.send("CAP END")
	}
}
