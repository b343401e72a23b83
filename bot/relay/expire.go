package relay

import (
	"fmt"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// skip is how many lines a place did not get, and when they were said.
type skip struct {
	lines    int
	from, to time.Time
}

func (k *skip) add(o skip) {
	if k.lines == 0 || o.from.Before(k.from) {
		k.from = o.from
	}
	if o.to.After(k.to) {
		k.to = o.to
	}
	k.lines += o.lines
}

const skipKey = "skipped\x1f"

// key names the row that tells of k; it holds k, so that a row not yet sent
// can be replaced by one that tells of more, also after a restart.
func (k skip) key(last int64) string {
	return fmt.Sprintf("%s%d %d %d %d", skipKey, last, k.lines, k.from.UnixMilli(), k.to.UnixMilli())
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
				if !r.Expires.IsZero() && !r.Expires.After(now) {
					over = append(over, r)
				} else if chat.Lane(lane) == chat.Relays {
					break // all relays live equally long
				}
			}
		}
		if over == nil {
			continue
		}
		s.log.Warn("rows expired", "place", q.place, "rows", len(over))
		var skipped skip
		for _, r := range over {
			for _, r := range append([]*row{r}, r.with...) {
				if r.Relayed() && (r.Kind == chat.Said || r.Kind == chat.Action) {
					skipped.add(skip{lines: 1, from: r.At, to: r.At})
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
		q.telling = true
		s.tell(func(tx sprints.Tx) error {
			if err := tx.Expire(ids); err != nil || skipped.lines == 0 {
				return err
			}
			return postSkipped(tx, place, skipped, last)
		}, func() { q.telling, s.more = false, true })
	}
}

// postSkipped says in a place how many lines it did not get.
func postSkipped(tx sprints.Tx, place chat.Place, k skip, last int64) error {
	event, err := tx.Event()
	zone := time.UTC
	if err == nil {
		zone = event.Zone
	}
	from, to := k.from.In(zone).Format("15:04"), k.to.In(zone).Format("15:04")
	words := fmt.Sprintf("%d messages skipped, %s-%s.", k.lines, from, to)
	if k.lines == 1 {
		words = fmt.Sprintf("1 message skipped, %s.", from)
	}
	_, _, err = tx.Post(chat.Outgoing{
		Key:   k.key(last),
		To:    place,
		Lane:  chat.Announcements,
		Kind:  chat.Said,
		Reply: chat.Saying(chat.Plainly(words)),
		At:    tx.Now(),
	})
	return err
}
