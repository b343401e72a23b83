package relay

import (
	"context"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// load takes rows from the store: the new ones, and those that were left there
// for want of room.
func (s *Sender) load(ctx context.Context) {
	s.reload = time.Time{}
	err := s.takeNew(ctx)
	if err == nil {
		err = s.takeLeft(ctx)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("outbox can't be read; trying again", "error", err)
		s.reload = time.Now().Add(readAgain)
	}
}

// takeNew takes all new rows. Once memory is full, those of a place that has
// its share are left in the store, and all that follow them there, so that the
// place keeps its order and no other place waits for it.
func (s *Sender) takeNew(ctx context.Context) error {
	for {
		rows, err := s.newest(ctx, batch)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		for _, w := range rows {
			s.cursor = w.Row
			q := s.queue(w.To.Root())
			switch {
			case q.left != 0:
			case s.held >= s.ahead && q.taken >= s.share && w.Attempted.IsZero(): // a post under way at a crash stays whole
				q.left = w.Row
			default:
				s.take(q, w, now)
			}
		}
		if len(rows) < batch {
			if !s.begun {
				s.begun, s.started = true, s.cursor
			}
			return nil
		}
	}
}

// takeLeft takes what was left in the store, where there is room again. What is
// newer than the cursor comes with the new rows.
func (s *Sender) takeLeft(ctx context.Context) error {
	s.more = false
	for _, q := range s.order {
		for q.left != 0 {
			room := min(batch, max(s.ahead-s.held, s.share-q.taken))
			if room < max(1, s.share/2) {
				s.more = true
				break
			}
			var rows []sprints.Queued
			err := s.store.Read(ctx, func(v sprints.View) (err error) {
				rows, err = v.WaitingIn(q.place, q.left-1, room)
				return err
			})
			if err != nil {
				s.more = true
				return err
			}
			all, now := len(rows) < room, s.clock.Now()
			for _, w := range rows {
				if all = all || w.Row > s.cursor; w.Row > s.cursor {
					break
				}
				q.left = w.Row + 1
				s.take(q, w, now)
			}
			if all {
				q.left = 0
			}
		}
	}
	return nil
}

// take takes a row in hand.
func (s *Sender) take(q *queue, w sprints.Queued, now time.Time) {
	q.bounded(&w, now)
	w.NotBefore, w.Expires = steady(now, w.NotBefore), steady(now, w.Expires)
	if _, direct := q.place.DirectID(); direct && w.Lane == chat.Answers && s.finder == nil && q.tries > 0 {
		q.held = now // whoever is answered was there just now
	}
	old := !s.begun || w.Row <= s.started
	doubt := s.finder != nil && !w.Attempted.IsZero() || s.finder == nil && s.recalls != nil && old && !summed(w.Kind)
	if lands := steady(now, w.Attempted).Add(landing); s.finder != nil && doubt && lands.After(q.held) {
		q.held = sooner(lands, now.Add(landing))
	}
	r := &row{Queued: w, doubt: doubt, marked: !w.Attempted.IsZero(), gap: s.gapOf(w)}
	if r.expired(now) {
		s.later(func() {}) // the loop's next turn ends it
	}
	s.enter(q, r)
}

// posting is a store that hands over what was just posted: then no commit of
// anybody's makes every sender read.
type posting interface {
	// Committed is a mark: what a Read begun afterwards does not show is newer.
	Committed() int64
	// Posted hands over a network's rows above after that were posted since a
	// mark, each once, and the mark to go on from; false: they must be read.
	Posted(network string, since, after int64, limit int) (rows []sprints.Queued, mark int64, ok bool)
}

// newest is the next rows, at most room: handed over by the store if it can,
// else read.
func (s *Sender) newest(ctx context.Context, room int) (rows []sprints.Queued, err error) {
	posts, ok := s.store.(posting)
	if ok && s.whole {
		if rows, mark, ok := posts.Posted(s.net.Name(), s.committed, s.cursor, room); ok {
			s.committed = mark
			return rows, nil
		}
	}
	var mark int64
	if ok {
		mark = posts.Committed()
	}
	err = s.store.Read(ctx, func(v sprints.View) (err error) {
		rows, err = v.Waiting(s.net.Name(), s.cursor, room)
		return err
	})
	s.whole = err == nil && len(rows) < room
	s.committed = mark
	return rows, err
}

// steady is a stored time as the machine's steady clock counts to it from now,
// so that a jump of the wall clock neither ends rows nor keeps them for ever.
func steady(now, t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return now.Add(t.Sub(now))
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// open tries refusing places again because something changed: the bot may have
// been let in. What may have arrived is looked up in its time.
func (s *Sender) open() {
	for _, q := range s.order {
		if q.tries > 0 && (s.finder == nil || q.shut) {
			q.held = time.Time{}
		}
	}
}

// tidy forgets places where nothing is left to do: most private conversations
// are never spoken in again.
func (s *Sender) tidy(now time.Time) {
	pace := s.net.Pace()
	s.order = slices.DeleteFunc(s.order, func(q *queue) bool {
		done := q.idle() && !q.outside && q.left == 0 && q.lesson.Every == 0 && q.unsaved == 0 && !q.telling && !q.held.After(now) && (pace.PlaceEvery == 0 || q.credit >= pace.PlaceBurst)
		if done {
			delete(s.queues, q.place)
			if q.noted { // until words arrive there
				s.noted[q.place] = true
			}
		}
		return done
	})
}

func (s *Sender) queue(p chat.Place) *queue {
	q := s.queues[p]
	if q == nil {
		q = &queue{place: p, outside: s.keepsFor(p), credit: s.net.Pace().PlaceBurst}
		q.paused = s.paused != nil && s.paused(p)
		s.queues[p] = q
		s.order = append(s.order, q)
		if q.outside {
			s.hold(q, time.Time{}, sprints.Outside)
		}
	}
	return q
}
