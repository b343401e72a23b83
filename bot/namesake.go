package main

import (
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// namesake says that h, who is linked with nobody elsewhere, has the nick of
// somebody who linked an account of the same network with one elsewhere. Only
// where a nick is one person's at a time: two of one name on Slack are no news.
func namesake(v sprints.PersonReader, h chat.Handle) (bool, error) {
	if h.Nick == "" || !h.Guest() && h.Account == "" {
		return false, nil
	}
	same, err := v.Named(h.Network, h.Nick)
	if err != nil {
		return false, err
	}
	for _, i := range same {
		if i.Key == h.ID || (chat.Handle{ID: i.Key}).Guest() {
			continue
		}
		known, err := elsewhere(v, i.Person, h.Network)
		if err != nil {
			return false, err
		}
		if !known {
			continue
		}
		p, err := v.PersonOf(h)
		if errors.Is(err, sprints.ErrNotFound) {
			return true, nil
		}
		if err != nil || p.ID == i.Person {
			return false, err
		}
		known, err = elsewhere(v, p.ID, h.Network)
		return !known, err
	}
	return false, nil
}

// elsewhere says that a person has an identity elsewhere than on a network.
func elsewhere(v sprints.PersonReader, person sprints.PersonID, network string) (bool, error) {
	ids, err := v.Identities(person)
	for _, i := range ids {
		if i.Network != network {
			return true, err
		}
	}
	return false, err
}
