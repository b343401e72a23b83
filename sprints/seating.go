package sprints

import (
	"errors"
	"slices"
	"time"

	"sprintbot/sprints/chat"
)

// Spot is where somebody can sit down: at a table, with the project that has
// it or without one, or at a project that has no table.
type Spot struct {
	Project ProjectID // 0: a table nobody has claimed
	Table   string    // code, "" for a project without a table
	Seats   int       // of the table, 0 without one
	Room    Room
}

// Sitting is what came of sitting down.
type Sitting struct {
	Seat  Seat
	Left  *Seat   // the seat moved from, nil if there was none today
	Same  bool    // sat there already: nothing changed but the claims' time
	Taken int     // people at the table or, without one, at the project, this one included
	Over  int     // how many more people than seats the table has now
	Held  []Claim // the person's live claims, their time renewed
}

// Seating is what the rules of seating need of a store.
type Seating interface {
	Clocked
	EventReader
	TableReader
	SeatWriter
	ClaimWriter
}

// SittingReader is what finding a seat needs of a store.
type SittingReader interface {
	TableReader
	SeatReader
}

// MustBeOn refuses outside the event's days, and says when the sprint starts
// or that it is over.
func MustBeOn(e Event, t time.Time) error {
	today := e.Today(t)
	switch n := e.Number(today); {
	case e.On(today):
		return nil
	case n == 0 && e.First.Sub(today) == 1:
		return Refuse(Closed, "The sprint starts tomorrow, %s.", e.First.Format("Monday 2 January")).Hint("projects")
	case n == 0:
		return Refuse(Closed, "The sprint starts on %s, in %d days.", e.First.Format("Monday 2 January"), e.First.Sub(today)).Hint("projects")
	default:
		return Refuse(Closed, "The sprint is over since %s. Thank you for coming.", e.Last.Format("Monday 2 January")).Hint("projects")
	}
}

// SpotAt is the place at a table, with the project that has it today.
func SpotAt(v TableReader, t Table) (Spot, error) {
	s := Spot{Table: t.Code, Seats: t.Seats, Room: t.Room}
	use, err := v.UseOf(t.Code)
	if errors.Is(err, ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return Spot{}, err
	}
	s.Project, s.Seats = use.Project, use.Table.Seats
	return s, nil
}

// SpotWith is the place at a project: where the person sits already if that is
// one of its tables, else its first table with a free seat, else its first
// table, full or not, else the project without a table.
func SpotWith(v SittingReader, id ProjectID, who PersonID, day Day) (Spot, error) {
	uses, err := v.TablesOf(id)
	if err != nil || len(uses) == 0 {
		return Spot{Project: id}, err
	}
	var mine Seat
	if who != 0 {
		if mine, err = v.OpenSeat(who); err != nil && !errors.Is(err, ErrNotFound) {
			return Spot{}, err
		}
	}
	seated, err := v.Seated(day)
	if err != nil {
		return Spot{}, err
	}
	best := uses[0]
	if i := slices.IndexFunc(uses, func(u TableUse) bool { return u.Table.Code == mine.Table && mine.Day == day }); i >= 0 {
		best = uses[i]
	} else if i := slices.IndexFunc(uses, func(u TableUse) bool { return seated.ByTable[u.Table.Code] < u.Table.Seats }); i >= 0 {
		best = uses[i]
	}
	return Spot{Project: id, Table: best.Table.Code, Seats: best.Table.Seats, Room: best.Table.Room}, nil
}

