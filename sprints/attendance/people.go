package attendance

import "sprintbot/sprints"

// People are those who sat down on one day: each person once, however often
// they moved. Seats of people who asked to be forgotten are numbers without
// anybody: unnamed counts the last one of each row of moves.
type People struct {
	named   map[sprints.PersonID]bool
	unnamed int
}

// On are the people of one day's seats.
func On(seats []sprints.Seat) People {
	p := People{named: map[sprints.PersonID]bool{}}
	for _, s := range seats {
		switch {
		case s.Person != 0:
			p.named[s.Person] = true
		case s.OutKind != sprints.Moved && s.OutKind != sprints.Renewed:
			p.unnamed++
		}
	}
	return p
}

// Count is the day's uniques.
func (p People) Count() int { return len(p.named) + p.unnamed }

// both counts the people of two days; who is forgotten can't be met again.
func (p People) both(q People) int {
	n := 0
	for id := range p.named {
		if q.named[id] {
			n++
		}
	}
	return n
}

// Retention is the share of the first day's people seen on a later day:
// |D1∩Dk| / |D1|. Forgotten people are left out of both.
func Retention(first, later People) Share {
	return Share{Part: first.both(later), Whole: len(first.named)}
}

// Kept is the share of a day's people who were seen on the next one:
// |Dk∩Dk-1| / |Dk-1|. Its rest is the day-on-day drop-off of people (those who
// came new are not in it).
func Kept(before, day People) Share { return Retention(before, day) }

// New counts the people of a day who were seen on none of the days before.
func New(day People, before []People) int {
	n := 0
	for id := range day.named {
		seen := false
		for _, b := range before {
			seen = seen || b.named[id]
		}
		if !seen {
			n++
		}
	}
	return n
}
