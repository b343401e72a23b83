package charts

import (
	"slices"
	"strconv"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
)

// The colours of paper, ink and measures by day.
const (
	paper = "#fbf9f4"
	ink   = "#1a1814"
	soft  = "#585347"
	hair  = "#ddd7ca"
)

// mark is the shape that a measure's days have.
type mark func(at point) shape

// series is one measure, with what tells it apart where no colour does.
type series struct {
	name   string
	class  string
	colour string
	dash   []float64
	mark   mark
	values []attendance.Measure // by day
}

// span is an estimate's range.
type span struct{ Low, High int }

// plot is what the drawing of attendance shows.
type plot struct {
	finding string
	sample  bool
	days    []column
	series  []series
	best    []attendance.Estimate
	ahead   *span // tomorrow; nil: there is none, or nothing says how many come
}

// column are the words under a day.
type column struct {
	upper, lower string
	today        bool
}

func plotOf(e sprints.Event, days []attendance.Day) *plot {
	p := &plot{sample: e.Sample, series: []series{
		{name: "WiFi", class: "c3", colour: "#6b3fa0", dash: []float64{2, 4}, mark: triangle},
		{name: "Lunch", class: "c2", colour: "#a84300", dash: []float64{7, 4}, mark: square},
		{name: "Head count", class: "c1", colour: "#0b5c8a", mark: dot},
		{name: "Checked in", class: "ok", colour: "#176b39", dash: []float64{8, 3, 2, 3}, mark: ring},
	}}
	for _, d := range days {
		m := d.Measures
		for i, of := range []attendance.Measure{m.WiFi, m.Lunch, m.Head, {Value: m.CheckedIn, Known: true}} {
			p.series[i].values = append(p.series[i].values, of)
		}
		p.best = append(p.best, d.Estimate)
		c := column{upper: d.Day.Format("Mon 2"), lower: "day " + strconv.Itoa(d.Number), today: d.SoFar}
		if d.SoFar {
			c.upper, c.lower = "today", "so far"
		}
		p.days = append(p.days, c)
	}
	// Where nobody ever checked in they did not use it: no line at 0.
	p.series = slices.DeleteFunc(p.series, func(s series) bool {
		return !slices.ContainsFunc(s.values, func(m attendance.Measure) bool { return m.Known && (m.Value > 0 || s.class != "ok") })
	})
	if last := days[len(days)-1]; last.Day.Before(e.Last) && last.Estimate.Known {
		low, high := attendance.Forecast(last.Estimate.Best, 1)
		p.ahead = &span{low, high}
		p.days = append(p.days, column{upper: "tomorrow", lower: "forecast"})
	}
	return p
}

// most is the highest number in it.
func (p *plot) most() (most int) {
	for i, e := range p.best {
		if e.Known {
			most = max(most, e.Best, e.High)
		}
		for _, s := range p.series {
			if s.values[i].Known {
				most = max(most, s.values[i].Value)
			}
		}
	}
	if p.ahead != nil {
		most = max(most, p.ahead.High)
	}
	return most
}

// steps are how far the lines of a scale to most are apart and how many they
// are above 0: five at most.
func steps(most int) (step, lines int) {
	for ten := 1; ; ten *= 10 {
		for _, of := range []int{1, 2, 5} {
			step = of * ten
			if lines = (most + step - 1) / step; lines <= 5 {
				return step, max(lines, 1)
			}
		}
	}
}

func dot(at point) shape {
	return shape{Points: disc(at, 4.5), Closed: true}
}

func ring(at point) shape {
	return shape{Points: disc(at, 4), Closed: true, Fill: paper, Width: 2}
}

func square(at point) shape {
	const r = 4.25
	return shape{Points: []point{{at.X - r, at.Y - r}, {at.X + r, at.Y - r}, {at.X + r, at.Y + r}, {at.X - r, at.Y + r}}, Closed: true}
}

func triangle(at point) shape {
	const r = 5.5
	return shape{Points: []point{{at.X, at.Y - r}, {at.X + r, at.Y + r*0.8}, {at.X - r, at.Y + r*0.8}}, Closed: true}
}
