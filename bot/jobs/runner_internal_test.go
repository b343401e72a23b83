package jobs

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
)

// trace records which jobs ran.
type trace struct {
	mu   sync.Mutex
	runs []string
}

func (tr *trace) add(name string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.runs = append(tr.runs, name)
}

func (tr *trace) count(name string) (n int) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, r := range tr.runs {
		if r == name {
			n++
		}
	}
	return n
}

// bubble runs jobs on the machine's clock, in a bubble where hours pass at once.
func bubble(t *testing.T, jobs []Job, check func(t *testing.T, store sprints.Store)) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	synctest.Test(t, func(t *testing.T) {
		store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		r := &Runner{store: store, clock: sprints.System{}, log: slog.New(slog.DiscardHandler), jobs: jobs}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx) }()
		check(t, store)
		cancel()
		<-done
	})
}

func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func runs(t *testing.T, store sprints.Store) (by map[string]sprints.JobRun) {
	t.Helper()
	err := store.Read(t.Context(), func(v sprints.View) (err error) {
		by, err = lastRuns(v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func TestAFailingJobStopsNoOtherAndWaitsLongerEachTime(t *testing.T) {
	var tr trace
	jobs := []Job{
		{Name: "fails", Every: time.Minute, Run: func(context.Context) (string, error) { tr.add("fails"); return "", errors.New("no\nsecond line") }},
		{Name: "panics", Every: time.Minute, Run: func(context.Context) (string, error) { tr.add("panics"); panic("oops") }},
		{Name: "works", Every: time.Minute, Run: func(context.Context) (string, error) { tr.add("works"); return "fine", nil }},
	}
	bubble(t, jobs, func(t *testing.T, store sprints.Store) {
		pass(2*time.Hour + time.Second)
		if n := tr.count("works"); n != 121 {
			t.Errorf("worked %d times", n)
		}
		// At 0, 1, 3, 7, 15, 31, 61, 91 and so on.
		for _, name := range []string{"fails", "panics"} {
			if n := tr.count(name); n < 8 || n > 10 {
				t.Errorf("%s ran %d times", name, n)
			}
		}
		got := runs(t, store)
		if r := got["fails"]; !r.Failed || r.Result != "failed: no" {
			t.Errorf("%+v", r)
		}
		if r := got["works"]; r.Failed || r.Result != "fine" || !r.Next.Equal(r.At.Add(time.Minute)) {
			t.Errorf("%+v", r)
		}
	})
}

func TestAJobThatAnotherNeedsGoesFirst(t *testing.T) {
	var tr trace
	job := func(name string, needs ...string) Job {
		return Job{Name: name, Every: time.Hour, Needs: needs, Run: func(context.Context) (string, error) { tr.add(name); return "", nil }}
	}
	bubble(t, []Job{job("second", "first"), job("first")}, func(t *testing.T, _ sprints.Store) {
		pass(time.Hour + 30*time.Minute)
		if want := []string{"first", "second", "first", "second"}; !slices.Equal(tr.runs, want) {
			t.Errorf("ran %q", tr.runs)
		}
	})
}

func TestAJobOfRowsGoesOnWhileTheNetworkIsSlow(t *testing.T) {
	var tr trace
	jobs := []Job{
		{Name: "slow", Net: true, Every: time.Minute, Run: func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }},
		{Name: "rows", Every: time.Minute, Run: func(context.Context) (string, error) { tr.add("rows"); return "", nil }},
	}
	bubble(t, jobs, func(t *testing.T, store sprints.Store) {
		pass(10*time.Minute + time.Second)
		if n := tr.count("rows"); n != 11 {
			t.Errorf("ran %d times", n)
		}
		if r, ok := runs(t, store)["slow"]; ok {
			t.Errorf("a run that is not over was kept: %+v", r)
		}
	})
}

// Rows keep milliseconds: when a job that took less goes next is known all the same.
func TestWhenAJobThatTookNoTimeGoesNextIsKept(t *testing.T) {
	jobs := []Job{
		{Name: "before", Every: time.Hour, Run: func(context.Context) (string, error) { <-time.After(300 * time.Microsecond); return "", nil }},
		{Name: "quick", Every: time.Hour, Run: func(context.Context) (string, error) { return "", nil }},
	}
	bubble(t, jobs, func(t *testing.T, store sprints.Store) {
		pass(time.Minute)
		if r := runs(t, store)["quick"]; r.Next.Sub(r.At) != time.Hour {
			t.Errorf("ran at %s, next at %s", r.At, r.Next)
		}
	})
}

func TestAJobThatIsAlwaysDueRunsOnceASecond(t *testing.T) {
	var tr trace
	jobs := []Job{{
		Name: "eager",
		Next: func(v sprints.View, _ sprints.JobRun) (time.Time, error) { return v.Now(), nil },
		Run:  func(context.Context) (string, error) { tr.add("eager"); return "", nil },
	}}
	bubble(t, jobs, func(t *testing.T, _ sprints.Store) {
		pass(time.Minute)
		if n := tr.count("eager"); n < 55 || n > 62 {
			t.Errorf("ran %d times in a minute", n)
		}
	})
}

func TestTheTableNamesEachJobOnceAndNeedsAreInIt(t *testing.T) {
	names := map[string]bool{}
	jobs := table(Config{GitHub: nothing{}, Pages: nothing{}})
	for _, j := range jobs {
		if names[j.Name] {
			t.Errorf("%s twice", j.Name)
		}
		names[j.Name] = true
		if (j.Every == 0) == (j.Next == nil) {
			t.Errorf("%s has Every and Next, or neither", j.Name)
		}
	}
	for _, j := range jobs {
		for _, need := range j.Needs {
			if !names[need] {
				t.Errorf("%s needs %s, which is not there", j.Name, need)
			}
		}
	}
}

// nothing answers no question.
type nothing struct {
	GitHub
	Pages
}
