package charts

import (
	"errors"
	"html/template"
	"io"
	"strconv"
	"strings"

	"sprintbot/sprints"
)

// markup is a scene as SVG that may stand in a page: it holds no style and no
// script, so that a strict policy shows it as it is.
const markup = `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="chart" width="{{.Width}}" height="{{.Height}}" viewBox="0 0 {{.Width}} {{.Height}}">
<title>{{.Finding}}</title>
<desc>{{.Alt}}</desc>
<rect class="paper" width="{{.Width}}" height="{{.Height}}" fill="{{.Paper}}"/>
{{range .Shapes}}<path class="{{.Class}}" d="{{.Path}}" fill="{{or .Fill "none"}}"{{if .Clear}} fill-opacity="{{.Opacity}}"{{end}}{{if .Stroke}} stroke="{{.Stroke}}" stroke-width="{{.Width}}" stroke-linejoin="round"{{end}}{{with .Dashes}} stroke-dasharray="{{.}}"{{end}}/>
{{end}}{{range .Labels}}<text class="{{.Class}}" x="{{.X}}" y="{{.Y}}" text-anchor="{{.Anchor}}" font-size="{{.Size}}" fill="{{.Fill}}">{{.Text}}</text>
{{end}}</svg>
`

// picture is what markup shows.
type picture struct {
	*scene
	Finding, Alt string
}

// write writes a scene as SVG.
func (p picture) write(w io.Writer) error {
	if !p.sound() {
		return errors.New("the chart has a point nowhere")
	}
	p.Finding, p.Alt = plain(p.Finding), plain(p.Alt)
	t, err := template.New("chart").Parse(markup)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}

// Paper is the colour of what it is drawn on.
func (picture) Paper() string { return paper }

// plain is s without what no XML may hold.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, sprints.OneLine(s))
}

// Path are the points, for an attribute d.
func (sh shape) Path() string {
	var b strings.Builder
	for i, p := range sh.Points {
		step := "L"
		if i == 0 {
			step = "M"
		}
		b.WriteString(step + short(p.X) + " " + short(p.Y))
	}
	if sh.Closed {
		b.WriteByte('Z')
	}
	return b.String()
}

// Clear says that what is behind the shape is seen through it.
func (sh shape) Clear() bool { return sh.Fill != "" && sh.Opacity < 1 }

// Dashes are the lengths, for an attribute.
func (sh shape) Dashes() string {
	all := make([]string, len(sh.Dash))
	for i, d := range sh.Dash {
		all[i] = short(d)
	}
	return strings.Join(all, " ")
}

// X is where the label stands, for an attribute.
func (l label) X() string { return short(l.At.X) }

// Y is where its base line stands, for an attribute.
func (l label) Y() string { return short(l.At.Y) }

// short is a number with at most one digit behind the point.
func short(f float64) string {
	s := strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}
