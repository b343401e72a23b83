package sqlite

import (
	"strings"
	"sync"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// postedMost is how many rows of one network wait in memory for its sender.
const postedMost = 512

// posted hands what was committed to the outbox on to the networks' senders, so
// that they need not read it back. It is a short cut only: whatever it does not
// hold is in the database, and it says when that has to be read.
type posted struct {
	mu     sync.Mutex
	commit int64             // number of the newest commit that it knows of
	lost   int64             // up to this commit rows of any network may be missing here
	gone   map[string]int64  // the same of one network
	rows   map[string][]post // by network, oldest first
}

type post struct {
	commit int64
	sprints.Queued
}

// add takes the rows of a commit. Where the commit changed rows in another way
// than by posting them, only reading tells.
func (p *posted) add(rows []sprints.Queued, other bool) {
	if len(rows) == 0 && !other {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commit++
	if other {
		p.lost = p.commit
		clear(p.rows)
		clear(p.gone)
		return
	}
	if p.rows == nil {
		p.rows, p.gone = map[string][]post{}, map[string]int64{}
	}
	for _, q := range rows {
		waiting := p.rows[q.To.Network]
		if len(waiting) == postedMost {
			p.gone[q.To.Network] = waiting[0].commit
			waiting = append(waiting[:0], waiting[1:]...)
		}
		p.rows[q.To.Network] = append(waiting, post{p.commit, q})
	}
}

// Committed is a mark for Posted: what a Read begun afterwards does not show is
// newer.
func (s *Store) Committed() int64 {
	s.posted.mu.Lock()
	defer s.posted.mu.Unlock()
	return s.posted.commit
}

// Posted hands over the rows of one network with a number above after that were
// posted since the mark, oldest first and each once, and the mark from which to
// go on. It is for the one sender of that network. False means that more has
// happened than it knows, or more than limit: they have to be read.
func (s *Store) Posted(network string, since, after int64, limit int) (rows []sprints.Queued, mark int64, ok bool) {
	p := &s.posted
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.rows[network]
	if since < p.lost || since < p.gone[network] || len(waiting) > limit {
		return nil, 0, false
	}
	for _, w := range waiting {
		// What was posted before the mark has been read if it waited then.
		if w.commit > since && w.Row > after {
			rows = append(rows, w.Queued)
		}
	}
	delete(p.rows, network)
	return rows, p.commit, true
}

// keep notes a row just posted, as it would be read back.
func (t *tx) keep(row int64, out chat.Outgoing) {
	out.Row = row
	out.At = out.At.Round(0)
	out.NotBefore, out.Expires = kept(out.NotBefore), kept(out.Expires)
	t.posted = append(t.posted, sprints.Queued{Outgoing: out})
}

// kept is an instant as it is kept, in whole milliseconds.
func kept(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// outboxed says that a statement may change rows of the outbox.
func outboxed(query string) bool { return strings.Contains(query, "outbox") }
