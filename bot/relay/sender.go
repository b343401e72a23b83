package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	ahead      = 20_000                // rows of one network held in memory, then
	share      = 256                   // of each place no more than
	batch      = 256                   // rows read at once
	saveWithin = 20 * time.Millisecond // a receipt is stored no later than this
	landing    = 5 * time.Second       // a call whose answer was lost may still arrive within
	lookAgain  = 2 * time.Second       // what is not found is looked for once more after
	firstHold  = 5 * time.Second       // a refusing place is tried again after, doubling
	longHold   = 5 * time.Minute       // up to
	inTurn     = 4                     // times a lane is passed over for lower ones before it goes once
	readAgain  = time.Second           // after the outbox, or what a network holds, could not be read
	finish     = 3 * time.Second       // at shutdown, what is on the wire may be confirmed within
)

// Sender empties one network's part of the outbox: in order for each place,
// lanes before age, at the network's pace, within its window, until the
// network confirms. One goroutine decides everything; the store is told by a
// second, so that words never wait for receipts.
type Sender struct {
	net     Network
	finder  Finder   // nil: no attempt is committed before the wire
	recalls Recaller // nil: rows in doubt are sent again, unless a finder finds them
	joiner  Joiner   // nil: each row is a post of its own
	manners chat.Manners
	store   sprints.Store
	clock   sprints.Clock
	log     *slog.Logger

	cursor    int64 // newest row taken from the store
	whole     bool  // all that waited were taken, up to committed
	begun     bool  // all that waited at the start were seen: what is newer was never sent
	started   int64 // the newest of them
	committed int64 // the store's mark
	held      int   // rows in memory
	more      bool  // rows are left in the store
	ahead     int   // the bounds of memory
	share     int
	reload    time.Time      // the store could not be read: the next try, zero none
	rows      map[int64]*row // in hand, by number
	edits     map[int64]*row // in hand, the newest edit by the number it is About
	queues    map[chat.Place]*queue
	order     []*queue // turn of places
	credit    int      // parts that may go over the network without waiting
	paced     time.Time
	flying    int        // parts on the wire, all places
	up        bool       // when last looked at
	away      bool       // a row found it away, and it has not changed since, whatever its status says
	passed    [lanes]int // how often a lane was passed over

	mu      sync.Mutex
	results []func() // what happened elsewhere, to be applied by the loop
	wake    chan struct{}
	ended   <-chan struct{} // closed when Run shall end
	gaps    func(chat.Place) <-chan struct{}
	watched map[<-chan struct{}][]*gap // gaps whose end wakes the loop
	read    []*gap                     // they are over, but what they held may not be in hand yet
	work    sync.WaitGroup
	saves   []fact    // what the store must be told next; under mu
	saving  bool      // a write of them is under way
	hurried bool      // it need not wait for another's commit
	urgent  bool      // a place waits for one of them
	saveBy  time.Time // after a failure: not tried again before
	failing int       // saves that failed in a row

	lead  Lead                // to what places did not get
	noted map[chat.Place]bool // places of which the store has a reason of an earlier run

	outside *outside // nil: all its places are in the configuration

	paused func(chat.Place) bool // places whose relays wait; nil: none
}

// NewSender makes the sender of one network.
func NewSender(net Network, store sprints.Store, clock sprints.Clock, log *slog.Logger) *Sender {
	s := &Sender{
		net: net, store: store, clock: clock, log: log, ahead: ahead, share: share,
		rows: map[int64]*row{}, edits: map[int64]*row{}, queues: map[chat.Place]*queue{},
		wake: make(chan struct{}, 1),
		gaps: func(chat.Place) <-chan struct{} { return nil }, watched: map[<-chan struct{}][]*gap{},
	}
	s.finder, _ = net.(Finder)
	s.recalls, _ = net.(Recaller)
	s.joiner, _ = net.(Joiner)
	if m, ok := net.(Mannered); ok {
		s.manners = m.Manners()
	}
	return s
}

// Heed makes relays of the places that paused names wait, until Kick finds them
// resumed; what has expired meanwhile is told. It is called before Run.
func (s *Sender) Heed(paused func(chat.Place) bool) { s.paused = paused }

// Kick looks again which places are paused or not in the configuration any more,
// and which gaps there are. It may be called from any goroutine, also before and after Run.
func (s *Sender) Kick() {
	s.later(func() {
		s.regard()
		for _, q := range s.order {
			q.paused = s.paused != nil && s.paused(q.place)
			s.moved(q)
		}
	})
}

