package irc

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// wanted are the capabilities used where they are offered: sasl is added when
// there is an account.
var wanted = [...]string{
	"message-tags", "server-time", "batch", "account-tag", "account-notify", "extended-join", "chghost",
	"userhost-in-names", "echo-message", "labeled-response",
}

// saslChunk is how much of a SASL answer fits into one line.
const saslChunk = 400

// negotiate asks for capabilities, each by itself, so that one refusal costs
// one capability, and logs in.
func (s *session) negotiate(l line) {
	switch l.command {
	case "CAP":
		s.capability(l)
	case "AUTHENTICATE":
		if s.n.cfg.Account == "" || s.loggedIn || l.param(0) != "+" {
			return
		}
		account, password := s.n.cfg.Account, s.n.cfg.Password
		answer := base64.StdEncoding.EncodeToString([]byte(account + "\x00" + account + "\x00" + password))
		for piece := range slices.Chunk([]byte(answer), saslChunk) {
			s.link.send("AUTHENTICATE " + string(piece))
		}
		if len(answer)%saslChunk == 0 {
			s.link.send("AUTHENTICATE +")
		}
	case "903":
		if s.n.cfg.Account != "" {
			s.loggedIn = true
			s.registered()
		}
	case "902", "904", "905", "906", "908":
		if s.n.cfg.Account != "" && !s.loggedIn {
			s.quit(errors.New("the SASL login was refused ("+l.command+"): check account and password"), true)
		}
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
	if mechanisms, ok := s.offered["sasl"]; ok && s.n.cfg.Account != "" && !s.loggedIn &&
		(mechanisms == "" || slices.Contains(strings.Split(mechanisms, ","), "PLAIN")) {
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
	if s.n.cfg.Account != "" && s.caps["sasl"] && !s.loggedIn {
		s.link.send("AUTHENTICATE PLAIN")
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
