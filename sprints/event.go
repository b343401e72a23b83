package sprints

import "time"

// Event is the one sprint event that a store holds.
type Event struct {
	Name   string
	Zone   *time.Location // the venue's
	First  Day
	Last   Day
	Sample bool // made up, and marked so everywhere it shows
}

// Days is how many days the event has.
func (e Event) Days() int { return e.Last.Sub(e.First) + 1 }

// Number is which day of the event d is, from 1; 0 before it, Days()+1 after.
func (e Event) Number(d Day) int { return max(0, min(d.Sub(e.First)+1, e.Days()+1)) }

// On says that d is one of the event's days.
func (e Event) On(d Day) bool { n := e.Number(d); return n >= 1 && n <= e.Days() }

// Today is the day at the venue at t.
func (e Event) Today(t time.Time) Day { return DayOf(t, e.Zone) }

// EventReader reads the event.
type EventReader interface {
	// Event is the store's event, ErrNotFound in a new store.
	Event() (Event, error)
}

// EventWriter sets the event.
type EventWriter interface {
	EventReader
	SetEvent(Event) error
}
