package sprints

import (
	"fmt"
	"time"
)

// Day is a civil date in the venue's zone, as 2027-05-17. The zero Day is no day.
type Day struct {
	year  int
	month time.Month
	day   int
}

// DayOf is the civil date of t in zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day{y, m, d}
}

// ParseDay reads 2027-05-17.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("a day is written 2027-05-17, not %q", s)
	}
	return DayOf(t, time.UTC), nil
}

// String is d as 2027-05-17, "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.noon().Format(time.DateOnly)
}

// Format is d by a layout of package time.
func (d Day) Format(layout string) string { return d.noon().Format(layout) }

// IsZero says that d is no day.
func (d Day) IsZero() bool { return d == Day{} }

// Add is n days later.
func (d Day) Add(n int) Day { return DayOf(d.noon().AddDate(0, 0, n), time.UTC) }

// Sub is how many days d is after e.
func (d Day) Sub(e Day) int { return int(d.noon().Sub(e.noon()) / (24 * time.Hour)) }

// Before says that d is earlier than e.
func (d Day) Before(e Day) bool { return d.noon().Before(e.noon()) }

// Start is the first instant of d in zone: midnight, the earlier one where the
// clock shows it twice, or the first moment after it where the clock skips it.
func (d Day) Start(zone *time.Location) time.Time {
	midnight := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
	if d.startsAt(midnight) {
		return midnight
	}
	from, to := midnight.ZoneBounds()
	for _, change := range []time.Time{from, to} {
		if change.IsZero() {
			continue
		}
		_, before := change.Add(-1).Zone()
		_, after := change.Zone()
		shift := time.Duration(after-before) * time.Second
		for _, t := range []time.Time{midnight.Add(shift), midnight.Add(-shift), change} {
			if d.startsAt(t) {
				return t
			}
		}
	}
	return midnight
}

// startsAt says that t is of d, or of the next day that there is, and the
// instant before it is not.
func (d Day) startsAt(t time.Time) bool {
	return !DayOf(t, t.Location()).Before(d) && DayOf(t.Add(-1), t.Location()).Before(d)
}

// End is the first instant of the day after d.
func (d Day) End(zone *time.Location) time.Time { return d.Add(1).Start(zone) }

// MarshalText writes d as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = Day{}
		return nil
	}
	*d, err = ParseDay(string(b))
	return err
}

func (d Day) noon() time.Time { return time.Date(d.year, d.month, d.day, 12, 0, 0, 0, time.UTC) }
