package sqlite

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"sprintbot/sprints"
)

// soon holds the writes that need no commit of their own: the writer takes
// them along with the next, or when the first of them has waited long enough.
type soon struct {
	mu      sync.Mutex
	waiting []*turn
	due     chan struct{} // capacity 1: one of them may not wait any longer
}

// WriteSoon is Write for what can wait: it rides in the next commit, and is
// done alone when none has come within that time.
func (s *Store) WriteSoon(ctx context.Context, within time.Duration, fn func(sprints.Tx) error) error {
	if within <= 0 {
		return s.Write(ctx, fn)
	}
	if s.write == nil {
		return fmt.Errorf("%w: it is open for reading only", sprints.ErrUnavailable)
	}
	if s.running.Load() && nested() {
		return sprints.ErrNested
	}
	t := &turn{start: make(chan started, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	s.soon.add(t)
	late := time.AfterFunc(within, s.soon.wake)
	defer late.Stop()
	select {
	case got := <-t.start:
		t.start <- got
	case <-ctx.Done():
		if s.soon.drop(t) {
			return ctx.Err()
		}
	case <-s.closing:
		if s.soon.drop(t) {
			return ErrClosed
		}
	}
	return s.finish(t, fn)
}

func (q *soon) add(t *turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, t)
}

// next takes the oldest, nil if none waits.
func (q *soon) next() *turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	t := q.waiting[0]
	q.waiting = slices.Delete(q.waiting, 0, 1)
	return t
}

// drop takes t back; false says that the writer has it already.
func (q *soon) drop(t *turn) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, t)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

func (q *soon) wake() {
	select {
	case q.due <- struct{}{}:
	default:
	}
}

// left has those go now that a commit which failed or was full did not take
// along: one tick may have stood for the time of several.
func (q *soon) left() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		q.wake()
	}
}
