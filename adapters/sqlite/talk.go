package sqlite

import (
	"encoding/json"
	"errors"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func (t *tx) Heard(m chat.Message) (bool, error) {
	if m.ID == "" {
		return false, errors.New("a message heard needs an id")
	}
	n, err := t.exec("INSERT INTO heard (network, id, at, thread) VALUES (?, ?, ?, ?) ON CONFLICT (network, id) DO NOTHING",
		m.In.Network, m.ID, at(t.now), m.In.Thread)
	if err != nil {
		return false, err
	}
	// Only words mark how far a place is heard: the keys of other events name
	// nothing in its history. A mark may not pass what is still to be fetched;
	// once it is, what was heard meanwhile comes again and moves the mark. But
	// the first words of a place mark it in any case: a restart before they come
	// again would else take all that was said by then for older than the bot.
	if m.Kind != chat.Said && m.Kind != chat.Action && m.Kind != "" {
		return n > 0, nil
	}
	when := m.At
	if when.IsZero() {
		when = t.now
	}
	_, err = t.exec(`
		INSERT INTO place (network, channel, mark, mark_at, first_at, reason) VALUES (?, ?, ?, ?4, ?4, '')
		ON CONFLICT (network, channel) DO UPDATE SET
			mark = excluded.mark, mark_at = excluded.mark_at, first_at = COALESCE(first_at, excluded.first_at)
		WHERE mark_at IS NULL OR NOT ?5 AND mark_at <= excluded.mark_at`,
		m.In.Network, m.In.Channel, m.ID, at(when), m.Behind)
	return n > 0, err
}

func (v *view) Mark(p chat.Place) (sprints.Mark, error) {
	return one(v, func(r row) (m sprints.Mark, err error) {
		m.Place = p.Root()
		err = r.Scan(&m.ID, toTime{&m.At}, toTime{&m.First})
		return m, err
	}, "SELECT mark, mark_at, first_at FROM place WHERE network = ? AND channel = ? AND mark IS NOT NULL", p.Network, p.Channel)
}

func (v *view) HeardBetween(network, from, to string, most int) ([]sprints.HeardKey, error) {
	return many(v, func(r row) (k sprints.HeardKey, err error) {
		err = r.Scan(&k.ID, &k.Thread)
		return k, err
	}, "SELECT id, thread FROM heard WHERE network = ? AND id > ? AND id < ? ORDER BY id DESC LIMIT ?", network, from, to, most)
}

// PruneHeard removes the marks of private conversations as old too, why they
// waited unless something still waits there, and what was listed and asked and
// is over.
func (t *tx) PruneHeard(before time.Time) (int, error) {
	ms := before.UnixMilli()
	if _, err := t.exec(`
		DELETE FROM place
		WHERE channel GLOB '@*' AND COALESCE(mark_at, 0) < ?1 AND COALESCE(held_until, 0) < ?1 AND NOT EXISTS (
			SELECT 1 FROM outbox
			WHERE state = 'waiting' AND outbox.network = place.network AND outbox.channel = place.channel)`, ms); err != nil {
		return 0, err
	}
	for _, query := range []string{
		"DELETE FROM listed WHERE until_at < ?",
		"DELETE FROM question WHERE until_at < ?",
	} {
		if _, err := t.exec(query, ms); err != nil {
			return 0, err
		}
	}
	return t.exec("DELETE FROM heard WHERE at < ?", ms)
}

func scanJSON[T any](r row) (v T, err error) {
	err = r.Scan(toJSON{&v})
	return v, err
}

func (v *view) LastList(h chat.Handle) (sprints.List, error) {
	return one(v, scanJSON[sprints.List], "SELECT body FROM listed WHERE network = ? AND key = ? AND until_at > ?",
		h.Network, h.ID, at(v.now))
}

func (v *view) OpenQuestion(h chat.Handle) (sprints.Question, error) {
	return one(v, scanJSON[sprints.Question], "SELECT body FROM question WHERE network = ? AND key = ? AND until_at > ?",
		h.Network, h.ID, at(v.now))
}

func (t *tx) SaveList(h chat.Handle, l sprints.List) error {
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = t.exec(`
		INSERT INTO listed (network, key, body, until_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (network, key) DO UPDATE SET body = excluded.body, until_at = excluded.until_at`,
		h.Network, h.ID, string(body), l.Until.UnixMilli())
	return err
}

func (t *tx) Ask(h chat.Handle, q sprints.Question) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	_, err = t.exec(`
		INSERT INTO question (network, key, body, until_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (network, key) DO UPDATE SET body = excluded.body, until_at = excluded.until_at`,
		h.Network, h.ID, string(body), q.Until.UnixMilli())
	return err
}

func (t *tx) Answered(h chat.Handle) error {
	_, err := t.exec("DELETE FROM question WHERE network = ? AND key = ?", h.Network, h.ID)
	return err
}
