package charts

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"golang.org/x/image/font"

	"sprintbot/sprints/attendance"
)

// Sizes of a drawing, in its units.
const (
	headSize  = 20
	textSize  = 14
	softSize  = 13
	plotTop   = 104
	plotTall  = 230
	below     = 52 // words under the days
	names     = 100
	numbers   = 52
	dayWidth  = 62 // of the words under a day
	nameApart = 18
)

// layout is a plot being laid out.
type layout struct {
	*plot
	*scene
	faces
	area      box
	step, top int
	marked    [][]point // of each measure: where its days' marks are
	// What is in the way of words in the area:
	words, marks []box
	lines        [][2]point
	bands        [][]point
}

// scene is the drawing, so wide.
func (p *plot) scene(width float64) (*scene, error) {
	all, err := newFaces(1)
	if err != nil {
		return nil, err
	}
	step, lines := steps(p.most())
	l := &layout{plot: p, faces: all, step: step, top: step * lines,
		scene: &scene{Width: width, Height: plotTop + plotTall + below},
		area:  box{names, plotTop, width - numbers, plotTop + plotTall}}
	for _, part := range []func() error{l.heading, l.scale, l.columns, l.ranges, l.forecast, l.curves, l.marking, l.naming, l.about} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return l.scene, nil
}

// wide is how wide words are.
func (l *layout) wide(words string, size float64) (float64, error) {
	face, err := l.of(size)
	if err != nil {
		return 0, err
	}
	return float64(font.MeasureString(face, words)) / 64, nil
}

// write writes words; those that would be too wide become smaller.
func (l *layout) write(w label, room float64) error {
	wide, err := l.wide(w.Text, w.Size)
	if err != nil {
		return err
	}
	if wide > room {
		w.Size = max(9, math.Floor(w.Size*room/wide*2)/2)
	}
	l.Labels = append(l.Labels, w)
	return nil
}

func (l *layout) heading() error {
	room := l.Width - 32
	if err := l.write(label{Class: "ink", Text: l.finding, At: point{16, 32}, Size: headSize, Fill: ink, Anchor: start}, room); err != nil {
		return err
	}
	said := []string{"People by day."}
	switch {
	case slices.ContainsFunc(l.best, ranged):
		said[0] = "People by day. Thick: the best estimate, grey: its range."
	case slices.ContainsFunc(l.best, func(e attendance.Estimate) bool { return e.Known }):
		said[0] = "People by day. Thick: the best estimate."
	}
	if l.ahead != nil {
		said = append(said, "Striped: tomorrow, if 30 to 50 % fewer come.")
	}
	if l.sample {
		said = append(said, "Sample data: nobody here is real.")
	}
	for i, words := range said {
		if err := l.write(label{Class: "soft", Text: words, At: point{16, 53 + 18*float64(i)}, Size: softSize, Fill: soft, Anchor: start}, room); err != nil {
			return err
		}
	}
	return nil
}

func ranged(e attendance.Estimate) bool { return e.Known && e.Sources > 1 }

// scale are the lines of the numbers.
func (l *layout) scale() error {
	for n := 0; n <= l.top; n += l.step {
		y := l.y(float64(n))
		line := shape{Class: "hair", Points: []point{{l.area.X0, y}, {l.area.X1, y}}, Stroke: hair, Width: 1}
		if n == 0 {
			line.Class, line.Stroke = "axis", soft
		}
		l.draw(line)
		if err := l.write(label{Class: "soft", Text: strconv.Itoa(n), At: point{l.area.X1 + 8, y + 4.5}, Size: softSize, Fill: soft, Anchor: start}, numbers-10); err != nil {
			return err
		}
	}
	return l.write(label{Class: "soft", Text: "people", At: point{l.area.X1 + numbers - 6, l.area.Y0 - 14}, Size: softSize, Fill: soft, Anchor: end}, numbers+20)
}

func (l *layout) y(n float64) float64 { return l.area.Y1 - (l.area.Y1-l.area.Y0)*n/float64(l.top) }

// apart is how far days are from one another.
func (l *layout) apart() float64 {
	if len(l.days) < 2 {
		return 0
	}
	return (l.area.X1 - l.area.X0 - 2*inset) / float64(len(l.days)-1)
}

