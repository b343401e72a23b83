package relay

import (
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// outsideMost is how long what has no end of its own waits for a place that is
// not in the configuration any more.
const outsideMost = 24 * time.Hour

// outside is what a sender does for places that nobody speaks in: it keeps what
// waits, for they may be put back, and ends it in its time.
type outside struct {
	// here says that the network is still in a place; nil: nowhere.
	here func(chat.Place) bool
	// told says, in the transaction, what a place did not get once the last of its
	// words are over.
	told func(tx sprints.Tx, place chat.Place, key string, words chat.Text) error
}

// KeepFor makes s the keeper of what waits for places that are not in the
// configuration any more: all but those that here names, or all of a network that
// never comes up, where it is nil. What expires is told by told as well as in the
// place, should it come back. It is called before Run.
func (s *Sender) KeepFor(here func(chat.Place) bool, told func(tx sprints.Tx, place chat.Place, key string, words chat.Text) error) {
	s.outside = &outside{here, told}
}

// keepsFor says that a place is not in the configuration any more.
func (s *Sender) keepsFor(p chat.Place) bool {
	return s.outside != nil && (s.outside.here == nil || !s.outside.here(p))
}

// moved looks whether a place was taken out of the configuration, or put back.
func (s *Sender) moved(q *queue) {
	if outside := s.keepsFor(q.place); outside == q.outside {
		return
	}
	if q.outside = !q.outside; !q.outside {
		s.hold(q, time.Time{}, "")
		return
	}
	s.hold(q, time.Time{}, sprints.Outside)
	for _, r := range slices.Concat(slices.Concat(q.lanes[:]...), q.flying) { // what is on the wire may come back
		q.bounded(&r.Queued, s.clock.Now())
	}
}

// bounded gives a row without an end one, where nobody is there to take it.
func (q *queue) bounded(w *sprints.Queued, now time.Time) {
	if !q.outside || !w.Expires.IsZero() {
		return
	}
	if w.Expires = now; !w.At.IsZero() {
		w.Expires = w.At
	}
	w.Expires = w.Expires.Add(outsideMost)
}

// unsaidOutside settles a deletion of words of which something may have arrived
// before their network was taken out, and says true when nothing of it is left:
// they are on no page; what stands there the network's own sender takes back, if
// that can be done there.
func (s *Sender) unsaidOutside(q *queue, r *row) bool {
	t := r.target
	t.unsaid = true
	if r.Unsent && len(t.with) == 0 && s.rows[t.Joined] == nil {
		s.withdraw(q, t, r)
		return true
	}
	return false
}

// lastWords says that no words of people wait in a place.
func (q *queue) lastWords() bool {
	return q.left == 0 && !slices.ContainsFunc(q.lanes[chat.Relays], func(r *row) bool {
		return r.Kind == chat.Said || r.Kind == chat.Action
	})
}
