package sqlite

import "sprintbot/sprints"

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
		if err := t.endPrivate(i.Network, i.Key, false); err != nil {
			return gone, err
		}
		if err := t.blankBy(i.Network, i.Key); err != nil {
			return gone, err
		}
		if err := t.dropTalk(i.Network, i.Key); err != nil {
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

// dropTalk removes what was listed to and asked of a handle, the mark of the
// private conversation with it, the thread it talked in and its long words.
func (t *tx) dropTalk(network, key string) error {
	for _, query := range []string{
		"DELETE FROM listed WHERE network = ? AND key = ?",
		"DELETE FROM question WHERE network = ? AND key = ?",
		"DELETE FROM thread_talk WHERE network = ? AND key = ?",
		"DELETE FROM paste WHERE network = ? AND key = ?",
		"DELETE FROM skipped WHERE network = ? AND key = ?",
		"DELETE FROM place WHERE network = ? AND channel = '@' || ?",
	} {
		if _, err := t.exec(query, network, key); err != nil {
			return err
		}
	}
	return nil
}

// endPrivate ends the private rows of a handle, those that wait too if
// waiting is set, and takes the handle off them.
func (t *tx) endPrivate(network, key string, waiting bool) error {
	if waiting {
		if _, err := t.exec(`
			UPDATE outbox SET state = 'expired', ended_at = ?, body = NULL, reason = 'the connection it was for has ended'
			WHERE network = ? AND channel = '@' || ? AND state = 'waiting'`, at(t.now), network, key); err != nil {
			return err
		}
	}
	_, err := t.exec(`
		UPDATE outbox SET body = NULL, channel = '@', source = NULL
		WHERE network = ? AND channel = '@' || ? AND state <> 'waiting'`, network, key)
	return err
}

// blankBy removes the words of ended rows that a handle said, and those that
// nobody can read. Those that wait are still to be delivered; their words go an hour after.
func (t *tx) blankBy(network, key string) error {
	_, err := t.exec(`
		UPDATE outbox SET body = NULL
		WHERE state <> 'waiting' AND body IS NOT NULL
			AND CASE WHEN json_valid(body) THEN body ->> '$.as.network' = ? AND body ->> '$.as.id' = ? ELSE 1 END`, network, key)
	return err
}
