package relay

import (
	"context"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// load takes new rows from the store.
func (s *Sender) load(ctx context.Context) {
	s.reload = time.Time{}
	for {
		room := min(batch, ahead-s.held)
		if s.more = room <= 0; s.more {
			return
		}
		var rows []sprints.Queued
		err := s.store.Read(ctx, func(v sprints.View) (err error) {
			rows, err = v.Waiting(s.net.Name(), s.cursor, room)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("outbox can't be read; trying again", "error", err)
				s.reload = time.Now().Add(readAgain)
			}
			return
		}
		now := s.clock.Now()
		for _, w := range rows {
			s.cursor = w.Row
			w.NotBefore, w.Expires = steady(now, w.NotBefore), steady(now, w.Expires)
			q := s.queue(w.To.Root())
			if _, direct := q.place.DirectID(); direct && w.Lane == chat.Answers && s.finder == nil && q.tries > 0 {
				q.held = now // whoever is answered was there just now
			}
			doubt := s.finder != nil && !w.Attempted.IsZero()
			if lands := steady(now, w.Attempted).Add(landing); doubt && lands.After(q.held) {
				q.held = sooner(lands, now.Add(landing))
			}
			s.enter(q, &row{Queued: w, doubt: doubt, marked: !w.Attempted.IsZero(), gap: s.gapOf(w)})
		}
		if len(rows) < room {
			return
		}
	}
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
		done := q.idle() && q.unsaved == 0 && !q.telling && !q.held.After(now) && (pace.PlaceEvery == 0 || q.credit >= pace.PlaceBurst)
		if done {
			delete(s.queues, q.place)
		}
		return done
	})
}

func (s *Sender) queue(p chat.Place) *queue {
	q := s.queues[p]
	if q == nil {
		q = &queue{place: p, credit: s.net.Pace().PlaceBurst}
		q.paused = s.paused != nil && s.paused(p)
		s.queues[p] = q
		s.order = append(s.order, q)
	}
	return q
}
