package attendance

import "sprintbot/sprints"

// Day is one day's figures.
type Day struct {
	Day      sprints.Day
	Number   int  // of the event, from 1
	SoFar    bool // not over yet
	Measures Measures
	Estimate Estimate
	New      int   // seen on no earlier day
	Kept     Share // of the day before, seen on this one
	Retained Share // of the first day, seen on this one
	Drop     Drop  // of the estimate, against the day before
}

// Report is the event's figures for each day from the first to today (or to
// the last, when it is over). seats and counts are those of the event's days,
// oldest first.
func Report(e sprints.Event, today sprints.Day, seats []sprints.Seat, counts []sprints.Count) []Day {
	var days []Day
	var people []People
	var measures []Measures
	for d := e.First; !e.Last.Before(d) && !today.Before(d); d = d.Add(1) {
		p := On(on(seats, d, func(s sprints.Seat) sprints.Day { return s.Day }))
		c := on(counts, d, func(c sprints.Count) sprints.Day { return c.Day })
		day := Day{Day: d, Number: e.Number(d), SoFar: d == today, New: New(p, people)}
		if len(people) > 0 {
			day.Kept = Kept(people[len(people)-1], p)
			day.Retained = Retention(people[0], p)
		}
		people = append(people, p)
		measures = append(measures, Measures{CheckedIn: p.Count(), Head: Heads(c), Lunch: Lunches(c), WiFi: Devices(c), SoFar: day.SoFar})
		days = append(days, day)
	}
	for i, est := range Estimates(measures) {
		days[i].Measures, days[i].Estimate = measures[i], est
		if i > 0 {
			days[i].Drop = DropOff(days[i-1].Estimate, est)
		}
	}
	return days
}

func on[T any](all []T, d sprints.Day, of func(T) sprints.Day) []T {
	var some []T
	for _, x := range all {
		if of(x) == d {
			some = append(some, x)
		}
	}
	return some
}
