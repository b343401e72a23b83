package relay

import (
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// knownAs is h as the people of a network know them: who linked an identity
// there has the same name on both. Others are h.
func knownAs(v sprints.PersonReader, h chat.Handle, network string) (chat.Handle, error) {
	if h.Network == network {
		return h, nil
	}
	p, err := v.PersonOf(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	ids, err := v.Identities(p.ID)
	if err != nil {
		return h, err
	}
	for _, id := range ids {
		if id.Network == network && id.Nick != "" {
			return chat.Handle{Network: network, ID: id.Key, Nick: id.Nick}, nil
		}
	}
	return h, nil
}

// speaker is the author of relayed words as a network shows them: themselves,
// by the name the people there know them by; doubt says that it may be taken
// for somebody's who they are not known to be.
func (c Carrier) speaker(v sprints.PersonReader, h chat.Handle, network string) (as *chat.Handle, doubt bool, err error) {
	there, err := knownAs(v, h, network)
	h.Nick = there.Nick
	if err == nil && c.Doubts != nil {
		doubt, err = c.Doubts(v, h)
	}
	return &h, doubt, err
}

// mentionsFor is words with each mention of a person as the people of a
// network know them, so that it calls the right one there and nobody else.
func mentionsFor(v sprints.PersonReader, words chat.Reply, network string) (chat.Reply, error) {
	mapped := chat.Reply{Private: words.Private, Lines: append([]chat.Line(nil), words.Lines...)}
	changed := false
	for i, l := range mapped.Lines {
		cells := append([]chat.Text(nil), l.Cells...)
		for j, t := range cells {
			for k, s := range t {
				if s.Who == nil || s.Who.Network == network {
					continue
				}
				there, err := knownAs(v, *s.Who, network)
				if err != nil {
					return words, err
				}
				if there.Network != network {
					continue
				}
				changed = true
				text := append(chat.Text(nil), cells[j]...)
				text[k].Who = &there
				cells[j] = text
			}
		}
		mapped.Lines[i].Cells = cells
	}
	if !changed {
		return words, nil
	}
	return mapped, nil
}
