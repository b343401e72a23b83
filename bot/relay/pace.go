package relay

import (
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// How a place's pace is learned, where the network has one for each place.
const (
	slowest = 10 * time.Second // no lesson makes it slower
	forgets = 10 * time.Minute // without a refusal for so long half of what was learned is forgotten
)

// pace is how fast q is given to: as the network says, or one by one and as
// slow as its refusals have taught.
func (q *queue) pace(p chat.Pace) (burst int, every time.Duration) {
	if p.PlaceEvery > 0 && q.lesson.Every > p.PlaceEvery {
		return 1, q.lesson.Every
	}
	return p.PlaceBurst, p.PlaceEvery
}

// slower draws a lesson from a refusal for speaking too fast, unless nothing
// has passed shortly before it: then no pace would have prevented it.
func (s *Sender) slower(q *queue, now time.Time) {
	every, passed := s.net.Pace().PlaceEvery, q.passed
	q.passed = time.Time{}
	if every == 0 || passed.IsZero() || now.Sub(passed) >= slowest {
		return
	}
	s.taught(q, q.lesson.Harder(now, every, slowest))
	s.log.Warn("a place was spoken to too fast; slower from now on", "place", q.place, "one_each", q.lesson.Every)
}

// taught has q heed a lesson, also in a later run; a private conversation is
// too short for that.
func (s *Sender) taught(q *queue, l chat.Lesson) {
	before, place := q.lesson.Every, q.place
	q.lesson = l
	if _, direct := place.DirectID(); direct || l.Every == before {
		return
	}
	s.tell(func(tx sprints.Tx) error { return tx.Learned(place, l.Every) }, nil)
}

// refill gives the network's and each place's pace its credit for the time
// passed. Pace is kept by the machine's clock: it is the wire's.
func (s *Sender) refill(pace chat.Pace) {
	now := time.Now()
	s.credit, s.paced = refill(s.credit, s.paced, now, pace.Burst, pace.Every)
	for _, q := range s.order {
		s.taught(q, q.lesson.Milder(s.clock.Now(), pace.PlaceEvery, forgets))
		burst, every := q.pace(pace)
		q.credit, q.placed = refill(q.credit, q.placed, now, burst, every)
	}
}

func refill(credit int, since, now time.Time, burst int, every time.Duration) (int, time.Time) {
	burst = max(burst, 1)
	if every <= 0 || since.IsZero() {
		return burst, now
	}
	gained := int(now.Sub(since) / every)
	if credit+gained >= burst {
		return burst, now
	}
	return credit + gained, since.Add(time.Duration(gained) * every)
}
