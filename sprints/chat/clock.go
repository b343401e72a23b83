package chat

import (
	"slices"
	"strings"
	"time"
)

// Clock is t as people read it at now, on the clocks of t's zone: the hour, with
// the day in front where that is not today.
func Clock(now, t time.Time) string {
	if sameDay(now, t) {
		return t.Format("15:04")
	}
	return t.Format("Mon 2 Jan 15:04")
}

// Clocks is from one time to another, each day named once: "14:02-14:31", "Tue
// 18 May 23:58-today 00:04".
func Clocks(now, from, to time.Time) string {
	switch {
	case sameDay(from, to):
		return Clock(now, from) + "-" + to.Format("15:04")
	case sameDay(now, to):
		return Clock(now, from) + "-today " + to.Format("15:04")
	}
	return Clock(now, from) + "-" + Clock(now, to)
}

// Told is one time or two as people read them at now.
func Told(now time.Time, times []time.Time) string {
	if len(times) == 1 {
		return Clock(now, times[0])
	}
	return Clocks(now, times[0], times[1])
}

// Redate has the words tell their Times as they are read at now: the day may be
// another than when they were made.
func (o *Outgoing) Redate(now time.Time) {
	if len(o.Times) == 0 {
		return
	}
	then, today := Told(o.At, o.Times), Told(now, o.Times)
	if then == today {
		return
	}
	lines := slices.Clone(o.Reply.Lines)
	for i, l := range lines {
		lines[i].Cells = slices.Clone(l.Cells)
		for j, c := range l.Cells {
			lines[i].Cells[j] = slices.Clone(c)
			for k, s := range c {
				lines[i].Cells[j][k].Text = strings.Replace(s.Text, then, today, 1)
			}
		}
	}
	o.Reply.Lines = lines
}

// sameDay says that a is of the day of b in b's zone.
func sameDay(a, b time.Time) bool {
	return a.In(b.Location()).Format(time.DateOnly) == b.Format(time.DateOnly)
}
