package relay

import (
	"cmp"
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

const (
	floodWindow = 10 * time.Second // limits are counted over
	floodQuiet  = time.Minute      // of floods of one source, and of what they left out, people are told so often at most
	floodKept   = 4096             // sources remembered before old ones are forgotten
	floodFew    = 10               // lines of somebody that are few, however much others say
	floodWhole  = 2                // times its limit a place carries where each says few
)

// Limits are how much within ten seconds is carried and answered; zero is no
// limit.
type Limits struct {
	Person   int // lines of one person or bot in one place
	Place    int // lines of one place, before those who said most are stopped
	Commands int // commands of one person that are run
}

// Verdict is what Floods says of one message. Its zero value lets it pass.
type Verdict struct {
	Stop  bool // one too many: it is neither carried nor run
	Tell  bool // of those stopped the first: people are told
	Whole bool // the place is above its limit, not only the one who speaks
	Over  bool // something was stopped in its place before, and that is over
}

// Floods counts what is said, and stops what comes faster than the limits: of
// each person what is said while there were as many lines of theirs in the ten
// seconds before, carried or not. In a place above its limit those are stopped
// who said more than their share of it; who said few is not, until all together
// have twice the limit carried. It keeps nothing beyond a restart. Its methods
// may be called from any goroutine.
type Floods struct {
	mu       sync.Mutex
	limits   Limits
	meters   map[source]*meter
	rooms    map[chat.Place]*room
	again    map[string]Verdict // of messages that come again, because they could not be kept
	judged   map[string]bool    // messages counted already: a network may bring one again, or a gap hold it too
	newest   [floodKept]string  // of judged, a ring
	next     int
	pruned   time.Time
	speaking map[string]bool // scratch
}

// source is whose lines are counted together: somebody's in a place, or
// somebody's commands on a network (no channel).
type source struct {
	place chat.Place
	who   string
}

// meter holds the instants of the newest lines, as many as the limit.
type meter struct {
	times  []int64 // a ring, Unix nanoseconds
	n      int
	newest time.Time
	over   time.Time // when it was last above the limit, zero never
}

// room is a place's lines, but for those that are too many of one person.
type room struct {
	said    meter
	who     []string // who said them, as in said.times
	carried meter
	stopped time.Time // when something was last stopped there, zero never
	owes    bool      // and that is not told
}

// NewFloods counts against limits.
func NewFloods(limits Limits) *Floods {
	return &Floods{
		limits: limits, meters: map[source]*meter{}, rooms: map[chat.Place]*room{},
		again: map[string]Verdict{}, judged: map[string]bool{}, speaking: map[string]bool{},
	}
}

// Limit changes the limits; what was counted is forgotten.
func (f *Floods) Limit(limits Limits) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if limits != f.limits {
		f.limits, f.meters, f.rooms = limits, map[source]*meter{}, map[chat.Place]*room{}
	}
}

// Judge counts ms, heard on one network just now, in order. What runs as a
// command counts as one; all other words count where bridged says so; of
// who is ignored nothing does. Lines that come late (Message.Ago) count when they were said.
func (f *Floods) Judge(now time.Time, ms []chat.Message, bridged func(chat.Place) bool, ignored func(chat.Message) bool) []Verdict {
	verdicts := make([]Verdict, len(ms))
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.limits == (Limits{}) {
		return verdicts
	}
	f.prune(now)
	for i, m := range ms {
		key := chat.SourceKey(m.In.Network, m.ID)
		if v, ok := f.again[key]; ok {
			delete(f.again, key)
			verdicts[i] = v
			continue
		}
		if f.known(key) {
			continue
		}
		switch {
		case ignored(m), summed(m.Kind), m.Kind == chat.Deleted: // what is taken back floods nobody
		case m.Addressed && m.Kind == chat.Said && !m.From.Bot:
			verdicts[i] = f.command(now, m)
		case bridged(m.In):
			verdicts[i] = f.line(now.Add(-m.Ago), m)
		}
	}
	return verdicts
}

// known says whether a message was judged before, and remembers it.
func (f *Floods) known(key string) bool {
	if f.judged[key] {
		return true
	}
	delete(f.judged, f.newest[f.next])
	f.judged[key], f.newest[f.next] = true, key
	f.next = (f.next + 1) % floodKept
	return false
}

// Failed says that ms could not be kept: when they come again they are judged
// as they were.
func (f *Floods) Failed(ms []chat.Message, verdicts []Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.again) > floodKept {
		clear(f.again)
	}
	for i, m := range ms {
		f.again[chat.SourceKey(m.In.Network, m.ID)] = verdicts[i]
	}
}

