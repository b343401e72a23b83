package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

const (
	checkpointEvery = 100     // commits; a relayed message is about ten pages of the log
	logLong         = 8000    // pages; then it is moved to its end
	longTurns       = 4       // of the keeper, over a long log
	logMost         = "16000" // pages; then SQLite has a commit move all, and whoever waits for it waits
)

// keeper moves what is in the write-ahead log into the database file, beside
// the writer: else every so manieth commit waits for it, and whoever is heard
// with it. A log that was moved to its end begins anew with the next commit;
// while commits come that takes an instant without one.
type keeper struct {
	store   *Store
	db      *sql.DB // one connection
	session *session
	due     chan struct{} // capacity 1
	rest    chan struct{} // capacity 1: what is left is the writer's
	busy    sync.Mutex    // one at a time: the writer empties the log as well
}

func (k *keeper) run() {
	defer k.session.close()
	for {
		select {
		case <-k.due:
			k.busy.Lock()
			k.checkpoint()
			k.busy.Unlock()
		case <-k.store.closing:
			return
		}
	}
}

// wake asks for a checkpoint and waits for nothing.
func (k *keeper) wake() {
	select {
	case k.due <- struct{}{}:
	default:
	}
}

// checkpoint takes what it can without keeping anybody waiting. A long log is
// gone over again for what was committed meanwhile, which is less each time, and
// the turn that sees an instant without commits syncs the database. The writer,
// who has the end for sure, then finds little to do or nothing. The caller
// holds busy.
func (k *keeper) checkpoint() {
	for range longTurns {
		pages, moved, err := moveLog(k.store.ctx, k.session)
		if err != nil {
			k.store.log.Debug("the log can't be moved into the database now", "error", err)
			return
		}
		if pages < logLong || moved < pages { // a reader that holds it up would hold up the writer as well
			return
		}
	}
	select {
	case k.rest <- struct{}{}:
	default:
	}
}

// moveRest is the writer's turn: nothing is committed during it.
func (w *writer) moveRest() {
	if _, _, err := moveLog(w.store.ctx, w.session); err != nil {
		w.store.log.Debug("the rest of the log can't be moved into the database now", "error", err)
	}
}

// moveLog moves what no reader holds up, and waits for nobody. Of the pages in
// the log it says how many have been moved.
func moveLog(ctx context.Context, s *session) (pages, moved int64, err error) {
	v := &view{session: s, ctx: ctx}
	_, err = one(v, func(r row) (busy int64, err error) {
		err = r.Scan(&busy, &pages, &moved)
		return busy, err
	}, "PRAGMA wal_checkpoint(PASSIVE)")
	s.broken = nil
	return pages, moved, err
}

// startKeeper opens the keeper's connection and starts it; Close waits for it.
func (s *Store) startKeeper(want []pragma) (err error) {
	k := &keeper{store: s, due: make(chan struct{}, 1), rest: make(chan struct{}, 1)}
	if k.db, err = connect(s.ctx, s.path, "rw", want, 1); err != nil {
		return fileError(s.path, err)
	}
	if k.session, err = newSession(s.ctx, k.db); err != nil {
		_ = k.db.Close()
		return fmt.Errorf("open the keeper of %s: %w", s.path, err)
	}
	s.keeper = k
	s.writer.Go(k.run)
	return nil
}
