package relay

import (
	"context"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// confirm has the store told of a part that arrived.
func (s *Sender) confirm(q *queue, r *row) {
	n, of, receipt := r.confirmed(), len(r.parts), r.receipt
	if n == of {
		r.finishing = true
	}
	s.tell(s.arrived(r, n, of, receipt), func() {
		q.unsaved--
		if r.finishing && n == of {
			s.gone(q, r)
		}
	})
}

// finished tells the store that a row needs no sending any more.
func (s *Sender) finished(q *queue, r *row) {
	r.finishing = true
	of, receipt := len(r.parts), r.receipt
	s.tell(s.arrived(r, of, of, receipt), func() { s.gone(q, r) })
}

// kill ends a row that was refused for good.
func (s *Sender) kill(q *queue, r *row, reason string) {
	if r.finishing {
		return
	}
	s.log.Warn("row refused", "place", q.place, "row", r.Row) // the reason may hold its words; the store has it
	s.end(q, r, func(tx sprints.Tx, ids []int64) error {
		for _, id := range ids {
			if err := tx.Kill(id, reason); err != nil {
				return err
			}
		}
		return nil
	})
}

// unheard ends a row that went nowhere, for nobody is there any more to hear it:
// it has taken no turn from others.
func (s *Sender) unheard(q *queue, r *row) {
	s.credit++
	q.credit++
	if !r.finishing {
		s.end(q, r, sprints.Tx.Expire)
	}
}

func (s *Sender) end(q *queue, r *row, how func(sprints.Tx, []int64) error) {
	r.finishing = true
	if q.current == r {
		q.current = nil
	}
	ids := r.ids()
	s.tell(func(tx sprints.Tx) error { return how(tx, ids) }, func() { s.gone(q, r) })
}

func (s *Sender) gone(q *queue, r *row) {
	q.land(r)
	s.leave(r)
}

// arrived tells the store that parts of r, and so of all in its post, are
// there; a change that is there is what its row says from now on, and the posts
// it has.
func (s *Sender) arrived(r *row, n, of int, receipt chat.Receipt) func(sprints.Tx) error {
	ids, change, about, words, page := r.ids(), n == of && r.changes(), r.About, r.Reply, r.Page
	row, unsaid := r.Row, r.unsaid && n == of
	if r.changes() && (s.manners.Rewrites || r.Kind == chat.Deleted) {
		receipt.ID = "" // the message is that of the row changed
	}
	whole := len(r.posts) > 1 && (s.manners.Rewrites && !r.changes() || s.manners.Retracts && r.Kind != chat.Deleted) // else the receipt is enough
	changed := s.manners.Rewrites && change && r.Kind == chat.Edited && max(len(r.posts), r.OfParts) > 1
	var posts []string
	if whole || changed {
		posts = slices.Clone(r.posts)
	}
	return func(tx sprints.Tx) error {
		for _, id := range ids {
			if err := tx.Confirm(id, n, of, receipt); err != nil {
				return err
			}
		}
		if whole {
			if err := tx.Posts(ids[0], posts); err != nil {
				return err
			}
		}
		if changed {
			if err := tx.Posts(about, posts); err != nil {
				return err
			}
		}
		switch {
		case change && unsaid:
			return tx.Reword(about, chat.Reply{}, "")
		case change:
			return tx.Reword(about, words, page)
		case unsaid:
			return tx.Reword(row, chat.Reply{}, "")
		}
		return nil
	}
}

// hold makes a place wait, in memory and on the status page. One that is not in
// the configuration waits for that alone, whatever comes of what was on the wire.
func (s *Sender) hold(q *queue, until time.Time, reason string) {
	if q.outside {
		until, reason = time.Time{}, sprints.Outside
	}
	q.held = until
	place := q.place
	q.noted = reason != ""
	delete(s.noted, place)
	s.tell(func(tx sprints.Tx) error { return tx.Hold(place, until, reason) }, nil)
}

// recollect asks why places waited in an earlier run: that is over once words
// arrive there; and which pace they had taught.
func (s *Sender) recollect(ctx context.Context) {
	s.noted = map[chat.Place]bool{}
	err := s.store.Read(ctx, func(v sprints.View) error {
		all, err := v.Traffic()
		for _, t := range all {
			switch {
			case t.Reason == "" || t.Place.Network != s.net.Name():
			case t.Reason == sprints.Outside && !s.keepsFor(t.Place): // it is back
				s.tell(func(tx sprints.Tx) error { return tx.Hold(t.Place, time.Time{}, "") }, nil)
			default:
				s.noted[t.Place] = true
			}
			if t.Learned > 0 && t.Place.Network == s.net.Name() && s.net.Pace().PlaceEvery > 0 && !s.keepsFor(t.Place) {
				s.queue(t.Place).lesson = chat.Lesson{Every: min(t.Learned, slowest), At: s.clock.Now()}
			}
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		s.log.Warn("how places stood can't be read", "error", err)
	}
}