// Calm has what is said in a place carried at once, whatever was said before.
func (f *Floods) Calm(p chat.Place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.meters {
		if s.place == p.Root() {
			delete(f.meters, s)
		}
	}
	if r := f.rooms[p.Root()]; r != nil {
		f.rooms[p.Root()] = &room{owes: r.owes}
	}
}

// Stopped are the places of which something is not carried now.
func (f *Floods) Stopped(now time.Time) []chat.Place {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []chat.Place
	for p, r := range f.rooms {
		if !r.stopped.IsZero() && now.Sub(r.stopped) < floodWindow {
			all = append(all, p)
		}
	}
	return all
}

func (f *Floods) command(now time.Time, m chat.Message) Verdict {
	if f.limits.Commands == 0 {
		return Verdict{}
	}
	k := f.meter(source{chat.Place{Network: m.In.Network}, m.From.ID}, now)
	if !k.full(now, f.limits.Commands) {
		k.add(now, f.limits.Commands)
		return Verdict{}
	}
	v := Verdict{Stop: true, Tell: now.Sub(k.over) > floodQuiet}
	if v.Tell {
		k.over = now
	}
	return v
}

func (f *Floods) line(at time.Time, m chat.Message) (v Verdict) {
	place := m.In.Root()
	r := f.rooms[place]
	if r == nil {
		r = &room{}
		f.rooms[place] = r
	}
	k := f.meter(source{place, m.From.ID}, at)
	full := k.full(at, f.limits.Person)
	k.add(at, cmp.Or(f.limits.Person, f.limits.Place))
	if full {
		v.Stop, v.Tell = true, k.above(at)
	} else if f.crowded(r, k, at, m.From.ID) {
		v.Stop, v.Whole, v.Tell = true, true, r.said.above(at)
	}
	switch {
	case v.Stop:
		r.owes = true
		if at.After(r.stopped) {
			r.stopped = at
		}
	case r.owes && at.Sub(r.stopped) >= floodWindow:
		r.owes, v.Over = false, true
	}
	return v
}

// crowded counts a line of somebody, whose lines own has, in a room, and says
// whether it is stopped.
func (f *Floods) crowded(r *room, own *meter, at time.Time, who string) bool {
	limit := f.limits.Place
	if limit == 0 {
		return false
	}
	stop := r.said.full(at, limit) && (own.within(at) > f.share(r, at, who) || r.carried.full(at, floodWhole*limit))
	if i := r.said.n % limit; i < len(r.who) {
		r.who[i] = who
	} else {
		r.who = append(r.who, who)
	}
	r.said.add(at, limit)
	if !stop {
		r.carried.add(at, floodWhole*limit)
	}
	return stop
}

// share is how many of the lines that a room may have are somebody's, who says
// one more.
func (f *Floods) share(r *room, at time.Time, who string) int {
	clear(f.speaking)
	f.speaking[who] = true
	for i, t := range r.said.times {
		if within(at, t) {
			f.speaking[r.who[i]] = true
		}
	}
	return max(floodFew, f.limits.Place/len(f.speaking))
}

func (f *Floods) meter(s source, at time.Time) *meter {
	k := f.meters[s]
	if k == nil {
		k = &meter{}
		f.meters[s] = k
	}
	if at.After(k.newest) {
		k.newest = at
	}
	return k
}

// above notes that k was above its limit, and says whether that is new.
func (k *meter) above(at time.Time) bool {
	news := at.Sub(k.over) >= floodQuiet
	if at.After(k.over) {
		k.over = at
	}
	return news
}

// full says that as many lines as the limit were said in the window before at.
// What was said before all of them, and is fetched late, is not too much.
func (k *meter) full(at time.Time, limit int) bool {
	return limit > 0 && k.n >= limit && within(at, k.times[k.n%limit])
}

// within is how many lines it has in the window before at, as many as it holds.
func (k *meter) within(at time.Time) (n int) {
	for _, t := range k.times {
		if within(at, t) {
			n++
		}
	}
	return n
}

// within says that t is in the window before at.
func within(at time.Time, t int64) bool {
	since := at.UnixNano() - t
	return since >= 0 && since < int64(floodWindow)
}

func (k *meter) add(at time.Time, limit int) {
	if limit == 0 {
		return
	}
	if len(k.times) < limit {
		k.times = append(k.times, at.UnixNano())
	} else {
		k.times[k.n%limit] = at.UnixNano()
	}
	k.n++
}

// prune forgets who has been silent for long.
func (f *Floods) prune(now time.Time) {
	if len(f.meters) < floodKept || now.Sub(f.pruned) < floodWindow {
		return
	}
	f.pruned = now
	for s, k := range f.meters {
		if now.Sub(k.newest) > floodQuiet {
			delete(f.meters, s)
		}
	}
}
