package irc

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

const joinBytes = lineBytes - len("JOIN \r\n") // of the channels in one line

// joining is how the channels are asked for: several in a line, and lines no
// faster than words go.
type joining struct {
	pace  *rate.Limiter
	idler *rate.Limiter // of those, questions that nobody waits for
	most  int           // channels in one line; 0: as many as fit
}

// idly is how many times slower than words questions go that nobody waits for:
// they come beside the words.
const idly = 4

func (n *Network) newJoining() joining {
	pace := n.taught()
	if pace.Every <= 0 {
		return joining{pace: rate.NewLimiter(rate.Inf, 0), idler: rate.NewLimiter(rate.Inf, 0)}
	}
	return joining{
		pace:  rate.NewLimiter(rate.Every(pace.Every), max(1, pace.Burst)),
		idler: rate.NewLimiter(rate.Every(idly*pace.Every), max(1, pace.Burst/2)),
	}
}

// idle says that a question that nobody waits for may be asked now.
func (j joining) idle(now time.Time) bool {
	turn := j.idler.ReserveN(now, 1)
	if turn.DelayFrom(now) == 0 && j.pace.AllowN(now, 1) {
		return true
	}
	turn.CancelAt(now)
	return false
}

// joinDue asks for the channels we are not in whose time it is, in the order
// they are configured. How many the server takes it says itself: what it tells
// by CHANLIMIT need not be what it allows us. A channel with a key has a line of
// its own.
func (s *session) joinDue(now time.Time) {
	if s.welcomed.IsZero() || s.why != nil {
		return
	}
	var due []*room
	channels, keys := s.n.serves()
	for _, name := range channels {
		r := s.rooms[s.folding.fold(name)]
		if r != nil && !r.joined && !s.asking(r, now) {
			due = append(due, r)
		}
	}
	for len(due) > 0 && s.joins.pace.AllowN(now, 1) {
		names, n := due[0].name, 1
		key := keys[due[0].name]
		if key != "" {
			key = " " + key
		}
		for key == "" && n < len(due) && keys[due[n].name] == "" && n != s.joinsMost() && len(names)+1+len(due[n].name) <= joinBytes {
			names += "," + due[n].name
			n++
		}
		for _, r := range due[:n] {
			r.asked, r.refused, r.named = now, "", false
		}
		due = due[n:]
		s.link.send("JOIN " + names + key)
	}
}

// asking says that a channel has been asked for and may be asked for again only
// later.
func (s *session) asking(r *room, now time.Time) bool {
	return !r.asked.IsZero() && now.Sub(r.asked) <= s.n.limits.rejoin
}

// joinsMost is how many channels one JOIN may name, 0 for no such limit.
func (s *session) joinsMost() int {
	if s.joins.most > 0 {
		return s.joins.most
	}
	if targets, told := s.options["TARGMAX"]; told {
		for token := range strings.SplitSeq(targets, ",") {
			if verb, most, _ := strings.Cut(token, ":"); strings.EqualFold(verb, "JOIN") {
				n, _ := strconv.Atoi(most)
				return max(n, 0)
			}
		}
		return 1 // not listed: not more than one
	}
	n, _ := strconv.Atoi(s.options["MAXTARGETS"])
	return max(n, 0)
}

// tooMany takes a server's word that a JOIN named too many channels: from now
// on one by one, those unanswered again.
func (s *session) tooMany(l line) {
	if s.joins.most == 1 || !strings.ContainsAny(l.param(1), "#&+!") {
		return
	}
	s.joins.most = 1
	for _, r := range s.rooms {
		if !r.joined && r.refused == "" {
			r.asked = time.Time{}
		}
	}
	s.joinDue(time.Now())
}
