package sprints

import (
	"errors"
	"time"
)

// ErrTaken says that a thing only one may have is somebody's already.
var ErrTaken = errors.New("taken")

// Seat is one person sitting somewhere from In to Out: at most one open seat
// a person.
type Seat struct {
	ID      int64
	Person  PersonID
	Project ProjectID // 0: at a table without a project
	Table   string    // code, "" at a project without a table
	Day     Day
	In      time.Time
	Out     time.Time // zero while open
	OutKind OutKind
	Via     string // network it was said on
}

// OutKind is why a seat ended.
type OutKind string

// How a seat ends.
const (
	SaidBye OutKind = "bye"
	Moved   OutKind = "moved"
	DayEnd  OutKind = "dayend"
	Renewed OutKind = "renewed" // a guest of the same nick sat down again
)

// SeatReader looks seats up.
type SeatReader interface {
	// OpenSeat of a person, ErrNotFound if none.
	OpenSeat(id PersonID) (Seat, error)
	// SeatedNow are the open seats of a day, oldest first.
	SeatedNow(day Day) ([]Seat, error)
	// SeatsOn are all seats of a day, open or not, oldest first.
	SeatsOn(day Day) ([]Seat, error)
	// SeatsOf are all of a person's seats, oldest first.
	SeatsOf(id PersonID) ([]Seat, error)
	// Seated counts open seats of a day by project and by table.
	Seated(day Day) (Seated, error)
	// OpenGuestSeats are open seats of guests of this nick (folded) on a network.
	OpenGuestSeats(network, nick string) ([]Seat, error)
}

// Seated counts who sits where now.
type Seated struct {
	People    int
	ByProject map[ProjectID]int
	ByTable   map[string]int
}

// SeatWriter changes seats.
type SeatWriter interface {
	SeatReader
	// AddSeat opens a seat; ErrTaken if the person has an open one.
	AddSeat(Seat) (int64, error)
	CloseSeat(id int64, at time.Time, why OutKind) error
	// CloseDay closes what is open of days before d at their own day's end in
	// zone, and returns how many.
	CloseDays(before Day, zone *time.Location) (int, error)
}
