package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func openHere(t testing.TB, opts Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "sprint.db"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func TestMisspeltSettingIsNoticed(t *testing.T) {
	for _, p := range []pragma{
		{"busy_timout", "5000", "5000"},
		{"synchronous", "FUL", "2"},
		{"journal_mode", "WAAL", "wal"},
	} {
		db, err := connect(t.Context(), filepath.Join(t.TempDir(), "x.db"), "rwc", []pragma{p}, 1)
		if err == nil {
			t.Errorf("%s(%s) was taken", p.name, p.value)
			db.Close()
		}
	}
}

// A commit survives a power cut, unless the configuration asks for less.
func TestCommitsAreDurableUnlessAskedOtherwise(t *testing.T) {
	for normal, want := range map[bool]int{false: 2, true: 1} {
		s, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.db"), Options{Normal: normal})
		if err != nil {
			t.Fatal(err)
		}
		v := &view{session: nil, ctx: t.Context()}
		if err := s.Write(t.Context(), func(x sprints.Tx) error { v.session = x.(*tx).session; return nil }); err != nil {
			t.Fatal(err)
		}
		if got, err := one(v, scalar[int], "PRAGMA synchronous"); err != nil || got != want {
			t.Errorf("synchronous is %d, %v where normal is %v", got, err, normal)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWritesWaitingAtOnceShareACommit(t *testing.T) { synctest.Test(t, shareACommit) }

func shareACommit(t *testing.T) {
	s := openHere(t, Options{})
	changes := s.Changes(t.Context())
	var wg sync.WaitGroup
	errs := make([]error, 5)
	begun := make(chan struct{})
	wg.Go(func() {
		errs[0] = s.Write(t.Context(), func(tx sprints.Tx) error {
			close(begun)
			synctest.Wait() // until the others wait for a turn
			_, err := tx.AddProject(sprints.Project{Slug: "p0", State: sprints.Listed})
			return err
		})
	})
	<-begun
	for i := 1; i < len(errs); i++ {
		wg.Go(func() {
			errs[i] = s.Write(t.Context(), func(tx sprints.Tx) error {
				select {
				case <-changes:
					return errors.New("an earlier write was committed alone")
				default:
				}
				if i == 3 {
					return sprints.Refuse(sprints.Closed, "no")
				}
				_, err := tx.AddProject(sprints.Project{Slug: fmt.Sprint("p", i), State: sprints.Listed})
				return err
			})
		})
	}
	wg.Wait()
	for i, err := range errs {
		if (err == nil) == (i == 3) || (i == 3 && sprints.Refused(err) == nil) {
			t.Errorf("write %d: %v", i, err)
		}
	}
	select {
	case <-changes:
	default:
		t.Error("no tick after the commit")
	}
	if err := s.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Projects()
		if len(all) != 4 {
			t.Errorf("%d projects, want 4", len(all))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestFullDatabaseSaysSoAndWorksAgain(t *testing.T) {
	s := openHere(t, Options{})
	limit := func(pages int) {
		t.Helper()
		if err := s.Write(t.Context(), func(x sprints.Tx) error {
			_, err := x.(*tx).session.exec(s.ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	post := func(key string) error {
		return s.Write(t.Context(), func(tx sprints.Tx) error {
			_, _, err := tx.Post(chat.Outgoing{
				Key: key, To: chat.Place{Network: "n", Channel: "#c"}, Kind: chat.Said,
				Reply: chat.Saying(chat.Plainly(strings.Repeat("x", 20_000))),
			})
			return err
		})
	}
	if err := post("before"); err != nil {
		t.Fatal(err)
	}
	limit(1) // as small as the file is now
	var err error
	for i := 0; err == nil && i < 100; i++ {
		err = post(fmt.Sprint("full", i))
	}
	if !errors.Is(err, sprints.ErrUnavailable) {
		t.Fatalf("a full database: %v, want ErrUnavailable", err)
	}
	// Also where a command swallows the error, nothing of it is half kept.
	err = s.Write(t.Context(), func(tx sprints.Tx) error {
		if err := tx.Try(func() error {
			_, _, err := tx.Post(chat.Outgoing{
				Key: "swallowed", To: chat.Place{Network: "n"}, Reply: chat.Saying(chat.Plainly(strings.Repeat("x", 200_000))),
			})
			return err
		}); err == nil {
			return errors.New("a full database took a row")
		}
		_, err := tx.AddProject(sprints.Project{Slug: "p", State: sprints.Listed})
		if !errors.Is(err, sprints.ErrUnavailable) {
			return fmt.Errorf("the broken transaction went on: %w", err)
		}
		return nil
	})
	if !errors.Is(err, sprints.ErrUnavailable) {
		t.Errorf("a Write that swallows it: %v, want ErrUnavailable", err)
	}
	limit(1_000_000)
	if err := post("after"); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := s.Read(t.Context(), func(v sprints.View) error {
		if _, err := v.ProjectBySlug("p"); !errors.Is(err, sprints.ErrNotFound) {
			t.Errorf("half of a broken write was kept: %v", err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestARowThatCantBeReadHoldsNoOtherUp(t *testing.T) {
	s := openHere(t, Options{})
	write := func(fn func(x *tx) error) {
		t.Helper()
		if err := s.Write(t.Context(), func(x sprints.Tx) error { return fn(x.(*tx)) }); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func(limit int) (keys []string) {
		t.Helper()
		if err := s.Read(t.Context(), func(v sprints.View) error {
			rows, err := v.Waiting("n", 0, limit)
			for _, r := range rows {
				keys = append(keys, r.Key)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return keys
	}
	ada := chat.Handle{Network: "n", ID: "account:ada", Nick: "ada"}
	write(func(x *tx) error {
		for i := range 6 {
			if _, _, err := x.Post(chat.Outgoing{Key: fmt.Sprint("k", i), To: chat.Place{Network: "n", Channel: "#c"}, Source: "s"}); err != nil {
				return err
			}
		}
		if _, err := x.exec("UPDATE outbox SET body = '{\"Reply\":' WHERE key IN ('k0', 'k1')"); err != nil {
			return err
		}
		_, err := x.exec("UPDATE outbox SET body = '{\"reply\":5}' WHERE key = 'k3'")
		return err
	})
	if got := waiting(3); strings.Join(got, " ") != "k2 k4 k5" {
		t.Errorf("of a limit of three: %q", got)
	}
	write(func(x *tx) error {
		all, err := x.Counterparts("s")
		if len(all) != 6 || err != nil {
			return fmt.Errorf("%d counterparts: %w", len(all), err)
		}
		if n, err := one(&x.view, scalar[int], "SELECT COUNT(*) FROM outbox WHERE state = 'dead' AND reason <> ''"); n != 3 || err != nil {
			return fmt.Errorf("%d rows are dead: %w", n, err)
		}
		// So did those that were sent long ago.
		if _, err := x.exec("UPDATE outbox SET body = '{' WHERE key = 'k0'"); err != nil {
			return err
		}
		p, err := x.Meet(ada)
		if err != nil {
			return err
		}
		_, err = x.ForgetPerson(p.ID)
		return err
	})
	if got := waiting(10); strings.Join(got, " ") != "k2 k4 k5" || len(s.damaged.all()) > 0 {
		t.Errorf("afterwards: %q, %v", got, s.damaged.all())
	}
}

func TestReaderCannotWrite(t *testing.T) {
	s := openHere(t, Options{})
	if err := s.Read(t.Context(), func(v sprints.View) error {
		_, err := v.(*view).session.exec(t.Context(), "INSERT INTO heard (network, id, at) VALUES ('n', '1', 1)")
		if err == nil {
			t.Error("a reader wrote")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestReadEndedByItsContextLeavesTheReadersWhole(t *testing.T) {
	s := openHere(t, Options{})
	for range 2 * readers {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Read(ctx, func(v sprints.View) error {
			// A count that would take minutes.
			slow := `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e10) SELECT COUNT(*) FROM n`
			stop := time.AfterFunc(5*time.Millisecond, cancel)
			defer stop.Stop()
			_, err := many(v.(*view), scalar[int64], slow)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a read whose context ended: %v", err)
		}
		cancel()
	}
	if err := s.Read(t.Context(), func(v sprints.View) error { _, err := v.Projects(); return err }); err != nil {
		t.Errorf("a read afterwards: %v", err)
	}
}

func TestWaitingCostsNoMoreWithHistory(t *testing.T) {
	s := openHere(t, Options{})
	for name, query := range map[string]string{
		"waiting": "SELECT id FROM outbox WHERE state = 'waiting' AND network = ? AND id > ? ORDER BY id LIMIT ?",
		"queues":  "SELECT network, channel, COUNT(*), MIN(created_at) FROM outbox WHERE state = 'waiting' GROUP BY network, channel",
		"dead":    "SELECT network, channel, COUNT(*) FROM outbox WHERE state = 'dead' GROUP BY network, channel",
		"blank":   "SELECT id FROM outbox WHERE state <> 'waiting' AND body IS NOT NULL AND ended_at < ?",
		"overdue": "SELECT id FROM claim WHERE state = 'held' AND until_at <= ?",
		"due":     "SELECT id FROM repo WHERE sample = 0 AND next_sync <= ?",
	} {
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = 1
		}
		var steps []string
		if err := s.Read(t.Context(), func(v sprints.View) (err error) {
			steps, err = many(v.(*view), func(r row) (detail string, err error) {
				var id, parent, unused int
				err = r.Scan(&id, &parent, &unused, &detail)
				return detail, err
			}, "EXPLAIN QUERY PLAN "+query, args...)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(steps, "; ")
		if !strings.Contains(plan, "INDEX") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s", name, plan)
		}
	}
}

// TestWhatCanWaitIsNotLeftByCommitsThatFail has the time of several writes run
// out while another holds the writer, and the database take none of them.
func TestWhatCanWaitIsNotLeftByCommitsThatFail(t *testing.T) {
	const many = 4
	s := openHere(t, Options{})
	told := make(chan error, many)
	if err := s.Write(t.Context(), func(sprints.Tx) error {
		for range many {
			go func() {
				told <- s.WriteSoon(t.Context(), time.Nanosecond, func(x sprints.Tx) error {
					x.(*tx).broken = sprints.ErrUnavailable
					return x.(*tx).broken
				})
			}()
		}
		for {
			s.soon.mu.Lock()
			all := len(s.soon.waiting) == many && len(s.soon.due) == 1
			s.soon.mu.Unlock()
			if all {
				<-time.After(20 * time.Millisecond) // the time of each is over
				return nil
			}
			runtime.Gosched()
		}
	}); !errors.Is(err, sprints.ErrUnavailable) {
		t.Errorf("the write they rode with says %v", err)
	}
	for i := range many {
		select {
		case err := <-told:
			if !errors.Is(err, sprints.ErrUnavailable) {
				t.Errorf("error %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%d of %d are told nothing", many-i, many)
		}
	}
}
