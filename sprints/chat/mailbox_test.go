package chat

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func TestMailboxGivesWhatArrivedInOrder(t *testing.T) {
	b := NewMailbox[int](10)
	for i := range 5 {
		if !b.Put(i) {
			t.Fatalf("%d does not fit", i)
		}
	}
	for _, want := range [][]int{{0, 1, 2}, {3, 4}} {
		got, lost, err := b.Take(t.Context(), 3)
		if err != nil || lost != 0 || !slices.Equal(got, want) {
			t.Errorf("Take = %v, %d, %v, want %v", got, lost, err, want)
		}
	}
}

func TestMailboxCountsWhatDoesNotFit(t *testing.T) {
	b := NewMailbox[string](2)
	for i, s := range []string{"a", "b", "c", "d"} {
		if got := b.Put(s); got != (i < 2) {
			t.Errorf("Put(%s) = %v", s, got)
		}
	}
	if got, lost, _ := b.Take(t.Context(), 1); lost != 2 || !slices.Equal(got, []string{"a"}) {
		t.Errorf("Take = %v, %d lost, want a and 2", got, lost)
	}
	if !b.Put("e") {
		t.Error("there was room again")
	}
	if got, lost, _ := b.Take(t.Context(), 9); lost != 0 || !slices.Equal(got, []string{"b", "e"}) {
		t.Errorf("Take = %v, %d lost, want b, e and 0", got, lost)
	}
}

func TestMailboxTakeWaitsForAPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewMailbox[int](1)
		var got []int
		var wg sync.WaitGroup
		wg.Go(func() { got, _, _ = b.Take(t.Context(), 1) })
		synctest.Wait()
		b.Put(7)
		wg.Wait()
		if !slices.Equal(got, []int{7}) {
			t.Errorf("Take = %v", got)
		}
	})
}

func TestMailboxTakeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewMailbox[int](1)
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		var wg sync.WaitGroup
		wg.Go(func() { _, _, err = b.Take(ctx, 1) })
		synctest.Wait()
		cancel()
		wg.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Take = %v", err)
		}
	})
}

// However Puts and Takes meet, each value is taken once or counted as lost.
func TestMailboxLosesNothingUncounted(t *testing.T) {
	const putters, each = 4, 2000
	b := NewMailbox[int](64)
	var wg sync.WaitGroup
	for p := range putters {
		wg.Go(func() {
			for i := range each {
				b.Put(p*each + i)
			}
		})
	}
	seen := make(map[int]bool)
	last := make([]int, putters)
	taken, dropped := 0, 0
	var taker sync.WaitGroup
	taker.Go(func() {
		for taken+dropped < putters*each {
			vs, lost, err := b.Take(t.Context(), 10)
			if err != nil {
				t.Error(err)
				return
			}
			taken, dropped = taken+len(vs), dropped+lost
			for _, v := range vs {
				if v == putters*each {
					continue
				}
				if seen[v] || v < last[v/each] {
					t.Errorf("%d came twice or out of order", v)
				}
				seen[v], last[v/each] = true, v
			}
		}
	})
	wg.Wait()
	// Losses are told with the next value: one more wakes the taker.
	b.Put(putters * each)
	taker.Wait()
}
