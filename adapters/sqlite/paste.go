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
	return one(v, scalar[int], "SELECT COUNT(*) FROM paste WHERE network = ? AND key = ? AND until_at > ?", h.Network, h.ID, at(v.now))
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

func (t *tx) DropPaste(source string) error {
	n, err := t.exec("DELETE FROM paste WHERE source = ?", source)
	t.scrub = t.scrub || n > 0
	return err
}

func (t *tx) PrunePastes(before time.Time) (int, error) {
	n, err := t.exec("DELETE FROM paste WHERE until_at <= ?", before.UnixMilli())
	t.scrub = t.scrub || n > 0
	return n, err
}
