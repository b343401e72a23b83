package sqlite

import (
	"fmt"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// ForgetPerson leaves a row without a nick that seats and counts keep
// pointing to, so that numbers of people stay true.
func (t *tx) ForgetPerson(id sprints.PersonID) (gone sprints.Forgotten, err error) {
	identities, err := t.Identities(id)
	if err != nil {
		return gone, err
	}
	if err := t.forgetContact(id); err != nil {
		return gone, err
	}
	for _, i := range identities {
		if _, err := t.ForgetWords(chat.Handle{Network: i.Network, ID: i.Key}); err != nil {
			return gone, err
		}
		if _, err := t.exec("DELETE FROM failed_link WHERE network = ? AND key = ?", i.Network, i.Key); err != nil {
			return gone, err
		}
	}
	for _, step := range []struct {
		count *int
		query string
	}{
		{&gone.Identities, "DELETE FROM identity WHERE person = ?"},
		{&gone.Claims, "DELETE FROM claim WHERE person = ?"},
		{&gone.Leads, "DELETE FROM lead WHERE person = ?"},
		{new(int), "DELETE FROM link_code WHERE person = ?"},
		{new(int), "UPDATE page SET by_person = NULL WHERE by_person = ?"},
	} {
		if *step.count, err = t.exec(step.query, id); err != nil {
			return gone, err
		}
	}
	if gone.Seats, err = one(&t.view, scalar[int], "SELECT COUNT(*) FROM seat WHERE person = ?", id); err != nil {
		return gone, err
	}
	t.scrub = true
	return gone, t.must("UPDATE person SET nick = '', shown = 0 WHERE id = ?", id)
}

// forgetContact takes a person's nicks off the projects they lead.
func (t *tx) forgetContact(id sprints.PersonID) error {
	projects, err := t.LedBy(id)
	if err != nil {
		return err
	}
	nicks := make(map[string]bool)
	identities, err := t.Identities(id)
	if err != nil {
		return err
	}
	for _, i := range identities {
		nicks[fold(i.Nick)] = true
	}
	for _, p := range projects {
		if p.Contact == "" || !nicks[fold(p.Contact)] {
			continue
		}
		if _, err := t.exec("UPDATE project SET contact = '' WHERE id = ?", p.ID); err != nil {
			return err
		}
	}
	return nil
}

// said says that a row's words are a handle's, or that nobody can read them.
const said = `CASE WHEN json_valid(body) THEN body ->> '$.as.network' = ?1 AND body ->> '$.as.id' = ?2 ELSE 1 END`

func (t *tx) ForgetWords(h chat.Handle) (n int, err error) {
	if err := t.endPrivate(h.Network, h.ID, "who it was for is forgotten"); err != nil {
		return 0, err
	}
	waiting, err := many(&t.view, counterpart, `SELECT `+counterpartColumns+`
		FROM `+waitingRows+` AND `+said+` ORDER BY id`, h.Network, h.ID)
	if err != nil {
		return 0, err
	}
	for _, r := range waiting {
		if r.Out != nil && r.Out.Kind == chat.Deleted {
			continue // it has no words, and others are to go
		}
		n++
		if _, err := t.exec(`
			UPDATE outbox SET state = 'expired', ended_at = ?, body = NULL, reason = 'who said it is forgotten'
			WHERE id = ?`, at(t.now), r.Row); err != nil {
			return n, err
		}
		if err := t.inform(r, chat.Deleted); err != nil {
			return n, err
		}
	}
	ended, err := t.exec("UPDATE outbox SET body = NULL WHERE state <> 'waiting' AND body IS NOT NULL AND "+said, h.Network, h.ID)
	if err != nil {
		return n, err
	}
	n += ended
	for _, which := range []string{waitingRows, wordyRows} {
		quoting, err := t.unquoted(which+` AND json_valid(body) AND body ->> '$.quotes' <> ''
			AND body ->> '$.re[1].w.network' IN (?, '') AND body ->> '$.re[1].w.id' = ?`, h.Network, h.ID)
		if err != nil {
			return n, err
		}
		n += len(quoting)
		for _, r := range quoting {
			if !r.Waiting {
				continue
			}
			if err := t.inform(r, chat.Edited); err != nil {
				return n, err
			}
		}
	}
	pages, err := t.dropTalk(h.Network, h.ID)
	t.scrub = true
	return n + pages, err
}

// inform has the sender of a waiting row learn, by a row that is never sent,
// that its words are gone, or what it quotes.
func (t *tx) inform(r sprints.Counterpart, kind chat.Kind) error {
	_, _, err := t.Post(chat.Outgoing{
		Key: fmt.Sprintf("forgotten\x1f%s\x1f%d", kind, r.Row), To: r.Place, Lane: chat.Relays, Kind: kind,
		As: &chat.Handle{}, About: r.Row, Unsent: true, At: t.now, Expires: t.now.Add(24 * time.Hour),
	})
	return err
}

// dropTalk removes what was listed to and asked of a handle, the mark of the
// private conversation with it, the thread it talked in, and its words on
// pages, which it counts.
func (t *tx) dropTalk(network, key string) (pages int, err error) {
	for _, query := range []string{
		"DELETE FROM listed WHERE network = ? AND key = ?",
		"DELETE FROM question WHERE network = ? AND key = ?",
		"DELETE FROM thread_talk WHERE network = ? AND key = ?",
		"DELETE FROM place WHERE network = ? AND channel = '@' || ?",
	} {
		if _, err := t.exec(query, network, key); err != nil {
			return 0, err
		}
	}
	pastes, err := t.exec("DELETE FROM paste WHERE network = ? AND key = ?", network, key)
	if err != nil {
		return 0, err
	}
	skipped, err := t.exec("DELETE FROM skipped WHERE network = ? AND key = ?", network, key)
	return pastes + skipped, err
}

// endPrivate ends the private rows of a handle and takes the handle off them.
func (t *tx) endPrivate(network, key, why string) error {
	if _, err := t.exec(`
		UPDATE outbox SET state = 'expired', ended_at = ?, body = NULL, reason = ?
		WHERE network = ? AND channel = '@' || ? AND state = 'waiting'`, at(t.now), why, network, key); err != nil {
		return err
	}
	_, err := t.exec(`
		UPDATE outbox SET body = NULL, channel = '@', source = NULL
		WHERE network = ? AND channel = '@' || ? AND state <> 'waiting' AND channel GLOB '@*'`, network, key) // which has an index
	return err
}
