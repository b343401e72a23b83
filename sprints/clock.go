package sprints

import "time"

// Clock tells time and wakes at a time. The running bot has one; scripts of
// whole days set theirs.
type Clock interface {
	Now() time.Time
	// At returns a channel that is closed once Now is not before t, and a
	// function that frees it.
	At(t time.Time) (due <-chan struct{}, stop func())
}

// System is the machine's clock.
type System struct{}

// Now is the wall clock's time.
func (System) Now() time.Time { return time.Now() }

// At wakes at t by the machine's timer.
func (System) At(t time.Time) (<-chan struct{}, func()) {
	due := make(chan struct{})
	timer := time.AfterFunc(time.Until(t), func() { close(due) })
	return due, func() { timer.Stop() }
}
