package irc

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"sprintbot/sprints/chat"
)

// settleReady opens the network for words when every channel has answered, or
// has had its time.
func (s *session) settleReady(now time.Time) {
	if s.ready || s.welcomed.IsZero() || s.why != nil {
		return
	}
	for _, r := range s.rooms {
		if !r.named && r.refused == "" && now.Sub(s.welcomed) < s.n.limits.joins {
			return
		}
	}
	s.ready = true
	s.announce()
}

// outMost is how many channels the status names that we are not in.
const outMost = 5

// announce tells the status of a ready session.
func (s *session) announce() {
	if !s.ready {
		return
	}
	note := "connected as " + s.nick
	out, lacks := 0, false
	channels, _ := s.n.serves()
	for _, name := range channels {
		r := s.rooms[s.folding.fold(name)]
		if r == nil || r.joined {
			continue
		}
		lacks = lacks || r.refused != ""
		if out++; out > outMost {
			continue
		}
		note += ", not in " + r.name
		if r.refused != "" {
			note += " (" + r.refused + ")"
		}
	}
	if out > outMost {
		note += ", nor in " + strconv.Itoa(out-outMost) + " more"
	}
	echoes := s.caps["echo-message"]
	s.after = append(s.after, func() {
		s.n.mu.Lock()
		s.n.echoes = echoes
		s.n.mu.Unlock()
		s.n.set(func(st *chat.Status) { st.Up, st.Fatal, st.Lacks, st.Note = true, false, lacks, note })
	})
}

// hears notes that the server has read something of ours: what comes from it
// alone says nothing of the other direction.
func (s *session) hears(now time.Time) { s.proven, s.unanswered = now, time.Time{} }

// tick looks after what waits for time: the registration's bound, silence,
// channels and the nick to try again, barriers, people long gone.
func (s *session) tick(now time.Time) {
	s.locked(func() {
		limits := s.n.limits
		quiet := now.Sub(s.link.lastRead())
		switch {
		case s.welcomed.IsZero():
			if now.Sub(s.started) > limits.welcome {
				s.quit(errors.New("the server never finished its welcome"), false)
			}
			return
		case quiet > limits.dead:
			s.quit(fmt.Errorf("the server was silent for %s", quiet.Round(time.Second)), false)
			return
		case !s.unanswered.IsZero() && now.Sub(s.unanswered) > limits.answer():
			why := fmt.Errorf("the server has answered nothing for %s, though it speaks", now.Sub(s.proven).Round(time.Second))
			if quiet >= limits.answer() {
				why = fmt.Errorf("the server was silent for %s", quiet.Round(time.Second))
			}
			s.quit(why, false)
			return
		case now.Sub(s.proven) > limits.quiet && now.Sub(s.lastAlive) > limits.quiet:
			s.lastAlive = now
			if s.unanswered.IsZero() {
				s.unanswered = now
			}
			s.link.send("PING :alive-" + s.id)
		}
		s.n.forgive(now)
		s.joinDue(now)
		if s.regainDue(now) {
			s.regain(now)
		}
		s.watchGaps(now)
		s.forget(now)
		s.tellMissing(now)
		s.accounts(now)
		s.takeBackMore(now)
		s.askSuspects(now)
		s.barrier(now)
		s.settleReady(now)
	})
}
