package irc

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const redaction = "draft/message-redaction"

// linesOf are the msgids of the lines that a deletion is about.
func linesOf(out chat.Outgoing) []string {
	ids := out.OfPosts
	if len(ids) == 0 {
		ids = []string{out.Of}
	}
	var known []string
	for _, id := range ids {
		if id != "" && !strings.ContainsAny(id, " \r\n\x00") {
			known = append(known, id)
		}
	}
	return known
}

// takeBack has the server take back the lines of a row, where it has that. False
// says that it is to be told in words.
func (s *session) takeBack(part chat.Part, target string, done func(chat.Receipt, error)) bool {
	out := part.Out
	ids := linesOf(out)
	if !s.caps[redaction] || len(ids) == 0 {
		if out.Quiet {
			s.after = append(s.after, func() { done(chat.Receipt{At: time.Now()}, nil) })
		}
		return out.Quiet
	}
	ship := &shipment{done: done, left: len(ids)}
	for i, id := range ids {
		f := &flying{
			target: s.folding.fold(target), raw: "REDACT " + target + " " + id, gone: id, ship: ship,
			label: strconv.FormatInt(out.Row, 36) + ".r." + strconv.Itoa(i),
		}
		if _, text, ok := strings.Cut(part.Body, " :"); ok && i == 0 && !out.Quiet {
			f.instead = text
		}
		switch {
		case i > 0: // the pace has counted one line
			s.retracts = append(s.retracts, f)
		case s.blocked(f.target):
			s.waiting[f.target] = append(s.waiting[f.target], f)
		default:
			s.launch(f)
		}
	}
	s.takeBackMore(time.Now())
	s.barrier(time.Now())
	return true
}

// takeBackMore takes as many lines back as the pace allows; in which order they
// and words go is all the same.
func (s *session) takeBackMore(now time.Time) {
	for len(s.retracts) > 0 && s.ready && s.joins.pace.AllowN(now, 1) {
		f := s.retracts[0]
		s.retracts = s.retracts[1:]
		s.launch(f)
	}
}

// tookBack takes the server's word that a line of ours is gone.
func (s *session) tookBack(l line, id string) {
	if f := s.takesBack(l, id); f != nil {
		s.confirm(f, chat.Receipt{At: l.at})
	}
}

// notTakenBack takes the server's no: what was to be taken back stays, and that
// is said where the bridge says so.
func (s *session) notTakenBack(l line) {
	f := s.takesBack(l, l.param(3))
	switch {
	case f == nil:
	case f.instead == "":
		s.n.log.Info("the server takes a line not back", "code", l.param(1))
		s.confirm(f, chat.Receipt{At: l.at})
	default:
		s.land(f)
		f.raw, f.text = "PRIVMSG "+strings.Fields(f.raw)[1]+" :"+f.instead, f.instead
		f.gone, f.instead, f.ping = "", "", 0
		s.launch(f)
		s.barrier(time.Now())
	}
}

// takesBack is the line under way that takes back the one with an id.
func (s *session) takesBack(l line, id string) *flying {
	label := l.tags["label"]
	i := slices.IndexFunc(s.flight, func(f *flying) bool {
		return f.gone != "" && (f.gone == id || label != "" && f.label == label)
	})
	if i < 0 {
		return nil
	}
	return s.flight[i]
}
