package storetest

import (
	"context"
	"testing"
	"time"

	"sprintbot/sprints"
)

// testWriteSoon: what can wait rides in the next commit, is done alone when
// there is none, and is undone and ended like any Write.
func testWriteSoon(t *testing.T, b *bench) {
	ctx := t.Context()
	rides := make(chan error, 1)
	go func() {
		rides <- b.store.WriteSoon(ctx, time.Hour, func(tx sprints.Tx) error { b.project(tx, "rides"); return nil })
	}()
	// It waits for somebody's commit: keep making them until it is in one.
	for waiting := true; waiting; {
		b.write(func(sprints.Tx) {})
		select {
		case err := <-rides:
			b.is("WriteSoon with commits about", err, nil)
			waiting = false
		default:
		}
	}
	b.is("WriteSoon alone", b.store.WriteSoon(ctx, time.Millisecond, func(tx sprints.Tx) error { b.project(tx, "alone"); return nil }), nil)
	b.is("WriteSoon at once", b.store.WriteSoon(ctx, 0, func(tx sprints.Tx) error { b.project(tx, "at-once"); return nil }), nil)
	b.is("WriteSoon of a failing function", b.store.WriteSoon(ctx, time.Millisecond, func(tx sprints.Tx) error {
		b.project(tx, "lost")
		return errBoom
	}), errBoom)
	b.write(func(tx sprints.Tx) {
		names := ""
		for _, p := range ok(tx.Projects()) {
			names += p.Slug + " "
		}
		equal(b, "projects", names, "alone at-once rides ")
		b.is("WriteSoon in a Write", b.store.WriteSoon(ctx, time.Hour, func(sprints.Tx) error { return nil }), sprints.ErrNested)
	})
	ended, end := context.WithCancel(ctx)
	end()
	b.is("WriteSoon whose ctx ended", b.store.WriteSoon(ended, time.Hour, func(sprints.Tx) error { return nil }), context.Canceled)
}