// Run sends until ctx ends. It then waits a little for what is on the wire,
// stores the last receipts, and returns.
func (s *Sender) Run(ctx context.Context) error {
	store := context.WithoutCancel(ctx) // receipts are stored though ctx ended
	s.ended = ctx.Done()
	changes := s.store.Changes(ctx)
	s.recollect(ctx)
	s.load(ctx)
	for {
		s.apply()
		s.release(ctx)
		if !s.reload.IsZero() && !time.Now().Before(s.reload) {
			s.load(ctx)
		}
		now := s.clock.Now()
		s.expire(now)
		s.tidy(now)
		if ctx.Err() == nil {
			s.dispatch(ctx, store, now)
		}
		s.save(store, false)
		due, wire, stop := s.timers(now)
		select {
		case <-changes:
			s.load(ctx)
		case <-s.wake:
		case <-s.net.Changed():
			s.apply() // a row that met the network away did so before it changed
			s.away = false
			s.open()
		case <-due:
		case <-wire:
		case <-ctx.Done():
			stop()
			s.finish(store)
			return nil
		}
		stop()
	}
}

// finish waits for what is on the wire and stores what is known.
func (s *Sender) finish(store context.Context) {
	limit := time.NewTimer(finish)
	defer limit.Stop()
	defer s.work.Wait()
	for {
		s.apply()
		s.save(store, true)
		if (s.flying == 0 && !s.saving && s.untold() == 0) || s.failing > 0 {
			return
		}
		select {
		case <-s.wake:
		case <-limit.C:
			return
		}
	}
}

// later queues f for the loop; it is safe in any goroutine and never blocks.
func (s *Sender) later(f func()) {
	s.mu.Lock()
	s.results = append(s.results, f)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Sender) apply() {
	s.mu.Lock()
	fs := s.results
	s.results = nil
	s.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

// dispatch gives the network what may go now.
func (s *Sender) dispatch(ctx, store context.Context, now time.Time) {
	up := s.net.Status().Up && !s.away
	if up && !s.up { // what was posted while it was away is known before any of it goes
		s.load(ctx)
	}
	if s.up = up; !up {
		return
	}
	pace := s.net.Pace()
	s.refill(pace)
	for !s.away {
		if pace.Flight > 0 && s.flying >= pace.Flight {
			return
		}
		if pace.Every > 0 && s.credit <= 0 {
			return
		}
		q, r := s.pick(pace, now)
		if q == nil {
			return
		}
		switch {
		case r.About != 0 && !r.aimed:
			s.aim(ctx, q, r)
		case r.doubt && s.finder == nil:
			s.recall(ctx, q, r)
		case r.doubt:
			s.look(ctx, q, r)
		case s.finder != nil && !r.marked:
			s.gather(q, r, now)
			s.mark(q, r)
		default:
			s.gather(q, r, now)
			s.send(ctx, q, r)
			s.apply() // what was refused at once is not overtaken
		}
	}
}

// pick is the next place's turn: the lowest lane that any place may send from,
// places in turn within it. A higher lane that was passed over a few times goes
// once, so that answers, which go first, never stop the bridge.
func (s *Sender) pick(pace chat.Pace, now time.Time) (*queue, *row) {
	var rows [lanes]*row
	var at [lanes]int
	for i, q := range s.order {
		if q.outside || q.settling || q.looking || q.held.After(now) || q.unsaved+q.onWire >= q.window(pace) {
			continue
		}
		if pace.PlaceEvery > 0 && q.credit <= 0 {
			continue
		}
		h, lane := q.head(now)
		if h == nil || rows[lane] != nil {
			continue
		}
		if h.doubt && s.finder == nil && q.unsaved+q.onWire > 0 {
			continue // what is looked up must not be taken for what has just arrived
		}
		rows[lane], at[lane] = h, i
	}
	turn := -1
	for lane, r := range rows {
		if r != nil && (turn < 0 || s.passed[lane] >= inTurn) {
			turn = lane
		}
	}
	if turn < 0 {
		return nil, nil
	}
	s.passed[turn] = 0
	for lane := turn + 1; lane < lanes; lane++ {
		if rows[lane] != nil {
			s.passed[lane]++
		}
	}
	i := at[turn]
	q := s.order[i]
	copy(s.order[i:], s.order[i+1:])
	s.order[len(s.order)-1] = q
	return q, rows[turn]
}

func (q *queue) window(pace chat.Pace) int {
	if q.careful { // the next part tells whether the words or the place were refused
		return min(2, max(1, pace.Window))
	}
	return max(1, pace.Window)
}

// rendered has the parts of r made. A row that can't be rendered, now or ever,
// ends here and says false.
func (s *Sender) rendered(q *queue, r *row) bool {
	if r.parts != nil {
		return true
	}
	nothing := false
	func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("a row can't be rendered", "place", q.place, "row", r.Row, "panic", fmt.Sprintf("%T", p))
			}
		}()
		out := r.whole()
		if !r.doubt && r.Confirmed == 0 { // else it is to be what was sent
			out.Redate(s.clock.Now())
		}
		if nothing = summed(r.Kind) && out.Reply.Silent(); !nothing { // else who came has left again
			r.parts = s.net.Render(out)
		}
	}()
	if nothing {
		s.withdraw(q, r)
		return false
	}
	if len(r.parts) == 0 {
		q.drop(r)
		s.kill(q, r, "nothing of it can be shown there")
		return false
	}
	r.ok, r.posts = make([]bool, len(r.parts)), make([]string, len(r.parts))
	for i := range min(r.Confirmed, len(r.ok)) {
		r.ok[i] = true
	}
	return true
}

