package sqlite

import (
	"time"

	"sprintbot/sprints"
)

func (v *view) Picture(token string) (sprints.Picture, error) {
	return one(v, func(r row) (p sprints.Picture, err error) {
		err = r.Scan(&p.Token, &p.Title, &p.Alt, &p.PNG, toTime{&p.Until})
		return p, err
	}, "SELECT token, title, alt, png, until_at FROM picture WHERE token = ? AND until_at > ?", token, at(v.now))
}

func (t *tx) SavePicture(p sprints.Picture) error {
	_, err := t.exec("INSERT INTO picture (token, title, alt, png, until_at) VALUES (?, ?, ?, ?, ?)",
		p.Token, p.Title, p.Alt, p.PNG, p.Until.UnixMilli())
	return err
}

func (t *tx) PrunePictures(before time.Time) (int, error) {
	return t.exec("DELETE FROM picture WHERE until_at <= ?", before.UnixMilli())
}
