// Package charts draws figures: one drawing each, written as PNG for Slack and
// as SVG for pages, with words for who does not see it. bot gives commands
// what it makes; it reads no store, and adapters get finished bytes.
package charts

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
)

// Chart is a drawing and its words.
type Chart struct {
	Title   string // what it shows: "Attendance of PyCon Sprints 2027"
	Finding string // what is to be seen in it: "26 % fewer than the day before"
	Alt     string // the finding and the newest days' figures, for who does not see it: a few sentences, within Slack's 1,000 characters
	draw    func(width float64) (*scene, error)
}

// PNGWidth is how wide a PNG is, in units of scale pixels, and the SVG that shows
// just what it does: Slack shows it about as many points wide, and phones a little
// smaller.
const PNGWidth = 480

// PNG is the chart 960 pixels wide, on paper.
func (c Chart) PNG() ([]byte, error) {
	s, err := c.draw(PNGWidth)
	if err != nil {
		return nil, err
	}
	return encode(s)
}

// SVG writes the chart so many pixels wide, 350 at least: an element for a
// page, whose style sheet may give its classes the colours of the night.
func (c Chart) SVG(w io.Writer, width int) error {
	s, err := c.draw(float64(max(width, 350)))
	if err != nil {
		return err
	}
	return picture{scene: s, Finding: c.Finding, Alt: c.Alt}.write(w)
}

// Attendance is how many came, day by day: each measure, and the best estimate
// with its range. ok is false where nothing was counted and nobody checked in.
func Attendance(e sprints.Event, days []attendance.Day) (c Chart, ok bool) {
	if !slices.ContainsFunc(days, func(d attendance.Day) bool {
		m := d.Measures
		return m.CheckedIn > 0 || m.Head.Known || m.Lunch.Known || m.WiFi.Known
	}) {
		return Chart{}, false
	}
	p := plotOf(e, days)
	p.finding = finding(days[len(days)-1])
	c = Chart{Title: sprints.OneLine("Attendance of " + e.Name), Finding: p.finding, draw: p.scene}
	if e.Sample {
		c.Title += " (sample)"
	}
	said := []string{c.Finding + "."}
	newest := max(len(days)-spelled, 0)
	if newest > 0 {
		said = append(said, before(days[:newest]))
	}
	for _, d := range days[newest:] {
		said = append(said, figures(e, d))
	}
	if p.ahead != nil {
		said = append(said, fmt.Sprintf("Tomorrow %d to %d, if 30 to 50 %% fewer come.", p.ahead.Low, p.ahead.High))
	}
	c.Alt = strings.Join(said, " ")
	return c, true
}

// finding is what the last day says.
func finding(d attendance.Day) string {
	so := ""
	if d.SoFar {
		so = ", so far"
	}
	switch {
	case !d.Estimate.Known:
		return "No estimate yet: it needs a head count"
	case !d.Drop.Known:
		return fmt.Sprintf("About %d people on day %d%s", d.Estimate.Best, d.Number, so)
	case d.Drop.Percent == 0:
		return "As many as the day before" + so
	case d.Drop.Percent < 0:
		return fmt.Sprintf("%d %% more than the day before%s", -d.Drop.Percent, so)
	}
	return fmt.Sprintf("%d %% fewer than the day before%s", d.Drop.Percent, so)
}

// spelled is how many days' figures stand in a chart's words.
const spelled = 5

// before is what the days before those were like, in one sentence.
func before(days []attendance.Day) string {
	var best []int
	for _, d := range days {
		if d.Estimate.Known {
			best = append(best, d.Estimate.Best)
		}
	}
	what, each := "The day before", ""
	if len(days) > 1 {
		what, each = fmt.Sprintf("The %d days before", len(days)), " each"
	}
	if best == nil {
		return what + ": no estimate."
	}
	if low, high := slices.Min(best), slices.Max(best); low < high {
		return fmt.Sprintf("%s: about %d to %d people%s.", what, low, high, each)
	}
	return fmt.Sprintf("%s: about %d people%s.", what, best[0], each)
}

// figures are a day's, in words.
func figures(e sprints.Event, d attendance.Day) string {
	value := func(m attendance.Measure) string {
		if !m.Known {
			return "n/a"
		}
		return fmt.Sprint(m.Value)
	}
	about := "estimate n/a"
	switch est := d.Estimate; {
	case est.Known && est.Sources > 1:
		about = fmt.Sprintf("about %d, %d to %d", est.Best, est.Low, est.High)
	case est.Known:
		about = fmt.Sprintf("about %d", est.Best)
	}
	m := d.Measures
	return fmt.Sprintf("%s: head count %s, lunch %s, WiFi %s, checked in %d; %s.",
		sprints.DayTitle(e, d.Day), value(m.Head), value(m.Lunch), value(m.WiFi), m.CheckedIn, about)
}
