package attendance

import (
	"cmp"
	"math"
	"slices"
)

// Estimate is how many people were there on a day, with a range. It is not
// Known where no head count of any day gives a scale.
type Estimate struct {
	Best, Low, High int
	Sources         int // independent numbers in it; one alone has no range
	Known           bool
}

// Measures are one day's numbers.
type Measures struct {
	CheckedIn         int
	Head, Lunch, WiFi Measure
	SoFar             bool // the day is not over: what is counted until now is no measure of another
}

// Estimates are the days' estimates: the median of head, lunch×rL, wifi×rW and
// checked-in/coverage (of at least ten), from lowest to highest. The ratios r (and the coverage)
// are heads over that measure, summed over the *other* days having both and
// being over, so that no measure proves itself. Where no other day gives a ratio yet, a lunch or
// WiFi number beside a head count widens the range as it stands, and does not
// move the middle: on PyCon US 2009's first day that is 230, from 230 to 270.
// Nobody who checked in is estimated away.
func Estimates(days []Measures) []Estimate {
	all := make([]Estimate, len(days))
	for i := range days {
		all[i] = estimate(days, i)
	}
	return all
}

func estimate(days []Measures, i int) Estimate {
	d := days[i]
	var middle, edges []float64
	if d.Head.Known {
		middle = append(middle, float64(d.Head.Value))
	}
	for _, of := range []func(Measures) Measure{LunchOf, WiFiOf} {
		m := of(d)
		if r, ok := Ratio(days, i, of); ok && m.Known {
			middle = append(middle, r*float64(m.Value))
		} else if d.Head.Known && m.Known && m.Value > 0 {
			edges = append(edges, float64(m.Value))
		}
	}
	if r, ok := Ratio(days, i, CheckedInOf); ok && d.CheckedIn >= fewest {
		middle = append(middle, r*float64(d.CheckedIn))
	}
	if len(middle) == 0 {
		return Estimate{}
	}
	edges = append(edges, middle...)
	e := Estimate{Best: round(median(middle)), Low: round(slices.Min(edges)), High: round(slices.Max(edges)), Sources: len(edges), Known: true}
	e.Best, e.Low, e.High = max(e.Best, d.CheckedIn), max(e.Low, d.CheckedIn), max(e.High, d.CheckedIn)
	return e
}

// Ratio is heads per unit of a measure over all days having both that are over,
// but the one left out (-1 leaves out none). ok is false where no day has both.
func Ratio(days []Measures, leaveOut int, of func(Measures) Measure) (r float64, ok bool) {
	heads, units := 0, 0
	for i, d := range days {
		if m := of(d); i != leaveOut && !d.SoFar && d.Head.Known && m.Known && m.Value > 0 {
			heads += d.Head.Value
			units += m.Value
		}
	}
	if units == 0 || heads == 0 {
		return 0, false
	}
	return float64(heads) / float64(units), true
}

// LunchOf is a day's lunches, for Ratio.
func LunchOf(m Measures) Measure { return m.Lunch }

// WiFiOf is a day's devices, for Ratio.
func WiFiOf(m Measures) Measure { return m.WiFi }

// CheckedInOf are a day's people checked in, for Ratio: heads per person
// checked in is one over the coverage.
// Days with fewer than fewest are left out.
func CheckedInOf(m Measures) Measure {
	return Measure{Value: m.CheckedIn, Known: m.CheckedIn >= fewest}
}

// fewest check-ins say something of a whole sprint.
const fewest = 10

// Drop is how many fewer people came than the day before, in per cent of that
// day; below 0 when more came.
type Drop struct {
	Percent int
	Known   bool
}

// DropOff compares two days by their best estimates.
func DropOff(before, day Estimate) Drop {
	if !before.Known || !day.Known || before.Best == 0 {
		return Drop{}
	}
	return Drop{Percent: round(100 * float64(before.Best-day.Best) / float64(before.Best)), Known: true}
}

// The daily losses that two accounts of one sprint give: about 30 % and
// about 50 % (PyCon US 2009).
const (
	LeastLoss = 0.30
	MostLoss  = 0.50
)

// Forecast is how many people to expect some days after a day with n people,
// if each day loses between MostLoss and LeastLoss: 270 are 135 to 189 the
// next day, 68 to 132 the one after.
func Forecast(n, days int) (low, high int) {
	return round(float64(n) * math.Pow(1-MostLoss, float64(days))), round(float64(n) * math.Pow(1-LeastLoss, float64(days)))
}

func median(xs []float64) float64 {
	xs = slices.Clone(xs)
	slices.SortFunc(xs, cmp.Compare[float64])
	n := len(xs)
	if n%2 == 1 {
		return xs[n/2]
	}
	return (xs[n/2-1] + xs[n/2]) / 2
}

func round(x float64) int { return int(math.Round(x)) }
