package sqlite

import (
	"encoding/json"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const pasteColumns = "token, source, network, key, nick, place, body, at, until_at"

func scanPaste(r row) (p sprints.Paste, err error) {
	err = r.Scan(&p.Token, &p.Source, &p.Who.Network, &p.Who.ID, &p.Who.Nick, &p.Place, toJSON{&p.Text}, toTime{&p.At}, toTime{&p.Until})
	return p, err
}

func (v *view) Paste(token string) (sprints.Paste, error) {
	return one(v, scanPaste, "SELECT "+pasteColumns+" FROM paste WHERE token = ? AND until_at > ?", token, at(v.now))
}

func (v *view) PasteOf(source string) (sprints.Paste, error) {
	return one(v, scanPaste, "SELECT "+pasteColumns+" FROM paste WHERE source = ? AND until_at > ?", source, at(v.now))
}

func (v *view) PastesBy(h chat.Handle) (int, error) {
	return one(v, scalar[int], `
		SELECT (SELECT COUNT(*) FROM paste WHERE network = ?1 AND key = ?2 AND until_at > ?3)
			+ (SELECT COUNT(DISTINCT token) FROM skipped WHERE network = ?1 AND key = ?2 AND until_at > ?3)`, h.Network, h.ID, at(v.now))
}

func (t *tx) SavePaste(p sprints.Paste) error {
	body, err := json.Marshal(p.Text)
	if err != nil {
		return err
	}
	_, err = t.exec(`
		INSERT INTO paste (`+pasteColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (source) DO UPDATE SET body = excluded.body, until_at = excluded.until_at`,
		p.Token, p.Source, p.Who.Network, p.Who.ID, p.Who.Nick, p.Place, string(body), p.At.UnixMilli(), p.Until.UnixMilli())
	return err
}

func (v *view) Skipped(token string) ([]sprints.Skipped, error) {
	return many(v, func(r row) (sprints.Skipped, error) {
		p, err := scanPaste(r)
		return sprints.Skipped(p), err
	}, "SELECT "+pasteColumns+" FROM skipped WHERE token = ? AND until_at > ? ORDER BY at, source", token, at(v.now))
}

func (t *tx) SaveSkipped(all []sprints.Skipped) error {
	for _, p := range all {
		body, err := json.Marshal(p.Text)
		if err != nil {
			return err
		}
		if _, err := t.exec(`
			INSERT INTO skipped (`+pasteColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token, source) DO NOTHING`,
			p.Token, p.Source, p.Who.Network, p.Who.ID, p.Who.Nick, p.Place, string(body), p.At.UnixMilli(), p.Until.UnixMilli()); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) RewordSkipped(source string, words chat.Text) error {
	body, err := json.Marshal(words)
	if err != nil {
		return err
	}
	n, err := t.exec("UPDATE skipped SET body = ? WHERE source = ?", string(body), source)
	t.scrub = t.scrub || n > 0
	return err
}

func (t *tx) DropPaste(source string) error {
	for _, query := range []string{"DELETE FROM paste WHERE source = ?", "DELETE FROM skipped WHERE source = ?"} {
		n, err := t.exec(query, source)
		if t.scrub = t.scrub || n > 0; err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PrunePastes(before time.Time) (int, error) {
	pages, err := t.exec("DELETE FROM paste WHERE until_at <= ?", before.UnixMilli())
	if err != nil {
		return 0, err
	}
	lines, err := t.exec("DELETE FROM skipped WHERE until_at <= ?", before.UnixMilli())
	t.scrub = t.scrub || pages+lines > 0
	return pages + lines, err
}
