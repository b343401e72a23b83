package relay

import (
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

const (
	floodWindow = 10 * time.Second // limits are counted over
	floodQuiet  = time.Minute      // a flood is over so long after its rate was last above the limit
	floodKept   = 4096             // sources remembered before old ones are forgotten
)

// Limits are how much within ten seconds is carried and answered; zero is no
// limit.
type Limits struct {
	Person   int // lines of one person or bot in one place that are carried
	Place    int // lines of one place that are carried
	Commands int // commands of one person that are run
}

// Verdict is what Floods says of one message. Its zero value lets it pass.
type Verdict struct {
	Stop   bool   // one too many: it is neither carried nor run
	Tell   bool   // of those stopped the first: people are told
	Whole  bool   // the place is above its limit, not the one who speaks
	Missed Missed // what was stopped there before a flood that is over
}

// Missed is how many lines were not carried, and when they were said.
type Missed struct {
	Lines       int
	First, Last time.Time
}

// Floods counts what is said, and stops what comes faster than the limits. It
// keeps nothing beyond a restart. Its methods may be called from any goroutine.
type Floods struct {
	mu     sync.Mutex
	limits Limits
	meters map[source]*meter
	again  map[string]Verdict // of messages that come again, because they could not be kept
	judged map[string]bool    // messages counted already: a network may bring one again, or a gap hold it too
	newest [floodKept]string  // of judged, a ring
	next   int
}

// source is whose lines are counted together: somebody's in a place, a place's
// (no who), or somebody's commands on a network (no channel).
type source struct {
	place chat.Place
	who   string
}

// meter holds the instants of the newest lines, as many as the limit.
type meter struct {
	times  []int64 // a ring, Unix nanoseconds
	n      int
	newest time.Time
	over   time.Time // when it was last above the limit while a flood lasts, else zero
	told   time.Time
	missed Missed
}

// NewFloods counts against limits.
func NewFloods(limits Limits) *Floods {
	return &Floods{limits: limits, meters: map[source]*meter{}, again: map[string]Verdict{}, judged: map[string]bool{}}
}

// Limit changes the limits; what was counted is forgotten.
func (f *Floods) Limit(limits Limits) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if limits != f.limits {
		f.limits, f.meters = limits, map[source]*meter{}
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

// Calm ends what floods there are in a place.
func (f *Floods) Calm(p chat.Place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s, m := range f.meters {
		if s.place == p.Root() && !m.over.IsZero() {
			m.over, m.n = time.Time{}, 0
		}
	}
}

// Over gives what was stopped in floods that are over, by place, each once:
// that it is told does not wait for somebody to speak there.
func (f *Floods) Over(now time.Time) map[chat.Place]Missed {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all map[chat.Place]Missed
	for s, m := range f.meters {
		if m.missed.Lines == 0 || now.Sub(m.over) < floodQuiet {
			continue
		}
		if all == nil {
			all = map[chat.Place]Missed{}
		}
		all[s.place] = all[s.place].and(m.missed)
		m.over, m.missed = time.Time{}, Missed{}
	}
	return all
}

// Untold takes back what could not be told of a place.
func (f *Floods) Untold(p chat.Place, k Missed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.meter(source{place: p}, k.Last)
	m.missed = m.missed.and(k)
}

// and is both together.
func (k Missed) and(o Missed) Missed {
	if k.Lines == 0 {
		return o
	}
	if o.First.Before(k.First) {
		k.First = o.First
	}
	if o.Last.After(k.Last) {
		k.Last = o.Last
	}
	k.Lines += o.Lines
	return k
}

// Stopped are the places of which something is not carried now.
func (f *Floods) Stopped(now time.Time) []chat.Place {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []chat.Place
	seen := map[chat.Place]bool{}
	for s, m := range f.meters {
		if s.place.Channel != "" && !m.over.IsZero() && now.Sub(m.over) < floodQuiet && !seen[s.place] {
			seen[s.place] = true
			all = append(all, s.place)
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
	v := Verdict{Stop: true, Tell: now.Sub(k.told) > floodQuiet}
	if v.Tell {
		k.told = now
	}
	return v
}

func (f *Floods) line(at time.Time, m chat.Message) Verdict {
	place := m.In.Root()
	person := f.meter(source{place, m.From.ID}, at)
	if v := person.flow(at, f.limits.Person); v.Stop || v.Missed.Lines > 0 {
		return v
	}
	v := f.meter(source{place: place}, at).flow(at, f.limits.Place)
	v.Whole = v.Stop
	return v
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

// flow counts a line and says whether it passes.
func (k *meter) flow(at time.Time, limit int) (v Verdict) {
	if limit == 0 {
		return v
	}
	full := k.full(at, limit)
	k.add(at, limit)
	switch {
	case full:
		v.Stop, v.Tell = true, k.over.IsZero()
		if at.After(k.over) {
			k.over = at
		}
	case !k.over.IsZero() && at.Before(k.over.Add(-floodQuiet)):
		return v // said before it, and fetched late
	case !k.over.IsZero() && at.Sub(k.over) < floodQuiet:
		v.Stop = true
	default:
		k.over = time.Time{}
		v.Missed, k.missed = k.missed, Missed{}
		return v
	}
	if k.missed.Lines++; k.missed.Lines == 1 {
		k.missed.First = at
	}
	k.missed.Last = at
	return v
}

// full says that as many lines as the limit were said in the window before at.
// What was said before all of them, and is fetched late, is not too much.
func (k *meter) full(at time.Time, limit int) bool {
	if k.n < limit {
		return false
	}
	since := at.UnixNano() - k.times[k.n%limit]
	return since >= 0 && since < int64(floodWindow)
}

func (k *meter) add(at time.Time, limit int) {
	if len(k.times) < limit {
		k.times = append(k.times[:k.n%limit], at.UnixNano())
	} else {
		k.times[k.n%limit] = at.UnixNano()
	}
	k.n++
}

// prune forgets who has been silent for long.
func (f *Floods) prune(now time.Time) {
	if len(f.meters) < floodKept {
		return
	}
	for s, k := range f.meters {
		if now.Sub(k.newest) > 2*floodQuiet && k.missed.Lines == 0 {
			delete(f.meters, s)
		}
	}
}
