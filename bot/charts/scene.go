package charts

import (
	"math"
	"slices"
)

// point is a place on a drawing, in its units, from the upper left corner.
type point struct{ X, Y float64 }

// shape is a line or an area. The PNG shows its colours; in an SVG a style
// sheet may give its class others.
type shape struct {
	Class   string
	Points  []point
	Closed  bool    // it ends where it began
	Fill    string  // "#1a1814", "" none
	Opacity float64 // of what is filled
	Stroke  string  // "" none
	Width   float64
	Dash    []float64 // lengths drawn and left out, in turn; nil: all is drawn
}

// label is a few words of ours: the fonts hold them.
type label struct {
	Class  string
	Text   string
	At     point // on the base line
	Anchor anchor
	Size   float64
	Fill   string
}

// anchor is which part of a label stands where it is At.
type anchor string

const (
	start  anchor = "start"
	middle anchor = "middle"
	end    anchor = "end"
)

// scene is a drawing that SVG and PNG are made of, on paper.
type scene struct {
	Width, Height float64
	Shapes        []shape
	Labels        []label // above the shapes
}

func (s *scene) draw(sh ...shape) { s.Shapes = append(s.Shapes, sh...) }

// sound says that all of it can be drawn.
func (s *scene) sound() bool {
	good := func(p point) bool { return math.Abs(p.X) < 1e5 && math.Abs(p.Y) < 1e5 } // false for what is no number
	for _, sh := range s.Shapes {
		if !(sh.Width >= 0) || slices.ContainsFunc(sh.Points, func(p point) bool { return !good(p) }) {
			return false
		}
	}
	return !slices.ContainsFunc(s.Labels, func(l label) bool { return !good(l.At) || !(l.Size > 0) })
}

// disc are the points of a circle.
func disc(at point, r float64) []point {
	const corners = 24
	ps := make([]point, corners)
	for i := range ps {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		ps[i] = point{at.X + r*cos, at.Y + r*sin}
	}
	return ps
}

// box is an upright rectangle.
type box struct{ X0, Y0, X1, Y1 float64 }

func (b box) meets(o box) bool { return b.X0 < o.X1 && o.X0 < b.X1 && b.Y0 < o.Y1 && o.Y0 < b.Y1 }

func (b box) within(o box) bool { return b.X0 >= o.X0 && b.X1 <= o.X1 && b.Y0 >= o.Y0 && b.Y1 <= o.Y1 }

func (b box) corners() []point {
	return []point{{b.X0, b.Y0}, {b.X1, b.Y0}, {b.X1, b.Y1}, {b.X0, b.Y1}}
}

// nearest is the point of b that is nearest to p.
func (b box) nearest(p point) point {
	return point{min(max(p.X, b.X0), b.X1), min(max(p.Y, b.Y0), b.Y1)}
}

func (b box) holds(p point) bool { return b.nearest(p) == p }

// inside says that a point is in an area.
func inside(p point, area []point) (in bool) {
	for i, a := range area {
		b := area[(i+1)%len(area)]
		if a.Y > p.Y != (b.Y > p.Y) && p.X < a.X+(b.X-a.X)*(p.Y-a.Y)/(b.Y-a.Y) {
			in = !in
		}
	}
	return in
}

// crossed says that a line from p to q passes through b.
func (b box) crossed(p, q point) bool {
	from, to := 0.0, 1.0 // the part of the line that is inside
	for _, side := range [][3]float64{
		{p.X - q.X, p.X - b.X0}, {q.X - p.X, b.X1 - p.X}, {p.Y - q.Y, p.Y - b.Y0}, {q.Y - p.Y, b.Y1 - p.Y},
	} {
		step, room := side[0], side[1]
		switch {
		case step == 0 && room < 0:
			return false
		case step < 0:
			from = max(from, room/step)
		case step > 0:
			to = min(to, room/step)
		}
	}
	return from < to
}

// stripes are slanted lines through a convex area, a few units apart: a
// pattern that no output needs to know.
func stripes(area []point, apart float64) [][2]point {
	var lines [][2]point
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range area {
		low, high = min(low, p.X+p.Y), max(high, p.X+p.Y)
	}
	for c := low + apart/2; c < high; c += apart {
		var cut []point
		for i, p := range area {
			q := area[(i+1)%len(area)]
			a, b := p.X+p.Y-c, q.X+q.Y-c
			if a < 0 != (b < 0) {
				t := a / (a - b)
				cut = append(cut, point{p.X + t*(q.X-p.X), p.Y + t*(q.Y-p.Y)})
			}
		}
		if len(cut) == 2 {
			lines = append(lines, [2]point{cut[0], cut[1]})
		}
	}
	return lines
}
