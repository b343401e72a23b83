package relay

import (
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// gather takes into r's post what may go with it: what happened in the same
// minute; on a network that can say several lines in one post, a person's lines
// that wait, and everybody's when the place is behind its pace. Nothing is held
// back for it.
func (s *Sender) gather(q *queue, r *row, now time.Time) {
	if r.begun || r.marked || r.solo || r.with != nil || r.About != 0 || q.current == r {
		return
	}
	happened := summed(r.Kind)
	if !happened && (s.joiner == nil || !r.speech()) {
		return
	}
	lane := q.lanes[r.Lane]
	lane = lane[slices.Index(lane, r)+1:]
	behind := s.net.Pace().PlaceEvery > 0 && len(lane) >= max(q.credit, 1)
	outs := []chat.Outgoing{r.Outgoing}
	var with []*row
	for _, next := range lane {
		if next.behind() && !happened {
			break
		}
		if next.NotBefore.After(now) || next.behind() || next.changes() {
			continue
		}
		if happened {
			if summed(next.Kind) && !next.begun && !next.solo {
				with = append(with, next)
			}
			continue
		}
		if !next.speech() || !next.fresh() || next.solo || next.About != 0 || next.To != r.To || next.Of != r.Of {
			break
		}
		if !behind && !near(outs[len(outs)-1], next.Outgoing) || !s.joiner.Joins(outs, next.Outgoing) {
			break
		}
		with, outs = append(with, next), append(outs, next.Outgoing)
	}
	for _, next := range with {
		q.drop(next)
		next.begun = true // what is said of it now comes behind the post
	}
	r.with = with
}

// speech says that r is somebody's words, and all of them wait.
func (r *row) speech() bool {
	return r.Relayed() && (r.Kind == chat.Said || r.Kind == chat.Action) && r.Confirmed == 0
}

// near says that b is more of what a said, by the same person, a moment later.
func near(a, b chat.Outgoing) bool {
	return b.Near > 0 && a.Kind == chat.Said && b.Kind == chat.Said && a.From == b.From && *a.As == *b.As && b.At.Sub(a.At) <= b.Near
}

// whole is what the network is to render: r with the rows in its post.
func (r *row) whole() chat.Outgoing {
	out := r.Outgoing
	if r.with == nil && !summed(out.Kind) {
		return out
	}
	outs := []chat.Outgoing{out}
	for _, w := range r.with {
		outs = append(outs, w.Outgoing)
	}
	slices.SortStableFunc(outs, said) // after a restart they are not in the order of their lane
	if summed(out.Kind) {
		out.Kind, out.As, out.From, out.Re, out.Of, out.Reply = chat.Said, nil, "", nil, "", sum(outs)
		return out
	}
	out.Together = outs
	return out
}

// said has the order of words by the time they were said.
func said(a, b chat.Outgoing) int { return a.At.Compare(b.At) }

// ids are the numbers of the rows in r's post, its own first.
func (r *row) ids() []int64 {
	ids := []int64{r.Row}
	for _, w := range r.with {
		ids = append(ids, w.Row)
	}
	return ids
}

// scatter has the rows of a post go by themselves: one of them was refused, or taken back.
func (s *Sender) scatter(q *queue, r *row) {
	q.drop(r)
	q.land(r)
	if q.current == r {
		q.current = nil
	}
	rows := append([]*row{r}, r.with...)
	for _, w := range rows {
		w.marked, w.Mark, w.begun = r.marked, r.Mark, r.begun
		w.with, w.parts, w.ok, w.next, w.Joined, w.solo = nil, nil, nil, 0, 0, true
	}
	ids := make([]int64, len(rows))
	for i, w := range rows {
		ids[i] = w.Row
	}
	s.log.Warn("a post of several lines is refused or one of them taken back; they go one by one", "place", q.place, "rows", len(rows))
	s.tell(func(tx sprints.Tx) error {
		for _, id := range ids {
			if err := tx.Join([]int64{id}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	q.push(rows...)
}
