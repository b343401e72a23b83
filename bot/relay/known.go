package relay

import (
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// knownAs is h as the people of a network know them: who linked an identity
// there, and is not gone from there, has the same name on both. Others are h.
func (c Carrier) knownAs(v sprints.PersonReader, h chat.Handle, network string) (chat.Handle, error) {
	if h.Network == network {
		return h, nil
	}
	ids, err := identities(v, h)
	if err != nil {
		return h, err
	}
	return c.nicked(ids, h, network), nil
}

// identities are all of the person who is h; none of who is not known.
func identities(v sprints.PersonReader, h chat.Handle) ([]sprints.Identity, error) {
	p, err := v.PersonOf(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return v.Identities(p.ID)
}

// nicked is the identity of a network among those of h, else h. The nick of who
// is gone from there may be a stranger's by now.
func (c Carrier) nicked(ids []sprints.Identity, h chat.Handle, network string) chat.Handle {
	for _, id := range ids {
		there := chat.Handle{Network: network, ID: id.Key, Nick: id.Nick}
		if id.Network == network && id.Nick != "" && !c.gone(there) {
			return there
		}
	}
	return h
}

func (c Carrier) gone(h chat.Handle) bool { return c.Gone != nil && c.Gone(h) }

// speaker is the author of relayed words as a network shows them: themselves,
// by the name the people there know them by; doubt says that it may be taken
// for somebody's who they are not known to be. What a known person is called
// now is kept, so that the name is right the other way, too: words that come
// late tell only what they were called then.
func (c Carrier) speaker(tx Carrying, m chat.Message, network string) (as *chat.Handle, doubt bool, err error) {
	h := m.From
	if h.Network != network {
		ids, err := identities(tx, h)
		if err == nil && m.Ago == 0 && sprints.Outdated(ids, h) {
			_, err = tx.Meet(h)
		}
		if err != nil {
			return nil, false, err
		}
		h.Nick = c.nicked(ids, h, network).Nick
	}
	if c.Doubts != nil {
		doubt, err = c.Doubts(tx, h, network)
	}
	return &h, doubt, err
}

// mentionsFor is words with each mention of a person as the people of a
// network know them, so that it calls the right one there and nobody else.
func (c Carrier) mentionsFor(v sprints.PersonReader, words chat.Reply, network string) (chat.Reply, error) {
	mapped := chat.Reply{Private: words.Private, Lines: append([]chat.Line(nil), words.Lines...)}
	changed := false
	for i, l := range mapped.Lines {
		cells := append([]chat.Text(nil), l.Cells...)
		for j, t := range cells {
			for k, s := range t {
				if s.Who == nil || s.Who.Network == network {
					continue
				}
				there, err := c.knownAs(v, *s.Who, network)
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
