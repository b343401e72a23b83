package charts

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is how many pixels a unit of a PNG has.
const scale = 2

// raster draws a scene in pixels.
type raster struct {
	img   *image.RGBA
	vec   *vector.Rasterizer
	faces faces
}

// encode is a scene as a PNG.
func encode(s *scene) ([]byte, error) {
	if !s.sound() {
		return nil, errors.New("the chart has a point nowhere")
	}
	all, err := newFaces(scale)
	if err != nil {
		return nil, err
	}
	r := &raster{img: image.NewRGBA(image.Rect(0, 0, int(s.Width*scale), int(s.Height*scale))), vec: &vector.Rasterizer{}, faces: all}
	ground, err := paint(paper, 1)
	if err != nil {
		return nil, err
	}
	draw.Draw(r.img, r.img.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
	for _, sh := range s.Shapes {
		if err := r.shape(sh); err != nil {
			return nil, err
		}
	}
	for _, l := range s.Labels {
		if err := r.label(l); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, r.img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (r *raster) shape(sh shape) error {
	if sh.Fill != "" {
		ink, err := paint(sh.Fill, sh.Opacity)
		if err != nil {
			return err
		}
		r.fill(ink, sh.Points)
	}
	if sh.Stroke == "" {
		return nil
	}
	ink, err := paint(sh.Stroke, 1)
	if err != nil {
		return err
	}
	line := sh.Points
	if sh.Closed && len(line) > 0 {
		line = append(line[:len(line):len(line)], line[0])
	}
	var areas [][]point
	for _, piece := range dashes(line, sh.Dash) {
		for i, p := range piece {
			if i > 0 {
				areas = append(areas, bar(piece[i-1], p, sh.Width))
			}
			if i > 0 && i < len(piece)-1 || sh.Closed {
				areas = append(areas, disc(p, sh.Width/2)) // joints are round
			}
		}
	}
	r.fill(ink, areas...)
	return nil
}

// bar is a line of a width, as an area.
func bar(p, q point, width float64) []point {
	length := math.Hypot(q.X-p.X, q.Y-p.Y)
	if length == 0 {
		return nil
	}
	dx, dy := (q.Y-p.Y)/length*width/2, (p.X-q.X)/length*width/2
	return []point{{p.X + dx, p.Y + dy}, {q.X + dx, q.Y + dy}, {q.X - dx, q.Y - dy}, {p.X - dx, p.Y - dy}}
}

// dashes are the pieces of a line that are drawn.
func dashes(line []point, lengths []float64) [][]point {
	if len(lengths) == 0 || len(line) == 0 {
		return [][]point{line}
	}
	var pieces [][]point
	piece := []point{line[0]}
	n, left := 0, lengths[0]
	for i := 1; i < len(line); i++ {
		p, q := line[i-1], line[i]
		for {
			length := math.Hypot(q.X-p.X, q.Y-p.Y)
			if length <= left {
				left -= length
				break
			}
			p = point{p.X + (q.X-p.X)*left/length, p.Y + (q.Y-p.Y)*left/length}
			if n%2 == 0 {
				pieces = append(pieces, append(piece, p))
			}
			piece = []point{p}
			n++
			left = lengths[n%len(lengths)]
		}
		piece = append(piece, q)
	}
	if n%2 == 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

// fill paints areas, together: where they overlap it is no darker.
func (r *raster) fill(ink color.Color, areas ...[]point) {
	edge := image.Rectangle{}
	for _, area := range areas {
		for _, p := range area {
			x, y := int(math.Floor(p.X*scale)), int(math.Floor(p.Y*scale))
			edge = edge.Union(image.Rect(x-1, y-1, x+2, y+2))
		}
	}
	if edge = edge.Intersect(r.img.Bounds()); edge.Empty() {
		return
	}
	r.vec.Reset(edge.Dx(), edge.Dy())
	at := func(p point) (x, y float32) {
		return float32(p.X*scale - float64(edge.Min.X)), float32(p.Y*scale - float64(edge.Min.Y))
	}
	for _, area := range areas {
		turned := area2(area) < 0 // areas that turn differently would take each other out
		for i := range area {
			p := area[i]
			if turned {
				p = area[len(area)-1-i]
			}
			if x, y := at(p); i == 0 {
				r.vec.MoveTo(x, y)
			} else {
				r.vec.LineTo(x, y)
			}
		}
		r.vec.ClosePath()
	}
	r.vec.Draw(r.img, edge, image.NewUniform(ink), image.Point{})
}

// area2 is twice an area, below 0 if its points turn to the left.
func area2(ps []point) (sum float64) {
	for i, p := range ps {
		q := ps[(i+1)%len(ps)]
		sum += p.X*q.Y - q.X*p.Y
	}
	return sum
}

func (r *raster) label(l label) error {
	face, err := r.faces.of(l.Size)
	if err != nil {
		return err
	}
	ink, err := paint(l.Fill, 1)
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: r.img, Src: image.NewUniform(ink), Face: face}
	x := fixed.Int26_6(l.At.X * scale * 64)
	switch wide := d.MeasureString(l.Text); l.Anchor {
	case middle:
		x -= wide / 2
	case end:
		x -= wide
	}
	d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(l.At.Y * scale * 64)}
	d.DrawString(l.Text)
	return nil
}

// faces are the one font in the sizes that were asked for.
type faces struct {
	font  *opentype.Font
	dpi   float64
	sizes map[float64]font.Face
}

// newFaces reads the font; a unit has so many pixels.
func newFaces(pixels float64) (faces, error) {
	f, err := opentype.Parse(gomedium.TTF)
	return faces{font: f, dpi: 72 * pixels, sizes: map[float64]font.Face{}}, err
}

func (f faces) of(size float64) (font.Face, error) {
	if face := f.sizes[size]; face != nil {
		return face, nil
	}
	face, err := opentype.NewFace(f.font, &opentype.FaceOptions{Size: size, DPI: f.dpi, Hinting: font.HintingNone})
	if err == nil {
		f.sizes[size] = face
	}
	return face, err
}

// paint is "#1a1814" as a colour.
func paint(hex string, opacity float64) (color.Color, error) {
	n, err := strconv.ParseUint(hex[min(1, len(hex)):], 16, 32)
	if err != nil || len(hex) != 7 {
		return nil, fmt.Errorf("%q is no colour", hex)
	}
	return color.NRGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), uint8(math.Round(255 * opacity))}, nil
}
