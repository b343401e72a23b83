package sqlite

import (
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func (v *view) Threads(p chat.Place, since time.Time) ([]sprints.Threaded, error) {
	return many(v, func(r row) (t sprints.Threaded, err error) {
		t.Who.Network, t.In = p.Network, p
		err = r.Scan(&t.Who.ID, &t.Who.Nick, &t.In.Thread, toTime{&t.Last})
		return t, err
	}, `
		SELECT key, nick, thread, at FROM thread_talk
		WHERE network = ? AND channel = ? AND at > ? ORDER BY at DESC, key`, p.Network, p.Channel, since.UnixMilli())
}

func (t *tx) Spoke(h chat.Handle, in chat.Place, when time.Time) error {
	if in.Thread == "" {
		_, err := t.exec("DELETE FROM thread_talk WHERE network = ? AND channel = ? AND key = ?", in.Network, in.Channel, h.ID)
		return err
	}
	_, err := t.exec(`
		INSERT INTO thread_talk (network, channel, key, nick, thread, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (network, channel, key) DO UPDATE SET nick = excluded.nick, thread = excluded.thread, at = excluded.at`,
		in.Network, in.Channel, h.ID, h.Nick, in.Thread, at(when))
	return err
}

func (t *tx) PruneThreads(before time.Time) (int, error) {
	return t.exec("DELETE FROM thread_talk WHERE at < ?", before.UnixMilli())
}
