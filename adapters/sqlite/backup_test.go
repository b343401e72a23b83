package sqlite_test

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
)

func TestBackupWhileWritingIsWholeAndOpens(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "sprint.db"), sqlite.Options{})
	fill(t, s)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			// Two projects in each commit: a whole copy has an odd number.
			if err := s.Write(t.Context(), func(tx sprints.Tx) error {
				for _, slug := range []string{"a", "b"} {
					if _, err := tx.AddProject(sprints.Project{Slug: fmt.Sprint(slug, i), State: sprints.Listed}); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 3 {
		copied := filepath.Join(dir, fmt.Sprint("copy", i, ".db"))
		if err := s.Backup(t.Context(), copied); err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(t.Context(), copied); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a backup over another: %v", err)
		}
		if n := countProjects(t, open(t, copied, sqlite.Options{})); n%2 != 1 {
			t.Errorf("the copy has half a commit: %d projects", n)
		}
	}
	close(stop)
	wg.Wait()
}
