package relay

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// row is a waiting row in a sender's hands.
type row struct {
	sprints.Queued
	parts     []chat.Part
	ok        []bool // by part: the network confirmed it
	next      int    // first part not given to the network since the row's last start
	doubt     bool   // parts of it may have arrived: look up before sending
	missed    bool   // it was looked up once, and not all of it was there
	marked    bool   // its attempt is committed (networks that can look up)
	receipt   chat.Receipt
	posts     []string // by part: the receipt's id, "" not known here
	finishing bool     // all parts confirmed or the row is dead; the store is being told

	gap *gap // what was said before it and is not heard yet; nil: nothing

	over   bool   // nothing is left to do with it
	unsaid bool   // its words were taken back while they may be on the wire: they are not kept
	begun  bool   // its attempt is being committed, or a part of it was given to the network
	with   []*row // rows that share its post
	solo   bool   // it was refused in company
	target *row   // the row it is About, while that is in hand
	queue  *queue // its place's
	aimed  bool   // Of names what it is About
}

// changes says that r changes words said before.
func (r *row) changes() bool {
	return r.About != 0 && (r.Kind == chat.Edited || r.Kind == chat.Deleted)
}

// fresh says that nothing of r can have arrived.
func (r *row) fresh() bool {
	return !r.begun && !r.marked && !r.doubt && !r.finishing && !r.over && r.with == nil && r.Confirmed == 0 && !slices.Contains(r.ok, true)
}

// early says that what r is about is still under way.
func (r *row) early() bool { return r.target != nil && !r.target.over }

// behind says that something said before r in its own place may not be heard yet.
func (r *row) behind() bool { return r.gap != nil && !r.gap.over }

// expired says that r's time is over: it is about to be ended.
func (r *row) expired(now time.Time) bool { return !r.Expires.IsZero() && !r.Expires.After(now) }

// source is the network that r's words come from, "" for the bot's own.
func (r *row) source() string {
	network, _, _ := strings.Cut(r.Source, "\x1f")
	return network
}

// before says that a goes before b in their lane: words of people by the time
// they were said, for some are heard late.
func (a *row) before(b *row) int {
	if a.Lane == chat.Relays && b.Lane == chat.Relays {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.Row, b.Row)
}

// confirmed is how many parts from the first on have arrived.
func (r *row) confirmed() int {
	n := slices.Index(r.ok, false)
	if n < 0 {
		return len(r.ok)
	}
	return n
}

// lanes is how many lanes a place has.
const lanes = int(chat.Relays) + 1

// queue is one place's waiting rows, and what is on its wire.
type queue struct {
	place    chat.Place
	taken    int             // rows in memory
	left     int64           // from this number on its rows are left in the store; 0 none
	paused   bool            // its relays wait
	outside  bool            // it is not in the configuration any more: nothing goes there
	lanes    [lanes][]*row   // each oldest first
	current  *row            // begun, and not all parts given yet: goes on before anything else
	flying   []*row          // with parts given, not all receipts stored; oldest first
	onWire   int             // parts given and not yet answered
	unsaved  int             // parts confirmed whose receipt is not stored
	held     time.Time       // nothing goes before
	tries    int             // refusals of the place in a row
	refused  bool            // of what is on the wire something was refused: the rest counts as one with it
	noted    bool            // the store has a reason why it waits
	shut     bool            // the last refusal was the place's own word: nothing of it arrived
	careful  bool            // after a refusal: one part at a time until one passes
	settling bool            // a part failed: nothing is given until the wire is empty
	looking  bool            // a look-up is under way
	found    map[string]bool // receipts of rows in doubt that were found; not all may be stored
	telling  bool            // that rows expired is being stored
	placed   time.Time       // pace of the place: the next part may go then (machine's clock)
	credit   int             // parts that may go without waiting
	lesson   chat.Lesson     // how fast the place was found to bear us
	passed   time.Time       // when a part arrived last, since it was last spoken to too fast
}

// head is the row to go next and its lane; nil when none may go at now.
func (q *queue) head(now time.Time) (*row, chat.Lane) {
	if q.current != nil {
		return q.current, q.current.Lane
	}
	for lane, rows := range q.lanes {
		if q.paused && lane == int(chat.Relays) {
			break
		}
		var gaps []string // networks whose words wait for a gap: none said later overtake them
		for _, r := range rows {
			if r.behind() && !slices.Contains(gaps, r.Behind.Network) {
				gaps = append(gaps, r.Behind.Network)
			}
			if gaps != nil && slices.Contains(gaps, r.source()) {
				continue
			}
			if r.NotBefore.After(now) || r.expired(now) {
				continue
			}
			if r.early() {
				if !r.changes() && slices.Contains(q.flying, r.target) {
					break // a reply goes behind what it replies to, and before what follows it
				}
				continue // what it is about may stand behind it, by another network's clock
			}
			return r, chat.Lane(lane)
		}
	}
	return nil, 0
}

// push puts rows where they belong in their lanes.
func (q *queue) push(rows ...*row) {
	for _, r := range rows {
		lane := &q.lanes[r.Lane]
		i, _ := slices.BinarySearchFunc(*lane, r, (*row).before)
		*lane = slices.Insert(*lane, i, r)
	}
}

// drop takes r out of its lane.
func (q *queue) drop(r *row) {
	lane := &q.lanes[r.Lane]
	if i := slices.Index(*lane, r); i == 0 {
		(*lane)[0] = nil
		*lane = (*lane)[1:]
	} else if i > 0 {
		*lane = slices.Delete(*lane, i, i+1)
	}
}

// land takes r off the wire's list.
func (q *queue) land(r *row) {
	if i := slices.Index(q.flying, r); i >= 0 {
		q.flying = slices.Delete(q.flying, i, i+1)
	}
}

// idle says that nothing waits and nothing is under way.
func (q *queue) idle() bool {
	return q.current == nil && len(q.flying) == 0 && q.onWire == 0 && !q.looking &&
		len(q.lanes[0])+len(q.lanes[1])+len(q.lanes[2]) == 0
}

// recall takes back all that is not confirmed, once the wire is empty, so
// that it goes again in order.
func (q *queue) recall() {
	q.settling, q.refused = false, false
	rows := q.flying
	if q.current != nil && !slices.Contains(rows, q.current) {
		rows = append(rows, q.current)
	}
	q.current, q.flying = nil, nil
	for _, r := range rows {
		if r.finishing {
			q.flying = append(q.flying, r)
			continue
		}
		r.next = 0
		q.push(r)
	}
}
