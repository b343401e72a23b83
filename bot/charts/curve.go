package charts

import (
	"cmp"
	"slices"
)

const (
	markApart = 9.5 // marks nearer than this hide one another
	tick      = 14  // half of a day's line where it stands alone
)

// curves are the line of the best estimate and, above it, those of the
// measures.
func (l *layout) curves() error {
	l.sideBySide()
	l.runs(func(day int) (point, bool) { return l.at(day, l.best[day].Best), l.best[day].Known }, func(run []point) {
		if at := run[0]; len(run) == 1 {
			run = []point{{at.X - tick, at.Y}, {at.X + tick, at.Y}}
			l.marks = append(l.marks, box{at.X - tick, at.Y - 3, at.X + tick, at.Y + 3})
		}
		l.draw(shape{Class: "best", Points: run, Stroke: ink, Width: 3.5})
	})
	for i, s := range l.series {
		l.runs(func(day int) (point, bool) { return l.marked[i][day], s.values[day].Known }, func(run []point) {
			if len(run) > 1 {
				l.draw(shape{Class: s.class, Points: run, Stroke: s.colour, Width: 2, Dash: s.dash})
			}
		})
	}
	return nil
}

// runs are the days that have a number, parted by those that have none.
func (l *layout) runs(at func(day int) (point, bool), line func([]point)) {
	var run []point
	for day := 0; day <= len(l.best); day++ {
		if day < len(l.best) {
			if p, known := at(day); known {
				if run = append(run, p); len(run) > 1 {
					l.lines = append(l.lines, [2]point{run[len(run)-2], p})
				}
				continue
			}
		}
		if len(run) > 0 {
			line(run)
		}
		run = nil
	}
}

// sideBySide finds where the marks stand: those of one day that would hide one
// another side by side.
func (l *layout) sideBySide() {
	l.marked = make([][]point, len(l.series))
	for i := range l.marked {
		l.marked[i] = make([]point, len(l.best))
	}
	step := markApart
	if a := l.apart(); a > 0 {
		step = min(step, a/5)
	}
	for day := range l.best {
		var of []int // the measures of the day, from the highest
		for i, s := range l.series {
			if s.values[day].Known {
				of = append(of, i)
			}
		}
		slices.SortStableFunc(of, func(a, b int) int {
			return cmp.Compare(l.series[b].values[day].Value, l.series[a].values[day].Value)
		})
		for len(of) > 0 {
			near := 1
			for near < len(of) && l.y(l.series[of[near]].number(day))-l.y(l.series[of[near-1]].number(day)) < markApart {
				near++
			}
			for n, i := range of[:near] {
				l.marked[i][day] = point{l.x(day) + step*(float64(n)-float64(near-1)/2), l.y(l.series[i].number(day))}
			}
			of = of[near:]
		}
	}
}

// number is a day's.
func (s series) number(day int) float64 { return float64(s.values[day].Value) }

// marking draws the marks, above all lines.
func (l *layout) marking() error {
	for i, s := range l.series {
		for day, m := range s.values {
			if !m.Known {
				continue
			}
			at := l.marked[i][day]
			sh := s.mark(at)
			sh.Class, sh.Opacity = s.class, 1
			if sh.Fill == "" {
				sh.Fill, sh.Stroke, sh.Width = s.colour, paper, 1
			} else {
				sh.Stroke = s.colour
			}
			l.draw(sh)
			l.marks = append(l.marks, box{at.X - 6, at.Y - 6, at.X + 6, at.Y + 6})
		}
	}
	return nil
}
