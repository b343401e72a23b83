package irc

import (
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	guestMemory   = 10 * time.Minute // a guest in no shared channel is the same one so long
	accountMemory = time.Minute      // an account seen on words from outside the channels holds so long
	whoEvery      = 10 * time.Second // a channel is asked for its accounts no more often
)

// person is one other connection to the server, as far as it was seen.
type person struct {
	nick, user, host string
	account          string // "" when not logged in or unknown
	asked            bool   // the account is known, one way or the other
	took             bool   // their nick was not theirs when we came, or they not here
	guest            string // the id of a guest, made when first needed
	channels         map[string]bool
	heard            time.Time
	bot              bool    // the server says that they are one
	whois            askOnce // whether it was asked
}

// see finds who a line is from, or begins a new person. Somebody who shares no
// channel is the person known by the nick only with the same user@host and
// within 10 minutes.
func (s *session) see(l line) *person {
	key := s.folding.fold(l.nick)
	p := s.people[key]
	if p != nil && len(p.channels) == 0 &&
		(time.Since(p.heard) > guestMemory || p.host != "" && (p.host != l.host || p.user != l.user)) {
		p = nil
	}
	if p == nil {
		p = &person{channels: map[string]bool{}}
		s.people[key] = p
	}
	p.nick, p.heard = l.nick, time.Now()
	if l.host != "" {
		p.user, p.host = l.user, l.host
	}
	if s.caps["account-tag"] { // the server says it with every line
		s.logged(p, l.tags["account"])
	}
	return p
}

// handle is the person's identity: the account where there is one, else a
// guest of this connection.
func (s *session) handle(p *person) chat.Handle {
	h := chat.Handle{Network: s.n.cfg.Name, Nick: p.nick, Account: p.account}
	if p.account != "" {
		h.ID = "account:" + s.folding.fold(p.account)
		return h
	}
	if p.guest == "" {
		s.guests++
		p.guest = "guest:" + s.id + strconv.Itoa(s.guests) + ":" + s.folding.fold(p.nick)
	}
	h.ID = p.guest
	return h
}

// reach finds the nick to which words for a person may go now.
func (s *session) reach(id string) (nick string, err error) {
	if account, ok := strings.CutPrefix(id, "account:"); ok {
		var best *person
		for _, p := range s.people {
			if p.account == "" || s.folding.fold(p.account) != s.folding.fold(account) ||
				len(p.channels) == 0 && time.Since(p.heard) > accountMemory {
				continue
			}
			if best == nil || p.heard.After(best.heard) {
				best = p
			}
		}
		if best == nil {
			return "", &chat.ErrPlace{Reason: "nobody here is logged in to that account now"}
		}
		return best.nick, nil
	}
	for _, p := range s.people {
		if p.guest == id && (len(p.channels) > 0 || time.Since(p.heard) <= guestMemory) {
			return p.nick, nil
		}
	}
	return "", &chat.ErrRefused{Reason: "that guest has left", Nobody: true}
}

// kicked has the bot back soon after the first kick, for what is said without
// it is lost; later the more often it is kicked.
func (s *session) kicked(channel string) {
	r := s.rooms[s.folding.fold(channel)]
	if r == nil {
		return
	}
	if r.asked.Sub(r.kicked) > forgiven {
		r.kicks = 0
	}
	rejoin := s.n.limits.rejoin
	r.asked, r.kicked = r.asked.Add(min(rejoin, backAfterKick<<r.kicks)-rejoin), r.asked
	r.kicks = min(r.kicks+1, 8)
}

// presence follows who is where.
func (s *session) presence(l line) {
	mine := s.folding.same(l.nick, s.nick)
	switch l.command {
	case "JOIN":
		s.joined(l, mine)
	case "PART":
		for channel := range strings.SplitSeq(l.param(0), ",") {
			s.leaves(l.nick, channel, l.param(1), l.at)
			s.parted(l.nick, channel, "left")
		}
	case "KICK":
		s.leaves(l.param(1), l.param(0), l.param(2), l.at)
		s.parted(l.param(1), l.param(0), "kicked")
		if s.folding.same(l.param(1), s.nick) {
			s.kicked(l.param(0))
		}
	case "QUIT":
		if !mine {
			s.vanishes(l.nick, l.param(0), time.Now())
			s.gone(l.nick)
		}
	case "KILL":
		if !s.folding.same(l.param(0), s.nick) {
			s.gone(l.param(0))
		}
	case "NICK":
		s.renamed(l, mine)
	case "ACCOUNT":
		if p := s.people[s.folding.fold(l.nick)]; p != nil {
			s.logged(p, named(l.param(0)))
			if p.account != "" {
				s.isCalled(p, l.at)
			}
		}
	case "CHGHOST":
		if mine {
			s.user, s.host = l.param(0), l.param(1)
		} else if p := s.people[s.folding.fold(l.nick)]; p != nil {
			p.user, p.host = l.param(0), l.param(1)
		}
	case "353":
		s.names(l)
	case "366":
		if r := s.rooms[s.folding.fold(l.param(1))]; r != nil && r.joined {
			if !r.named {
				s.call(r, time.Now())
			}
			r.named = true
			s.readGap(r)
			s.settleReady(time.Now())
			s.announce()
		}
	case "352":
		s.who(l.param(5), l.param(2), l.param(3), "", false)
	case "354":
		if len(l.params) == 6 && l.param(1) == whoToken {
			s.who(l.param(4), l.param(2), l.param(3), l.param(5), true)
		}
	}
}

