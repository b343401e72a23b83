package main

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// setClock is a clock that stands until it is set.
type setClock struct {
	mu  sync.Mutex
	now time.Time
}

func testClock(t *testing.T, at string) *setClock {
	t.Helper()
	c := &setClock{}
	c.set(t, at)
	return c
}

func (c *setClock) set(t *testing.T, at string) {
	t.Helper()
	now, err := time.ParseInLocation("2006-01-02 15:04", at, time.Local)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	c.now = now
	c.mu.Unlock()
}

func (c *setClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *setClock) At(t time.Time) (<-chan struct{}, func()) { return sprints.System{}.At(t) }

// testStore is a new store in a file of its own.
func testStore(t *testing.T, clock sprints.Clock) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

var quietLog = slog.New(slog.DiscardHandler)

func TestTheSampleIsALivelySecondDayOfFour(t *testing.T) {
	for _, at := range []string{"2026-11-25 15:50", "2026-11-25 00:01", "2026-11-25 23:59"} {
		store := testStore(t, testClock(t, at))
		began := time.Now()
		if err := seedSample(t.Context(), store, time.Local); err != nil {
			t.Fatal(err)
		}
		t.Logf("made in %v", time.Since(began))
		err := store.Read(t.Context(), func(v sprints.View) error {
			e, err := v.Event()
			if err != nil {
				return err
			}
			today := e.Today(v.Now())
			if !e.Sample || e.Name != "Sample Sprints 2026" || e.Number(today) != 2 || e.Days() != 4 {
				t.Errorf("%s: %+v", at, e)
			}
			projects, err := v.Projects()
			if err != nil {
				return err
			}
			seated, err := v.Seated(today)
			if err != nil {
				return err
			}
			easy, err := v.EasyCount()
			if err != nil {
				return err
			}
			full, issues, firstTimers := 0, 0, 0
			for _, p := range projects {
				uses, err := v.TablesOf(p.ID)
				if err != nil || len(uses) != 1 {
					t.Fatalf("%s has tables %v, %v", p.Name, uses, err)
				}
				if _, err := v.PageOf(p.ID); err != nil {
					t.Errorf("%s has no page: %v", p.Name, err)
				}
				repos, err := v.ReposOf(p.ID)
				if err != nil || len(repos) != 1 || !repos[0].Sample {
					t.Errorf("%s has repositories %v, %v", p.Name, repos, err)
				}
				leads, err := v.Leads(p.ID)
				if err != nil || len(leads) != 1 || leads[0].Nick != p.Contact {
					t.Errorf("%s has leads %v, %v", p.Name, leads, err)
				}
				taken := seated.ByTable[uses[0].Table.Code]
				if !p.Sample || p.Summary == "" || p.Langs == "" || taken == 0 || taken > uses[0].Table.Seats {
					t.Errorf("%s: %d at %v, %+v", p.Name, taken, uses[0].Table, p)
				}
				if taken == uses[0].Table.Seats {
					full++
				}
				if p.FirstTimers {
					firstTimers++
				}
				issues += easy[p.ID]
			}
			if len(projects) != 12 || seated.People != 61 || full != 2 || issues != 31 || firstTimers != 7 {
				t.Errorf("%d projects, %d people, %d full tables, %d easy issues, %d for first-timers", len(projects), seated.People, full, issues, firstTimers)
			}
			if _, err := v.UseOf("B4"); !errors.Is(err, sprints.ErrNotFound) {
				t.Errorf("table B4 is not free: %v", err)
			}
			came, err := v.SeatsOn(today)
			if err != nil {
				return err
			}
			before, err := v.SeatsOn(today.Add(-1))
			if err != nil {
				return err
			}
			counts, err := v.Counts()
			if err != nil {
				return err
			}
			if len(came) != 72 || len(before) != 112 || len(counts) < 11 {
				t.Errorf("%d came, %d before, %d counts", len(came), len(before), len(counts))
			}
			for _, c := range counts {
				if c.At.After(v.Now()) || c.Day != e.Today(c.At) {
					t.Errorf("count %+v", c)
				}
			}
			for _, s := range came {
				if s.In.After(v.Now()) || e.Today(s.In) != today {
					t.Errorf("seat %+v", s)
				}
			}
			due, err := v.DueRepos(v.Now().Add(time.Hour), 100)
			if err != nil || len(due) > 0 {
				t.Errorf("repositories of the sample would be asked about: %v %v", due, err)
			}
			pages, err := v.DuePages(v.Now().Add(time.Hour), 100)
			if err != nil || len(pages) > 0 {
				t.Errorf("pages of the sample would be read: %v %v", pages, err)
			}
			all, err := v.EasyIssues(0)
			for _, i := range all {
				if i.Tier == 0 || i.Minutes == 0 || !strings.HasPrefix(i.URL, sampleSite) {
					t.Errorf("issue %+v", i.Issue)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnIssueOfTheSampleCanBeTaken(t *testing.T) {
	store := testStore(t, testClock(t, "2026-11-25 10:00"))
	if err := seedSample(t.Context(), store, time.Local); err != nil {
		t.Fatal(err)
	}
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		me, err := tx.Meet(chat.Handle{Network: "console", ID: "console:ada", Nick: "ada"})
		if err != nil {
			return err
		}
		easy, err := tx.EasyIssues(0)
		if err != nil {
			return err
		}
		_, err = sprints.Take(tx, me.ID, easy[0].ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnItsThirdDayTheSamplesPeopleSitDownAnew(t *testing.T) {
	clock := testClock(t, "2026-11-25 15:00")
	store := testStore(t, clock)
	for _, at := range []string{"2026-11-25 15:00", "2026-11-26 09:30", "2026-11-26 09:40"} {
		clock.set(t, at)
		if err := seedSample(t.Context(), store, time.Local); err != nil {
			t.Fatal(err)
		}
	}
	store.Read(t.Context(), func(v sprints.View) error {
		seated, err := v.Seated(sprints.DayOf(clock.Now(), time.Local))
		if err != nil || seated.People != 61 {
			t.Errorf("%d people on the third day, %v", seated.People, err)
		}
		return nil
	})
}

func TestASampleThatIsOverIsKeptBesideANewOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprintbot-sample.db")
	clock := testClock(t, "2026-11-25 15:00")
	start := func(at string) (note string, first sprints.Day) {
		t.Helper()
		clock.set(t, at)
		store, note, err := openSample(t.Context(), path, clock, quietLog)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		err = store.Read(t.Context(), func(v sprints.View) error {
			e, err := v.Event()
			first = e.First
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return note, first
	}
	if note, first := start("2026-11-25 15:00"); note != "" || first.String() != "2026-11-24" {
		t.Errorf("%q %v", note, first)
	}
	if note, first := start("2026-11-27 23:00"); note != "" || first.String() != "2026-11-24" {
		t.Errorf("its last day: %q %v", note, first)
	}
	note, first := start("2026-11-28 00:30")
	if first.String() != "2026-11-27" || !strings.Contains(note, "24 November to 27 November is over") || !strings.Contains(note, "sprintbot-sample-until-2026-11-27.db") {
		t.Errorf("%q %v", note, first)
	}
	aside := filepath.Join(filepath.Dir(path), "sprintbot-sample-until-2026-11-27.db")
	if _, err := os.Stat(aside); err != nil {
		t.Error(err)
	}
	if again, err := setAside(aside, first); err != nil || !strings.HasSuffix(again, "-until-2026-11-27-until-2026-11-27.db") {
		t.Error(again, err)
	}
}

func TestARealSprintAndTheSampleNeverMix(t *testing.T) {
	clock := testClock(t, "2027-05-17 09:00")
	path := filepath.Join(t.TempDir(), "real.db")
	store, err := sqlite.Open(t.Context(), path, sqlite.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	today := sprints.DayOf(clock.Now(), time.Local)
	err = store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.SetEvent(sprints.Event{Name: "PyCon Sprints", Zone: time.Local, First: today, Last: today})
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func(s *sqlite.Store) (err error) {
		s.Read(t.Context(), func(v sprints.View) error { err = refuseSample(v, "some.db"); return nil })
		return err
	}
	if err := check(store); err != nil {
		t.Error(err)
	}
	store.Close()
	if _, _, err := openSample(t.Context(), path, clock, quietLog); err == nil || !strings.Contains(err.Error(), "holds PyCon Sprints, a real sprint") {
		t.Errorf("the sample began in a real database: %v", err)
	}
	fresh := testStore(t, clock)
	if err := check(fresh); err != nil {
		t.Error("a new database is refused", err)
	}
	if err := seedSample(t.Context(), fresh, time.Local); err != nil {
		t.Fatal(err)
	}
	if err := check(fresh); err == nil || !strings.Contains(err.Error(), "made-up sample sprint") {
		t.Errorf("a configuration would run on the sample: %v", err)
	}
}
