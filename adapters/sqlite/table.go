package sqlite

import (
	"slices"
	"strings"

	"sprintbot/sprints"
)

func scanRoom(r row) (o sprints.Room, err error) {
	err = r.Scan(&o.Code, &o.Name, &o.Floor)
	return o, err
}

func scanTable(r row) (t sprints.Table, err error) {
	err = r.Scan(&t.Code, &t.Seats, &t.Room.Code, &t.Room.Name, &t.Room.Floor)
	return t, err
}

func scanUse(r row) (u sprints.TableUse, err error) {
	err = r.Scan(&u.Table.Code, &u.Table.Seats, &u.Table.Room.Code, &u.Table.Room.Name, &u.Table.Room.Floor,
		&u.Project, toTime{&u.From})
	return u, err
}

const tables = `SELECT venue_table.code, venue_table.seats, room.code, room.name, room.floor
	FROM venue_table JOIN room ON room.folded = venue_table.room`

const uses = `SELECT venue_table.code, COALESCE(table_use.seats, venue_table.seats), room.code, room.name, room.floor,
		table_use.project, table_use.from_at
	FROM table_use JOIN venue_table ON venue_table.folded = table_use.venue_table
		JOIN room ON room.folded = venue_table.room
	WHERE table_use.to_at IS NULL`

func (v *view) Table(code string) (sprints.Table, error) {
	return one(v, scanTable, tables+" WHERE venue_table.folded = ?", fold(code))
}

func (v *view) Tables() ([]sprints.Table, error) {
	all, err := many(v, scanTable, tables)
	slices.SortFunc(all, func(a, b sprints.Table) int { return natural(a.Code, b.Code) })
	return all, err
}

func (v *view) Rooms() ([]sprints.Room, error) {
	all, err := many(v, scanRoom, "SELECT code, name, floor FROM room")
	slices.SortFunc(all, func(a, b sprints.Room) int { return natural(a.Code, b.Code) })
	return all, err
}

func (v *view) UseOf(code string) (sprints.TableUse, error) {
	return one(v, scanUse, uses+" AND table_use.venue_table = ?", fold(code))
}

func (v *view) TablesOf(id sprints.ProjectID) ([]sprints.TableUse, error) {
	return many(v, scanUse, uses+" AND table_use.project = ? ORDER BY table_use.from_at, table_use.id", id)
}

func (v *view) Uses() ([]sprints.TableUse, error) {
	all, err := many(v, scanUse, uses)
	slices.SortFunc(all, func(a, b sprints.TableUse) int { return natural(a.Table.Code, b.Table.Code) })
	return all, err
}

func (t *tx) SaveRoom(r sprints.Room) error {
	_, err := t.exec(`
		INSERT INTO room (folded, code, name, floor) VALUES (?, ?, ?, ?)
		ON CONFLICT (folded) DO UPDATE SET code = excluded.code, name = excluded.name, floor = excluded.floor`,
		fold(r.Code), strings.TrimSpace(r.Code), r.Name, r.Floor)
	return err
}

// SaveTable adds the table's room if it is not known yet.
func (t *tx) SaveTable(b sprints.Table) error {
	if _, err := t.exec(`
		INSERT INTO room (folded, code, name, floor) VALUES (?, ?, ?, ?) ON CONFLICT (folded) DO NOTHING`,
		fold(b.Room.Code), strings.TrimSpace(b.Room.Code), b.Room.Name, b.Room.Floor); err != nil {
		return err
	}
	_, err := t.exec(`
		INSERT INTO venue_table (folded, code, room, seats) VALUES (?, ?, ?, ?)
		ON CONFLICT (folded) DO UPDATE SET code = excluded.code, room = excluded.room, seats = excluded.seats`,
		fold(b.Code), strings.TrimSpace(b.Code), fold(b.Room.Code), b.Seats)
	return err
}

func (t *tx) UseTable(code string, project sprints.ProjectID, seats int) error {
	_, err := t.exec("INSERT INTO table_use (venue_table, project, seats, from_at) VALUES (?, ?, ?, ?)",
		fold(code), project, opt(seats), at(t.now))
	return err
}

func (t *tx) FreeTable(code string) error {
	return t.must("UPDATE table_use SET to_at = MAX(from_at, ?) WHERE venue_table = ? AND to_at IS NULL",
		at(t.now), fold(code))
}

// natural compares codes as people count: B4 before B10, case folded.
func natural(a, b string) int {
	a, b = fold(a), fold(b)
	for a != "" && b != "" {
		da, ra := digits(a)
		db, rb := digits(b)
		if da != "" && db != "" {
			na, nb := strings.TrimLeft(da, "0"), strings.TrimLeft(db, "0")
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			if c := strings.Compare(na, nb); c != 0 {
				return c
			}
			a, b = ra, rb
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digits cuts the digits off that s begins with.
func digits(s string) (number, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}
