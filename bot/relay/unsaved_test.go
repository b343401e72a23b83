package relay_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// faltering is a store of which some commits of receipts fail at their end.
type faltering struct {
	sprints.Store
	left atomic.Int32
}

func (f *faltering) WriteSoon(ctx context.Context, within time.Duration, fn func(sprints.Tx) error) error {
	if f.left.Add(-1) < 0 {
		return f.Store.WriteSoon(ctx, within, fn)
	}
	return f.Store.WriteSoon(ctx, within, func(tx sprints.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return sprints.ErrUnavailable
	})
}

func TestReceiptsWhoseCommitFailedAreStoredLater(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.stop()
	store := &faltering{Store: r.store}
	store.left.Store(1)
	r.startOn(w, store)
	r.post("#a", chat.Relays, nil, "one", "two")
	r.drained()
	r.stop()
	r.start(w)
	r.post("#a", chat.Relays, nil, "three")
	r.drained()
	if got, want := w.lines(), []string{"#a one", "#a two", "#a three"}; !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
}
