package main

import (
	"errors"
	"slices"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// namesake says that h, as shown on a network, passes for somebody who linked an
// account with one elsewhere, and is linked with nobody elsewhere themselves: by
// the nick of an account of their own network, where a nick is one person's at a
// time (two of one name on Slack are no news); or by the name which people there
// know somebody by, whose words from elsewhere are shown by it, too: by that of a
// guest as long as gone, which may be nil, does not say that they left.
func namesake(v sprints.PersonReader, h chat.Handle, there string, gone func(chat.Handle) bool) (bool, error) {
	if h.Nick == "" {
		return false, nil
	}
	if h.Guest() || h.Account != "" {
		if known, is, err := linkedAs(v, h, h.Network, ofGuest, func(i sprints.Identity) bool { return i.Network != h.Network }); known || err != nil {
			return is, err
		}
	}
	if there == h.Network {
		return false, nil
	}
	left := func(i sprints.Identity) bool {
		return ofGuest(i) && (gone == nil || gone(chat.Handle{Network: i.Network, ID: i.Key, Nick: i.Nick}))
	}
	_, is, err := linkedAs(v, h, there, left, func(i sprints.Identity) bool { return i.Network != there && !ofGuest(i) })
	return is, err
}

// linkedAs says that the nick of h is on a network somebody's who is known there
// and by another such identity, and that h, who is not them, may pass for them.
// By identities that are over nobody is known.
func linkedAs(v sprints.PersonReader, h chat.Handle, network string, over, such func(sprints.Identity) bool) (known, passes bool, err error) {
	same, err := v.Named(network, h.Nick)
	if err != nil {
		return false, false, err
	}
	for _, i := range same {
		if i.Network == h.Network && i.Key == h.ID || over(i) {
			continue
		}
		linked, err := hasIdentity(v, i.Person, such)
		if err != nil {
			return false, false, err
		}
		if !linked {
			continue
		}
		p, err := v.PersonOf(h)
		if errors.Is(err, sprints.ErrNotFound) {
			return true, true, nil
		}
		if err != nil || p.ID == i.Person {
			return true, false, err
		}
		linked, err = hasIdentity(v, p.ID, func(i sprints.Identity) bool { return i.Network != h.Network })
		return true, !linked, err
	}
	return false, false, nil
}

// ofGuest says that an identity ended with a connection.
func ofGuest(i sprints.Identity) bool { return (chat.Handle{ID: i.Key}).Guest() }

// hasIdentity says that a person has such an identity.
func hasIdentity(v sprints.PersonReader, person sprints.PersonID, such func(sprints.Identity) bool) (bool, error) {
	ids, err := v.Identities(person)
	return slices.ContainsFunc(ids, such), err
}
