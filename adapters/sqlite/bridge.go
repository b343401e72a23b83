package sqlite

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func scanPause(r row) (p sprints.Pause, err error) {
	err = r.Scan(&p.Place.Network, &p.Place.Channel, toTime{&p.At}, &p.Skipped, toTime{&p.First}, toTime{&p.Last})
	return p, err
}

func (v *view) Pauses() ([]sprints.Pause, error) {
	return many(v, scanPause, "SELECT network, channel, at, skipped, first_at, last_at FROM bridge_pause ORDER BY network, channel")
}

func scanIgnored(r row) (i sprints.Ignored, err error) {
	err = r.Scan(&i.Network, &i.Who, toTime{&i.At})
	return i, err
}

func (v *view) Ignored() ([]sprints.Ignored, error) {
	return many(v, scanIgnored, "SELECT network, who, at FROM ignored ORDER BY network, who")
}

func (v *view) Trusted() ([]sprints.Ignored, error) {
	return many(v, scanIgnored, "SELECT network, who, at FROM trusted ORDER BY network, who")
}

func (v *view) Traffic() ([]sprints.Traffic, error) {
	all, err := many(v, func(r row) (t sprints.Traffic, err error) {
		err = r.Scan(&t.Place.Network, &t.Place.Channel, toTime{&t.Heard}, toTime{&t.Held}, text(&t.Reason), &t.Learned, toTime{&t.Paused}, toTime{&t.Sent})
		if !t.Held.After(v.now) {
			t.Held = time.Time{}
		}
		return t, err
	}, `
		SELECT known.network, known.channel, place.mark_at, place.held_until, place.reason, coalesce(place.learned, 0), bridge_pause.at,
			(SELECT ended_at FROM outbox
			WHERE state = 'sent' AND network = known.network AND channel = known.channel ORDER BY id DESC LIMIT 1)
		FROM (
			SELECT network, channel FROM place WHERE channel NOT GLOB '@*'
			UNION SELECT network, channel FROM bridge_pause
			UNION SELECT network, channel FROM outbox WHERE state = 'waiting'
			UNION SELECT network, channel FROM outbox WHERE state = 'dead'
		) AS known
			LEFT JOIN place ON place.network = known.network AND place.channel = known.channel
			LEFT JOIN bridge_pause ON bridge_pause.network = known.network AND bridge_pause.channel = known.channel
		ORDER BY known.network, known.channel`)
	if err != nil {
		return nil, err
	}
	queues, err := v.Queues()
	for _, q := range queues {
		i, _ := slices.BinarySearchFunc(all, q.Place, func(t sprints.Traffic, p chat.Place) int {
			if c := strings.Compare(t.Place.Network, p.Network); c != 0 {
				return c
			}
			return strings.Compare(t.Place.Channel, p.Channel)
		})
		if i < len(all) && all[i].Place == q.Place {
			all[i].Queue = q
		}
	}
	return all, err
}

func (v *view) Networks() ([]sprints.NetworkState, error) {
	return many(v, func(r row) (n sprints.NetworkState, err error) {
		err = r.Scan(&n.Name, &n.Status.Up, &n.Status.Fatal, toTime{&n.Status.Since}, &n.Status.Note, &n.Pace.Every, &n.Pace.PlaceEvery,
			&n.Learned, toTime{&n.Told}, toTime{&n.At})
		return n, err
	}, "SELECT name, up, fatal, since, note, every, place_every, learned, told_at, at FROM network_state ORDER BY name")
}

func (t *tx) SaveNetworks(all []sprints.NetworkState) error {
	if _, err := t.exec("DELETE FROM network_state"); err != nil {
		return err
	}
	for _, n := range all {
		if _, err := t.exec(`
			INSERT INTO network_state (name, up, fatal, since, note, every, place_every, learned, told_at, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			n.Name, n.Status.Up, n.Status.Fatal, at(n.Status.Since), n.Status.Note, int64(n.Pace.Every), int64(n.Pace.PlaceEvery),
			int64(n.Learned), at(n.Told), at(t.now)); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PauseBridge(p chat.Place) (bool, error) {
	n, err := t.exec(`
		INSERT INTO bridge_pause (network, channel, at, skipped) VALUES (?, ?, ?, 0)
		ON CONFLICT (network, channel) DO NOTHING`, p.Network, p.Channel, at(t.now))
	return n > 0, err
}

func (t *tx) ResumeBridge(p chat.Place) (sprints.Pause, error) {
	return one(&t.view, scanPause, `
		DELETE FROM bridge_pause WHERE network = ? AND channel = ?
		RETURNING network, channel, at, skipped, first_at, last_at`, p.Network, p.Channel)
}

func (t *tx) SkipLine(p chat.Place, said time.Time) error {
	_, err := t.exec(`
		UPDATE bridge_pause SET
			skipped = skipped + 1,
			first_at = MIN(COALESCE(first_at, ?1), ?1),
			last_at = MAX(COALESCE(last_at, ?1), ?1)
		WHERE network = ?2 AND channel = ?3`, at(said), p.Network, p.Channel)
	return err
}

func (t *tx) Ignore(network, who string) (bool, error) {
	if _, err := t.exec("DELETE FROM trusted WHERE network = ? AND who = ?", network, who); err != nil {
		return false, err
	}
	n, err := t.exec("INSERT INTO ignored (network, who, at) VALUES (?, ?, ?) ON CONFLICT (network, who) DO NOTHING",
		network, who, at(t.now))
	return n > 0, err
}

func (t *tx) Heed(network, who string) (bool, error) {
	n, err := t.exec("DELETE FROM ignored WHERE network = ? AND who = ?", network, who)
	return n > 0, err
}

func (t *tx) Trust(network, who string) (bool, error) {
	n, err := t.exec("INSERT INTO trusted (network, who, at) VALUES (?, ?, ?) ON CONFLICT (network, who) DO NOTHING",
		network, who, at(t.now))
	return n > 0, err
}

// Revive posts each row anew: senders look for higher numbers only.
func (t *tx) Revive(p chat.Place) (again, gone int, err error) {
	type dead struct {
		sprints.Queued
		id      int64
		body    string
		created time.Time
	}
	rows, err := many(&t.view, func(r row) (d dead, err error) {
		err = r.Scan(&d.id, &d.Key, &d.To.Network, &d.To.Channel, &d.To.Thread, &d.Lane, text(&d.body), text(&d.Source),
			toTime{&d.created}, toTime{&d.Expires})
		return d, err
	}, `
		SELECT id, key, network, channel, thread, lane, body, source, created_at, expires_at
		FROM outbox INDEXED BY outbox_dead WHERE state = 'dead' AND (?1 = '' OR network = ?1 AND channel = ?2) ORDER BY id`, p.Network, p.Channel)
	for _, d := range rows {
		var out chat.Outgoing
		if d.body == "" || json.Unmarshal([]byte(d.body), &out) != nil {
			if _, err = t.exec("UPDATE outbox SET state = 'expired' WHERE id = ?", d.id); err != nil {
				return again, gone, err
			}
			gone++
			continue
		}
		out.Key, out.To, out.Lane, out.Source = d.Key, d.To, d.Lane, d.Source
		if !d.Expires.IsZero() {
			out.Expires = t.now.Add(d.Expires.Sub(d.created))
		}
		if _, err = t.exec("DELETE FROM outbox WHERE id = ?", d.id); err != nil {
			return again, gone, err
		}
		if _, _, err = t.Post(out); err != nil {
			return again, gone, err
		}
		again++
	}
	return again, gone, err
}
