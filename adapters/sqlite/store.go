// Package sqlite keeps everything in one SQLite file: it is sprints.Store for
// a running bot and, opened read-only, for commands that look beside it. Only
// main opens it; all else knows sprints.Store. It decides nothing about
// sprints beyond what its schema refuses, and never speaks to a network.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sprintbot/sprints"
)

// Options of Open. The zero value is a durable store on the machine's clock.
type Options struct {
	Clock    sprints.Clock // nil is the machine's
	Log      *slog.Logger  // nil is silent
	Normal   bool          // synchronous=NORMAL: faster, a power cut may lose the last commits
	ReadOnly bool          // look only, beside a running bot; Write returns ErrUnavailable
}

// readers is how many reads run at once.
const readers = 4

// Store is a sprints.Store in a SQLite file.
type Store struct {
	path  string
	clock sprints.Clock
	log   *slog.Logger
	ctx   context.Context // statements of writes run on it: it never ends
	lock  *lock           // nil when read-only

	write *sql.DB // one connection
	read  *sql.DB // readers connections
	pool  chan *session

	keeper  *keeper // nil when read-only
	queue   chan *turn
	soon    soon
	running atomic.Bool // some Write's fn is
	posted  posted
	closing chan struct{}
	once    sync.Once
	writer  sync.WaitGroup
	damaged damaged

	mu          sync.Mutex
	subscribers map[chan struct{}]struct{}
	zones       map[string]*time.Location
}

// Open opens the database at path, makes it if there is none, and brings its
// schema up to date. Errors for people to read are *LockedError, *VersionError
// and *FileError. ctx ends the opening only.
func Open(ctx context.Context, path string, opts Options) (_ *Store, err error) {
	s := &Store{
		path:        path,
		clock:       opts.Clock,
		log:         opts.Log,
		ctx:         context.WithoutCancel(ctx),
		pool:        make(chan *session, readers),
		queue:       make(chan *turn),
		soon:        soon{due: make(chan struct{}, 1)},
		closing:     make(chan struct{}),
		subscribers: make(map[chan struct{}]struct{}),
		zones:       make(map[string]*time.Location),
	}
	if s.clock == nil {
		s.clock = sprints.System{}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := check(path, opts.ReadOnly); err != nil {
		return nil, err
	}
	if !opts.ReadOnly {
		if s.lock, err = takeLock(ctx, path); err != nil {
			return nil, err
		}
		if err := begin(ctx, path); err != nil {
			return nil, fileError(path, err)
		}
		want := pragmas(opts.Normal)
		if s.write, err = connect(ctx, path, "rwc", want, 1); err != nil {
			return nil, fileError(path, err)
		}
		if err := writable(ctx, s.write); err != nil {
			return nil, fileError(path, err)
		}
		if err := migrate(ctx, s.write, path, s.log); err != nil {
			return nil, err
		}
	}
	if s.read, err = connect(ctx, path, "ro", readPragmas(), readers); err != nil {
		return nil, fileError(path, err)
	}
	if opts.ReadOnly {
		if err := checkVersion(ctx, s.read, path); err != nil {
			return nil, err
		}
	}
	for range readers {
		session, err := newSession(s.ctx, s.read)
		if err != nil {
			return nil, fmt.Errorf("open a reader of %s: %w", path, err)
		}
		s.pool <- session
	}
	if opts.ReadOnly {
		return s, nil
	}
	session, err := newSession(s.ctx, s.write)
	if err != nil {
		return nil, fmt.Errorf("open the writer of %s: %w", path, err)
	}
	if err := s.startKeeper(pragmas(opts.Normal)); err != nil {
		return nil, errors.Join(err, session.close())
	}
	w := &writer{store: s, session: session}
	s.writer.Go(w.run) // Close waits for it
	return s, nil
}

// Path is the database file's.
func (s *Store) Path() string { return s.path }

// Close waits for the transactions under way and closes the file. Later calls
// return ErrClosed; a second Close does nothing.
func (s *Store) Close() (err error) {
	s.once.Do(func() {
		close(s.closing)
		s.writer.Wait()
		for range readers {
			err = errors.Join(err, (<-s.pool).close())
		}
		err = errors.Join(err, s.release())
	})
	return err
}

// release frees what Open took.
func (s *Store) release() (err error) {
	if s.keeper != nil {
		err = s.keeper.db.Close()
	}
	for _, db := range []*sql.DB{s.read, s.write} { // the writer last: it tidies the log away
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}

// now is the clock's time in whole milliseconds, UTC, as it is kept.
func (s *Store) now() time.Time { return time.UnixMilli(s.clock.Now().UnixMilli()).UTC() }

// Changes is a channel with a tick after each commit that changed anything,
// until ctx ends. It is never closed.
func (s *Store) Changes(ctx context.Context) <-chan struct{} {
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	s.subscribers[ch] = struct{}{}
	s.mu.Unlock()
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		delete(s.subscribers, ch)
		s.mu.Unlock()
	})
	return ch
}

func (s *Store) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.subscribers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
