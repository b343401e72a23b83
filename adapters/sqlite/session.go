package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"sprintbot/sprints"
)

// session is one connection with its prepared statements. One goroutine uses
// it at a time.
type session struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt // by SQL; all SQL is constant
	broken error                // why the open transaction can't be used further, nil it can
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, stmts: make(map[string]*sql.Stmt)}, nil
}

func (s *session) close() error {
	for _, stmt := range s.stmts {
		stmt.Close()
	}
	return s.conn.Close()
}

// stmt prepares query, once. The statement outlives ctx.
func (s *session) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := s.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = stmt
	return stmt, nil
}

// exec runs a statement without rows outside of what a View or Tx does.
func (s *session) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// view is a sprints.View: reads in one transaction. Its methods are in the
// files of the nouns.
type view struct {
	*session
	store *Store
	ctx   context.Context // statements run on it; the contract's methods take none
	now   time.Time
	over  bool // its Read or Write has returned
}

// Now is the instant of the view, in whole milliseconds as the store keeps them.
func (v *view) Now() time.Time { return v.now }

var errOver = errors.New("a view or transaction used after its end")

func (v *view) usable() error {
	if v.over {
		return errOver
	}
	return v.broken
}

// fail remembers an error that ends the whole transaction.
func (v *view) fail(err error) error {
	if breaks(err) {
		v.broken = translate(err)
		return v.broken
	}
	return translate(err)
}

// tx is a sprints.Tx.
type tx struct {
	view
	wrote bool // rows changed
	scrub bool // words were removed that the write-ahead log may still hold

	posted []sprints.Queued // to the outbox
	other  bool             // rows of the outbox were changed in another way
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int, error) {
	if err := t.usable(); err != nil {
		return 0, err
	}
	res, err := t.session.exec(t.ctx, query, args...)
	if err != nil {
		return 0, t.fail(err)
	}
	n, err := res.RowsAffected()
	t.wrote = t.wrote || n > 0
	t.other = t.other || n > 0 && outboxed(query)
	return int(n), err
}

// must is exec for what changes one row or is not there.
func (t *tx) must(query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err == nil && n == 0 {
		err = sprints.ErrNotFound
	}
	return err
}

// insert runs a statement that ends in RETURNING id.
func (t *tx) insert(query string, args ...any) (int64, error) {
	return changed(t, scalar[int64], query, args...)
}

// add runs an insertion that may find its row there already, and returns the
// number of the row where it is new. It is cheaper than RETURNING.
func (t *tx) add(query string, args ...any) (row int64, first bool, err error) {
	if err := t.usable(); err != nil {
		return 0, false, err
	}
	res, err := t.session.exec(t.ctx, query, args...)
	if err != nil {
		return 0, false, t.fail(err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return 0, false, err
	}
	t.wrote = true
	row, err = res.LastInsertId()
	return row, true, err
}

// Try runs fn in a savepoint, undone when it fails.
func (t *tx) Try(fn func() error) error { return t.try(fn) }

func (t *tx) try(fn func() error) (err error) {
	if err := t.usable(); err != nil {
		return err
	}
	if _, err := t.session.exec(t.ctx, "SAVEPOINT try"); err != nil {
		return t.fail(err)
	}
	kept, posted := false, len(t.posted)
	defer func() { // also when fn panics
		if kept {
			return
		}
		t.posted = t.posted[:posted]
		if rerr := t.rollbackTo(); rerr != nil && err == nil {
			err = rerr
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	if t.broken != nil {
		return t.broken
	}
	if _, err := t.session.exec(t.ctx, "RELEASE try"); err != nil {
		return t.fail(err)
	}
	kept = true
	return nil
}

// rollbackTo undoes the innermost savepoint. When that is impossible the whole
// transaction is lost.
func (t *tx) rollbackTo() error {
	if t.broken != nil {
		return t.broken
	}
	_, err := t.session.exec(t.ctx, "ROLLBACK TO try")
	if err == nil {
		_, err = t.session.exec(t.ctx, "RELEASE try")
	}
	if err != nil {
		t.broken = unavailable("undo a savepoint", err)
	}
	return t.broken
}

// row is what a scan reads.
type row interface{ Scan(...any) error }

// scan reads one row into a value.
type scan[T any] func(row) (T, error)

// scalar scans a single column.
func scalar[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// many reads all rows of a query.
func many[T any](v *view, scan scan[T], query string, args ...any) (_ []T, err error) {
	if err := v.usable(); err != nil {
		return nil, err
	}
	stmt, err := v.stmt(v.ctx, query)
	if err != nil {
		return nil, v.fail(err)
	}
	rows, err := stmt.QueryContext(v.ctx, args...)
	if err != nil {
		return nil, v.fail(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, v.fail(err)
	}
	return all, nil
}

// one reads the first row of a query, ErrNotFound if there is none.
func one[T any](v *view, scan scan[T], query string, args ...any) (T, error) {
	all, err := many(v, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = sprints.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// changed is one for a statement that writes and returns a row.
func changed[T any](t *tx, scan scan[T], query string, args ...any) (T, error) {
	v, err := one(&t.view, scan, query, args...)
	t.wrote = t.wrote || err == nil
	return v, err
}
