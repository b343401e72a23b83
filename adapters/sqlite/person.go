package sqlite

import (
	"errors"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func scanPerson(r row) (p sprints.Person, err error) {
	err = r.Scan(&p.ID, &p.Nick, &p.Shown, toTime{&p.Since})
	return p, err
}

func (v *view) PersonOf(h chat.Handle) (sprints.Person, error) {
	return one(v, scanPerson, `
		SELECT person.id, person.nick, person.shown, person.since
		FROM identity JOIN person ON person.id = identity.person
		WHERE identity.network = ? AND identity.key = ?`, h.Network, h.ID)
}

func (v *view) Person(id sprints.PersonID) (sprints.Person, error) {
	return one(v, scanPerson, "SELECT id, nick, shown, since FROM person WHERE id = ?", id)
}

func (v *view) People() ([]sprints.Person, error) {
	return many(v, scanPerson, `
		SELECT id, nick, shown, since FROM person
		WHERE EXISTS (SELECT 1 FROM identity WHERE identity.person = person.id) ORDER BY id`)
}

func (v *view) Identities(id sprints.PersonID) ([]sprints.Identity, error) {
	return many(v, scanIdentity, `
		SELECT person, network, key, nick, seen FROM identity
		WHERE person = ? ORDER BY seen DESC, network, key`, id)
}

func (v *view) Named(network, nick string) ([]sprints.Identity, error) {
	return many(v, scanIdentity, `
		SELECT person, network, key, nick, seen FROM identity INDEXED BY identity_folded
		WHERE network = ? AND folded = ? ORDER BY seen DESC, key`, network, fold(nick))
}

func scanIdentity(r row) (i sprints.Identity, err error) {
	err = r.Scan(&i.Person, &i.Network, &i.Key, &i.Nick, toTime{&i.Seen})
	return i, err
}

func (t *tx) Meet(h chat.Handle) (sprints.Person, error) {
	p, err := t.PersonOf(h)
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		p = sprints.Person{Nick: h.Nick, Since: t.now}
		n, err := t.insert("INSERT INTO person (nick, shown, since) VALUES (?, 0, ?) RETURNING id", p.Nick, at(p.Since))
		if err != nil {
			return p, err
		}
		p.ID = sprints.PersonID(n)
		_, err = t.exec("INSERT INTO identity (network, key, person, nick, folded, seen) VALUES (?, ?, ?, ?, ?, ?)",
			h.Network, h.ID, p.ID, h.Nick, fold(h.Nick), at(t.now))
		return p, err
	case err != nil:
		return p, err
	}
	if h.Nick == "" {
		_, err = t.exec("UPDATE identity SET seen = ? WHERE network = ? AND key = ?", at(t.now), h.Network, h.ID)
		return p, err
	}
	if _, err = t.exec("UPDATE identity SET nick = ?, folded = ?, seen = ? WHERE network = ? AND key = ?",
		h.Nick, fold(h.Nick), at(t.now), h.Network, h.ID); err != nil {
		return p, err
	}
	if p.Nick != h.Nick {
		p.Nick = h.Nick
		_, err = t.exec("UPDATE person SET nick = ? WHERE id = ?", p.Nick, p.ID)
	}
	return p, err
}

func (t *tx) ShowPerson(id sprints.PersonID, shown bool) error {
	return t.must("UPDATE person SET shown = ? WHERE id = ?", shown, id)
}

// JoinPersons moves rows; where keep has an open seat or a live claim as
// well, gone's are closed first.
func (t *tx) JoinPersons(keep, gone sprints.PersonID) error {
	if keep == gone {
		return nil
	}
	for _, p := range []sprints.PersonID{keep, gone} {
		if _, err := t.Person(p); err != nil {
			return err
		}
	}
	if err := t.joinSeats(keep, gone); err != nil {
		return err
	}
	if err := t.joinClaims(keep, gone); err != nil {
		return err
	}
	for _, move := range []string{
		"UPDATE identity SET person = ? WHERE person = ?",
		"UPDATE OR IGNORE lead SET person = ? WHERE person = ?",
		"UPDATE link_code SET person = ? WHERE person = ?",
		"UPDATE page SET by_person = ? WHERE by_person = ?",
		"UPDATE measure SET by_person = ? WHERE by_person = ?",
		"UPDATE audit SET person = ? WHERE person = ?",
	} {
		if _, err := t.exec(move, keep, gone); err != nil {
			return err
		}
	}
	if _, err := t.exec("DELETE FROM lead WHERE person = ?", gone); err != nil { // those that both led
		return err
	}
	if _, err := t.exec(`
		UPDATE person SET
			since = MIN(since, (SELECT since FROM person WHERE id = ?)),
			shown = MIN(shown, (SELECT shown FROM person WHERE id = ?))
		WHERE id = ?`, gone, gone, keep); err != nil {
		return err
	}
	return t.must("DELETE FROM person WHERE id = ?", gone)
}

func (t *tx) EndGuest(h chat.Handle) error {
	if err := t.endPrivate(h.Network, h.ID, "the connection it was for has ended"); err != nil {
		return err
	}
	_, err := t.dropTalk(h.Network, h.ID)
	return err
}

func (t *tx) DropIdentity(h chat.Handle) error {
	if _, err := t.dropTalk(h.Network, h.ID); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM identity WHERE network = ? AND key = ?", h.Network, h.ID)
	return err
}

// linkTime is the longest that a code to join identities lives. Codes that
// live longer (a guest who leads a project keeps one) do not replace each other.
const linkTime = time.Hour

func (t *tx) AddLinkCode(c sprints.LinkCode) error {
	if _, err := t.exec("DELETE FROM link_code WHERE until_at <= ?", at(t.now)); err != nil { // a short code may come again
		return err
	}
	if c.Until.Sub(t.now) <= linkTime {
		if _, err := t.exec("DELETE FROM link_code WHERE person = ? AND until_at - added <= ?",
			c.Person, linkTime.Milliseconds()); err != nil {
			return err
		}
	}
	_, err := t.exec("INSERT INTO link_code (hash, person, added, until_at) VALUES (?, ?, ?, ?)",
		c.Hash, c.Person, at(t.now), at(c.Until))
	return err
}

func (t *tx) TakeLinkCode(hash string) (sprints.LinkCode, error) {
	c, err := changed(t, func(r row) (c sprints.LinkCode, err error) {
		err = r.Scan(&c.Hash, &c.Person, toTime{&c.Until})
		return c, err
	}, "DELETE FROM link_code WHERE hash = ? RETURNING hash, person, until_at", hash)
	if err == nil && !c.Until.After(t.now) {
		return sprints.LinkCode{}, sprints.ErrNotFound
	}
	return c, err
}

// failedTime is how long wrong codes are remembered.
const failedTime = 24 * time.Hour

func (t *tx) FailedLink(h chat.Handle) error {
	if _, err := t.exec("DELETE FROM failed_link WHERE at < ?", at(t.now.Add(-failedTime))); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO failed_link (network, key, at) VALUES (?, ?, ?)", h.Network, h.ID, at(t.now))
	return err
}

func (v *view) FailedLinks(h chat.Handle, since time.Time) (int, error) {
	if h.Network == "" {
		return one(v, scalar[int], "SELECT COUNT(*) FROM failed_link WHERE at >= ?", since.UnixMilli())
	}
	return one(v, scalar[int], "SELECT COUNT(*) FROM failed_link WHERE network = ?1 AND (key = ?2 OR ?2 = '') AND at >= ?3",
		h.Network, h.ID, since.UnixMilli())
}
