package relay

import (
	"slices"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	echoWithin = 3 * time.Second // words repeated so soon are repeated by a program: nobody copies as fast
	echoRounds = 2               // so many times words carried meanwhile were repeated: they go round
	heardFor   = 10 * time.Minute
	heardKept  = 256 // lines of a place: a hundred busy places stay under 10 MB
	heardBytes = 512 // of a line
	earlyKept  = 64
	partBytes  = 16 // a shorter piece of other words proves nothing
)

// hall is what was heard in a place, or carried into it, not long ago.
type hall struct {
	lines []line // a ring
	next  int
	early []line // of the last seconds, by others, of words that were not known yet
}

// line is words that somebody has said.
type line struct {
	at    time.Time
	by    source // where, and the id of whom
	id    string // its SourceKey
	words string
	core  string // the words without what stands around them, "" not needed yet
	ours  bool   // in our own form; known of those that wait alone
}

// bare is the words alone.
func (l *line) bare() string {
	if l.core == "" {
		l.core = bare(l.words)
	}
	return l.core
}

// bare is words without who said them, as far as relays leave them alone.
func bare(words string) string {
	words = strings.ReplaceAll(words, chat.Apart, "")
	for range 8 {
		mark := speech.FindString(words)
		if mark == "" {
			mark = wrapped.FindString(words)
		}
		if mark == "" || mark == words {
			break
		}
		words = words[len(mark):]
	}
	return strings.ToLower(strings.Join(strings.Fields(words), " "))
}

// repeats says that one is the other, or a good piece of it: relays cut what is
// long, and put in front what is answered.
func repeats(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= partBytes && strings.Contains(b, a)
}

// add keeps a line.
func (h *hall) add(l line) {
	if len(h.lines) < heardKept {
		h.lines = append(h.lines, l)
		return
	}
	h.lines[h.next] = l
	h.next = (h.next + 1) % heardKept
}

// find is the oldest line whose words said repeats: what may be a copy of
// something old is one. A line is no repetition of itself, nor, unless twice
// is set, of what the same one has said.
func (h *hall) find(said line, twice bool) (before line, ok bool) {
	words := said.bare()
	if words == "" {
		return line{}, false
	}
	for i := range h.lines {
		l := &h.lines[(h.next+i)%len(h.lines)]
		if l.id == said.id || !twice && l.by == said.by || said.at.Sub(l.at) > heardFor || !repeats(l.bare(), words) {
			continue
		}
		return *l, true
	}
	return line{}, false
}

// wait keeps, for the next seconds, a line whose words may be carried yet.
func (h *hall) wait(said line) {
	h.early = slices.DeleteFunc(h.early, func(e line) bool { return said.at.Sub(e.at).Abs() > echoWithin }) // also by a clock that went back
	if len(h.early) < earlyKept {
		h.early = append(h.early, said)
	}
}

// foretold takes out those who said, in the last seconds, the words of l.
func (h *hall) foretold(l line) (by []line) {
	if len(h.early) == 0 || l.bare() == "" {
		return nil
	}
	h.early = slices.DeleteFunc(h.early, func(e line) bool {
		is := e.by != l.by && repeats(e.bare(), l.bare())
		if is {
			by = append(by, e)
		}
		return is
	})
	return by
}

// Carried notes that m goes to places, so that it is known when it comes back;
// at is when it was said.
func (o *Others) Carried(at time.Time, m chat.Message, places []chat.Place) {
	l := lineOf(at, m)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range places {
		h := o.hall(p)
		for _, e := range h.foretold(l) {
			if repeater := o.habits[e.by]; repeater != nil {
				repeater.round(e.at, l.at, e.ours)
			}
		}
		h.add(l)
	}
	o.hall(m.In).add(l)
}

func lineOf(at time.Time, m chat.Message) line {
	words := m.Door + m.Text.Plain()
	if len(words) > heardBytes {
		words = strings.Clone(strings.ToValidUTF8(words[:heardBytes], ""))
	}
	return line{at: at, by: source{m.In.Root(), m.From.ID}, id: chat.SourceKey(m.In.Network, m.ID), words: words}
}

func (o *Others) hall(p chat.Place) *hall {
	p = p.Root()
	h := o.halls[p]
	if h == nil {
		h = &hall{}
		o.halls[p] = h
	}
	return h
}

// round counts words that somebody has repeated within seconds of their being
// carried, before or after. Who copies many lines and says them together has
// nothing that was carried after the first of them: they count once. In our own
// form (ours) nobody but another sprintbot says what is not carried yet.
func (h *habit) round(said, carried time.Time, ours bool) {
	since := h.last.Sub(carried) // more than moments: the clock went back
	if apart := said.Sub(carried).Abs(); apart > echoWithin || h.rounds > 0 && since >= 0 && since <= 2*echoWithin && !ours {
		return
	}
	h.rounds++
	h.last = said
	if carried.After(said) {
		h.last = carried
	}
}
