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
	target  string // folded
	raw     string // the line, without tags
	text    string
	label   string
	ping    int // number of the PING behind it, 0 while there is none
	sent    time.Time
	ship    *shipment
	gone    string // the msgid of the line of ours that this one takes back
	instead string // what is said where the server does not
	bare    bool   // formatting codes were taken out after a refusal
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
	if part.Out.Kind == chat.Deleted && s.takeBack(part, target, done) {
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
		if s.blocked(f.target) {
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

// blocked says whether a line to target must wait for those before it.
func (s *session) blocked(target string) bool {
	return s.recount[target] > 0 || len(s.waiting[target]) > 0 || s.careful[target] > 0 && s.flies(target)
}

// flies says whether a line to target is unconfirmed.
func (s *session) flies(target string) bool {
	return slices.ContainsFunc(s.flight, func(f *flying) bool { return f.target == target })
}
