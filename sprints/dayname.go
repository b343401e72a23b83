package sprints

import (
	"strconv"
	"strings"
	"time"
)

// NamedDay is the day of the event that a person means: "2", "day 2",
// "2027-05-18", "mon", "tuesday", "today", "yesterday". A Refusal if it is none
// of the event's days.
func NamedDay(e Event, today Day, words string) (Day, error) {
	word := strings.ToLower(strings.TrimSpace(words))
	word = strings.TrimSpace(strings.TrimPrefix(word, "day"))
	none := Refuse(Unclear, "%q is no day of the sprint, which is from %s to %s.", words,
		e.First.Format("Mon 2 Jan"), e.Last.Format("Mon 2 Jan"))
	var d Day
	switch n, err := strconv.Atoi(word); {
	case word == "today":
		d = today
	case word == "yesterday":
		d = today.Add(-1)
	case err == nil:
		if n < 1 || n > e.Days() {
			return Day{}, none
		}
		d = e.First.Add(n - 1)
	case len(word) >= 3 && weekday(word) >= 0:
		d = onWeekday(e, today, weekday(word))
	default:
		if d, err = ParseDay(word); err != nil {
			return Day{}, none
		}
	}
	if !e.On(d) {
		return Day{}, none
	}
	return d, nil
}

// DayTitle is a day of the event as people read it: "Day 2, Tue 18 May".
func DayTitle(e Event, d Day) string {
	return "Day " + strconv.Itoa(e.Number(d)) + ", " + d.Format("Mon 2 Jan")
}

// weekday is the number of the weekday whose name begins with word, -1 if none.
func weekday(word string) time.Weekday {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if strings.HasPrefix(strings.ToLower(w.String()), word) {
			return w
		}
	}
	return -1
}

// onWeekday is the last such weekday of the event not after today, else its
// first one; no day if it has none.
func onWeekday(e Event, today Day, w time.Weekday) Day {
	var found Day
	for d := e.First; !e.Last.Before(d); d = d.Add(1) {
		if d.noon().Weekday() == w && (found.IsZero() || !today.Before(d)) {
			found = d
		}
	}
	return found
}
