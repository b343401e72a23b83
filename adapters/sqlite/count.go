package sqlite

import "sprintbot/sprints"

func scanCount(r row) (c sprints.Count, err error) {
	err = r.Scan(&c.ID, &c.Kind, &c.Value, toDay{&c.Day}, toTime{&c.At}, &c.Room, id(&c.By), id(&c.Supersedes))
	return c, err
}

const counts = `SELECT id, kind, value, day, at, room, by_person, supersedes FROM measure
	WHERE NOT EXISTS (SELECT 1 FROM measure AS later WHERE later.supersedes = measure.id)`

func (v *view) CountsOn(d sprints.Day) ([]sprints.Count, error) {
	return many(v, scanCount, counts+" AND day = ? ORDER BY at, id", day(d))
}

func (v *view) Counts() ([]sprints.Count, error) {
	return many(v, scanCount, counts+" ORDER BY at, id")
}

func (t *tx) AddCount(c sprints.Count) (int64, error) {
	if c.At.IsZero() {
		c.At = t.now
	}
	return t.insert(`
		INSERT INTO measure (kind, value, day, at, room, by_person, supersedes)
		VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		c.Kind, c.Value, day(c.Day), at(c.At), c.Room, opt(c.By), opt(c.Supersedes))
}
