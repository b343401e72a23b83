package sqlite

import (
	"errors"
	"fmt"
	"time"

	"sprintbot/sprints"
)

func (v *view) Event() (sprints.Event, error) {
	var zone string
	e, err := one(v, func(r row) (e sprints.Event, err error) {
		err = r.Scan(&e.Name, &zone, toDay{&e.First}, toDay{&e.Last}, &e.Sample)
		return e, err
	}, "SELECT name, zone, first_day, last_day, sample FROM event")
	if err != nil {
		return e, err
	}
	e.Zone, err = v.store.zone(zone)
	return e, err
}

func (t *tx) SetEvent(e sprints.Event) error {
	if e.Zone == nil {
		return errors.New("an event needs a time zone")
	}
	if _, err := t.store.zone(e.Zone.String()); err != nil {
		return err
	}
	_, err := t.exec(`
		INSERT INTO event (id, name, zone, first_day, last_day, sample) VALUES (1, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone,
			first_day = excluded.first_day, last_day = excluded.last_day, sample = excluded.sample`,
		e.Name, e.Zone.String(), day(e.First), day(e.Last), e.Sample)
	return err
}

// zone loads a time zone once; the system's copy is a file.
func (s *Store) zone(name string) (*time.Location, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if z := s.zones[name]; z != nil {
		return z, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone of the event: %w", err)
	}
	s.zones[name] = z
	return z, nil
}
