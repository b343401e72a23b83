package irc

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	barrierLines = 8            // one PING for at most so many lines
	barrierEvery = time.Second  // and no more often, at a slow pace
	barrierPaced = 4            // nor more often than so many times the pace
	carefulLines = barrierLines // passed one by one, a place is trusted again
)

// shipment is one Part on its way: usually one line, more where the server
// turned out to put more in front than a line has room for.
type shipment struct {
	left    int
	receipt chat.Receipt
	err     error
	done    func(chat.Receipt, error)
}

// flying is one line written and not yet confirmed.
type flying struct {
	target string // folded
	raw    string // the line, without tags
	text   string
	label  string
	ping   int // number of the PING behind it, 0 while there is none
	sent   time.Time
	ship   *shipment
}

// Send puts one part on the wire; see relay.Network.
func (n *Network) Send(ctx context.Context, part chat.Part, done func(chat.Receipt, error)) {
	n.mu.Lock()
	s := n.now
	n.mu.Unlock()
	if s == nil || ctx.Err() != nil {
		done(chat.Receipt{}, chat.ErrOffline)
		return
	}
	s.locked(func() { s.post(part, done) })
}

// post checks where the part goes, and writes it.
func (s *session) post(part chat.Part, done func(chat.Receipt, error)) {
	target, err := s.target(part.Out.To)
	verb, text, ok := strings.Cut(part.Body, " :")
	if err == nil && (!ok || verb != "PRIVMSG" && verb != "NOTICE") {
		err = &chat.ErrRefused{Reason: "not a part of this network"}
	}
	if err != nil {
		s.after = append(s.after, func() { done(chat.Receipt{}, err) })
		return
	}
	ship := &shipment{done: done}
	pieces := narrowed(text, s.room(verb, target))
	ship.left = len(pieces)
	for i, piece := range pieces {
		f := &flying{
			target: s.folding.fold(target), raw: verb + " " + target + " :" + piece, text: piece, ship: ship,
			label: fmt.Sprintf("%s.%d.%d", strconv.FormatInt(part.Out.Row, 36), part.N, i),
		}
		if s.careful[f.target] > 0 && s.flies(f.target) {
			s.waiting[f.target] = append(s.waiting[f.target], f)
			continue
		}
		s.launch(f)
	}
	s.barrier(time.Now())
}

// target is the name on the wire for a place.
func (s *session) target(to chat.Place) (string, error) {
	if !s.ready || s.why != nil {
		return "", chat.ErrOffline
	}
	if id, direct := to.DirectID(); direct {
		return s.reach(id)
	}
	r := s.rooms[s.folding.fold(to.Channel)]
	switch {
	case r == nil:
		return "", &chat.ErrPlace{Reason: "the bot is not told to join " + to.Channel}
	case !r.joined && r.refused != "":
		return "", &chat.ErrPlace{Reason: "not in " + r.name + ": " + r.refused}
	case !r.joined:
		return "", &chat.ErrPlace{Reason: "not in " + r.name + " yet"}
	}
	return r.name, nil
}

// room is how many bytes of text fit into a line to target, behind the source
// the server puts in front of it, as far as it is known.
func (s *session) room(verb, target string) int {
	user, host := len(s.user), len(s.host)
	if s.host == "" {
		user, host = userBytes, hostBytes
	}
	return lineBytes - len("\r\n") - len(":!@ ") - len(s.nick) - user - host - len(verb) - len("  :") - len(target)
}

// launch writes a line.
func (s *session) launch(f *flying) {
	f.sent = time.Now()
	tag := ""
	if s.caps["labeled-response"] && s.caps["batch"] {
		tag = "@label=" + f.label + " "
	} else {
		f.label = ""
	}
	s.flight = append(s.flight, f)
	s.unpinged++
	s.link.send(tag + f.raw)
	if s.careful[f.target] > 0 {
		s.ping(f.sent)
	}
}

// flies says whether a line to target is unconfirmed.
func (s *session) flies(target string) bool {
	return slices.ContainsFunc(s.flight, func(f *flying) bool { return f.target == target })
}

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
	every := s.n.cfg.Pace.Every
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
	for len(s.waiting[target]) > 0 && (s.careful[target] == 0 || !s.flies(target)) {
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

// refusal takes the numerics that say no to a line or a JOIN.
func (s *session) refusal(l line) {
	subject := l.param(1)
	key := s.folding.fold(subject)
	reason := clean(l.text()) + " (" + l.command + ")"
	switch l.command {
	case "403", "404", "405", "408", "437", "442", "471", "473", "474", "475", "476", "477", "482", "489", "520":
		r := s.rooms[key]
		if r != nil && !r.joined {
			r.refused = reason
			s.n.log.Warn("a channel refuses the bot", "channel", r.name, "code", l.command)
			s.settleReady(time.Now())
			s.announce()
		}
		s.turnDown(l, key, &chat.ErrPlace{Reason: reason})
	case "401", "402", "406", "531", "716":
		s.turnDown(l, key, &chat.ErrRefused{Reason: reason})
	}
}

// turnDown settles which line a refusal means. With a label, or when only one
// line is under way there, it is that one: it waits for the fate of the next,
// which tells whether its words or the place were meant. Else nothing names
// the line, and all of that place go again, one by one from now on.
func (s *session) turnDown(l line, key string, err error) {
	var there []*flying
	for _, f := range s.flight {
		if f.target == key {
			there = append(there, f)
		}
	}
	var person *chat.ErrRefused
	if label := l.tags["label"]; label != "" {
		there = slices.DeleteFunc(there, func(f *flying) bool { return f.label != label })
	}
	if len(there) == 0 {
		return
	}
	if refused, ok := err.(*chat.ErrRefused); ok {
		person = refused
	}
	if len(there) == 1 && person == nil {
		f := there[0]
		s.land(f)
		f.ship.err = err
		if before := s.refused[key]; before != nil {
			s.finish(before, before.ship.err)
		}
		s.refused[key] = f
		s.next(key)
		return
	}
	s.careful[key] = carefulLines
	for _, f := range there {
		s.land(f)
		s.finish(f, err)
	}
	s.next(key)
}

// end settles every line of a connection that is over: they are unconfirmed.
func (s *session) end() {
	s.ready = false
	for _, waiting := range s.waiting {
		s.flight = append(s.flight, waiting...)
	}
	for _, f := range s.refused {
		s.flight = append(s.flight, f)
	}
	for _, f := range s.flight {
		s.finish(f, chat.ErrOffline)
	}
	s.flight, s.waiting, s.refused = nil, map[string][]*flying{}, map[string]*flying{}
}