// inset is how far the first and last day are from the sides.
const inset = 30

func (l *layout) x(day int) float64 {
	if len(l.days) < 2 {
		return (l.area.X0 + l.area.X1) / 2
	}
	return l.area.X0 + inset + l.apart()*float64(day)
}

// at is a number's place on a day.
func (l *layout) at(day, n int) point { return point{l.x(day), l.y(float64(n))} }

// columns are the words under the days; where they have no room every second
// or third day has some, the last one always.
func (l *layout) columns() error {
	every := 1
	if a := l.apart(); a > 0 {
		every = max(1, int(math.Ceil(dayWidth/a)))
	}
	last := len(l.best) - 1
	for i, d := range l.days {
		if (last-i)%every != 0 {
			continue
		}
		at, size, fill, class := l.at(i, 0), float64(softSize), soft, "soft"
		if d.today {
			size, fill, class = textSize, ink, "ink today"
		}
		for n, words := range []string{d.upper, d.lower} {
			err := l.write(label{Class: class, Text: words, At: point{at.X, at.Y + 20 + 17*float64(n)}, Size: size, Fill: fill, Anchor: middle}, dayWidth)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// ranges are the grey band of the estimate.
func (l *layout) ranges() error {
	for first := 0; first < len(l.best); first++ {
		if !ranged(l.best[first]) {
			continue
		}
		var upper, lower []point
		after := first
		for ; after < len(l.best) && ranged(l.best[after]); after++ {
			upper = append(upper, l.at(after, l.best[after].High))
			lower = append(lower, l.at(after, l.best[after].Low))
		}
		if len(upper) == 1 { // a day alone
			upper = []point{{upper[0].X - 14, upper[0].Y}, {upper[0].X + 14, upper[0].Y}}
			lower = []point{{lower[0].X - 14, lower[0].Y}, {lower[0].X + 14, lower[0].Y}}
		}
		area := append(slices.Clone(upper), reversed(lower)...)
		l.bands = append(l.bands, area)
		l.draw(shape{Class: "band", Points: area, Closed: true, Fill: ink, Opacity: 0.14},
			shape{Class: "band edge", Points: upper, Stroke: soft, Width: 1}, shape{Class: "band edge", Points: lower, Stroke: soft, Width: 1})
		first = after
	}
	return nil
}

func reversed(ps []point) []point {
	ps = slices.Clone(ps)
	slices.Reverse(ps)
	return ps
}

// forecast is tomorrow's striped band.
func (l *layout) forecast() error {
	if l.ahead == nil {
		return nil
	}
	last := len(l.best) - 1
	now := l.best[last]
	low, high := now.Best, now.Best
	if ranged(now) {
		low, high = now.Low, now.High
	}
	upper := []point{l.at(last, high), l.at(last+1, l.ahead.High)}
	lower := []point{l.at(last, low), l.at(last+1, l.ahead.Low)}
	area := append(slices.Clone(upper), reversed(lower)...)
	l.bands = append(l.bands, area)
	for _, line := range stripes(area, 8) {
		l.draw(shape{Class: "stripe", Points: line[:], Stroke: soft, Width: 1})
	}
	for _, edge := range [][]point{upper, {upper[1], lower[1]}, lower} {
		l.draw(shape{Class: "stripe edge", Points: edge, Stroke: soft, Width: 1})
		l.lines = append(l.lines, [2]point{edge[0], edge[1]})
	}
	to := l.at(last+1, (l.ahead.Low+l.ahead.High)/2)
	l.draw(shape{Class: "best", Points: []point{l.at(last, now.Best), to}, Stroke: ink, Width: 3, Dash: []float64{3, 4}})
	return nil
}

// about are the numbers in the drawing: how many came last, and come tomorrow.
func (l *layout) about() error {
	last := len(l.best) - 1
	if now := l.best[last]; now.Known {
		if err := l.place(fmt.Sprintf("about %d", now.Best), "ink", ink, l.at(last, now.Best)); err != nil {
			return err
		}
	}
	if l.ahead == nil {
		return nil
	}
	words := fmt.Sprintf("%d to %d", l.ahead.Low, l.ahead.High)
	return l.place(words, "ink", ink, l.at(last+1, (l.ahead.Low+l.ahead.High)/2))
}
