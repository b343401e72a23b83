package irc

import (
	"maps"
	"regexp"
	"slices"
	"time"

	"sprintbot/sprints/chat"
)

// absent is somebody who is not seen in a channel any more, of whom it is not
// told yet that they left: they may be back soon.
type absent struct {
	from  chat.Handle
	words string
	due   time.Time // when it is told; zero not before the channel's names are known again
}

// split is what servers say of people whom they lost with another server.
var split = regexp.MustCompile(`^\S+\.\S+ \S+\.\S+$`)

// vanishes is somebody's end: the server itself may be about to end, and all come
// back with it, or another server with all its people.
func (s *session) vanishes(nick, words string, now time.Time) {
	p := s.people[s.folding.fold(nick)]
	if p == nil || !s.n.cfg.Presence {
		return
	}
	wait := s.n.limits.quits
	if split.MatchString(words) {
		wait = s.n.limits.returns
	}
	for key := range p.channels {
		s.miss(key, p, words, now.Add(wait))
	}
}

func (s *session) miss(key string, p *person, words string, due time.Time) {
	if s.n.missing[key] == nil {
		s.n.missing[key] = map[string]absent{}
	}
	s.n.missing[key][s.folding.fold(p.nick)] = absent{s.handle(p), words, due}
}

// misses notes who was in a channel that we are out of from now on.
func (s *session) misses(key string) {
	r := s.rooms[key]
	if r == nil || !r.joined || !s.n.cfg.Presence || !r.named && s.n.missing[key] == nil {
		return // in a channel whose names were never known everybody would be new
	}
	if s.n.missing[key] == nil { // alone in it is known as well
		s.n.missing[key] = map[string]absent{}
	}
	for _, p := range s.people {
		if p.channels[key] {
			s.miss(key, p, "", time.Time{})
		}
	}
}

// back says that somebody who joins is no news: they were there before, as far
// as is told, or the names of the channel are still to be compared.
func (s *session) back(key, nick string) bool {
	was := s.n.missing[key]
	if _, missed := was[s.folding.fold(nick)]; missed {
		delete(was, s.folding.fold(nick))
		return true
	}
	r := s.rooms[key]
	return r != nil && !r.named && was != nil
}

// call compares who is in a channel with who was when we were in it last: who
// is new is told now, who is missing once they had the time to come back.
func (s *session) call(r *room, now time.Time) {
	key := s.folding.fold(r.name)
	was := s.n.missing[key]
	if was == nil {
		return
	}
	for _, nick := range slices.Sorted(maps.Keys(s.people)) {
		p := s.people[nick]
		if !p.channels[key] {
			continue
		}
		if _, missed := was[nick]; !missed {
			s.came(r.name, p, now.Add(-s.skew))
		}
		delete(was, nick)
	}
	for nick, a := range was {
		a.due = now.Add(s.n.limits.returns)
		was[nick] = a
	}
}

// tellMissing tells who has left and did not come back.
func (s *session) tellMissing(now time.Time) {
	for key, was := range s.n.missing {
		r := s.rooms[key]
		if r == nil || !r.joined || !r.named {
			continue
		}
		for _, nick := range slices.Sorted(maps.Keys(was)) {
			if a := was[nick]; !a.due.IsZero() && !now.Before(a.due) {
				delete(was, nick)
				s.happened(chat.Left, r.name, a.from, a.words, now.Add(-s.skew))
			}
		}
	}
}
