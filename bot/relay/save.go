package relay

import (
	"context"
	"errors"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// tell queues what the store must know, and what to do once it does.
func (s *Sender) tell(save func(sprints.Tx) error, then func()) {
	if then == nil {
		then = func() {}
	}
	s.mu.Lock()
	s.saves = append(s.saves, fact{save, then})
	s.mu.Unlock()
}

// fact is something the store must know, and what follows once it does.
type fact struct {
	save func(sprints.Tx) error
	then func()
}

// untold is how many facts wait for a write to take them.
func (s *Sender) untold() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.saves)
}

// save has what is queued written: it rides in the next commit of anybody's,
// and is hurried when a place's window waits for it, or when all must be
// stored now. One write is under way at most; what comes until it begins goes
// with it.
func (s *Sender) save(ctx context.Context, all bool) {
	hurry := all || s.urgent || s.pressed()
	switch {
	case s.saving && hurry && !s.hurried:
		s.hurried = true
		s.work.Go(func() { // the commit it rides in
			if err := s.store.Write(ctx, func(sprints.Tx) error { return nil }); err != nil {
				s.log.Debug("no commit could be made", "error", err)
			}
		})
		return
	case s.saving || s.untold() == 0 || !all && time.Now().Before(s.saveBy):
		return
	}
	within := saveWithin
	if hurry {
		within = 0
	}
	s.saving, s.hurried, s.urgent = true, hurry, false
	s.work.Go(func() {
		var told []fact
		err := s.store.WriteSoon(ctx, within, func(tx sprints.Tx) error {
			s.mu.Lock()
			told = append(told, s.saves...)
			s.saves = nil
			s.mu.Unlock()
			for _, f := range told {
				err := tx.Try(func() error { return f.save(tx) })
				if errors.Is(err, sprints.ErrUnavailable) {
					return err
				}
				if err != nil { // it would fail again, and hold up all others
					s.log.Error("the store refuses what became of a row", "error", err)
				}
			}
			return nil
		})
		s.later(func() {
			s.saving = false
			if err != nil {
				s.failing++
				s.log.Error("receipts can't be stored; trying again", "error", err)
				s.mu.Lock()
				s.saves = append(told, s.saves...)
				s.mu.Unlock()
				s.saveBy = time.Now().Add(min(time.Second<<min(s.failing, 5), 30*time.Second))
				return
			}
			s.failing = 0
			for _, f := range told {
				f.then()
			}
			if s.more {
				s.load(ctx)
			}
		})
	})
}

// pressed says that some place can't go on before receipts are stored: its
// window is full of them. While some of it is on the wire still, they are about
// to come, and one commit takes all.
func (s *Sender) pressed() bool {
	if s.failing > 0 {
		return false
	}
	pace := s.net.Pace()
	for _, q := range s.order {
		if q.onWire == 0 && q.unsaved >= q.window(pace) {
			if r, _ := q.head(s.clock.Now()); r != nil {
				return true
			}
		}
	}
	return false
}

// mark commits that r may be on the wire from now on.
func (s *Sender) mark(q *queue, r *row) {
	q.looking = true // nothing else goes there meanwhile
	newest, ids := s.finder.Newest(q.place), r.ids()
	slices.Sort(ids) // the row that the others go with is the one that is read first
	r.begun = true
	s.tell(func(tx sprints.Tx) error {
		if len(ids) > 1 {
			if err := tx.Join(ids); err != nil {
				return err
			}
		}
		return tx.Attempt(ids, newest)
	}, func() {
		r.marked, r.Mark = true, newest
		q.looking = false
	})
	s.urgent = true
}

// look asks the network whether a row in doubt has arrived.
func (s *Sender) look(ctx context.Context, q *queue, r *row) {
	if !s.rendered(q, r) {
		return
	}
	q.looking = true
	parts, ok, after := r.parts, append([]bool(nil), r.ok...), r.Mark
	s.work.Go(func() {
		found := make([]chat.Receipt, len(parts))
		var err error
		for i, p := range parts {
			if ok[i] {
				continue
			}
			var there bool
			if found[i], there, err = s.finder.Find(ctx, p, after); err != nil {
				break
			}
			ok[i] = there
		}
		s.later(func() {
			q.looking = false
			if err != nil {
				if s.refuse(q, r, err, landing); q.onWire == 0 {
					q.recall()
				}
				return
			}
			r.ok = ok
			for i := range parts {
				if found[i].ID != "" {
					r.posts[i] = found[i].ID
				}
				if ok[i] && r.receipt.ID == "" {
					r.receipt = found[i]
				}
			}
			if slices.Contains(ok, false) && !r.missed { // it may show a little later
				r.missed, q.held = true, s.clock.Now().Add(lookAgain)
				return
			}
			r.doubt, r.missed = false, false
		})
	})
}

// timers wake the loop at the next moment anything is due: the first by the
// bot's clock, the second by the machine's, for the wire.
func (s *Sender) timers(now time.Time) (due, wire <-chan struct{}, stop func()) {
	var (
		at    time.Time
		after time.Duration
		pace  = s.net.Pace()
		up    = s.net.Status().Up && !s.away // else nothing waits for the pace
		paced = false                        // something waits for the network's pace
	)
	sooner := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	shorter := func(d time.Duration) {
		if d = max(d, time.Millisecond/10); after == 0 || d < after {
			after = d
		}
	}
	for _, q := range s.order {
		sooner(q.held)
		for _, lane := range q.lanes {
			for i, r := range lane {
				sooner(r.NotBefore)
				sooner(r.Expires)
				waits := r.NotBefore.After(now) || r.behind() || r.early() // else those after it wait for it
				if r.Lane == chat.Relays && !waits && !r.Expires.IsZero() || i > 64 {
					break
				}
			}
		}
		if h, _ := q.head(now); h != nil && up && !q.outside {
			paced = true
			if _, every := q.pace(pace); every > 0 && q.credit <= 0 {
				shorter(every - time.Since(q.placed))
			}
		}
	}
	if paced && pace.Every > 0 && s.credit <= 0 {
		shorter(pace.Every - time.Since(s.paced))
	}
	if s.untold() > 0 && !s.saving {
		shorter(time.Until(s.saveBy))
	}
	if !s.reload.IsZero() {
		shorter(time.Until(s.reload))
	}
	stopDue, stopWire := func() {}, func() {}
	if !at.IsZero() {
		due, stopDue = s.clock.At(at)
	}
	if after > 0 {
		wire, stopWire = sprints.System{}.At(time.Now().Add(after))
	}
	return due, wire, func() { stopDue(); stopWire() }
}