// named is an account's name as lines give it: "*" and "0" are none.
func named(account string) string {
	if account == "*" || account == "0" {
		return ""
	}
	return account
}

func (s *session) joined(l line, mine bool) {
	for channel := range strings.SplitSeq(l.param(0), ",") {
		key := s.folding.fold(channel)
		if mine {
			s.user, s.host = l.user, l.host
			if r := s.rooms[key]; r != nil {
				r.joined, r.refused = true, ""
				s.entered(r, l)
			}
			continue
		}
		p := s.people[s.folding.fold(l.nick)]
		fresh := p == nil || len(p.channels) == 0
		if fresh {
			p = s.see(l)
			p.took = true
		}
		p.channels[key] = true
		if s.caps["extended-join"] && len(l.params) > 1 {
			s.logged(p, named(l.param(1)))
			if fresh && p.account != "" {
				s.isCalled(p, l.at)
			}
		}
		if !s.back(key, p.nick) {
			s.came(channel, p, l.at)
		}
		if likeBot(p.nick) {
			s.suspect(p, false, time.Now())
		}
	}
}

// parted ends a stay in a channel; whoever shares none with us any more is
// forgotten, guests for good.
func (s *session) parted(nick, channel, why string) {
	key := s.folding.fold(channel)
	if !s.folding.same(nick, s.nick) {
		if p := s.people[s.folding.fold(nick)]; p != nil {
			delete(p.channels, key)
			if len(p.channels) == 0 {
				s.gone(nick)
			}
		}
		return
	}
	s.misses(key)
	for _, p := range s.people {
		if p.channels[key] {
			delete(p.channels, key)
			if len(p.channels) == 0 { // out of our sight, not gone
				delete(s.people, s.folding.fold(p.nick))
				s.freed(p.nick)
			}
		}
	}
	if r := s.rooms[key]; r != nil {
		r.joined, r.named, r.refused, r.asked = false, false, why, time.Now()
		s.leaveGap(r)
		s.n.log.Warn("out of a channel", "channel", r.name, "why", why)
		s.announce()
	}
}

// gone forgets a person who is in no channel of ours any more. Somebody who held
// the configured nick leaves it free.
func (s *session) gone(nick string) {
	s.leftUs(s.people[s.folding.fold(nick)])
	delete(s.people, s.folding.fold(nick))
	s.freed(nick)
}

func (s *session) renamed(l line, mine bool) {
	to := l.param(0)
	if to == "" {
		return
	}
	if mine {
		s.nick, s.pleaded = to, 0
		s.n.log.Info("the nick changed", "nick", to)
		s.announce()
		return
	}
	from := s.folding.fold(l.nick)
	if p := s.people[from]; p != nil {
		delete(s.people, from)
		p.nick, p.took = to, true
		s.people[s.folding.fold(to)] = p
		s.isCalled(p, l.at)
	}
	s.freed(l.nick)
}

// names reads one line of a channel's list: who is there, maybe with
// user@host.
func (s *session) names(l line) {
	channel := s.folding.fold(l.param(2))
	prefixes := "@+%&~!"
	if _, marks, ok := strings.Cut(s.options["PREFIX"], ")"); ok && marks != "" {
		prefixes = marks
	}
	for token := range strings.FieldsSeq(l.text()) {
		nick, mask, _ := strings.Cut(strings.TrimLeft(token, prefixes), "!")
		if nick == "" || s.folding.same(nick, s.nick) {
			continue
		}
		user, host, _ := strings.Cut(mask, "@")
		key := s.folding.fold(nick)
		p := s.people[key]
		if p == nil || len(p.channels) == 0 && host != "" && (p.host != host || p.user != user) {
			p = &person{nick: nick, channels: map[string]bool{}}
			s.people[key] = p
		}
		if host != "" {
			p.user, p.host = user, host
		}
		p.channels[channel] = true
		if likeBot(nick) {
			s.suspect(p, false, time.Now())
		}
	}
}

// whoToken marks our own WHOX answers.
const whoToken = "417"

func (s *session) who(nick, user, host, account string, told bool) {
	if p := s.people[s.folding.fold(nick)]; p != nil && len(p.channels) > 0 {
		p.user, p.host = user, host
		if told {
			s.logged(p, named(account))
		}
	}
}

// accounts asks, on servers with WHOX, for the accounts of people who were in a
// channel before us or joined without saying: one question a channel.
func (s *session) accounts(now time.Time) {
	if _, ok := s.options["WHOX"]; !ok {
		return
	}
	ask := map[string]bool{}
	for _, p := range s.people {
		if !p.asked {
			for channel := range p.channels {
				ask[channel] = true
			}
		}
	}
	for key := range ask {
		if r := s.rooms[key]; r != nil && r.named && now.Sub(s.whoxed[key]) > whoEvery {
			if !s.joins.pace.AllowN(now, 1) {
				return // servers fine questions too
			}
			s.whoxed[key] = now
			s.link.send("WHO " + r.name + " %tuhna," + whoToken)
		}
	}
}

// forget drops people outside the channels who have been quiet for long.
func (s *session) forget(now time.Time) {
	for key, p := range s.people {
		if len(p.channels) == 0 && now.Sub(p.heard) > guestMemory {
			delete(s.people, key)
		}
	}
}
