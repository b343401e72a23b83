package charts

import (
	"cmp"
	"math"
	"slices"

	"sprintbot/sprints/attendance"
)

// naming writes each measure's name at its start: beside the drawing where
// that is the first day, else near its first mark.
func (l *layout) naming() error {
	type named struct {
		series
		from point
		y    float64
	}
	var beside []named
	for i, s := range l.series {
		switch day := slices.IndexFunc(s.values, func(m attendance.Measure) bool { return m.Known }); {
		case day == 0:
			at := l.marked[i][0]
			beside = append(beside, named{s, at, at.Y})
		case day > 0:
			if err := l.place(s.name, s.class, s.colour, l.marked[i][day]); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(beside, func(a, b named) int { return cmp.Compare(a.y, b.y) })
	for i := range beside { // from above, each as high as it may
		if i > 0 {
			beside[i].y = max(beside[i].y, beside[i-1].y+nameApart)
		}
	}
	floor := l.area.Y1 + nameApart/2
	for i := len(beside) - 1; i >= 0; i-- { // from below, none under the floor
		beside[i].y = min(beside[i].y, floor)
		floor = beside[i].y - nameApart
	}
	right := float64(names) - 12
	for _, n := range beside {
		if err := l.write(label{Class: n.class, Text: n.name, At: point{right, n.y + 5}, Size: textSize, Fill: n.colour, Anchor: end}, right-4); err != nil {
			return err
		}
		l.leader(n.class, n.colour, point{right + 3, n.y}, n.from)
	}
	return nil
}

// leader is a thin line from a name to what it names.
func (l *layout) leader(class, colour string, from, to point) {
	far := math.Hypot(to.X-from.X, to.Y-from.Y)
	if far < 10 {
		return
	}
	part := (far - 8) / far // it ends before the mark
	l.draw(shape{Class: class + " leader", Points: []point{from, {from.X + (to.X-from.X)*part, from.Y + (to.Y-from.Y)*part}}, Stroke: colour, Width: 1})
}

// place writes words near what they are about, where the fewest lines, marks
// and words are in their way.
func (l *layout) place(words, class, fill string, about point) error {
	wide, err := l.wide(words, textSize)
	if err != nil {
		return err
	}
	var best point
	least := math.Inf(1)
	for _, far := range []float64{18, 30, 44, 60, 80, 104} {
		for turn := range 16 {
			sin, cos := math.Sincos(2 * math.Pi * float64(turn) / 16)
			centre := point{about.X + cos*(far+wide/2), about.Y + sin*far}
			if cost := l.cost(around(centre, wide), about) + far/1000; cost < least {
				best, least = centre, cost
			}
		}
	}
	b := around(best, wide)
	l.words = append(l.words, b)
	edge := b.nearest(about)
	if math.Hypot(edge.X-about.X, edge.Y-about.Y) > 14 {
		l.leader(class, fill, edge, about)
	}
	l.draw(shape{Class: "paper", Points: b.corners(), Closed: true, Fill: paper, Opacity: 0.8})
	return l.write(label{Class: class, Text: words, At: point{best.X, best.Y + 5}, Size: textSize, Fill: fill, Anchor: middle}, wide+1)
}

// around is the room that words take.
func around(centre point, wide float64) box {
	return box{centre.X - wide/2 - 4, centre.Y - 9, centre.X + wide/2 + 4, centre.Y + 9}
}

// cost is how much is in the way of words in a room, and of their leader.
func (l *layout) cost(b box, about point) (cost float64) {
	if !b.within(box{l.area.X0, l.area.Y0 - 6, l.area.X1, l.area.Y1 - 1}) {
		cost += 100
	}
	for _, o := range l.words {
		if b.meets(o) {
			cost += 50
		}
	}
	for _, o := range l.marks {
		if b.meets(o) {
			cost += 10
		}
		if !o.holds(about) && o.crossed(b.nearest(about), about) {
			cost += 2
		}
	}
	for _, area := range l.bands {
		if slices.ContainsFunc(append(b.corners(), point{(b.X0 + b.X1) / 2, (b.Y0 + b.Y1) / 2}), func(p point) bool { return inside(p, area) }) {
			cost += 5
		}
	}
	for _, line := range l.lines {
		if b.crossed(line[0], line[1]) {
			cost += 3
		}
	}
	return cost
}
