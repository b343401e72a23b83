package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"sprintbot/sprints"
)

// How the runner paces itself.
const (
	gather      = 100 * time.Millisecond // changes that come this close are looked at once
	between     = time.Second            // from run to run of one job at least
	firstRetry  = time.Minute            // after a failure, doubling
	latestRetry = 30 * time.Minute
)

// Runner runs the jobs when they are due.
type Runner struct {
	store sprints.Store
	clock sprints.Clock
	log   *slog.Logger
	jobs  []Job

	mu    sync.Mutex
	asked map[string]bool        // to be run now
	kicks map[bool]chan struct{} // by Job.Net, capacity 1: something was asked for
}

// New is a Runner of all jobs; it starts nothing.
func New(c Config) *Runner {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{store: c.Store, clock: c.Clock, log: c.Log, jobs: table(c), asked: map[string]bool{},
		kicks: map[bool]chan struct{}{false: make(chan struct{}, 1), true: make(chan struct{}, 1)}}
}

// Now has a job run as soon as its turn comes, whatever the clock says; false
// where there is no job of that name. It may be called from any goroutine and
// never blocks.
func (r *Runner) Now(name string) bool {
	for _, j := range r.jobs {
		if j.Name != name {
			continue
		}
		r.mu.Lock()
		r.asked[name] = true
		r.mu.Unlock()
		select {
		case r.kicks[j.Net] <- struct{}{}:
		default:
		}
		return true
	}
	return false
}

// taken is the job that is asked for, and asked for no more; nil if none is.
func (r *Runner) taken(net bool) *Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, j := range r.jobs {
		if j.Net == net && r.asked[j.Name] {
			delete(r.asked, j.Name)
			return &j
		}
	}
	return nil
}

// Run runs jobs until ctx ends: those that only touch rows in one goroutine,
// those that wait on the network in another. It returns when both have ended.
func (r *Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { r.loop(ctx, false) })
	wg.Go(func() { r.loop(ctx, true) })
	wg.Wait()
}

func (r *Runner) loop(ctx context.Context, net bool) {
	changes := r.store.Changes(ctx)
	for ctx.Err() == nil {
		if job := r.taken(net); job != nil {
			r.run(ctx, *job, sprints.JobRun{})
			continue
		}
		job, last, soonest, err := r.due(ctx, net)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.log.Error("jobs can't be looked up", "error", err)
			soonest = r.clock.Now().Add(10 * time.Second)
		case job != nil:
			r.run(ctx, *job, last)
			continue
		}
		if !r.wait(ctx, changes, r.kicks[net], soonest) {
			return
		}
	}
}

// wait returns when rows have changed, a job is asked for or soonest has come
// (zero: never), false when ctx has ended.
func (r *Runner) wait(ctx context.Context, changes, kick <-chan struct{}, soonest time.Time) bool {
	var due <-chan struct{}
	if !soonest.IsZero() {
		at, stop := r.clock.At(soonest)
		defer stop()
		due = at
	}
	select {
	case <-ctx.Done():
		return false
	case <-due:
		return true
	case <-kick:
		return true
	case <-changes:
	}
	more := time.NewTimer(gather)
	defer more.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-more.C:
		return true
	}
}

// due is the first job of the table that should run now; nil if there is none,
// and then soonest is when one will be.
func (r *Runner) due(ctx context.Context, net bool) (job *Job, last sprints.JobRun, soonest time.Time, err error) {
	err = r.store.Read(ctx, func(v sprints.View) error {
		runs, err := lastRuns(v)
		if err != nil {
			return err
		}
		now := v.Now()
		at := make(map[string]time.Time, len(r.jobs))
		for _, j := range r.jobs {
			if at[j.Name], err = j.due(v, runs[j.Name]); err != nil {
				return fmt.Errorf("%s: %w", j.Name, err)
			}
		}
		isDue := func(name string) bool { return !at[name].IsZero() && !at[name].After(now) }
	table:
		for _, j := range r.jobs {
			if j.Net != net || at[j.Name].IsZero() {
				continue
			}
			if !isDue(j.Name) {
				if soonest.IsZero() || at[j.Name].Before(soonest) {
					soonest = at[j.Name]
				}
				continue
			}
			for _, need := range j.Needs {
				if isDue(need) { // its run will change rows and wake us
					continue table
				}
			}
			job, last = &j, runs[j.Name]
			return nil
		}
		return nil
	})
	return job, last, soonest, err
}

// due is when a job may run next, zero if only rows can tell.
func (j Job) due(v sprints.View, last sprints.JobRun) (time.Time, error) {
	now := v.Now()
	if last.At.After(now) { // the clock went back: what it said then is worth nothing
		last = sprints.JobRun{Name: last.Name}
	}
	var at time.Time
	switch {
	case j.Next != nil:
		var err error
		if at, err = j.Next(v, last); err != nil || at.IsZero() {
			return time.Time{}, err
		}
	case last.At.IsZero():
		at = now
	default:
		at = last.At.Add(j.Every)
	}
	if !last.At.IsZero() {
		at = latest(at, last.At.Add(between))
	}
	if last.Failed {
		at = latest(at, last.Next)
	}
	return at, nil
}

// run runs a job once and keeps that it did.
func (r *Runner) run(ctx context.Context, j Job, last sprints.JobRun) {
	run := sprints.JobRun{Name: j.Name, At: r.clock.Now().Truncate(time.Millisecond)} // as rows keep it, so that its own writing is not before it
	begun := time.Now()
	result, err := guard(func() (string, error) { return j.Run(ctx) })
	if ctx.Err() != nil {
		return // cut short, not done: the next start does it
	}
	run.Result, run.Took = result, time.Since(begun)
	if err != nil {
		run.Failed, run.Result = true, "failed: "+firstLine(err.Error())
		run.Next = r.clock.Now().Add(retry(last))
		r.log.Error("job failed", "job", j.Name, "again", run.Next, "error", err)
	}
	err = r.store.Write(ctx, func(tx sprints.Tx) error {
		kept := run
		if !kept.Failed {
			next, err := j.due(tx, kept)
			if err != nil {
				return err
			}
			kept.Next = next
		}
		return tx.SaveRun(kept)
	})
	if err != nil && ctx.Err() == nil {
		r.log.Error("job's run can't be kept", "job", j.Name, "error", err)
		// What can't be kept would run again at once.
		r.wait(ctx, nil, nil, r.clock.Now().Add(firstRetry))
	}
}

// retry is how long to wait after a failure: twice as long as last time.
func retry(last sprints.JobRun) time.Duration {
	if !last.Failed {
		return firstRetry
	}
	return min(max(2*last.Next.Sub(last.At), firstRetry), latestRetry)
}

// guard makes an error of a panic, so that one bad row stops nothing else.
func guard[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

func lastRuns(v sprints.JobReader) (map[string]sprints.JobRun, error) {
	runs, err := v.JobRuns()
	by := make(map[string]sprints.JobRun, len(runs))
	for _, run := range runs {
		by[run.Name] = run
	}
	return by, err
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func firstLine(s string) string {
	for i, r := range s {
		if r == '\n' || i >= 200 {
			return s[:i]
		}
	}
	return s
}
