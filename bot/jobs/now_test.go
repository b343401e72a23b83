package jobs_test

import (
	"context"
	"testing"
	"time"

	"sprintbot/bot/jobs"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestAJobThatIsAskedForRunsThoughItIsNotDue(t *testing.T) {
	b := newBench(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes := b.store.Changes(ctx)
	runner := jobs.New(jobs.Config{Store: b.store, Clock: b.clock})
	done := make(chan struct{})
	go func() { defer close(done); runner.Run(ctx) }()
	ran := func(name string) (at time.Time) {
		b.read(func(v sprints.View) {
			runs, err := v.JobRuns()
			b.must(err)
			for _, r := range runs {
				if r.Name == name {
					at = r.At
				}
			}
		})
		return at
	}
	until := func(what string, fact func() bool) {
		t.Helper()
		limit := time.After(30 * time.Second)
		for !fact() {
			select {
			case <-changes:
			case <-limit:
				t.Fatal("never " + what)
			}
		}
	}
	const name = "forget keys of messages"
	until("run", func() bool { return !ran(name).IsZero() })
	first := ran(name)
	b.clock.add(time.Minute)
	if !runner.Now(name) || runner.Now("no such job") {
		t.Error("jobs are not known by their names")
	}
	until("run again", func() bool { return ran(name).After(first) })
	cancel()
	<-done
}

func TestPeopleAreNotDeletedBeforeTheirDayThoughTheJobIsAskedFor(t *testing.T) {
	b := newBench(t, "")
	b.write(func(tx sprints.Tx) {
		_, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"})
		b.must(err)
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	runner := jobs.New(jobs.Config{Store: b.store, Clock: b.clock})
	done := make(chan struct{})
	go func() { defer close(done); runner.Run(ctx) }()
	defer func() { <-done }()
	defer cancel()
	if !runner.Now("delete people") {
		t.Error("the job is not known")
	}
	changes := b.store.Changes(ctx)
	limit := time.After(30 * time.Second)
	for ran := false; !ran; {
		b.read(func(v sprints.View) {
			runs, err := v.JobRuns()
			b.must(err)
			for _, r := range runs {
				ran = ran || r.Name == "delete people"
			}
		})
		if ran {
			break
		}
		select {
		case <-changes:
		case <-limit:
			t.Fatal("it never ran")
		}
	}
	b.read(func(v sprints.View) {
		if all, err := v.People(); err != nil || len(all) != 1 {
			t.Errorf("people are %v, %v", all, err)
		}
	})
}
