package sqlite

import (
	"database/sql"
	"fmt"
	"sync"
)

const (
	checkpointEvery = 100    // commits; a relayed message is about ten pages of the log
	logMost         = "8000" // pages; then the writer does it, while nobody else writes
)

// keeper moves what is in the write-ahead log into the database file, beside
// the writer: else every so manieth commit waits for it, and whoever is heard
// with it.
type keeper struct {
	store   *Store
	db      *sql.DB // one connection
	session *session
	due     chan struct{} // capacity 1
	busy    sync.Mutex    // one at a time: the writer empties the log as well
}

func (k *keeper) run() {
	defer k.session.close()
	for {
		select {
		case <-k.due:
			k.checkpoint()
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

// checkpoint takes what it can without keeping anybody waiting. What is left is
// taken by the next, or by the writer.
func (k *keeper) checkpoint() {
	k.busy.Lock()
	defer k.busy.Unlock()
	v := &view{session: k.session, ctx: k.store.ctx}
	if _, err := many(v, func(r row) (n int64, err error) {
		var pages, moved int64
		err = r.Scan(&n, &pages, &moved)
		return n, err
	}, "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		k.store.log.Debug("the log can't be moved into the database now", "error", err)
		k.session.broken = nil
	}
}

// startKeeper opens the keeper's connection and starts it; Close waits for it.
func (s *Store) startKeeper(want []pragma) (err error) {
	k := &keeper{store: s, due: make(chan struct{}, 1)}
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
