package relay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Lead says where the words can be read that a place did not get.
type Lead struct {
	// Pages is the public address of the pages, "" where there are none.
	Pages string
	// Where is how people call the channels of a network whose words are carried
	// to a place, "#sprints on Slack"; "" where there is none.
	Where func(to chat.Place, network string) string
	// Link is the address of a message on its network, by its id there and the
	// thread it stands in; "" where there is none. nil knows of none.
	Link func(network, id, thread string) string
}

// LeadTo has places told where they can read what they did not get. It is called
// before Run.
func (s *Sender) LeadTo(l Lead) { s.lead = l }

// pageMost is how many skipped words a page holds, the newest.
const pageMost = 5000

// skip is how many lines a place did not get, when they were said, and where
// they stand.
type skip struct {
	lines    int
	from, to time.Time
	page     string // its token, "" none
	link     string // address of the first that has one, "" none
}

func (k *skip) add(o skip) {
	if o.link != "" && (k.link == "" || o.from.Before(k.from)) {
		k.link = o.link
	}
	if k.lines == 0 || o.from.Before(k.from) {
		k.from = o.from
	}
	if o.to.After(k.to) {
		k.to = o.to
	}
	k.lines += o.lines
	if k.page == "" {
		k.page = o.page
	}
}

const skipKey = "skipped\x1f"

// key names the row that tells of k; it holds k, so that a row not yet sent
// can be replaced by one that tells of more, also after a restart.
func (k skip) key(last int64) string {
	key := fmt.Sprintf("%s%d %d %d %d", skipKey, last, k.lines, k.from.UnixMilli(), k.to.UnixMilli())
	for _, at := range []string{k.page, k.link} {
		if at != "" {
			key += " " + at
		}
	}
	return key
}

// skipOf is what the row with that key tells of, and false where it tells of
// something else.
func skipOf(key string) (skip, bool) {
	var (
		k              skip
		last, from, to int64
	)
	if _, err := fmt.Sscanf(key, skipKey+"%d %d %d %d", &last, &k.lines, &from, &to); err != nil {
		return skip{}, false
	}
	for _, at := range strings.Fields(key)[4:] {
		if strings.Contains(at, "://") {
			k.link = at
		} else {
			k.page = at
		}
	}
	k.from, k.to = time.UnixMilli(from).UTC(), time.UnixMilli(to).UTC()
	return k, true
}

// expire ends rows whose time is over, and tells their place how many. Many
// go one by one while a network is away: what is told of them is one line.
func (s *Sender) expire(now time.Time) {
	for _, q := range s.order {
		if q.looking || q.telling {
			continue // whether its first row has arrived is being settled; what was skipped before is being stored
		}
		var over []*row
		for lane, rows := range q.lanes {
			for _, r := range rows {
				if r.expired(now) {
					over = append(over, r)
				} else if chat.Lane(lane) == chat.Relays && !r.Expires.IsZero() {
					break // all relays that do not live for ever live equally long
				}
			}
		}
		if over == nil {
			continue
		}
		s.log.Warn("rows expired", "place", q.place, "rows", len(over))
		var skipped skip
		var words []*row
		var networks []string
		for _, r := range over {
			for _, r := range append([]*row{r}, r.with...) {
				if r.Relayed() && (r.Kind == chat.Said || r.Kind == chat.Action) && !r.unsaid {
					skipped.add(skip{lines: 1, from: r.At, to: r.At, link: s.link(r)})
					words = append(words, r)
					if n := r.source(); !slices.Contains(networks, n) {
						networks = append(networks, n)
					}
				}
			}
		}
		last := over[len(over)-1].Row
		if skipped.lines > 0 {
			for _, r := range q.lanes[chat.Announcements] {
				if k, ok := skipOf(r.Key); ok && !r.marked && r.parts == nil && !slices.Contains(over, r) {
					skipped.add(k)
					over = append(over, r)
				}
			}
		}
		var ids []int64
		for _, r := range over {
			q.drop(r)
			ids = append(ids, s.leave(r)...)
		}
		place := q.place
		where := s.readable(place, &skipped, networks)
		q.telling = true
		told, outside := q.outside && q.lastWords(), q.outside
		s.tell(func(tx sprints.Tx) error {
			if err := keepSkipped(tx, skipped.page, words); err != nil { // while the store has them
				return err
			}
			if err := tx.Expire(ids); err != nil || skipped.lines == 0 {
				return err
			}
			var until time.Time
			if outside {
				until = tx.Now().Add(outsideMost)
			}
			if err := postSkipped(tx, place, skipped, last, where, until); err != nil || !told {
				return err
			}
			return s.outside.told(tx, place, skipped.key(last), skippedWords(tx.Now(), skipped, skipped.times(tx), where))
		}, func() { q.telling, s.more = false, true })
	}
}

