package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const crashEnv = "SPRINTBOT_TEST_CRASH"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		if err := acknowledge(context.Background(), path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// acknowledge posts rows, four at once, and prints each row's number once it
// is committed, until it is killed.
func acknowledge(ctx context.Context, path string) error {
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var printing sync.Mutex
	for w := range 4 {
		wg.Go(func() {
			for i := 0; err == nil; i++ {
				var row int64
				if werr := s.Write(ctx, func(tx sprints.Tx) (err error) {
					row, _, err = tx.Post(chat.Outgoing{
						Key: fmt.Sprint(os.Getpid(), "-", w, "-", i), To: chat.Place{Network: "n", Channel: "#c"}, Kind: chat.Said,
					})
					return err
				}); werr != nil {
					fmt.Fprintln(os.Stderr, werr)
					return
				}
				printing.Lock()
				fmt.Println(row)
				printing.Unlock()
			}
		})
	}
	wg.Wait()
	return nil
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	acknowledged := make(map[int64]bool)
	for range 3 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), crashEnv+"="+path)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			row, err := strconv.ParseInt(lines.Text(), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			acknowledged[row] = true
			if n == 100 {
				if err := child.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = child.Wait() // killed
	}
	if len(acknowledged) < 300 {
		t.Fatalf("only %d rows were acknowledged", len(acknowledged))
	}
	s := open(t, path, sqlite.Options{})
	kept := make(map[int64]bool)
	if err := s.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Waiting("n", 0, 1_000_000)
		for _, r := range rows {
			kept[r.Row] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for row := range acknowledged {
		if !kept[row] {
			t.Errorf("row %d was acknowledged and is lost", row)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file afterwards: %s %v", verdict, err)
	}
}
