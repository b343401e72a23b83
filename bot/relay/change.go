package relay

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// editsApart is how soon after one another edits of one message are said where
// words can't be changed; of those that wait the last wins.
const editsApart = 10 * time.Second

// carried is a message as one place has it.
type carried struct {
	base sprints.Counterpart // the row of the words
	last sprints.Counterpart // the newest row about them: what is shown, or will be
	wait bool                // something of it waits
}

// change carries an edit or a deletion to where the words went; nowhere, if
// they went nowhere.
func (c Carrier) change(tx Carrying, m chat.Message) error {
	source := chat.SourceKey(m.In.Network, m.Of)
	if m.Kind == chat.Deleted { // also of words that came nowhere in time, and stand on a page alone
		if err := tx.DropPaste(source); err != nil {
			return err
		}
		if err := c.unquote(tx, m, source); err != nil {
			return err
		}
	}
	words := wordsOf(m)
	if err := c.Reworded(tx, m); err != nil {
		return err
	}
	rows, err := tx.Counterparts(source)
	if err != nil || rows == nil {
		return err
	}
	var all []carried
	for _, r := range rows {
		i := slices.IndexFunc(all, func(a carried) bool { return a.base.Place.Root() == r.Place.Root() })
		if i < 0 {
			all = append(all, carried{base: r})
			i = len(all) - 1
		}
		all[i].last, all[i].wait = r, all[i].wait || r.Waiting
	}
	if m.Kind == chat.Edited && words.Silent() {
		return nil
	}
	page := ""
	for _, a := range all {
		to := a.base.Place
		ways, ok := c.Routes.between(m.In, to)
		if !ok && !a.wait || !a.base.Sent && !a.base.Waiting {
			continue
		}
		as, doubt, err := c.speaker(tx, m, to.Network)
		if err != nil {
			return err
		}
		if m.From.ID == "" && a.base.Out != nil { // nobody tells who took them back: whoever said them
			as, doubt = a.base.Out.As, a.base.Out.Doubt
		}
		out := chat.Outgoing{
			Key:     "change\x1f" + chat.SourceKey(m.In.Network, m.ID) + "\x1f" + to.String(),
			To:      to,
			Lane:    chat.Relays,
			Kind:    m.Kind,
			As:      as,
			Doubt:   doubt,
			From:    c.label(m),
			About:   a.base.Row,
			Source:  source,
			At:      m.At,
			Expires: tx.Now().Add(c.Expires),
		}
		short := c.Manners[to.Network].Short
		if m.Kind == chat.Edited && short && long(words) && page == "" {
			if page, err = c.paste(tx, m, source); err != nil {
				return err
			}
		}
		if short {
			out.Page = page
		}
		if m.Kind == chat.Edited {
			if out.Reply, err = c.mentionsFor(tx, words, to.Network); err != nil {
				return err
			}
		}
		if m.Kind == chat.Deleted {
			out.OfAt = saidAt(tx, m, a.base)
		}
		if m.Kind == chat.Deleted && a.base.Sent { // nothing is to quote them
			if err := tx.Reword(a.base.Row, chat.Reply{}, ""); err != nil {
				return err
			}
		}
		if !ok { // of no bridge any more, but they would be said as they were
			out.Unsent = m.Kind == chat.Edited || !c.Manners[to.Network].Rewrites
		} else if !c.shown(tx, m, ways, a, &out) {
			continue
		}
		if _, _, err := tx.Post(out); err != nil {
			return err
		}
		if m.Kind == chat.Deleted && c.Manners[to.Network].Retracts {
			if err := retractEdits(tx, out, a.base, rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// Reworded has the pages of words that were left out show an edit m, be it
// carried or not; what else m is changes nothing.
func (c Carrier) Reworded(tx sprints.PasteWriter, m chat.Message) error {
	words := wordsOf(m)
	if m.Kind != chat.Edited || words.Silent() {
		return nil
	}
	return tx.RewordSkipped(chat.SourceKey(m.In.Network, m.Of), chat.Plainly(words.Plain()))
}

// unquote takes words that were taken back out of what waits and quotes them,
// in the store and, by a row that is never sent, in the hands of senders.
func (c Carrier) unquote(tx Carrying, m chat.Message, source string) error {
	rows, err := tx.Unquote(source)
	for _, r := range rows {
		if _, _, err := tx.Post(chat.Outgoing{
			Key: "unquote\x1f" + source + "\x1f" + strconv.FormatInt(r.Row, 10), To: r.Place, Lane: chat.Relays,
			Kind: chat.Edited, About: r.Row, Unsent: true, At: m.At, Expires: tx.Now().Add(c.Expires),
		}); err != nil {
			return err
		}
	}
	return err
}

// saidAt is when the words that m takes back were said, by the event's clocks;
// zero where nobody knows.
func saidAt(tx sprints.EventReader, m chat.Message, base sprints.Counterpart) time.Time {
	at := m.OfAt
	if at.IsZero() && base.Out != nil {
		at = base.Out.At
	}
	if event, err := tx.Event(); err == nil && !at.IsZero() {
		return at.In(event.Zone)
	}
	return at
}

// retractEdits asks for what was said of edits to be taken back with the words.
func retractEdits(tx sprints.OutboxWriter, out chat.Outgoing, base sprints.Counterpart, rows []sprints.Counterpart) error {
	key := out.Key
	for _, r := range rows {
		if r.Place.Root() != base.Place.Root() || r.Row == base.Row || r.ID == "" {
			continue
		}
		out.Key, out.About, out.Quiet, out.Unsent = key+"\x1f"+strconv.FormatInt(r.Row, 10), r.Row, true, false
		if _, _, err := tx.Post(out); err != nil {
			return err
		}
	}
	return nil
}

// shown settles how a change is shown in its place, and says false where it is
// not.
func (c Carrier) shown(tx sprints.Clocked, m chat.Message, ways Ways, a carried, out *chat.Outgoing) bool {
	rewrites := c.Manners[out.To.Network].Rewrites
	late := tx.Now().Add(-m.Ago).Sub(a.base.At) > ways.editsWithin()
	if m.Kind == chat.Deleted {
		if !rewrites && (!ways.Deletes || late) {
			out.Quiet = c.Manners[out.To.Network].Retracts
			out.Unsent = !out.Quiet
			return a.wait || out.Quiet && a.base.ID != ""
		}
		return true
	}
	if was := a.last.Out; was != nil && same(was.Reply, out.Reply, rewrites) {
		return false
	}
	if rewrites {
		return true
	}
	if ways.edits() == Off || late {
		out.Unsent = true
		return a.wait
	}
	if a.last.Out != nil && ways.edits() == Short {
		out.Was = &a.last.Out.Reply
	}
	last := a.last.At
	if now := tx.Now(); last.After(now) { // it waits, and these words will be its own
		last = now
	}
	if next := last.Add(editsApart); a.last.Row != a.base.Row && next.After(tx.Now()) {
		out.NotBefore = next
	}
	return true
}

// same says that nothing is new: no words, and no looks either where they can
// be changed.
func same(was, now chat.Reply, looks bool) bool {
	if was.Plain() != now.Plain() {
		return false
	}
	return !looks || reflect.DeepEqual(was.Lines, now.Lines)
}
