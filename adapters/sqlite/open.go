package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// pragma is a setting and what it reads back as.
type pragma struct{ name, value, reads string }

// pageSize of a new database, in bytes. A message changes about ten pages, most
// of them by a few bytes: smaller pages shorten its commit. Databases of before
// keep the 4096 they were made with.
const pageSize = "2048"

// pragmas of the writer.
func pragmas(normal bool) []pragma {
	sync := pragma{"synchronous", "FULL", "2"}
	if normal {
		sync = pragma{"synchronous", "NORMAL", "1"}
	}
	return []pragma{
		{"busy_timeout", "5000", "5000"},
		{"journal_mode", "WAL", "wal"},
		sync,
		{"foreign_keys", "1", "1"},
		{"secure_delete", "1", "1"},
		{"wal_autocheckpoint", logMost, logMost},
	}
}

// readPragmas of the readers.
func readPragmas() []pragma {
	return []pragma{{"busy_timeout", "5000", "5000"}, {"query_only", "1", "1"}}
}

// begin gives a file that is empty still the size of its pages, which must be
// settled before there is a write-ahead log.
func begin(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() > 0 {
		return err
	}
	db, err := connect(ctx, path, "rw", []pragma{{"page_size", pageSize, pageSize}}, 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
	return errors.Join(err, db.Close())
}

// connect opens up to n connections with settings. The driver ignores a
// setting it does not know, so each is read back.
func connect(ctx context.Context, path, mode string, settings []pragma, n int) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	query := url.Values{"mode": {mode}, "_txlock": {"immediate"}}
	for _, p := range settings {
		query.Add("_pragma", p.name+"("+p.value+")")
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(abs), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	for _, p := range settings {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			if errors.Is(err, sql.ErrNoRows) {
				err = fmt.Errorf("the database knows no setting %s", p.name)
			}
			return nil, errors.Join(fmt.Errorf("read the setting %s: %w", p.name, err), db.Close())
		}
		if !strings.EqualFold(got, p.reads) {
			return nil, errors.Join(fmt.Errorf("the database took %s = %q for %s, not %q", p.name, got, p.value, p.reads), db.Close())
		}
	}
	return db, nil
}

// writable says why nothing can be written through db: SQLite opens a file that
// can't be changed for reading only, without a word. It changes nothing.
func writable(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "CREATE TABLE can_this_be_written (answer)")
	return errors.Join(err, tx.Rollback())
}

// check refuses a path that no database can be at, before anything is written
// beside it, and makes a new file. It does not open one that is there: closing
// it again would free the locks this process may hold on it.
func check(path string, mustExist bool) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && mustExist:
		return &FileError{Path: path, Reason: "is not there", Err: err}
	case errors.Is(err, fs.ErrNotExist):
		dir := filepath.Dir(path)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return &FileError{Path: path, Reason: "can't be made: there is no folder " + dir, Err: err}
		}
		// It holds nicks: only its owner reads it. SQLite gives the files beside
		// it the same rights.
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		if err != nil {
			return &FileError{Path: path, Reason: "can't be written here", Err: err}
		}
		return f.Close()
	case err != nil:
		return &FileError{Path: path, Reason: "can't be opened", Err: err}
	case info.IsDir():
		return &FileError{Path: path, Reason: "is a folder"}
	}
	return nil
}

// fileError tells people about a file that can't be a database of ours.
func fileError(path string, err error) error {
	switch code(err) & 0xff {
	case sqlite3.SQLITE_NOTADB:
		return &FileError{Path: path, Reason: "is not a database", Err: err}
	case sqlite3.SQLITE_CORRUPT:
		return &FileError{Path: path, Reason: "is damaged", Err: err}
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return &FileError{Path: path, Reason: "can't be written here", Err: err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("%s is locked by another program; end that one and start again: %w", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}
