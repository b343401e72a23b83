package irc

import (
	"fmt"
	"time"
)

// collisions are what is appended to the nick while somebody holds it, in
// order; the last is the longest.
var collisions = [...]string{"", "_", "__", "-bot", "-bot2", "-bot3"}

// pleas are what NickServ is asked, one after the other, to take the nick from
// a ghost of ours; networks differ in which of them they know. No password goes
// with them: the login is what counts, so that nobody called NickServ learns
// anything.
var pleas = [...]string{"REGAIN", "GHOST", "RECOVER", "RELEASE"}

// refusedNick takes the server's no to a nick: while registering the next one
// is tried; later the services are asked for ours, if we are logged in.
func (s *session) refusedNick() {
	if s.welcomed.IsZero() {
		s.collided()
		return
	}
	if s.pleaded == len(pleas) || !s.loggedIn {
		s.pleaded = 0
		return // the tick tries again
	}
	s.link.send("PRIVMSG NickServ :" + pleas[s.pleaded] + " " + s.n.cfg.Nick)
	s.pleaded++
}

// collided tries the next nick while registering.
func (s *session) collided() {
	s.tried++
	if s.tried >= 4*len(collisions) {
		s.quit(fmt.Errorf("the nick %s and all like it are taken or refused", s.n.cfg.Nick), false)
		return
	}
	suffix := collisions[s.tried%len(collisions)]
	nick := s.n.cfg.Nick + suffix
	if s.tried >= len(collisions) { // a server with short nicks cuts the suffix off
		nick = s.n.cfg.Nick[:min(len(s.n.cfg.Nick), 9-len(suffix))] + suffix
	}
	s.nick = nick
	s.link.send("NICK " + nick)
}

// regainDue says whether it is time to ask for the configured nick: at once
// and soon again while the services can help, else now and then.
func (s *session) regainDue(now time.Time) bool {
	if s.folding.same(s.nick, s.n.cfg.Nick) {
		return false
	}
	wait := s.n.limits.regain
	if s.pleaded > 0 {
		wait = s.n.limits.plead
	}
	return s.regained.IsZero() && s.loggedIn || now.Sub(s.regained) > wait && now.Sub(s.welcomed) > wait
}

// regain asks for the configured nick again.
func (s *session) regain(now time.Time) {
	s.regained = now
	s.link.send("NICK " + s.n.cfg.Nick)
}

// freed asks for the configured nick when somebody leaves it.
func (s *session) freed(nick string) {
	if s.folding.same(nick, s.n.cfg.Nick) && !s.folding.same(s.nick, s.n.cfg.Nick) {
		s.regain(time.Now())
	}
}
