package chat

import (
	"context"
	"sync"
)

// Mailbox is the one bounded queue between a library's callback and hear: Put
// never blocks, Take waits. What does not fit is counted, never silently lost.
type Mailbox[T any] struct {
	mu      sync.Mutex
	waiting []T
	size    int
	lost    int
	wake    chan struct{}
}

// NewMailbox holds at most size values.
func NewMailbox[T any](size int) *Mailbox[T] {
	return &Mailbox[T]{size: size, wake: make(chan struct{}, 1)}
}

// Put adds v, and returns false when the mailbox is full and v was counted as lost.
func (b *Mailbox[T]) Put(v T) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) >= b.size {
		b.lost++
		return false
	}
	b.waiting = append(b.waiting, v)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// Waiting is how many values have not been taken.
func (b *Mailbox[T]) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting)
}

// Take waits for at least one value and returns up to most of them, oldest
// first, with how many were lost since the last Take.
func (b *Mailbox[T]) Take(ctx context.Context, most int) (vs []T, lost int, err error) {
	for {
		b.mu.Lock()
		if n := min(most, len(b.waiting)); n > 0 {
			vs = append(vs, b.waiting[:n]...)
			clear(b.waiting[:n])
			b.waiting = b.waiting[n:]
			lost, b.lost = b.lost, 0
			if len(b.waiting) > 0 {
				select {
				case b.wake <- struct{}{}:
				default:
				}
			}
			b.mu.Unlock()
			return vs, lost, nil
		}
		b.mu.Unlock()
		select {
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		case <-b.wake:
		}
	}
}