// send gives the next part of r to the network.
func (s *Sender) send(ctx context.Context, q *queue, r *row) {
	if !s.rendered(q, r) {
		return
	}
	r.begun = true
	if r.next == 0 {
		q.drop(r)
		q.current = r
		q.flying = append(q.flying, r)
	}
	for r.next < len(r.parts) && r.ok[r.next] {
		r.next++
	}
	n := r.next
	if n >= len(r.parts) { // all of it had arrived before
		q.current = nil
		s.finished(q, r)
		return
	}
	r.next++
	last := true
	for _, ok := range r.ok[r.next:] {
		last = last && ok
	}
	if last {
		q.current = nil
	}
	s.credit--
	q.credit--
	q.onWire++
	s.flying++
	s.net.Send(ctx, r.parts[n], func(receipt chat.Receipt, err error) {
		s.later(func() { s.done(q, r, n, receipt, err) })
	})
}

// done applies the network's word on one part.
func (s *Sender) done(q *queue, r *row, n int, receipt chat.Receipt, err error) {
	q.onWire--
	s.flying--
	switch {
	case r.finishing: // refused meanwhile: nothing is left to decide
	case err == nil:
		q.passed = s.clock.Now()
		if q.tries > 0 || q.noted || s.noted[q.place] {
			s.hold(q, time.Time{}, "")
		}
		q.tries, q.careful, q.shut = 0, false, false
		r.ok[n], r.posts[n] = true, receipt.ID
		q.unsaved++
		if n == 0 || r.ok[0] && r.receipt.ID == "" { // a later part may be answered first
			r.receipt = receipt
		}
		s.confirm(q, r)
	case errors.Is(err, chat.ErrOffline) && s.finder == nil:
		s.away = true
		q.settling, r.doubt, r.missed = true, s.recalls != nil && !summed(r.Kind), false
	default:
		if wait, ok := errors.AsType[*chat.RetryAfter](err); ok && wait.TooFast {
			s.slower(q, s.clock.Now())
		}
		s.refuse(q, r, err, 0)
	}
	if q.settling && q.onWire == 0 {
		q.recall()
	}
}

// refuse applies an error that a part of r met, on the wire or when it was
// looked up: the row dies, or its place waits, for least at least where the
// network names no time.
func (s *Sender) refuse(q *queue, r *row, err error, least time.Duration) {
	var (
		wait    *chat.RetryAfter
		place   *chat.ErrPlace
		refused *chat.ErrRefused
	)
	if errors.As(err, &refused) {
		if len(r.with) > 0 && !summed(r.Kind) {
			s.scatter(q, r)
			return
		}
		q.drop(r)
		if refused.Nobody {
			s.unheard(q, r)
			return
		}
		s.kill(q, r, refused.Reason)
		return
	}
	q.settling, q.shut = true, false
	if errors.As(err, &wait) {
		why := "asked to wait"
		if error(wait) != err { // the adapter says for what
			why = err.Error()
		}
		s.hold(q, s.clock.Now().Add(max(wait.Wait, min(least, readAgain))), why)
		return
	}
	q.careful = true
	if !q.refused || q.tries == 0 { // of all that was on the wire together the first counts, and the first after one that passed
		q.refused = true
		q.tries++
	}
	pause := max(least, min(longHold, firstHold<<min(q.tries-1, 10)))
	why := err.Error()
	if q.shut = errors.As(err, &place); q.shut {
		why = "the place refuses" // the network's own words may hold people's
	} else if s.finder != nil { // it may have arrived, or still will
		r.doubt = true
		pause = max(pause, landing)
	}
	s.log.Warn("place waits", "place", q.place, "for", pause, "why", why)
	s.hold(q, s.clock.Now().Add(pause), err.Error())
}
