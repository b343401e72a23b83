package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sprintbot/sprints"
)

var errBoom = errors.New("boom")

func testWrite(t *testing.T, b *bench) {
	ctx := t.Context()
	err := b.store.Write(ctx, func(tx sprints.Tx) error {
		b.project(tx, "lost")
		return errBoom
	})
	b.is("Write of a failing function", err, errBoom)
	b.write(func(tx sprints.Tx) {
		_, err := tx.ProjectBySlug("lost")
		b.is("what a failed Write kept", err, sprints.ErrNotFound)

		b.project(tx, "kept")
		err = tx.Try(func() error {
			b.project(tx, "tried")
			done(tx.Try(func() error { b.project(tx, "inner"); return nil }))
			return errBoom
		})
		b.is("Try of a failing function", err, errBoom)
		err = tx.Try(func() error {
			b.is("an inner Try", tx.Try(func() error { b.project(tx, "inner"); return errBoom }), errBoom)
			b.project(tx, "outer")
			return nil
		})
		b.is("Try of a function that caught an error", err, nil)
		// A rule's refusal leaves the transaction usable.
		_, err = tx.AddProject(sprints.Project{Slug: "KEPT", State: sprints.Listed})
		b.is("a second project of a slug", err, sprints.ErrTaken)
	})
	b.read(func(v sprints.View) {
		names := ""
		for _, p := range ok(v.Projects()) {
			names += p.Slug + " "
		}
		equal(b, "projects", names, "kept outer ")
		if _, is := v.(sprints.Tx); is {
			t.Error("a View can write")
		}
	})

	var kept sprints.Tx
	b.write(func(tx sprints.Tx) {
		kept = tx
		b.is("a Write in a Write", b.store.Write(ctx, func(sprints.Tx) error { return nil }), sprints.ErrNested)
		done(tx.Try(func() error {
			b.is("a Write in a Try", b.store.Write(ctx, func(sprints.Tx) error { return nil }), sprints.ErrNested)
			return nil
		}))
	})
	if _, err := kept.Event(); err == nil || errors.Is(err, sprints.ErrNotFound) {
		t.Errorf("a Tx after its Write: error %v, want one that says so", err)
	}
	b.write(func(sprints.Tx) {}) // no nested Write has left anything behind

	func() {
		defer func() {
			if recover() == nil {
				t.Error("a panic of a Write's function was swallowed")
			}
		}()
		_ = b.store.Write(ctx, func(tx sprints.Tx) error { b.project(tx, "panicked"); panic(errBoom) })
	}()
	b.write(func(tx sprints.Tx) {
		_, err := tx.ProjectBySlug("panicked")
		b.is("what a panicking Write kept", err, sprints.ErrNotFound)
	})

	over, cancel := context.WithCancel(ctx)
	cancel()
	err = b.store.Write(over, func(sprints.Tx) error { t.Error("a Write ran without a turn"); return nil })
	b.is("Write with an ended context", err, context.Canceled)
	// The context ends the wait only, not the work.
	over, cancel = context.WithCancel(ctx)
	b.is("Write whose context ends while it runs", b.store.Write(over, func(tx sprints.Tx) error {
		cancel()
		b.project(tx, "late")
		return nil
	}), nil)
	b.read(func(v sprints.View) { ok(v.ProjectBySlug("late")) })
}

func testRead(t *testing.T, b *bench) {
	start := b.clock.Now()
	b.read(func(v sprints.View) {
		b.write(func(tx sprints.Tx) { b.project(tx, "new") })
		b.clock.Add(time.Hour)
		equal(b, "Now of a View", v.Now().Equal(start), true)
		equal(b, "projects of an unchanging state", len(ok(v.Projects())), 0)
	})
	b.read(func(v sprints.View) {
		equal(b, "Now of a later View", v.Now().Equal(start.Add(time.Hour)), true)
		equal(b, "projects afterwards", len(ok(v.Projects())), 1)
	})
	b.is("Read of a failing function", b.store.Read(t.Context(), func(sprints.View) error { return errBoom }), errBoom)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	b.is("Read with an ended context", b.store.Read(over, func(sprints.View) error { return nil }), context.Canceled)
	var kept sprints.View
	b.read(func(v sprints.View) { kept = v })
	if _, err := kept.Projects(); err == nil {
		t.Error("a View works after its Read")
	}
}

func testChanges(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	mine, other := b.store.Changes(ctx), b.store.Changes(t.Context())
	ticks := func(ch <-chan struct{}) int {
		n := 0
		for {
			select {
			case <-ch:
				n++
			default:
				return n
			}
		}
	}
	b.write(func(tx sprints.Tx) { b.project(tx, "one") })
	b.write(func(tx sprints.Tx) { b.project(tx, "two") })
	equal(b, "ticks of a slow reader", ticks(mine), 1)
	equal(b, "ticks of another", ticks(other), 1)
	_ = b.store.Write(t.Context(), func(tx sprints.Tx) error { b.project(tx, "three"); return errBoom })
	equal(b, "ticks after a failed Write", ticks(mine), 0)
	cancel()
	b.write(func(tx sprints.Tx) { b.project(tx, "four") })
	equal(b, "ticks of one who stays", ticks(other), 1)
}

// testConcurrent has many write at once: all counts stay exact, one of many
// gets what only one may have, and a failure stays its own.
func testConcurrent(t *testing.T, b *bench) {
	const writers, rounds = 8, 40
	ctx := t.Context()
	var project sprints.Project
	var issue sprints.IssueID
	people := make([]sprints.PersonID, 10)
	b.write(func(tx sprints.Tx) {
		project = ok(tx.Project(b.project(tx, "count")))
		repo := ok(tx.AddRepo(sprints.Repo{Project: project.ID, Owner: "o", Name: "n"}))
		issue = b.issue(tx, repo, 1)
		for i := range people {
			people[i] = b.meet(tx, fmt.Sprint("account:", i), fmt.Sprint("nick", i))
		}
	})
	var wg sync.WaitGroup
	errs := make([]error, writers*rounds)
	for w := range writers {
		wg.Go(func() {
			for r := range rounds {
				errs[w*rounds+r] = b.store.Write(ctx, func(tx sprints.Tx) error {
					p, err := tx.Project(project.ID)
					if err != nil {
						return err
					}
					p.SetupMinutes++
					if err := tx.SaveProject(p); err != nil {
						return err
					}
					if r%4 == 3 { // fails alone, whoever shares its commit
						return errBoom
					}
					return nil
				})
			}
		})
	}
	wg.Wait()
	failed := 0
	for _, err := range errs {
		if errors.Is(err, errBoom) {
			failed++
		} else if err != nil {
			t.Fatalf("a Write among many: %v", err)
		}
	}
	equal(b, "failed writes", failed, writers*rounds/4)
	b.read(func(v sprints.View) {
		equal(b, "the count", ok(v.Project(project.ID)).SetupMinutes, writers*rounds*3/4)
	})

	claims := make([]error, len(people))
	for i, person := range people {
		wg.Go(func() {
			claims[i] = b.store.Write(ctx, func(tx sprints.Tx) error {
				_, err := tx.AddClaim(sprints.Claim{Issue: issue, Person: person, State: sprints.Held, HeldAt: tx.Now(), Until: tx.Now().Add(time.Hour)})
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range claims {
		if err == nil {
			won++
		} else {
			b.is("a claim that came too late", err, sprints.ErrTaken)
		}
	}
	equal(b, "who got the issue", won, 1)
}
