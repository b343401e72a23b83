package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Backup writes a whole, compact copy of the store to a new file at path,
// while others read and write. The copy has no lock file and no log beside
// it. A file that is there already is an error, fs.ErrExist.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return &os.PathError{Op: "backup", Path: path, Err: fs.ErrExist}
	}
	db, err := connect(ctx, s.path, "ro", readPragmas()[:1], 1)
	if err != nil {
		return fileError(s.path, err)
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	if err != nil {
		err = fmt.Errorf("back up to %s: %w", path, err)
	}
	return errors.Join(err, db.Close())
}
