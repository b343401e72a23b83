package relay

import (
	"fmt"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// stoppedMost is how many words that a breaker stopped are kept of one place in
// a day; those beyond are counted only.
const stoppedMost = 5000

// Stopping is what it needs of a write to keep what a breaker stops, and to
// tell it.
type Stopping interface {
	sprints.Clocked
	sprints.EventReader
	sprints.OutboxWriter
	sprints.PasteWriter
	sprints.FloodWriter
}

// Stop keeps m, which is not carried, for a page, and counts it, so that others
// can be told when the flood is over, after a restart too.
func (c Carrier) Stop(tx Stopping, m chat.Message) error {
	words := wordsOf(m)
	if m.Kind != chat.Said && m.Kind != chat.Action && m.Kind != chat.Edited || words.Silent() {
		return nil
	}
	if err := c.Reworded(tx, m); err != nil {
		return err
	}
	f, err := tx.Flood(m.In.Root())
	if err != nil {
		return err
	}
	said := tx.Now().Add(-m.Ago)
	if f.Lines == 0 {
		f.First, f.Last, f.Page = said, said, ""
	}
	f.Lines++
	if f.First.After(said) {
		f.First = said
	}
	if f.Last.Before(said) {
		f.Last = said
	}
	if tx.Now().Sub(f.Since) >= sprints.PasteKept {
		f.Kept, f.Since = 0, tx.Now()
	}
	if c.Pages != "" && f.Kept < stoppedMost {
		if f.Page == "" {
			f.Page = newToken()
		}
		f.Kept++
		if err := tx.SaveSkipped([]sprints.Skipped{c.stopped(m, words, f.Page, tx.Now())}); err != nil {
			return err
		}
	}
	return tx.SaveFlood(f)
}

// stopped are m's words for a page. An edit is the words that it changes.
func (c Carrier) stopped(m chat.Message, words chat.Reply, page string, now time.Time) sprints.Skipped {
	id, text := m.ID, words.Plain()
	switch m.Kind {
	case chat.Action:
		text = "* " + text
	case chat.Edited:
		id = m.Of
	}
	return sprints.Skipped{
		Token: page, Source: chat.SourceKey(m.In.Network, id), Who: chat.Handle{Network: m.From.Network, ID: m.From.ID, Nick: m.From.Nick},
		Place: c.label(m), Text: chat.Plainly(text), At: now.Add(-m.Ago), Until: now.Add(sprints.PasteKept),
	}
}

// Due says that a flood is over, and its place not told of one a moment ago.
func Due(f sprints.Flood, now time.Time) bool {
	return f.Lines > 0 && passed(f.Last, floodWindow, now) && passed(f.Told, floodQuiet, now)
}

// passed says that t was so long ago, or is to come: a clock was set back.
func passed(t time.Time, ago time.Duration, now time.Time) bool {
	return t.After(now) || now.Sub(t) >= ago
}

// TellStopped tells, if it is Due, all who would have heard them, and the place
// itself, how many lines of a place were stopped and where they can be read. At
// is where that stands among what is carried.
func (c Carrier) TellStopped(tx Stopping, place chat.Place, at time.Time) error {
	f, err := tx.Flood(place.Root())
	if err != nil || !Due(f, tx.Now()) {
		return err
	}
	times := skip{lines: f.Lines, from: f.First, to: f.Last}.times(tx)
	there, here, err := c.stoppedWords(tx, f, chat.Told(at, times))
	if err != nil {
		return err
	}
	out := chat.Outgoing{Kind: chat.Said, At: at, Times: times}
	key := fmt.Sprintf("stopped\x1f%s\x1f%d\x1f", f.Place, tx.Now().UnixNano())
	for _, to := range c.Routes.Others(f.Place) {
		// Behind what was carried before, and as long as it takes: it tells what
		// is missing.
		out.Key, out.To, out.Lane, out.Reply = key+to.String(), to, chat.Relays, chat.Saying(there)
		if _, _, err := tx.Post(out); err != nil {
			return err
		}
	}
	out.Key, out.To, out.Lane, out.Reply = key+f.Place.String(), f.Place, chat.Announcements, chat.Saying(here)
	if _, _, err := tx.Post(out); err != nil {
		return err
	}
	f.Lines, f.First, f.Last, f.Page, f.Told = 0, time.Time{}, time.Time{}, "", tx.Now()
	return tx.SaveFlood(f)
}

// stoppedWords say f to the others and to its own place.
func (c Carrier) stoppedWords(tx sprints.PasteReader, f sprints.Flood, when string) (there, here chat.Text, err error) {
	var page []sprints.Skipped
	if f.Page != "" {
		if page, err = tx.Skipped(f.Page); err != nil {
			return nil, nil, err
		}
	}
	messages, were, them := "messages", "were", "them"
	if f.Lines == 1 {
		messages, were, them = "message", "was", "it"
	}
	if n := len(page); n > 0 && n < f.Lines { // some are taken back, or were too many to keep
		them = fmt.Sprintf("%d of them", n)
	}
	there = chat.Plainly(fmt.Sprintf("%d %s of %s skipped, %s; read %s ", f.Lines, messages, f.Place, when, them))
	here = chat.Plainly(fmt.Sprintf("%d %s said here, %s, %s too much at once to be carried; ", f.Lines, messages, when, were))
	if len(page) == 0 {
		return append(there, chat.Span{Text: "in " + c.Where(f.Place) + "."}), append(here, chat.Span{Text: "the others are told to read " + them + " here."}), nil
	}
	address := c.Pages + "/t/" + f.Page
	link := chat.Span{Text: address, URL: address}
	return slices.Concat(there, chat.Plainly("at "), chat.Text{link}),
		slices.Concat(here, chat.Plainly("the others can read "+them+" at "), chat.Text{link}), nil
}
