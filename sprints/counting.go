package sprints

import (
	"strings"
	"time"
)

// Rules of counts.
const (
	CountMax = 20_000 // more people than any sprint had: a slip of the hand
	// CorrectionTime is how soon a second number of the same kind, room and day
	// corrects the first. A later one is a new round; lunch is once a day.
	CorrectionTime = time.Hour
	// Implausible is how many times the biggest number so far is asked about
	// before it is kept.
	Implausible = 10
	// firstDoubt is asked about when there is nothing to compare with.
	firstDoubt = 2_000
)

// Counted is what came of entering a number.
type Counted struct {
	Count  Count
	Before *Count // the number it corrects, nil if none
}

// Counting is what the rules of counts need of a store.
type Counting interface {
	Clocked
	EventReader
	CountWriter
}

// Enter appends a count of today. Within CorrectionTime of one of the same kind
// and room (lunch: the same day) it is a correction and supersedes it: both rows
// stay. It refuses outside the event's days and what is no number of people.
func Enter(tx Counting, c Count) (Counted, error) {
	event, err := tx.Event()
	if err != nil {
		return Counted{}, err
	}
	now := tx.Now()
	if err := MustBeOn(event, now); err != nil {
		return Counted{}, err
	}
	if c.Value < 0 || c.Value > CountMax {
		return Counted{}, Refuse(Unclear, "%d can't be a number of people here: it goes from 0 to %d.", c.Value, CountMax).Hint("help " + verbOf(c.Kind))
	}
	c.Day, c.At = event.Today(now), now
	today, err := tx.CountsOn(c.Day)
	if err != nil {
		return Counted{}, err
	}
	done := Counted{}
	for _, old := range today {
		if sameMeasure(old, c) && (c.Kind == Lunch || now.Sub(old.At) < CorrectionTime) {
			c.Supersedes, done.Before = old.ID, &old
		}
	}
	c.ID, err = tx.AddCount(c)
	done.Count = c
	return done, err
}

// Doubt is the number that makes a value implausible: the biggest of its kind
// and room so far, when the value is at least Implausible times that, or the
// value itself when there is none and it is huge. ok is false for a value
// nobody need be asked about.
func Doubt(v CountReader, c Count) (biggest Count, ok bool, err error) {
	all, err := v.Counts()
	if err != nil {
		return Count{}, false, err
	}
	for _, old := range all {
		if sameMeasure(old, c) && old.Value > biggest.Value {
			biggest = old
		}
	}
	if biggest.Value == 0 {
		return Count{}, c.Value >= firstDoubt, nil
	}
	return biggest, c.Value >= Implausible*biggest.Value, nil
}

func sameMeasure(a, b Count) bool {
	return a.Kind == b.Kind && strings.EqualFold(a.Room, b.Room)
}

// verbOf is the command that enters a kind.
func verbOf(k CountKind) string {
	if k == Head {
		return "headcount"
	}
	return string(k)
}
