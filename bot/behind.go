package main

import (
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// outOfTurn is a write whose relays are of a message that was not heard in its
// turn: they live no longer than if it had been, and wait where something said
// before it is still being fetched.
type outOfTurn struct {
	sprints.Tx
	place *chat.Place // whose gap they wait for, nil none
	ago   time.Duration
}

// inTurn is tx for the relays of m.
func inTurn(tx sprints.Tx, m chat.Message) sprints.Tx {
	if !m.Behind && m.Ago <= 0 {
		return tx
	}
	t := outOfTurn{Tx: tx, ago: m.Ago}
	if root := m.In.Root(); m.Behind {
		t.place = &root
	}
	return t
}

// Post appends a row.
func (t outOfTurn) Post(out chat.Outgoing) (int64, bool, error) {
	if out.Lane == chat.Relays {
		out.Behind = t.place
		if !out.Expires.IsZero() {
			out.Expires = out.Expires.Add(-t.ago)
		}
	}
	return t.Tx.Post(out)
}
