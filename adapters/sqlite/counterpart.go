package sqlite

import (
	"encoding/json"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// counterpartColumns are what counterpart scans.
const counterpartColumns = `id, key, network, channel, thread, lane, receipt, state = 'sent', state = 'waiting',
	MAX(created_at, COALESCE(not_before, 0)), body, source, COALESCE(parts, 0), (
		SELECT json_group_object(part, outbox_part.receipt) FROM outbox_part WHERE row = COALESCE(joined, id))`

const (
	counterpartsQuery = `SELECT ` + counterpartColumns + `
		FROM outbox WHERE source = ? AND state <> 'expired' ORDER BY id`
	carriedQuery = `SELECT ` + counterpartColumns + `
		FROM outbox WHERE network = ?1 AND channel = ?3 AND id IN (
			SELECT id FROM outbox WHERE network = ?1 AND receipt = ?2
			UNION SELECT row FROM outbox_part WHERE receipt = ?2
			UNION SELECT mate.id FROM outbox_part JOIN outbox AS mate ON mate.joined = row WHERE outbox_part.receipt = ?2)
		ORDER BY id`
	togetherQuery = `SELECT ` + counterpartColumns + ` FROM outbox
		WHERE id = (SELECT COALESCE(joined, id) FROM outbox WHERE id = ?1)
			OR joined = (SELECT COALESCE(joined, id) FROM outbox WHERE id = ?1)
		ORDER BY id`
)

func counterpart(r row) (c sprints.Counterpart, err error) {
	var (
		out  chat.Outgoing
		body string
		more map[int]string
	)
	err = r.Scan(&c.Row, &c.Key, &c.Place.Network, &c.Place.Channel, &c.Place.Thread, &out.Lane, text(&c.ID), &c.Sent, &c.Waiting,
		toTime{&c.At}, text(&body), text(&out.Source), &c.Parts, toJSON{&more})
	if c.ID != "" {
		c.Posts = append(c.Posts, c.ID)
		for n := 1; more[n] != ""; n++ {
			c.Posts = append(c.Posts, more[n])
		}
		c.Parts = max(c.Parts, len(c.Posts))
	}
	if err != nil || body == "" {
		return c, err
	}
	if json.Unmarshal([]byte(body), &out) == nil { // else it is as if its words were removed
		c.Out, out.Row, out.Key, out.To = &out, c.Row, c.Key, c.Place
	}
	return c, nil
}

func (v *view) Counterparts(source string) ([]sprints.Counterpart, error) {
	if source == "" {
		return nil, nil
	}
	return many(v, counterpart, counterpartsQuery, source)
}

func (v *view) Carried(p chat.Place, receipt string) ([]sprints.Counterpart, error) {
	if receipt == "" {
		return nil, nil
	}
	return many(v, counterpart, carriedQuery, p.Network, receipt, p.Channel)
}

func (v *view) Together(row int64) ([]sprints.Counterpart, error) {
	return many(v, counterpart, togetherQuery, row)
}

func (t *tx) Join(rows []int64) error {
	for _, row := range rows {
		var leader any
		if row != rows[0] {
			leader = rows[0]
		}
		if _, err := t.exec("UPDATE outbox SET joined = ? WHERE id = ? AND joined IS NOT ?1", leader, row); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Posts(row int64, ids []string) error {
	leader, err := one(&t.view, scalar[int64], "SELECT COALESCE(joined, id) FROM outbox WHERE id = ?", row)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM outbox_part WHERE row = ? AND part >= ?", leader, len(ids)); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE outbox SET parts = ?1 WHERE (id = ?2 OR joined = ?2) AND parts <> ?1", len(ids), leader); err != nil {
		return err
	}
	for part, id := range ids {
		if part == 0 || id == "" {
			continue
		}
		if _, err := t.exec(`
			INSERT INTO outbox_part (row, part, receipt) VALUES (?, ?, ?)
			ON CONFLICT (row, part) DO UPDATE SET receipt = excluded.receipt`, leader, part, id); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Reword(row int64, words chat.Reply, page string) error {
	body, err := json.Marshal(words)
	if err != nil {
		return err
	}
	n, err := t.exec("UPDATE outbox SET body = json_set(body, '$.reply', json(?), '$.page', ?) WHERE id = ? AND body IS NOT NULL",
		string(body), page, row)
	t.scrub = t.scrub || n > 0
	return err
}

// Unquote finds the few rows by the text of their JSON: no words can hold it,
// for their quotation marks are escaped.
func (t *tx) Unquote(source string) ([]sprints.Counterpart, error) {
	if source == "" {
		return nil, nil
	}
	quotes, err := json.Marshal(source)
	if err != nil {
		return nil, err
	}
	return t.unquoted(waitingRows+" AND instr(body, ?) > 0", `"quotes":`+string(quotes))
}

// Rows of the outbox that are few, each by the index that finds them; SQLite by
// itself prefers to walk through all that were ever sent.
const (
	waitingRows = "outbox INDEXED BY outbox_waiting WHERE state = 'waiting'"
	wordyRows   = "outbox INDEXED BY outbox_words WHERE state <> 'waiting' AND body IS NOT NULL"
)

// unquoted takes what they quote out of some rows.
func (t *tx) unquoted(which string, args ...any) ([]sprints.Counterpart, error) {
	rows, err := many(&t.view, counterpart, `SELECT `+counterpartColumns+` FROM `+which+` ORDER BY id`, args...)
	for _, r := range rows {
		if r.Out == nil {
			continue
		}
		r.Out.Unquote()
		re, err := json.Marshal(r.Out.Re)
		if err != nil {
			return nil, err
		}
		if _, err := t.exec("UPDATE outbox SET body = json_remove(json_set(body, '$.re', json(?)), '$.quotes') WHERE id = ?",
			string(re), r.Row); err != nil {
			return nil, err
		}
		t.scrub = true
	}
	return rows, err
}

func (v *view) Posted(key string) (bool, error) {
	return one(v, scalar[bool], "SELECT EXISTS (SELECT 1 FROM outbox WHERE key = ?)", key)
}

func (t *tx) Withdraw(rows []int64) error {
	for _, row := range rows {
		n, err := t.exec(`
			UPDATE outbox SET state = 'expired', ended_at = ?, body = NULL, reason = 'taken back before it was sent'
			WHERE id = ? AND state = 'waiting'`, at(t.now), row)
		if err != nil {
			return err
		}
		t.scrub = t.scrub || n > 0
	}
	return nil
}
