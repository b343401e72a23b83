package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sprintbot/sprints"
)

// ErrClosed is returned by a Store that has been closed.
var ErrClosed = errors.New("the store is closed")

// LockedError says that another bot has the database open.
type LockedError struct {
	Path string // of the database
	PID  int    // of the process that has it, 0 unknown
}

// Error says who has the database and what to do.
func (e *LockedError) Error() string {
	who := "another sprintbot"
	if e.PID != 0 {
		who = fmt.Sprintf("the sprintbot with process id %d", e.PID)
	}
	return fmt.Sprintf("%s is used by %s; stop it first, or use another database file", e.Path, who)
}

// VersionError says that a database does not fit this program.
type VersionError struct {
	Path    string
	Version int64 // of the database's schema
	Want    int64 // newest one this program knows
}

// Error says which of the two is older and what to do.
func (e *VersionError) Error() string {
	if e.Version > e.Want {
		return fmt.Sprintf("%s was written by a newer sprintbot (schema %d, this one knows %d); use that version, or restore a backup made before the upgrade", e.Path, e.Version, e.Want)
	}
	return fmt.Sprintf("%s was written by an older sprintbot (schema %d, this one needs %d); start the bot once to bring it up to date", e.Path, e.Version, e.Want)
}

// FileError says that a file is not a database of sprintbot's.
type FileError struct {
	Path   string
	Reason string
	Err    error // nil if Reason says it all
}

// Error says what is wrong with the file and what to do.
func (e *FileError) Error() string {
	return fmt.Sprintf("%s %s; name another file for the database", e.Path, e.Reason)
}

// Unwrap is the database's own error.
func (e *FileError) Unwrap() error { return e.Err }

// code is the database's extended error code in err, 0 if there is none.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// breaks says that after err the transaction it came from may be gone, so that
// no later statement may run in it.
func breaks(err error) bool {
	switch code(err) & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_BUSY,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN:
		return true
	}
	return false
}

// unavailable tells operators in words why a step of a write failed, with the
// database's own error behind them.
func unavailable(step string, err error) error {
	why := "the database refuses"
	switch code(err) & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		why = "another program has the database locked"
	case sqlite3.SQLITE_FULL:
		why = "the disk is full"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		why = "the database's files can't be written"
	case sqlite3.SQLITE_IOERR:
		why = "the disk takes nothing: it is full, read-only or failing"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		why = "the database is damaged"
	}
	if step != "" {
		why += ": " + step
	}
	return fmt.Errorf("%w: %s: %w", sprints.ErrUnavailable, why, err)
}

// translate gives a failed rule of the schema the domain's error: a second of
// what must be one is ErrTaken, a reference to nothing is ErrNotFound, a
// database that takes nothing is ErrUnavailable.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case breaks(err):
		return unavailable("", err)
	}
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", sprints.ErrTaken, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", sprints.ErrNotFound, err)
	}
	return err
}