// skipped are r's words for a page, as they were last said, and false if they
// were taken back or whoever said them was forgotten: the sender let go of them
// before. They quote nobody, for a quote can't be found there.
func (r *row) skipped(v sprints.OutboxReader) (sprints.Skipped, bool, error) {
	out := r.Outgoing
	all, err := v.Counterparts(r.Source)
	if err != nil {
		return sprints.Skipped{}, false, err
	}
	there := r.Source == ""
	for _, c := range all {
		switch {
		case c.Place.Root() != r.queue.place || c.Row < r.Row:
		case c.Out == nil || c.Out.Kind == chat.Deleted:
			return sprints.Skipped{}, false, nil
		case c.Row == r.Row || c.Out.Kind == chat.Edited:
			there, out.Reply = true, c.Out.Reply
		}
	}
	out.Unquote()
	words := out.Words().Plain()
	if r.Kind == chat.Action {
		words = "* " + words
	}
	return sprints.Skipped{Source: r.Source, Who: *r.As, Place: r.From, Text: chat.Plainly(words), At: r.At}, there, nil
}

// link is the address of r's words where they were said, for those who have no
// page to read them on.
func (s *Sender) link(r *row) string {
	if s.lead.Pages != "" || s.lead.Link == nil {
		return ""
	}
	network, id, _ := strings.Cut(r.Source, "\x1f")
	thread := ""
	if r.Home != nil {
		thread = r.Home.Thread
	}
	return s.lead.Link(network, id, thread)
}

// readable is where a place can read what it did not get, in words that follow
// "read them"; nil nowhere. It gives k a page where there are pages.
func (s *Sender) readable(to chat.Place, k *skip, networks []string) chat.Text {
	if s.lead.Pages != "" && k.lines > 0 {
		if k.page == "" {
			k.page = newToken()
		}
		address := s.lead.Pages + "/t/" + k.page
		return chat.Text{{Text: "at "}, {Text: address, URL: address}}
	}
	var all []string
	for _, n := range networks {
		if s.lead.Where == nil {
			break
		}
		if w := s.lead.Where(to, n); w != "" {
			all = append(all, w)
		}
	}
	if all == nil {
		return nil
	}
	in, link := "in "+strings.Join(all, ", "), chat.Span{Text: k.link, URL: k.link}
	switch {
	case k.link == "":
		return chat.Plainly(in + ".")
	case k.lines == 1:
		return chat.Text{{Text: in + ", at "}, link}
	}
	return chat.Text{{Text: in + ", from "}, link, {Text: " on"}}
}

// keepSkipped keeps the words of rows on their page for a day.
func keepSkipped(tx sprints.Tx, page string, rows []*row) error {
	if page == "" {
		return nil
	}
	var words []sprints.Skipped
	for _, r := range rows[max(0, len(rows)-pageMost):] {
		w, there, err := r.skipped(tx)
		if err != nil {
			return err
		}
		if w.Token, w.Until = page, tx.Now().Add(sprints.PasteKept); there {
			words = append(words, w)
		}
	}
	return tx.SaveSkipped(words)
}

// times are when k's lines were said, on the sprint's clocks.
func (k skip) times(v sprints.EventReader) []time.Time {
	zone := time.UTC
	if event, err := v.Event(); err == nil {
		zone = event.Zone
	}
	if k.lines == 1 {
		return []time.Time{k.from.In(zone)}
	}
	return []time.Time{k.from.In(zone), k.to.In(zone)}
}

// skippedWords say how many lines a place did not get, and where to read them.
func skippedWords(now time.Time, k skip, times []time.Time, where chat.Text) chat.Text {
	words, them := fmt.Sprintf("%d messages skipped, %s", k.lines, chat.Told(now, times)), "them"
	if k.lines == 1 {
		words, them = fmt.Sprintf("1 message skipped, %s", chat.Told(now, times)), "it"
	}
	if where == nil {
		return chat.Plainly(words + ".")
	}
	return slices.Concat(chat.Plainly(words+", read "+them+" "), where)
}

// postSkipped says that in the place, until then; zero, whenever it can be said.
func postSkipped(tx sprints.Tx, place chat.Place, k skip, last int64, where chat.Text, until time.Time) error {
	times := k.times(tx)
	_, _, err := tx.Post(chat.Outgoing{
		Key:     k.key(last),
		To:      place,
		Lane:    chat.Announcements,
		Kind:    chat.Said,
		Reply:   chat.Saying(skippedWords(tx.Now(), k, times, where)),
		At:      tx.Now(),
		Times:   times,
		Expires: until,
	})
	return err
}
