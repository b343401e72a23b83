package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// lock is a file beside the database that one bot holds. The system frees it
// when its process ends in whatever way, so that a file left behind locks
// nobody out.
type lock struct{ file *os.File }

var errHeld = errors.New("the lock is held")

// lockTries is how often the lock is tried, a moment apart: whoever looks
// whether a bot runs has it for an instant.
const lockTries = 3

// Running says whether a bot has the database at path open, without being in
// its way. A bot that was killed has not.
func Running(path string) (running bool, err error) {
	file, err := os.Open(path + ".lock")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := lockFile(file, true); !errors.Is(err, errHeld) {
		return false, err
	}
	return true, nil
}

// takeLock locks the database at path, a *LockedError if another has it.
func takeLock(ctx context.Context, path string) (*lock, error) {
	name := path + ".lock"
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, &FileError{Path: path, Reason: "can't be written here", Err: err}
	}
	err = lockFile(file, false)
	for try := 1; errors.Is(err, errHeld) && try < lockTries; try++ {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		}
		err = lockFile(file, false)
	}
	if err != nil {
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
