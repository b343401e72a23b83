// Package jobs turns slow facts into rows: it asks GitHub and wiki pages so
// that commands never do, and does what is due at an hour and not at a word.
// bot starts one Runner. A job keeps nothing that matters outside the store,
// sends nothing but rows of the outbox, and holds no transaction across a
// question to the network.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sprintbot/sprints"
)

// Job is one thing done again and again. Each run leaves a sprints.JobRun, so
// that a restart repeats nothing.
type Job struct {
	Name string
	// Needs are jobs that go first where both are due.
	Needs []string
	// Net: it waits on the network, so it must not hold up the others.
	Net bool
	// Every is the time from run to run; 0 where Next tells.
	Every time.Duration
	// Next is when the job is due, by rows and its last run; the zero time is
	// not until rows change.
	Next func(v sprints.View, last sprints.JobRun) (time.Time, error)
	// Run does it and says in one line, for an operator, what was done.
	Run func(ctx context.Context) (result string, err error)
}

// GitHub is what jobs ask GitHub; adapters/github answers. Errors are
// *sprints.Trouble, or the context's.
type GitHub interface {
	Authenticated() bool
	Budget() sprints.Budget
	Repository(ctx context.Context, owner, name string) (sprints.RemoteRepo, error)
	Labels(ctx context.Context, owner, name string) ([]string, error)
	Issues(ctx context.Context, owner, name, label string, etag func(address string) string) (sprints.RemoteIssues, error)
	Links(ctx context.Context, owner, name string, labels []string, etag func(address string) string) (sprints.RemoteLinks, error)
}

// Pages is what jobs ask of wiki pages; adapters/wiki answers. Errors are
// *sprints.Trouble, or the context's.
type Pages interface {
	Fetch(ctx context.Context, address, etag string) (sprints.RemotePage, error)
}

// Config is what jobs work with.
type Config struct {
	Store  sprints.Store
	Clock  sprints.Clock
	GitHub GitHub // nil: repositories are not looked at
	Pages  Pages  // nil: pages are not read
	Log    *slog.Logger
}

// write keeps one thing. Where that fails though the store is well, or panics,
// it is tried once more with what failed, for fn to put the thing off: one bad
// row must not stand before all others for ever.
func (c Config) write(ctx context.Context, what string, fn func(tx sprints.Tx, failed error) error) error {
	attempt := func(failed error) error {
		_, err := guard(func() (struct{}, error) {
			return struct{}{}, c.Store.Write(ctx, func(tx sprints.Tx) error { return fn(tx, failed) })
		})
		if err != nil {
			err = fmt.Errorf("%s: %w", what, err)
		}
		return err
	}
	err := attempt(nil)
	if err == nil || ctx.Err() != nil || errors.Is(err, sprints.ErrUnavailable) {
		return err
	}
	c.Log.Error("a job stumbled", "error", err)
	return attempt(err)
}

// far is later than anything due.
func far(t time.Time) time.Time { return t.AddDate(100, 0, 0) }
