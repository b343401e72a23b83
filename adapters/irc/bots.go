package irc

import (
	"slices"
	"strings"
	"time"
)

// askOnce is what is known of a person: whether they are a bot is asked at most
// once.
type askOnce int

const (
	unasked askOnce = iota
	due             // to be asked
	asked
)

// suspect has the server asked whether somebody is a bot, where it doesn't mark
// bots' lines itself: those whose nicks say so, and those who speak as relays
// do, these first: a bot that repeats us is heard already. So two sprintbots in
// one channel know each other.
func (s *session) suspect(p *person, speaks bool, now time.Time) {
	if p != nil && p.whois == due && speaks {
		if i := slices.Index(s.suspects, p); i > 0 {
			s.suspects = slices.Insert(slices.Delete(s.suspects, i, i+1), 0, p)
		}
	}
	if p == nil || p.whois != unasked || s.caps["message-tags"] && s.options["BOT"] != "" {
		return
	}
	p.whois = due
	if speaks {
		s.suspects = slices.Insert(s.suspects, 0, p)
	} else {
		s.suspects = append(s.suspects, p)
	}
	s.askSuspects(now)
}

// askSuspects asks for as many as the pace allows; servers fine questions too.
func (s *session) askSuspects(now time.Time) {
	for len(s.suspects) > 0 {
		p := s.suspects[0]
		there := s.people[s.folding.fold(p.nick)] == p
		if there && !s.joins.idle(now) {
			return
		}
		s.suspects = s.suspects[1:]
		if there {
			p.whois = asked
			s.link.send("WHOIS " + p.nick)
		}
	}
}

// likeBot says that a nick is one of those that bots have.
func likeBot(nick string) bool { return strings.Contains(strings.ToLower(nick), "bot") }

// likeRelay says that words begin as a sprintbot's do: "<ada (IRC)> hello".
func likeRelay(words string) bool {
	name, _, ok := strings.Cut(words, ")> ")
	return ok && strings.HasPrefix(name, "<") && strings.Contains(name, " (")
}

// isBot takes from a line about somebody that they are a bot: by the mode
// that says so, or because they are a sprintbot by their real name.
func (s *session) isBot(l line) {
	p := s.people[s.folding.fold(l.param(1))]
	if p == nil {
		return
	}
	switch l.command {
	case "311":
		p.bot = p.bot || strings.HasPrefix(l.text(), "sprintbot ")
	case "335": // some servers say something else with this number
		p.bot = p.bot || strings.Contains(strings.ToLower(l.text()), "bot")
	}
}

// server takes from the welcome whether a mode for bots is there that nothing
// else tells of.
func (s *session) server(l line) {
	if strings.HasPrefix(l.param(2), "ngircd-") && strings.Contains(l.param(3), "B") {
		s.options["BOT"] = "B"
	}
}