// SitDown seats a person at a spot from now on. Their seat elsewhere is closed,
// a guest's also those that earlier guests of the nick left open on that
// network, and the time of their live claims begins anew. Who really sits
// somewhere is never refused for want of seats: Over says how far the table is
// over. Outside the event's days it refuses and changes nothing.
func SitDown(tx Seating, who PersonID, h chat.Handle, at Spot) (Sitting, error) {
	event, err := tx.Event()
	if err != nil {
		return Sitting{}, err
	}
	now := tx.Now()
	if err := MustBeOn(event, now); err != nil {
		return Sitting{}, err
	}
	if err := closeGuests(tx, who, h, now); err != nil {
		return Sitting{}, err
	}
	today := event.Today(now)
	sitting := Sitting{Seat: Seat{Person: who, Project: at.Project, Table: at.Table, Day: today, In: now, Via: h.Network}}
	switch old, err := tx.OpenSeat(who); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Sitting{}, err
	case old.Day != today: // left open over night: it ended with its day
		if err := tx.CloseSeat(old.ID, old.Day.End(event.Zone), DayEnd); err != nil {
			return Sitting{}, err
		}
	case old.Project == at.Project && old.Table == at.Table:
		sitting.Seat, sitting.Same = old, true
	default:
		if err := tx.CloseSeat(old.ID, now, Moved); err != nil {
			return Sitting{}, err
		}
		sitting.Left = &old
	}
	if !sitting.Same {
		if sitting.Seat.ID, err = tx.AddSeat(sitting.Seat); err != nil {
			return Sitting{}, err
		}
	}
	seated, err := tx.Seated(today)
	if err != nil {
		return Sitting{}, err
	}
	if at.Table == "" {
		sitting.Taken = seated.ByProject[at.Project]
	} else {
		sitting.Taken = seated.ByTable[at.Table]
		sitting.Over = max(0, sitting.Taken-at.Seats)
	}
	sitting.Held, err = Renew(tx, who, now)
	return sitting, err
}

// Leave ends a person's open seat. ok is false where they had none today.
func Leave(tx Seating, who PersonID) (left Seat, ok bool, err error) {
	event, err := tx.Event()
	if err != nil {
		return Seat{}, false, err
	}
	left, err = tx.OpenSeat(who)
	if errors.Is(err, ErrNotFound) {
		return Seat{}, false, nil
	}
	if err != nil {
		return Seat{}, false, err
	}
	now := tx.Now()
	if left.Day != event.Today(now) {
		return Seat{}, false, tx.CloseSeat(left.ID, left.Day.End(event.Zone), DayEnd)
	}
	left.Out, left.OutKind = now, SaidBye
	return left, true, tx.CloseSeat(left.ID, now, SaidBye)
}

// closeGuests ends the open seats of earlier guests who bore h's nick: a nick
// without an account is one chair.
func closeGuests(tx SeatWriter, who PersonID, h chat.Handle, now time.Time) error {
	if !h.Guest() || h.Nick == "" {
		return nil
	}
	seats, err := tx.OpenGuestSeats(h.Network, h.Nick)
	if err != nil {
		return err
	}
	for _, s := range seats {
		if s.Person == who {
			continue
		}
		if err := tx.CloseSeat(s.ID, now, Renewed); err != nil {
			return err
		}
	}
	return nil
}

// FreeNear are tables with a free seat near a room and not the one named: those
// of the same room first, unclaimed ones before others. At most n.
func FreeNear(v SittingReader, room Room, not string, day Day, n int) ([]Table, error) {
	tables, err := v.Tables()
	if err != nil {
		return nil, err
	}
	uses, err := v.Uses()
	if err != nil {
		return nil, err
	}
	seated, err := v.Seated(day)
	if err != nil {
		return nil, err
	}
	seats := map[string]int{}
	for _, u := range uses {
		seats[u.Table.Code] = u.Table.Seats
	}
	var free []Table
	for _, t := range tables {
		if own, used := seats[t.Code]; used {
			t.Seats = own
		}
		if t.Code != not && seated.ByTable[t.Code] < t.Seats {
			free = append(free, t)
		}
	}
	rank := func(t Table) int {
		r := 0
		if t.Room.Code != room.Code {
			r += 4
			if t.Room.Floor != room.Floor {
				r += 2
			}
		}
		if _, used := seats[t.Code]; used {
			r++
		}
		return r
	}
	slices.SortStableFunc(free, func(a, b Table) int { return rank(a) - rank(b) })
	return free[:min(n, len(free))], nil
}
