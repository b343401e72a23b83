package sqlite

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func (t *tx) Post(out chat.Outgoing) (row int64, first bool, err error) {
	if out.Key == "" {
		return 0, false, errors.New("a row of the outbox needs a key")
	}
	body, err := json.Marshal(out)
	if err != nil {
		return 0, false, err
	}
	row, first, err = t.add(`
		INSERT INTO outbox (key, network, channel, thread, lane, body, source, created_at, not_before, expires_at,
			changes, state, mark, confirmed, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', '', 0, '')
		ON CONFLICT (key) DO NOTHING`,
		out.Key, out.To.Network, out.To.Channel, out.To.Thread, out.Lane, string(body), opt(out.Source), at(t.now),
		at(out.NotBefore), at(out.Expires), out.Kind == chat.Edited || out.Kind == chat.Deleted)
	switch {
	case err != nil:
		return 0, false, err
	case !first:
		row, err = one(&t.view, scalar[int64], "SELECT id FROM outbox WHERE key = ?", out.Key)
		return row, false, err
	}
	t.keep(row, out)
	return row, true, nil
}

func (v *view) Waiting(network string, after int64, limit int) (all []sprints.Queued, err error) {
	return v.waiting("state = 'waiting' AND network = ? AND id > ? ORDER BY id LIMIT ?", after, limit, network)
}

// WaitingIn picks the rows by the index of places alone: others' may be many.
func (v *view) WaitingIn(place chat.Place, after int64, limit int) ([]sprints.Queued, error) {
	return v.waiting(`id IN (
		SELECT id FROM outbox INDEXED BY outbox_place
		WHERE state = 'waiting' AND network = ? AND channel = ? AND id > ? ORDER BY id LIMIT ?) ORDER BY id`,
		after, limit, place.Network, place.Channel)
}

// waiting are the waiting rows that a condition picks; it ends in a number to
// go on after and a limit.
func (v *view) waiting(which string, after int64, limit int, of ...any) (all []sprints.Queued, err error) {
	for {
		most := limit - len(all)
		page, err := many(v, func(r row) (q queued, err error) {
			err = r.Scan(&q.Row, &q.Key, lenient{&q.Outgoing, &q.bad}, &q.To.Network, &q.To.Channel, &q.To.Thread, &q.Lane,
				text(&q.Source), toTime{&q.NotBefore}, toTime{&q.Expires}, toTime{&q.Attempted}, &q.Mark, &q.Confirmed,
				id(&q.Joined))
			return q, err
		}, `
			SELECT id, key, body, network, channel, thread, lane, source, not_before, expires_at, attempted_at, mark,
				confirmed, joined
			FROM outbox WHERE `+which, slices.Concat(of, []any{after, most})...)
		if err != nil {
			return nil, err
		}
		for _, q := range page {
			after = q.Row
			if q.bad == nil {
				all = append(all, q.Queued)
			} else if v.store.damaged.add(q.Row) {
				v.store.log.Error("a row of the outbox can't be read and will not be sent", "row", q.Row)
			}
		}
		if len(page) < most || len(all) >= limit {
			return all, nil
		}
	}
}

func (v *view) Queues() ([]sprints.Queue, error) {
	return many(v, func(r row) (q sprints.Queue, err error) {
		err = r.Scan(&q.Place.Network, &q.Place.Channel, &q.Waiting, toTime{&q.Oldest}, &q.Dead, &q.Undone, toTime{&q.Held}, text(&q.Reason))
		if !q.Held.After(v.now) {
			q.Held = time.Time{}
		}
		return q, err
	}, `
		SELECT queue.network, queue.channel, SUM(queue.waiting), MIN(queue.oldest), SUM(queue.dead), SUM(queue.undone),
			place.held_until, place.reason
		FROM (
			SELECT network, channel, COUNT(*) FILTER (WHERE COALESCE(not_before, 0) <= ?1) AS waiting,
				MIN(MAX(created_at, COALESCE(not_before, 0))) FILTER (WHERE COALESCE(not_before, 0) <= ?1) AS oldest,
				0 AS dead, 0 AS undone
			FROM outbox WHERE state = 'waiting' GROUP BY network, channel
			UNION ALL
			SELECT network, channel, 0, NULL, COUNT(*), SUM(changes) FROM outbox WHERE state = 'dead' GROUP BY network, channel
		) AS queue
			LEFT JOIN place ON place.network = queue.network AND place.channel = queue.channel
		GROUP BY queue.network, queue.channel ORDER BY queue.network, queue.channel`, at(v.now))
}

