package sqlite

import (
	"errors"
	"time"

	"sprintbot/sprints"
)

func scanSeat(r row) (s sprints.Seat, err error) {
	err = r.Scan(&s.ID, &s.Person, id(&s.Project), text(&s.Table), toDay{&s.Day}, toTime{&s.In}, toTime{&s.Out},
		text(&s.OutKind), &s.Via)
	return s, err
}

const seats = `SELECT seat.id, seat.person, seat.project, venue_table.code, seat.day, seat.in_at, seat.out_at,
		seat.out_kind, seat.via
	FROM seat LEFT JOIN venue_table ON venue_table.folded = seat.venue_table`

func (v *view) OpenSeat(id sprints.PersonID) (sprints.Seat, error) {
	return one(v, scanSeat, seats+" WHERE seat.person = ? AND seat.out_at IS NULL", id)
}

func (v *view) SeatedNow(d sprints.Day) ([]sprints.Seat, error) {
	return many(v, scanSeat, seats+" WHERE seat.day = ? AND seat.out_at IS NULL ORDER BY seat.in_at, seat.id", day(d))
}

func (v *view) SeatsOn(d sprints.Day) ([]sprints.Seat, error) {
	return many(v, scanSeat, seats+" WHERE seat.day = ? ORDER BY seat.in_at, seat.id", day(d))
}

func (v *view) SeatsOf(id sprints.PersonID) ([]sprints.Seat, error) {
	return many(v, scanSeat, seats+" WHERE seat.person = ? ORDER BY seat.in_at, seat.id", id)
}

func (v *view) Seated(d sprints.Day) (sprints.Seated, error) {
	s := sprints.Seated{ByProject: make(map[sprints.ProjectID]int), ByTable: make(map[string]int)}
	_, err := many(v, func(r row) (none struct{}, err error) {
		var project sprints.ProjectID
		var table string
		var n int
		err = r.Scan(id(&project), text(&table), &n)
		s.People += n
		if project != 0 {
			s.ByProject[project] += n
		}
		if table != "" {
			s.ByTable[table] += n
		}
		return none, err
	}, `
		SELECT seat.project, venue_table.code, COUNT(*)
		FROM seat LEFT JOIN venue_table ON venue_table.folded = seat.venue_table
		WHERE seat.day = ? AND seat.out_at IS NULL GROUP BY seat.project, seat.venue_table`, day(d))
	return s, err
}

func (v *view) OpenGuestSeats(network, nick string) ([]sprints.Seat, error) {
	return many(v, scanSeat, seats+`
		WHERE seat.out_at IS NULL AND seat.person IN (
			SELECT person FROM identity INDEXED BY identity_folded WHERE network = ? AND folded = ? AND key GLOB 'guest:*')
		ORDER BY seat.in_at, seat.id`, network, fold(nick))
}

func (t *tx) AddSeat(s sprints.Seat) (int64, error) {
	if s.In.IsZero() {
		s.In = t.now
	}
	return t.insert(`
		INSERT INTO seat (person, project, venue_table, day, in_at, out_at, out_kind, via)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		s.Person, opt(s.Project), opt(fold(s.Table)), day(s.Day), at(s.In), at(s.Out), opt(s.OutKind), s.Via)
}

// CloseSeat never ends a seat before it began, whatever the clock did.
func (t *tx) CloseSeat(id int64, when time.Time, why sprints.OutKind) error {
	return t.must("UPDATE seat SET out_at = MAX(in_at, ?), out_kind = ? WHERE id = ? AND out_at IS NULL",
		when.UnixMilli(), why, id)
}

func (t *tx) CloseDays(before sprints.Day, zone *time.Location) (int, error) {
	days, err := many(&t.view, func(r row) (d sprints.Day, err error) {
		err = r.Scan(toDay{&d})
		return d, err
	}, "SELECT DISTINCT day FROM seat WHERE out_at IS NULL AND day < ?", day(before))
	if err != nil {
		return 0, err
	}
	closed := 0
	for _, d := range days {
		n, err := t.exec(`
			UPDATE seat SET out_at = MAX(in_at, ?), out_kind = ? WHERE day = ? AND out_at IS NULL`,
			at(d.End(zone)), sprints.DayEnd, day(d))
		if err != nil {
			return closed, err
		}
		closed += n
	}
	return closed, nil
}

// joinSeats gives gone's seats to keep. Where both sit, keep's seat stays
// open and gone's ends.
func (t *tx) joinSeats(keep, gone sprints.PersonID) error {
	mine, err := t.OpenSeat(keep)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return err
	}
	theirs, terr := t.OpenSeat(gone)
	if terr != nil && !errors.Is(terr, sprints.ErrNotFound) {
		return terr
	}
	if err == nil && terr == nil {
		end, why, err := t.now, sprints.Moved, error(nil)
		if theirs.Day.Before(mine.Day) {
			event, err := t.Event()
			if err != nil {
				return err
			}
			end, why = theirs.Day.End(event.Zone), sprints.DayEnd
		}
		if err = t.CloseSeat(theirs.ID, end, why); err != nil {
			return err
		}
	}
	_, err = t.exec("UPDATE seat SET person = ? WHERE person = ?", keep, gone)
	return err
}
