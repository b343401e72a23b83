package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"sprintbot/sprints"
)

var _ sprints.Store = (*Store)(nil)
var _ sprints.Tx = (*tx)(nil)

// batch is how many writes share one commit at most.
const batch = 64

// turn is one Write waiting for the writer. Its fn runs on its caller's
// goroutine, so that a panic is the caller's own; the writer only hands it the
// transaction and waits.
type turn struct {
	start chan started
	ran   chan error // what fn returned
	done  chan error // what became of the commit
}

type started struct {
	tx  *tx
	err error
}

// Write runs fn in a transaction that it shares with all Writes waiting at
// this instant, and returns after its commit. An error of fn undoes what fn
// did. When the database can't keep anything (the error wraps
// sprints.ErrUnavailable), all that shared the commit get the error.
func (s *Store) Write(ctx context.Context, fn func(sprints.Tx) error) error {
	if s.write == nil {
		return fmt.Errorf("%w: it is open for reading only", sprints.ErrUnavailable)
	}
	if s.running.Load() && nested() {
		return sprints.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &turn{start: make(chan started, 1), ran: make(chan error, 1), done: make(chan error, 1)}
	select {
	case <-s.closing:
		return ErrClosed
	default:
	}
	select {
	case s.queue <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return ErrClosed
	}
	return s.finish(t, fn)
}

// finish takes the turn that the writer gives to t.
func (s *Store) finish(t *turn, fn func(sprints.Tx) error) error {
	got := <-t.start
	if got.err != nil {
		return got.err
	}
	if err := s.take(t, got.tx, fn); err != nil {
		<-t.done
		return err
	}
	return <-t.done
}

var errPanicked = errors.New("a write's function did not return")

// take runs fn and tells the writer what it returned, whatever happens.
func (s *Store) take(t *turn, tx *tx, fn func(sprints.Tx) error) error {
	err := errPanicked
	s.running.Store(true)
	defer func() {
		s.running.Store(false)
		tx.over = true
		t.ran <- err
	}()
	err = runWrite(tx, fn)
	return err
}

// runWrite stands on the stack of whatever a Write's function calls: that is
// how nested knows. The contract gives fn no context to carry a mark.
//
//go:noinline
func runWrite(tx *tx, fn func(sprints.Tx) error) error { return fn(tx) }

// nested says that the caller was called by a Write's function.
func nested() bool {
	pcs := make([]uintptr, 64)
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs)
		if n == 0 {
			return false
		}
		frames := runtime.CallersFrames(pcs[:n])
		for {
			frame, more := frames.Next()
			if frame.Function == "sprintbot/adapters/sqlite.runWrite" {
				return true
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// writer owns the one connection that writes.
type writer struct {
	store   *Store
	session *session
	wrote   bool // the open transaction has changed rows
	scrub   bool // words were removed that the log may still hold
	refused bool // the last attempt to write failed

	commits int // since the keeper was last woken

	posted []sprints.Queued // in the open transaction
	other  bool             // rows of the outbox were changed in another way
}

func (w *writer) run() {
	defer w.session.close()
	for {
		select {
		case t := <-w.store.queue:
			w.batch(t)
		case <-w.store.soon.due:
			if t := w.store.soon.next(); t != nil {
				w.batch(t)
			}
		case <-w.store.keeper.rest:
			w.moveRest()
		case <-w.store.closing:
			return
		}
	}
}

// batch runs the first turn and all others that wait, up to a limit, in one
// transaction; what need not be done at once rides with them.
func (w *writer) batch(t *turn) {
	ctx, s := w.store.ctx, w.session
	s.broken, w.wrote, w.posted, w.other = nil, false, nil, false
	if _, err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.store.soon.left()
		t.start <- started{err: unavailable("begin", err)}
		return
	}
	buried := w.bury()
	var turns []*turn
	for t != nil && s.broken == nil {
		turns = append(turns, t)
		w.turn(t)
		if t = nil; len(turns) < batch && s.broken == nil {
			select {
			case t = <-w.store.queue:
			default:
				t = w.store.soon.next()
			}
		}
	}
	err := s.broken
	if err == nil && w.refused && !w.wrote {
		err = w.probe()
	}
	if err == nil {
		if _, cerr := s.exec(ctx, "COMMIT"); cerr != nil {
			err = unavailable("commit", cerr)
		}
	}
	if err != nil {
		w.store.log.Error("a commit failed", "writes", len(turns), "error", err)
		// It fails where the database has already undone everything.
		_, _ = s.exec(ctx, "ROLLBACK")
	}
	if w.refused = err != nil; !w.refused {
		w.store.damaged.remove(buried)
	}
	if err != nil || len(turns) == batch {
		w.store.soon.left()
	}
	if err == nil && w.wrote {
		w.store.posted.add(w.posted, w.other)
		if w.commits++; w.commits >= checkpointEvery {
			w.commits = 0
			w.store.keeper.wake()
		}
		w.tidy()
		w.store.tick()
	}
	for _, t := range turns {
		t.done <- err
	}
}

// probe writes something that means nothing: after a failure, a transaction
// that changes no row must not say that the database can be written.
func (w *writer) probe() error {
	if _, err := w.session.exec(w.store.ctx, "PRAGMA user_version = 0"); err != nil {
		return unavailable("probe", err)
	}
	return nil
}

// turn runs one Write in a savepoint of the open transaction.
func (w *writer) turn(t *turn) {
	x := &tx{view: view{session: w.session, store: w.store, ctx: w.store.ctx, now: w.store.now()}}
	undo := &tx{view: x.view} // x ends with its Write, the savepoint a little later
	handed := false
	err := undo.try(func() error {
		handed = true
		t.start <- started{tx: x}
		return <-t.ran
	})
	if !handed {
		t.start <- started{err: err}
	}
	if err == nil {
		w.wrote = w.wrote || x.wrote
		w.scrub = w.scrub || x.scrub
		w.posted = append(w.posted, x.posted...)
		w.other = w.other || x.other
	}
}

// tidy empties the write-ahead log after words were removed, so that no copy
// of them stays in it. Where a reader is in the way it is tried again after
// the next commit, at the latest at Close.
func (w *writer) tidy() {
	if !w.scrub {
		return
	}
	w.store.keeper.busy.Lock()
	defer w.store.keeper.busy.Unlock()
	busy, err := truncateLog(w.store.ctx, w.session)
	if err != nil {
		w.store.log.Warn("the log can't be emptied", "error", err)
		return
	}
	w.scrub = busy
}

// truncateLog empties the write-ahead log without waiting for readers.
func truncateLog(ctx context.Context, s *session) (busy bool, err error) {
	if _, err := s.exec(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return false, err
	}
	v := &view{session: s, ctx: ctx}
	n, err := one(v, func(r row) (n int64, err error) {
		var pages, moved int64
		err = r.Scan(&n, &pages, &moved)
		return n, err
	}, "PRAGMA wal_checkpoint(TRUNCATE)")
	if _, rerr := s.exec(ctx, "PRAGMA busy_timeout = 5000"); err == nil {
		err = rerr
	}
	s.broken = nil
	return n != 0, err
}
