package irc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ergochat/irc-go/ircfmt"

	"sprintbot/sprints/chat"
)

const (
	findPages  = 20          // of history read for our own words at most
	findMargin = time.Minute // before the words in doubt were said, for clocks that differ
)

// question is for one page of a channel's history.
type question struct {
	lines []line
	err   error
	done  chan struct{} // closed when it is answered
}

// Recalls says that our own words in a channel can be read back: the server has
// history, and tells each line's id as it echoes it, so that words whose fate is
// known are not taken for others that are the same. What a server has is known
// once it is connected; until then Recall says chat.ErrOffline. A private
// conversation is not looked up.
func (n *Network) Recalls(p chat.Place) bool {
	if _, direct := p.DirectID(); direct {
		return false
	}
	n.mu.Lock()
	s := n.now
	n.mu.Unlock()
	can := true
	if s != nil {
		s.locked(func() {
			can = !s.ready || s.history() && s.caps["echo-message"] && s.caps["labeled-response"] && s.caps["message-tags"] && !s.blind
		})
	}
	return can
}

// Recall looks for parts among our own words in a channel's history, the newest
// page first, back to a minute before since; see relay.Recaller. A line is known
// by its words, whatever looks it has. An error says that the history could not
// be read.
func (n *Network) Recall(ctx context.Context, parts []chat.Part, since time.Time, known func(id string) bool) ([]chat.Receipt, error) {
	found := make([]chat.Receipt, len(parts))
	if len(parts) == 0 {
		return found, nil
	}
	n.mu.Lock()
	s := n.now
	n.mu.Unlock()
	if s == nil {
		return nil, chat.ErrOffline
	}
	said, err := s.saidSince(ctx, parts[0].Out.To, since)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	behind, lost := 0, false // where the part before of the same row stands, or that it is not there
	for i, part := range parts {
		if i == 0 || parts[i-1].Out.Key != part.Out.Key {
			behind, lost = 0, false
		}
		at, there := -1, []line(nil)
		if !lost { // a link gives up its lines in order: nothing behind a lost one arrived
			at, there = s.among(said, behind, part, func(id string) bool { return id == "" || taken[id] || known(id) })
		}
		if lost = len(there) == 0; lost {
			continue
		}
		for _, l := range there {
			taken[l.tags["msgid"]] = true
		}
		found[i] = chat.Receipt{ID: there[0].tags["msgid"], At: there[0].at}
		behind = at + len(there)
	}
	return found, nil
}

// among are the lines that a part became among our own from one on, and where
// they begin; where it had to be cut, all its pieces must be there, one behind
// the other.
func (s *session) among(said []line, from int, part chat.Part, not func(id string) bool) (at int, there []line) {
	verb, text, _ := strings.Cut(part.Body, " :")
	var pieces []string
	s.locked(func() {
		for _, p := range narrowed(text, s.room(verb, part.Out.To.Channel)) {
			pieces = append(pieces, plain(p))
		}
	})
	for i := from; i+len(pieces) <= len(said); i++ {
		all := true
		for j, p := range pieces {
			all = all && plain(said[i+j].text()) == p && !not(said[i+j].tags["msgid"])
		}
		if all {
			return i, said[i : i+len(pieces)]
		}
	}
	return -1, nil
}

// plain is words without looks, which a channel may have refused.
func plain(words string) string { return strings.TrimRight(ircfmt.Strip(words), " ") }

// saidSince are our own lines in a channel since a moment of our clock, oldest
// first.
func (s *session) saidSince(ctx context.Context, p chat.Place, since time.Time) (own []line, err error) {
	seen := map[string]bool{}
	reference := "" // of the oldest line read
	for range findPages {
		lines, err := s.ask(ctx, p, reference)
		if err != nil {
			return nil, err
		}
		inOrder(lines)
		var from time.Time
		fresh := false
		s.locked(func() {
			from = since.Add(-s.skew - findMargin)
			for _, l := range lines {
				if key := keyOf(l); !seen[key] {
					seen[key], fresh = true, true
					if (l.command == "PRIVMSG" || l.command == "NOTICE") && len(l.params) > 1 && s.ours(l) && !l.at.Before(from) {
						own = append(own, l)
					}
				}
			}
			if fresh {
				reference = s.before(lines[0])
			}
		})
		if !fresh || lines[0].at.Before(from) {
			inOrder(own)
			return own, nil
		}
	}
	s.n.log.Warn("more was said since than is read back; what is not found is said again", "channel", p.Channel, "pages", findPages)
	inOrder(own)
	return own, nil
}

// before is how the server is asked for what came before a line, or with it.
func (s *session) before(l line) string {
	if types := s.options["MSGREFTYPES"]; types != "" && !strings.Contains(types, "timestamp") && l.tags["msgid"] != "" {
		return "msgid=" + l.tags["msgid"]
	}
	return "timestamp=" + l.at.Add(time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
}

// ask reads the newest page of a channel's history, or the one before a
// reference.
func (s *session) ask(ctx context.Context, p chat.Place, reference string) ([]line, error) {
	var (
		q     = &question{done: make(chan struct{})}
		label string
		err   error
	)
	s.locked(func() {
		var target string
		if target, err = s.target(p); err != nil {
			return
		}
		s.asks++
		label = "find-" + strconv.Itoa(s.asks)
		s.looks[label] = q
		where := "LATEST " + target + " *"
		if reference != "" {
			where = "BEFORE " + target + " " + reference
		}
		s.link.send(fmt.Sprintf("@label=%s CHATHISTORY %s %d", label, where, s.pageMost()))
	})
	if err != nil {
		return nil, err
	}
	late := time.NewTimer(s.n.limits.gap)
	defer late.Stop()
	select {
	case <-q.done:
	case <-ctx.Done():
		s.locked(func() { s.seen(label, nil, ctx.Err()) })
	case <-late.C:
		s.locked(func() {
			if s.seen(label, nil, errors.New("the server gives no answer when asked for history")) {
				s.blind = true
			}
		})
	}
	<-q.done
	return slices.Clone(q.lines), q.err
}

// seen answers the question with a label, if there is one.
func (s *session) seen(label string, lines []line, err error) bool {
	q := s.looks[label]
	if label == "" || q == nil {
		return false
	}
	delete(s.looks, label)
	q.lines, q.err = lines, err
	close(q.done)
	return true
}
