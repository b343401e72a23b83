package irc

import (
	"fmt"
	"slices"
	"time"
)

// collisions are what is appended to the nick while somebody holds it, in
// order; the last is the longest.
var collisions = [...]string{"", "_", "__", "-bot", "-bot2", "-bot3"}

// shortNick is how long nicks are everywhere, in letters.
const shortNick = 9

// standIns are the nicks that are tried, in order: the configured one and what
// stands in for it, each also as a server with short nicks has room for it, which
// would cut the suffix off.
func standIns(nick string) []string {
	all := []string{nick}
	add := func(n string) {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	for _, suffix := range collisions[1:] {
		add(nick + suffix)
		add(nick[:min(len(nick), shortNick)])
		add(nick[:min(len(nick), shortNick-len(suffix))] + suffix)
	}
	return all
}

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
	all := standIns(s.n.cfg.Nick)
	if s.tried >= 2*len(all) {
		s.quit(fmt.Errorf("the nick %s and all like it are taken or refused", s.n.cfg.Nick), false)
		return
	}
	s.nick = all[s.tried%len(all)]
	s.link.send("NICK " + s.nick)
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