// Attempt keeps the first attempt's instant and mark: the row may have
// arrived at any time since.
func (t *tx) Attempt(rows []int64, mark string) error {
	other := t.other
	defer func() { t.other = other }() // whose rows they are knows
	for _, row := range rows {
		if _, err := t.exec(`
			UPDATE outbox SET attempted_at = ?, mark = ?
			WHERE id = ? AND state = 'waiting' AND attempted_at IS NULL`, at(t.now), mark, row); err != nil {
			return err
		}
	}
	return nil
}

// Confirm counts what arrived even where the row was ended meanwhile. That a
// row is not there is no error: receipts are stored many at once.
func (t *tx) Confirm(row int64, confirmed, of int, receipt chat.Receipt) error {
	other := t.other
	_, err := t.exec(`
		UPDATE outbox SET
			confirmed = MAX(confirmed, ?1),
			parts = ?2,
			receipt = COALESCE(receipt, ?3),
			receipt_at = COALESCE(?4, receipt_at),
			state = CASE WHEN MAX(confirmed, ?1) >= ?2 THEN 'sent' ELSE state END,
			ended_at = CASE WHEN MAX(confirmed, ?1) >= ?2 THEN COALESCE(ended_at, ?5) ELSE ended_at END
		WHERE id = ?6 AND state <> 'sent'`,
		confirmed, of, opt(receipt.ID), at(receipt.At), at(t.now), row)
	t.other = other // whose row it is knows
	return err
}

func (t *tx) Kill(row int64, reason string) error {
	_, err := t.exec("UPDATE outbox SET state = 'dead', ended_at = ?, reason = ? WHERE id = ? AND state = 'waiting'",
		at(t.now), reason, row)
	return err
}

func (t *tx) Hold(place chat.Place, until time.Time, reason string) error {
	_, err := t.exec(`
		INSERT INTO place (network, channel, held_until, reason) VALUES (?, ?, ?, ?)
		ON CONFLICT (network, channel) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason`,
		place.Network, place.Channel, at(until), reason)
	return err
}

func (t *tx) Learned(place chat.Place, every time.Duration) error {
	_, err := t.exec(`
		INSERT INTO place (network, channel, reason, learned) VALUES (?, ?, '', ?)
		ON CONFLICT (network, channel) DO UPDATE SET learned = excluded.learned`,
		place.Network, place.Channel, int64(every))
	return err
}

func (t *tx) Expire(rows []int64) error {
	for _, row := range rows {
		if _, err := t.exec("UPDATE outbox SET state = 'expired', ended_at = ? WHERE id = ? AND state = 'waiting'",
			at(t.now), row); err != nil {
			return err
		}
	}
	return nil
}

// Blank takes the names off private rows as well.
func (t *tx) Blank(before time.Time) (int, error) { return t.blank("TRUE", before) }

func (t *tx) BlankAlone(before time.Time) (int, error) {
	return t.blank("joined IS NULL AND NOT EXISTS (SELECT 1 FROM outbox AS mate WHERE mate.joined = outbox.id)", before)
}

func (t *tx) blank(which string, before time.Time) (int, error) {
	n, err := t.exec(`
		UPDATE outbox SET body = NULL,
			channel = CASE WHEN channel GLOB '@*' THEN '@' ELSE channel END
		WHERE state <> 'waiting' AND body IS NOT NULL AND ended_at < ? AND `+which, before.UnixMilli())
	t.scrub = t.scrub || n > 0
	return n, err
}
