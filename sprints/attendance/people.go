package attendance

import "sprintbot/sprints"

// People are those who sat down on one day: each person once, however often
// they moved.
type People map[sprints.PersonID]bool

// On are the people of one day's seats, which come oldest first. A guest whose
// last seat ended because a guest of the same nick sat down again is that one:
// a nick without an account is one chair.
func On(seats []sprints.Seat) People {
	p := People{}
	for _, s := range seats {
		if s.OutKind == sprints.Renewed {
			delete(p, s.Person)
		} else {
			p[s.Person] = true
		}
	}
	return p
}

// Count is the day's uniques.
func (p People) Count() int { return len(p) }

// Retention is the share of the first day's people seen on a later day:
// |D1∩Dk| / |D1|.
func Retention(first, later People) Share {
	s := Share{Whole: len(first)}
	for id := range first {
		if later[id] {
			s.Part++
		}
	}
	return s
}

// Kept is the share of a day's people who were seen on the next one:
// |Dk∩Dk-1| / |Dk-1|. Its rest is the day-on-day drop-off of people (those who
// came new are not in it).
func Kept(before, day People) Share { return Retention(before, day) }

// New counts the people of a day who were seen on none of the days before.
func New(day People, before []People) int {
	n := 0
	for id := range day {
		seen := false
		for _, b := range before {
			seen = seen || b[id]
		}
		if !seen {
			n++
		}
	}
	return n
}
