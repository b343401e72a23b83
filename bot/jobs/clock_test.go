package jobs_test

import (
	"sync"
	"time"
)

// hand is a clock whose hands tests move.
type hand struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[chan struct{}]time.Time
}

func newHand(t time.Time) *hand { return &hand{now: t, waiting: map[chan struct{}]time.Time{}} }

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) At(t time.Time) (<-chan struct{}, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	due := make(chan struct{})
	if !t.After(h.now) {
		close(due)
		return due, func() {}
	}
	h.waiting[due] = t
	return due, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiting, due)
	}
}

// set moves the hands to t, back or forth.
func (h *hand) set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = t
	for due, at := range h.waiting {
		if !at.After(t) {
			close(due)
			delete(h.waiting, due)
		}
	}
}

func (h *hand) add(d time.Duration) { h.set(h.Now().Add(d)) }
