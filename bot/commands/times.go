package commands

import (
	"fmt"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// clock is t as people at the venue read it: the hour, with the day in front
// where it is not today's.
func clock(e sprints.Event, now, t time.Time) string { return chat.Clock(now, t.In(e.Zone)) }

// span is a length of time in one unit: "40 min", "3 h", "2 days".
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}

// count is n with its noun: "1 person", "2 people".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
