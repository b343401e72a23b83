// Package attendance is arithmetic on seatings and counts: who came each day,
// who came again, and how many there were by three measures that do not agree.
// Commands, charts and reports call it; it reads no store, knows no clock and
// holds no names. A figure that is not known says so and is never 0.
//
// The formulas are those that conferences' reports use by hand. Head counts,
// lunches and devices on the wireless network are independent measures, each
// wrong in its own way: PyCon US 2009 counted 270 devices, 270 lunches and
// about 15 % fewer heads on its first sprint day; PyCon US 2008 ate 263 lunches
// with "over 250" sprinters, some of whom ate elsewhere.
package attendance

import (
	"math"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
)

// Measure is one number of people, if it was counted.
type Measure struct {
	Value int
	Known bool
	Rooms int       // head counts: of how many rooms it is the sum
	At    time.Time // the newest count in it
}

// Share is a part of a whole, such as those of yesterday who came again.
type Share struct{ Part, Whole int }

// Known is false where there is no whole to be a part of.
func (s Share) Known() bool { return s.Whole > 0 }

// Of is the share between 0 and 1, 0 where it is not Known.
func (s Share) Of() float64 {
	if !s.Known() {
		return 0
	}
	return float64(s.Part) / float64(s.Whole)
}

// Percent is the share in whole per cent.
func (s Share) Percent() int { return int(math.Round(100 * s.Of())) }

// Heads is the head count of a day: the sum over rooms of the latest count of
// each.
func Heads(counts []sprints.Count) Measure {
	latest := map[string]sprints.Count{}
	var m Measure
	for _, c := range ofKind(counts, sprints.Head) {
		latest[strings.ToLower(c.Room)] = c
	}
	for _, c := range latest {
		m.Value += c.Value
		m.Rooms++
		m.Known = true
		if c.At.After(m.At) {
			m.At = c.At
		}
	}
	return m
}

// Lunches is a day's last number of lunches.
func Lunches(counts []sprints.Count) Measure {
	var m Measure
	for _, c := range ofKind(counts, sprints.Lunch) {
		m = Measure{Value: c.Value, Known: true, At: c.At}
	}
	return m
}

// Devices is a day's highest number of devices on the wireless network. It is
// no number of people: several are one person's, some are staff's.
func Devices(counts []sprints.Count) Measure {
	var m Measure
	for _, c := range ofKind(counts, sprints.WiFi) {
		if !m.Known || c.Value >= m.Value {
			m = Measure{Value: c.Value, Known: true, At: c.At}
		}
	}
	return m
}

// ofKind are the counts of a kind, oldest first, without superseded ones.
func ofKind(counts []sprints.Count, kind sprints.CountKind) []sprints.Count {
	gone := map[int64]bool{}
	for _, c := range counts {
		gone[c.Supersedes] = true
	}
	var of []sprints.Count
	for _, c := range counts {
		if c.Kind == kind && (c.ID == 0 || !gone[c.ID]) {
			of = append(of, c)
		}
	}
	slices.SortStableFunc(of, func(a, b sprints.Count) int { return a.At.Compare(b.At) })
	return of
}
