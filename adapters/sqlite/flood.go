package sqlite

import (
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const floodColumns = "network, channel, lines, first_at, last_at, page, kept, since, told_at"

func scanFlood(r row) (f sprints.Flood, err error) {
	err = r.Scan(&f.Place.Network, &f.Place.Channel, &f.Lines, toTime{&f.First}, toTime{&f.Last}, &f.Page, &f.Kept, toTime{&f.Since}, toTime{&f.Told})
	return f, err
}

func (v *view) Flood(p chat.Place) (sprints.Flood, error) {
	f, err := one(v, scanFlood, "SELECT "+floodColumns+" FROM flood WHERE network = ? AND channel = ?", p.Network, p.Channel)
	if errors.Is(err, sprints.ErrNotFound) {
		return sprints.Flood{Place: p.Root()}, nil
	}
	return f, err
}

func (v *view) Floods() ([]sprints.Flood, error) {
	return many(v, scanFlood, "SELECT "+floodColumns+" FROM flood WHERE lines > 0 ORDER BY network, channel")
}

func (t *tx) SaveFlood(f sprints.Flood) error {
	_, err := t.exec("INSERT OR REPLACE INTO flood ("+floodColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		f.Place.Network, f.Place.Channel, f.Lines, at(f.First), at(f.Last), f.Page, f.Kept, at(f.Since), at(f.Told))
	return err
}
