package relay

import (
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	// Outside is why what waits for a network waits that is not in the
	// configuration any more.
	Outside = "not in the configuration any more"
	// outsideMost is how long what has no end of its own waits for such a network.
	outsideMost = 24 * time.Hour
)

// outside is what a sender does for a network that nobody speaks to: it keeps
// what waits, for the network may be put back, and ends it in its time.
type outside struct {
	// told says, in the transaction, what a place did not get once the last of its
	// words are over.
	told func(tx sprints.Tx, place chat.Place, key string, words chat.Text) error
}

// KeepFor makes s the keeper of what waits for a network that is not in the
// configuration any more and never comes up. What expires is told by told as well
// as in the place, should it come back. It is called before Run.
func (s *Sender) KeepFor(told func(tx sprints.Tx, place chat.Place, key string, words chat.Text) error) {
	s.outside = &outside{told}
}

// bounded gives a row without an end one, where nobody is there to take it.
func (s *Sender) bounded(w *sprints.Queued, now time.Time) {
	if s.outside == nil || !w.Expires.IsZero() {
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
