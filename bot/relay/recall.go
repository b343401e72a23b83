package relay

import (
	"context"
	"errors"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// recallMost is how many rows in doubt of one lane are looked for: more than a
// place's window can have had on the wire.
const recallMost = 64

// recall looks for r, and for what else is in doubt in its place, among what
// the bot has said there. What is not there twice is sent again.
func (s *Sender) recall(ctx context.Context, q *queue, r *row) {
	if !s.recalls.Recalls(q.place) {
		s.log.Info("what may have arrived is said again", "place", q.place, "rows", s.settled(q))
		return
	}
	rows := s.doubted(q, r)
	var (
		parts []chat.Part
		of    []*row
		since time.Time
	)
	for _, r := range rows {
		if since.IsZero() || r.At.Before(since) {
			since = r.At
		}
		for i, p := range r.parts {
			if !r.ok[i] {
				parts, of = append(parts, p), append(of, r)
			}
		}
	}
	if len(parts) == 0 { // r is over, or all of it has arrived
		s.settled(q)
		return
	}
	found := q.found
	q.looking = true
	s.work.Go(func() {
		receipts, err := s.recalls.Recall(ctx, parts, since, func(id string) bool {
			return found[id] || s.posted(ctx, q.place, id)
		})
		s.later(func() {
			q.looking = false
			if err != nil {
				s.unrecalled(ctx, q, r, err)
				return
			}
			if q.found == nil {
				q.found = map[string]bool{}
			}
			for i, receipt := range receipts {
				if row := of[i]; receipt.ID != "" && !row.over && parts[i].N < len(row.ok) {
					row.ok[parts[i].N], row.posts[parts[i].N], q.found[receipt.ID] = true, receipt.ID, true
					if row.receipt.ID == "" {
						row.receipt = receipt
					}
				}
			}
			again := false
			for _, r := range rows {
				again = again || !r.missed && slices.Contains(r.ok, false)
				r.missed = true
			}
			if again { // it may show a little later
				q.held = s.clock.Now().Add(lookAgain)
				return
			}
			q.found = nil
			if n := s.settled(q); n > 0 {
				s.log.Info("what was unconfirmed has been looked up", "place", q.place, "rows", len(rows))
			}
		})
	})
}

// unrecalled is that nothing could be looked up: the place waits.
func (s *Sender) unrecalled(ctx context.Context, q *queue, r *row, err error) {
	if ctx.Err() != nil || errors.Is(err, chat.ErrOffline) {
		q.held = s.clock.Now().Add(readAgain)
		return
	}
	if s.refuse(q, r, err, landing); q.onWire == 0 {
		q.recall()
	}
}

// doubted are the rows in doubt that stand first in their lanes, r among them,
// with their parts made.
func (s *Sender) doubted(q *queue, r *row) []*row {
	rows := []*row{r}
	for _, lane := range q.lanes {
		n := 0
		for _, w := range lane {
			if n++; n > recallMost {
				break
			}
			if w != r && w.doubt && (w.About == 0 || w.aimed) {
				rows = append(rows, w)
			}
		}
	}
	return slices.DeleteFunc(rows, func(w *row) bool { return !s.rendered(q, w) })
}

// sure takes all of a place's doubts away, and says how many rows had one. What
// a row is about may have to be known first.
func (q *queue) sure() (n int) {
	for _, lane := range q.lanes {
		for _, r := range lane {
			if r.doubt && (r.About == 0 || r.aimed) {
				r.doubt, r.missed = false, false
				n++
			}
		}
	}
	if r := q.current; r != nil {
		r.doubt = false
	}
	return n
}

// posted says that an id in a place is the receipt of a row that is stored.
func (s *Sender) posted(ctx context.Context, place chat.Place, id string) bool {
	known := false
	err := s.store.Read(ctx, func(v sprints.View) error {
		rows, err := v.Carried(place, id)
		known = len(rows) > 0
		return err
	})
	return err != nil || known // in doubt it is not ours: a line twice is better than none
}
