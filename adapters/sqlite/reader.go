package sqlite

import (
	"context"
	"fmt"

	"sprintbot/sprints"
)

var _ sprints.View = (*view)(nil)

// Read runs fn on one unchanging state. ctx ends the wait for one of the
// readers and the statements. A Read inside a Read takes a second reader: do
// not nest them.
func (s *Store) Read(ctx context.Context, fn func(sprints.View) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closing:
		return ErrClosed
	default:
	}
	var r *session
	select {
	case r = <-s.pool:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return ErrClosed
	}
	defer func() { s.pool <- s.rested(r) }()
	if _, err := r.exec(s.ctx, "BEGIN DEFERRED"); err != nil {
		return fmt.Errorf("begin a read: %w", translate(err))
	}
	v := &view{session: r, store: s, ctx: ctx, now: s.now()}
	defer func() { v.over = true }()
	// The state is fixed by the first statement.
	if _, err := many(v, scalar[int64], "SELECT id FROM event"); err != nil {
		return fmt.Errorf("begin a read: %w", err)
	}
	return fn(v)
}

// rested ends a reader's transaction, or replaces a reader that can't.
func (s *Store) rested(r *session) *session {
	r.broken = nil
	_, err := r.exec(s.ctx, "ROLLBACK")
	if err == nil {
		return r
	}
	s.log.Warn("a reader of the database is replaced", "error", err)
	_ = r.close() // it makes room; a closed reader is replaced after its next use
	fresh, err := newSession(s.ctx, s.read)
	if err != nil {
		return r
	}
	return fresh
}
