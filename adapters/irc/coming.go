package irc

import (
	"strconv"
	"time"

	"sprintbot/sprints/chat"
)

const (
	comingsEvery = 10 * time.Second // in so long
	comingsMost  = 50               // so many comings and goings are told; the rest of a netsplit is not
)

// came tells that somebody joined a channel.
func (s *session) came(channel string, p *person, at time.Time) {
	s.happened(chat.Joined, channel, s.handle(p), "", at)
}

// leaves tells that somebody is about to be forgotten in a channel.
func (s *session) leaves(nick, channel, words string, at time.Time) {
	if p := s.people[s.folding.fold(nick)]; p != nil {
		s.happened(chat.Left, channel, s.handle(p), words, at)
	}
}

// isCalled tells what somebody is called, where it can be that they are known:
// by an account, or by a guest's id that this connection gave them.
func (s *session) isCalled(p *person, at time.Time) {
	if p.account == "" && p.guest == "" {
		return
	}
	if now := time.Now(); now.Sub(s.renamesSince) > comingsEvery {
		s.renamesSince, s.renames = now, 0
	}
	if s.renames++; s.renames > comingsMost {
		return // it is seen when they speak
	}
	h := s.handle(p)
	h.Bot = p.bot
	s.lines++
	s.n.heard.Put(chat.Message{ID: s.id + "-" + strconv.Itoa(s.lines), In: chat.Direct(h), From: h, At: at, Kind: chat.Renamed})
}

// topic tells that somebody changed what a channel is about.
func (s *session) topic(l line) {
	if len(l.params) > 1 && l.host != "" && !s.folding.same(l.nick, s.nick) {
		s.happened(chat.Topic, l.param(0), s.handle(s.see(l)), l.text(), l.at)
	}
}

// happened gives what is no word, where it is wanted: so many in a while, so
// that a split of the network does not crowd out words.
func (s *session) happened(kind chat.Kind, channel string, from chat.Handle, words string, at time.Time) {
	r := s.rooms[s.folding.fold(channel)]
	if !s.n.cfg.Presence || r == nil || !r.joined {
		return
	}
	if now := time.Now(); now.Sub(s.comingsSince) > comingsEvery {
		s.comingsSince, s.comings = now, 0
	}
	if s.comings++; s.comings > comingsMost {
		return
	}
	s.lines++
	s.hear(r, chat.Message{
		ID: s.id + "-" + strconv.Itoa(s.lines), In: chat.Place{Network: s.n.cfg.Name, Channel: r.name},
		From: from, At: at, Text: decode(words), Kind: kind,
	})
}
