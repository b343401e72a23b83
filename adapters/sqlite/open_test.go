package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
)

func TestReopenedStoreHasWhatWasKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a #strange? name%20.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addProject(t, s, "kept")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	if err := s.Write(t.Context(), func(sprints.Tx) error { return nil }); !errors.Is(err, sqlite.ErrClosed) {
		t.Errorf("Write on a closed store: %v", err)
	}
	if err := s.Read(t.Context(), func(sprints.View) error { return nil }); !errors.Is(err, sqlite.ErrClosed) {
		t.Errorf("Read on a closed store: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
	if n := countProjects(t, open(t, path, sqlite.Options{})); n != 1 {
		t.Errorf("%d projects, want 1", n)
	}
}

func TestSecondBotIsRefusedAndNamesTheFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	// A process that died leaves its file, not its lock.
	if err := os.WriteFile(path+".lock", []byte("4194304\nolder words"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := open(t, path, sqlite.Options{})
	_, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	var locked *sqlite.LockedError
	if !errors.As(err, &locked) || locked.PID != os.Getpid() {
		t.Fatalf("a second Open: %v, want a LockedError with pid %d", err, os.Getpid())
	}
	addProject(t, first, "still-works")
	for range 2 {
		if running, err := sqlite.Running(path); err != nil || !running {
			t.Errorf("beside the first a bot runs: %t, %v", running, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(t.TempDir(), "never.db")} {
		if running, err := sqlite.Running(path); err != nil || running {
			t.Errorf("without it a bot runs: %t, %v", running, err)
		}
	}
	open(t, path, sqlite.Options{})
}

func TestReadOnlyLooksBesideARunningBotAndAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	bot, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addProject(t, bot, "one")
	look := open(t, path, sqlite.Options{ReadOnly: true})
	addProject(t, bot, "two")
	if n := countProjects(t, look); n != 2 {
		t.Errorf("beside the bot: %d projects, want 2", n)
	}
	err = look.Write(t.Context(), func(sprints.Tx) error { return nil })
	if !errors.Is(err, sprints.ErrUnavailable) {
		t.Errorf("Write when read-only: %v", err)
	}
	if err := errors.Join(look.Close(), bot.Close()); err != nil {
		t.Fatal(err)
	}
	if n := countProjects(t, open(t, path, sqlite.Options{ReadOnly: true})); n != 2 {
		t.Errorf("alone: %d projects, want 2", n)
	}
}

func TestWhatIsNoDatabaseOfOursIsRefused(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("shopping list"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.db")
	change(t, other, "CREATE TABLE accounts (id INTEGER)")
	for _, c := range []struct {
		name, path, words string
		readOnly          bool
	}{
		{"text", text, "is not a database", false},
		{"text, read-only", text, "is not a database", true},
		{"folder", dir, "is a folder", false},
		{"no folder", filepath.Join(dir, "no", "x.db"), "no folder", false},
		{"missing, read-only", filepath.Join(dir, "x.db"), "is not there", true},
		{"another program's", other, "another program", false},
		{"another program's, read-only", other, "another program", true},
	} {
		_, err := sqlite.Open(t.Context(), c.path, sqlite.Options{ReadOnly: c.readOnly})
		var file *sqlite.FileError
		if !errors.As(err, &file) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, want a FileError with %q", c.name, err, c.words)
		}
	}
	if got, _ := os.ReadFile(text); string(got) != "shopping list" {
		t.Errorf("the file was changed to %q", got)
	}
}

func TestDatabaseOfAnotherVersionIsRefusedPolitely(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	if err := open(t, path, sqlite.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	change(t, path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)")
	for _, readOnly := range []bool{false, true} {
		_, err := sqlite.Open(t.Context(), path, sqlite.Options{ReadOnly: readOnly})
		var version *sqlite.VersionError
		if !errors.As(err, &version) || version.Version != 9000 || !strings.Contains(err.Error(), "newer") {
			t.Errorf("a newer database, read-only %v: %v", readOnly, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "empty.db")
	change(t, empty, "PRAGMA user_version = 0; VACUUM")
	_, err := sqlite.Open(t.Context(), empty, sqlite.Options{ReadOnly: true})
	var version *sqlite.VersionError
	if !errors.As(err, &version) || !strings.Contains(err.Error(), "older") {
		t.Errorf("an empty database, read-only: %v", err)
	}
}

func TestNewDatabaseHasSmallPagesAndAnOldOneKeepsItsOwn(t *testing.T) {
	dir := t.TempDir()
	fresh, old := filepath.Join(dir, "fresh.db"), filepath.Join(dir, "old.db")
	change(t, old, "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; VACUUM")
	for path, want := range map[string]string{fresh: "2048", old: "4096"} {
		if err := open(t, path, sqlite.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		if got := query(t, path, "SELECT page_size FROM pragma_page_size"); len(got) != 1 || got[0] != want {
			t.Errorf("%s has pages of %v, want %s", filepath.Base(path), got, want)
		}
	}
}

// change changes a file that no store has open.
func change(t *testing.T, path, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

func addProject(t testing.TB, s sprints.Store, slug string) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		_, err := tx.AddProject(sprints.Project{Slug: slug, Name: slug, State: sprints.Listed})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func countProjects(t testing.TB, s sprints.Store) (n int) {
	t.Helper()
	if err := s.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Projects()
		n = len(all)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestANewDatabaseIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.db")
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: sprints.System{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, beside := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + beside)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s: others may read it: %v", filepath.Base(path+beside), mode)
		}
	}
}
