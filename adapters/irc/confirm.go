package irc

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	barrierLines = 8           // one PING for at most so many lines
	barrierEvery = time.Second // and no more often, at a slow pace
	barrierPaced = 4           // nor more often than so many times the pace

	targetChange = 30 * time.Second // for a server that lets a client speak to so many people in a while, and no more
)

// barrier sends the PING whose PONG confirms the lines before it, when one is
// due. Where the server echoes, only an echo that does not come needs one.
func (s *session) barrier(now time.Time) {
	if s.unpinged == 0 {
		return
	}
	if s.caps["echo-message"] {
		for _, f := range s.flight {
			if f.ping == 0 && now.Sub(f.sent) > s.n.limits.unechoed {
				s.ping(now)
				return
			}
		}
		return
	}
	every := max(s.n.cfg.Pace.Every, s.n.Learned())
	switch {
	case s.unpinged >= barrierLines:
	case every == 0 && s.pings > s.ponged:
		return // the PONG under way calls for the next
	case every > 0 && now.Sub(s.lastPing) < max(barrierEvery, barrierPaced*every):
		return
	}
	s.ping(now)
}

func (s *session) ping(now time.Time) {
	s.pings++
	s.lastPing = now
	for _, f := range s.flight {
		if f.ping == 0 {
			f.ping = s.pings
		}
	}
	s.unpinged = 0
	s.link.send("PING :" + s.pingToken(s.pings))
}

func (s *session) pingToken(n int) string { return "sent-" + s.id + "-" + strconv.Itoa(n) }

// pong confirms every line before its PING: the server has read them, and
// refused none that is still here.
func (s *session) pong(l line) {
	count, ok := strings.CutPrefix(l.text(), "sent-"+s.id+"-")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n > s.pings {
		return
	}
	s.ponged = max(s.ponged, n)
	for _, f := range slices.Clone(s.flight) {
		if f.ping > 0 && f.ping <= n && slices.Contains(s.flight, f) {
			s.confirm(f, chat.Receipt{At: time.Now()})
		}
	}
	for target, until := range s.recount {
		if until <= n {
			delete(s.recount, target)
			s.next(target)
		}
	}
	s.barrier(time.Now())
}

// echoed takes our own line back from the server: it arrived.
func (s *session) echoed(l line, target, raw string) {
	if !s.caps["echo-message"] {
		return
	}
	key := s.folding.fold(target)
	label := l.tags["label"]
	var found *flying
	for _, f := range s.flight {
		if f.target != key && label == "" {
			continue
		}
		if label != "" && f.label == label || label == "" && f.text == raw {
			found = f
			break
		}
		if found == nil && label == "" && f.label == "" {
			found = f // the server changed the words: the oldest there
		}
	}
	if found != nil {
		s.confirm(found, chat.Receipt{ID: l.tags["msgid"], At: l.at})
	}
}

// acked takes the answer of a server that has labels and nothing to echo.
func (s *session) acked(l line) {
	if label := l.tags["label"]; label != "" {
		if s.seen(label, nil, nil) {
			return
		}
		if s.gap != nil && s.gap.label == label {
			s.endGap()
			return
		}
		for _, f := range s.flight {
			if f.label == label {
				s.confirm(f, chat.Receipt{At: l.at})
				return
			}
		}
	}
}

// confirm ends a line well. A line to the same place that was refused before it
// was refused for its words.
func (s *session) confirm(f *flying, receipt chat.Receipt) {
	s.hears(time.Now())
	s.land(f)
	if f.ship.receipt.ID == "" {
		f.ship.receipt = receipt
	}
	s.finish(f, nil)
	if bad := s.refused[f.target]; bad != nil {
		delete(s.refused, f.target)
		s.finish(bad, &chat.ErrRefused{Reason: "the server took the next line and not this one"})
	}
	if s.careful[f.target] > 0 {
		s.careful[f.target]--
	}
	s.next(f.target)
}

// land takes a line out of flight.
func (s *session) land(f *flying) {
	if f.ping == 0 {
		s.unpinged--
	}
	s.flight = slices.DeleteFunc(s.flight, func(g *flying) bool { return g == f })
}

// next sends what waits for a place that is written to one by one.
func (s *session) next(target string) {
	for len(s.waiting[target]) > 0 && s.recount[target] == 0 && (s.careful[target] == 0 || !s.flies(target)) {
		f := s.waiting[target][0]
		s.waiting[target] = s.waiting[target][1:]
		s.launch(f)
	}
	if len(s.waiting[target]) == 0 {
		delete(s.waiting, target)
	}
	if bad := s.refused[target]; bad != nil && !s.flies(target) {
		delete(s.refused, target)
		s.finish(bad, bad.ship.err)
	}
}

// finish ends one line of a shipment, and with the last the shipment.
func (s *session) finish(f *flying, err error) {
	ship := f.ship
	if err != nil {
		ship.err = err
	}
	if ship.left--; ship.left == 0 {
		s.after = append(s.after, func() { ship.done(ship.receipt, ship.err) })
	}
}

// end settles every line of a connection that is over: they are unconfirmed.
func (s *session) end() {
	s.ready, s.over = false, true
	for key := range s.rooms {
		s.misses(key)
	}
	for label := range s.looks {
		s.seen(label, nil, chat.ErrOffline)
	}
	for _, waiting := range s.waiting {
		s.flight = append(s.flight, waiting...)
	}
	for _, f := range s.refused {
		s.flight = append(s.flight, f)
	}
	s.flight = append(s.flight, s.retracts...)
	for _, f := range s.flight {
		s.finish(f, chat.ErrOffline)
	}
	s.flight, s.retracts, s.waiting, s.refused, s.recount = nil, nil, map[string][]*flying{}, map[string]*flying{}, map[string]int{}
}
