package sprints

import "time"

// Count is one measure of how many came, as somebody entered it. Counts are
// appended, never changed: a correction is a new row that supersedes one.
type Count struct {
	ID         int64
	Kind       CountKind
	Value      int
	Day        Day
	At         time.Time
	Room       string // head counts: the room's code
	By         PersonID
	Supersedes int64 // the row this corrects, 0 none
}

// CountKind is one of the three independent measures.
type CountKind string

// The measures.
const (
	Head  CountKind = "head"
	Lunch CountKind = "lunch"
	WiFi  CountKind = "wifi"
)

// CountReader reads counts.
type CountReader interface {
	// CountsOn are a day's counts, oldest first, superseded ones left out.
	CountsOn(day Day) ([]Count, error)
	// Counts are all, oldest first, superseded ones left out.
	Counts() ([]Count, error)
}

// CountWriter appends counts.
type CountWriter interface {
	CountReader
	AddCount(Count) (int64, error)
}
