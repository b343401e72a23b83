package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// lock is a file beside the database that one bot holds. The system frees it
// when its process ends in whatever way, so that a file left behind locks
// nobody out.
type lock struct{ file *os.File }

var errHeld = errors.New("the lock is held")

// takeLock locks the database at path, a *LockedError if another has it.
func takeLock(path string) (*lock, error) {
	name := path + ".lock"
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &FileError{Path: path, Reason: "can't be written here", Err: err}
	}
	if err := lockFile(file); err != nil {
		if !errors.Is(err, errHeld) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), file.Close())
		}
		words, _ := io.ReadAll(io.LimitReader(file, 20))
		pid, _ := strconv.Atoi(strings.TrimSpace(string(words)))
		return nil, errors.Join(&LockedError{Path: path, PID: pid}, file.Close())
	}
	if err := file.Truncate(0); err == nil {
		_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("write %s: %w", name, err), file.Close())
		}
	}
	return &lock{file: file}, nil
}

// release frees the lock. The file stays: removing it could take it from
// under one who just locked it.
func (l *lock) release() error { return l.file.Close() }
