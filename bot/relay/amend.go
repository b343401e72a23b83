package relay

import (
	"context"
	"slices"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// enter takes a row read from the store in hand, and puts it where it belongs:
// into its place's lane, into the post it shares with others, or, if it only
// changes words that still wait, into those.
func (s *Sender) enter(q *queue, r *row) {
	s.held++
	q.taken++
	r.queue = q
	s.rows[r.Row] = r
	if leader := s.rows[r.Joined]; leader != nil {
		leader.with = append(leader.with, r)
		r.begun = true
		return
	}
	r.target = s.rows[r.About]
	if r.changes() && r.target != nil && s.finder == nil {
		r.doubt = false // it goes behind those words only
	}
	if r.changes() && s.amend(q, r) {
		return
	}
	q.push(r)
}

// amend settles a change of words that have not been sent, and says true when
// nothing of it is left to be sent.
func (s *Sender) amend(q *queue, r *row) bool {
	if r.Kind == chat.Edited && r.Unsent && r.Reply.Silent() { // of what it quotes
		if t := r.target; t != nil && t.fresh() {
			t.Unquote()
			t.parts, t.ok = nil, nil
		}
		s.withdraw(q, r)
		return true
	}
	if t := r.target; t != nil && t.fresh() {
		if r.Kind == chat.Deleted {
			s.withdraw(q, t, r)
		} else {
			s.reword(q, t, r)
		}
		return true
	}
	if r.target != nil && r.Unsent && r.Kind == chat.Deleted && s.apart(q, r.target) {
		s.withdraw(q, r.target, r)
		return true
	}
	if q.outside && r.target != nil && r.Kind == chat.Deleted {
		return s.unsaidOutside(q, r)
	}
	if e := s.edits[r.About]; e != nil && e.Row < r.Row && e.fresh() {
		if r.Kind == chat.Edited {
			s.reword(q, e, r)
			return true
		}
		s.withdraw(q, e)
	}
	if t := r.target; t != nil && t.doubt && s.finder == nil { // whether they arrived is looked up first
		t.unsaid = t.unsaid || r.Kind == chat.Deleted
	} else if r.Unsent {
		if r.Kind == chat.Deleted {
			s.unsay(r)
		}
		s.withdraw(q, r)
		return true
	}
	if r.Kind == chat.Edited {
		s.edits[r.About] = r
	}
	return false
}

// apart says that nothing of t has arrived or is on the wire, though it was tried,
// and takes it out of the post that it was to share.
func (s *Sender) apart(q *queue, t *row) bool {
	i := slices.IndexFunc(q.lanes[t.Lane], func(l *row) bool { return l == t || slices.Contains(l.with, t) })
	if i < 0 || q.looking {
		return false
	}
	l := q.lanes[t.Lane][i]
	if l.doubt || l.finishing || l.Confirmed > 0 || slices.Contains(l.ok, true) || summed(l.Kind) {
		return false
	}
	if l.with != nil {
		s.scatter(q, l)
	}
	return true
}

// settled takes the doubts of a place away, now that what arrived is known, and
// settles the changes that waited for that. It says how many rows were in doubt.
func (s *Sender) settled(q *queue) int {
	n := q.sure()
	if n == 0 {
		return 0
	}
	for _, lane := range q.lanes {
		for _, r := range slices.Clone(lane) {
			if r.changes() && r.target != nil && !r.over && !r.begun && !r.doubt {
				s.amend(q, r)
			}
		}
	}
	return n
}

// unsay forgets the words of a row that may be on the wire, and nobody is told:
// nothing is to quote them.
func (s *Sender) unsay(r *row) {
	if e := s.edits[r.About]; e != nil {
		e.unsaid = true
	}
	if t := r.target; t != nil && !t.finishing {
		t.unsaid = true
		return
	}
	about := r.About
	s.tell(func(tx sprints.Tx) error { return tx.Reword(about, chat.Reply{}, "") }, nil)
}

// reword puts the words of a change into a row that waits.
func (s *Sender) reword(q *queue, t, change *row) {
	words, page, id, done := change.Reply, change.Page, t.Row, change.Row
	t.Reply, t.Page = words, page
	t.parts, t.ok, t.doubt = nil, nil, false
	t.aimed, t.Together = false, nil // what its post is made of is asked again
	q.drop(change)
	s.leave(change)
	s.tell(func(tx sprints.Tx) error {
		if err := tx.Reword(id, words, page); err != nil {
			return err
		}
		return tx.Withdraw([]int64{done})
	}, nil)
}

// withdraw ends rows that nobody wants to be sent any more.
func (s *Sender) withdraw(q *queue, rows ...*row) {
	var ids []int64
	for _, r := range rows {
		q.drop(r)
		ids = append(ids, s.leave(r)...)
	}
	s.tell(func(tx sprints.Tx) error { return tx.Withdraw(ids) }, nil)
}

// leave lets go of a row, and of those in its post; it returns their numbers.
func (s *Sender) leave(r *row) []int64 {
	var ids []int64
	for _, r := range append([]*row{r}, r.with...) {
		ids = append(ids, r.Row)
		r.over = true
		s.held--
		r.queue.taken--
		delete(s.rows, r.Row)
		if s.edits[r.About] == r {
			delete(s.edits, r.About)
		}
	}
	return ids
}

// aim finds the message that a row is about: its receipt is stored by now.
func (s *Sender) aim(ctx context.Context, q *queue, r *row) {
	q.looking = true
	s.work.Go(func() {
		var there []sprints.Counterpart
		var root string // of the thread that a changed message stands in
		err := s.store.Read(ctx, func(v sprints.View) (err error) {
			if there, err = v.Together(r.About); err == nil && r.changes() {
				root, err = threadOf(v, r.About, there)
			}
			return err
		})
		s.later(func() {
			q.looking = false
			if r.over { // taken back meanwhile
				return
			}
			if err != nil {
				if ctx.Err() == nil {
					s.log.Error("what a row is about can't be read; trying again", "error", err)
				}
				q.held = s.clock.Now().Add(readAgain)
				return
			}
			if root != "" && r.To.Thread == "" {
				r.To.Thread = root // where what the new words have more goes
			}
			s.aimed(q, r, there)
		})
	})
}

// threadOf is the message under which a row's stands, as far as it is known;
// "" for one in the channel itself.
func threadOf(v sprints.OutboxReader, row int64, there []sprints.Counterpart) (string, error) {
	for _, c := range there {
		if c.Row != row || c.Out == nil {
			continue
		}
		if c.Out.Of != "" || c.Out.About == 0 {
			return c.Out.Of, nil
		}
		roots, err := v.Together(c.Out.About)
		for _, root := range roots {
			if root.Row == c.Out.About {
				return root.ID, err
			}
		}
		return "", err
	}
	return "", nil
}

// aimed has r name the message it is about. A change of a message that never
// came, or whose place's words are gone, is no change.
func (s *Sender) aimed(q *queue, r *row, there []sprints.Counterpart) {
	r.aimed, r.target = true, nil
	var at sprints.Counterpart
	for _, c := range there {
		if c.Row == r.About {
			at = c
		}
	}
	if !r.changes() {
		r.Of = at.ID // without one it is said in the channel
		return
	}
	if (s.manners.Rewrites || r.Quiet) && at.ID == "" || !s.manners.Rewrites && !at.Sent {
		s.withdraw(q, r)
		return
	}
	r.Of, r.OfKey, r.OfParts, r.OfPosts = at.ID, at.Key, at.Parts, at.Posts
	if len(there) > 1 && s.joiner != nil {
		r.remake(there)
	}
}

// remake has r, a change of one line in a shared post, make that post anew of
// the words of all rows in it, by the time they were said as in their lane. Their
// words go at the same time: where some are gone, whoever said them was
// forgotten, and is left out.
func (r *row) remake(there []sprints.Counterpart) {
	if !slices.ContainsFunc(there, func(c sprints.Counterpart) bool { return c.Out != nil }) {
		r.late()
		return
	}
	silent := true
	for _, c := range there {
		out := chat.Outgoing{Row: c.Row, Key: c.Key, To: c.Place, Kind: chat.Said, As: &chat.Handle{}, From: r.From, At: c.At}
		if c.Out != nil {
			out = *c.Out
		} else if c.Row == r.About {
			out.As, out.Doubt = r.As, r.Doubt
		}
		if c.Row == r.About {
			out.Reply = r.Reply
		}
		silent = silent && out.Reply.Silent()
		r.Together = append(r.Together, out)
	}
	slices.SortStableFunc(r.Together, said)
	if silent {
		r.Together = nil
		return
	}
	r.Kind = chat.Edited // of the post; the one line is silent where it was taken back
}

// late makes of a change that comes too late, when the words beside it are not
// known any more, a word on it under the post.
func (r *row) late() {
	switch {
	case r.Kind == chat.Edited:
		r.Kind, r.Re = chat.Said, chat.Plainly("an older line of mine here now reads: ")
	case r.As.ID == "":
		r.Kind, r.As, r.Reply = chat.Said, nil, chat.Saying(chat.Plainly("An older line here was taken back where it was said."))
	default:
		r.Kind, r.Reply = chat.Action, chat.Saying(chat.Plainly("has taken back an older line here"))
	}
}
