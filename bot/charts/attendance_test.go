package charts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
)

var update = flag.Bool("update", false, "rewrite golden files")

// day are checked in, heads, lunches and devices; below 0 is not counted.
type day [4]int

// sprint is one that lasts a day longer than these, the last being today.
func sprint(t interface{ Fatal(...any) }, name string, of ...day) (sprints.Event, []attendance.Day) {
	first, err := sprints.ParseDay("2027-05-17")
	if err != nil {
		t.Fatal(err)
	}
	e := sprints.Event{Name: name, Zone: time.UTC, First: first, Last: first.Add(len(of))}
	measured := make([]attendance.Measures, len(of))
	for i, d := range of {
		m := func(n int) attendance.Measure { return attendance.Measure{Value: max(n, 0), Known: n >= 0} }
		measured[i] = attendance.Measures{CheckedIn: d[0], Head: m(d[1]), Lunch: m(d[2]), WiFi: m(d[3]), SoFar: i == len(of)-1}
	}
	days := make([]attendance.Day, len(of))
	for i, est := range attendance.Estimates(measured) {
		days[i] = attendance.Day{Day: first.Add(i), Number: i + 1, SoFar: measured[i].SoFar, Measures: measured[i], Estimate: est}
		if i > 0 {
			days[i].Drop = attendance.DropOff(days[i-1].Estimate, est)
		}
	}
	return e, days
}

func chart(t *testing.T, name string, of ...day) Chart {
	t.Helper()
	e, days := sprint(t, name, of...)
	c, ok := Attendance(e, days)
	if !ok {
		t.Fatalf("%v is not drawn", of)
	}
	return c
}

// examples are days whose drawing was looked at.
var examples = map[string][]day{
	"three-days":       {{112, 128, 131, 150}, {79, 88, 93, 104}, {61, 66, 68, 79}},
	"pycon-us-2009":    {{8, 230, 270, 270}, {4, -1, -1, 200}},
	"one-day":          {{90, 230, 270, 270}},
	"counted-late":     {{20, -1, -1, -1}, {30, 58, 60, 70}, {12, -1, 50, -1}, {10, 40, 44, 55}},
	"nobody-checks-in": {{0, 58, 60, 58}, {0, -1, -1, 20}},
	"no-estimate":      {{3, -1, -1, -1}, {5, -1, 9, -1}},
	"all-the-same":     {{100, 100, 100, 100}, {100, 100, 100, 100}},
	"ten-days": {{112, 128, 131, 150}, {79, 88, 93, 104}, {61, 66, 68, 79}, {61, 66, 68, 79}, {50, 66, 68, 79},
		{61, 66, 68, 79}, {40, 66, 58, 79}, {61, 66, 68, 79}, {61, 66, 68, 69}, {31, 66, 68, 79}},
	"a-crowd": {{9000, 20000, 18000, 20000}, {8000, 15000, 14000, 19999}},
}

func TestTheDrawingIsAsItWasLookedAt(t *testing.T) {
	for name, width := range map[string]int{"wide": 660, "narrow": 350} {
		var got bytes.Buffer
		if err := chart(t, "Sample Sprints 2027", examples["three-days"]...).SVG(&got, width); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: %v; it differs: look at it, then run with -update", path, err)
		}
	}
}

func TestAPictureHoldsEveryMeasureInItsColour(t *testing.T) {
	for name, days := range examples {
		raw, err := chart(t, "Sample", days...).PNG()
		if err != nil || len(raw) > sprints.PictureMost/4 {
			t.Fatalf("%s: %d bytes, %v", name, len(raw), err)
		}
		img, err := png.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if size := img.Bounds().Size(); size.X != 960 || size.Y != 772 {
			t.Errorf("%s: it is %v", name, size)
		}
		flat, ok := img.(*image.RGBA)
		if !ok {
			t.Fatalf("%s: it is a %T", name, img)
		}
		wanted := [...][3]uint8{{0x17, 0x6b, 0x39}, {0x0b, 0x5c, 0x8a}, {0xa8, 0x43, 0}, {0x6b, 0x3f, 0xa0}, {0xfb, 0xf9, 0xf4}}
		var seen [len(wanted)]int
		for at := 0; at < len(flat.Pix); at += 4 {
			for i, c := range wanted {
				if flat.Pix[at] == c[0] && flat.Pix[at+1] == c[1] && flat.Pix[at+2] == c[2] {
					seen[i]++
				}
			}
		}
		for i, points := range seen[:4] {
			there := false
			for _, d := range days {
				there = there || d[i] >= 0 && (i > 0 || d[0] > 0)
			}
			if (points > 100) != there {
				t.Errorf("%s: %d points of measure %d, which it has: %v", name, points, i, there)
			}
		}
		if seen[4] < 960*772/2 {
			t.Errorf("%s: less than half of it is paper", name)
		}
	}
}

func TestWordsStandInTheDrawingAndNotOnOneAnother(t *testing.T) {
	all, err := newFaces(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, days := range examples {
		for _, width := range []float64{350, PNGWidth, 660} {
			s, err := chart(t, "Sample", days...).draw(width)
			if err != nil {
				t.Fatal(err)
			}
			var boxes []box
			for _, l := range s.Labels {
				b := covered(t, all, l)
				if !b.within(box{0, 0, s.Width, s.Height}) {
					t.Errorf("%s, %g wide: %q leaves it: %v", name, width, l.Text, b)
				}
				for i, o := range boxes {
					if b.meets(o) {
						t.Errorf("%s, %g wide: %q stands on %q", name, width, l.Text, s.Labels[i].Text)
					}
				}
				boxes = append(boxes, b)
			}
		}
	}
}

// covered is where the letters of a label are, without what hangs below.
func covered(t *testing.T, all faces, l label) box {
	wide, err := (&layout{faces: all}).wide(l.Text, l.Size)
	if err != nil {
		t.Fatal(err)
	}
	x := l.At.X
	switch l.Anchor {
	case middle:
		x -= wide / 2
	case end:
		x -= wide
	}
	return box{x, l.At.Y - l.Size*0.72, x + wide, l.At.Y}
}

func TestNamesHideNothingInADrawing(t *testing.T) {
	c := chart(t, "<script>alert(1)</script>\" onload=\"x & \x02\xff\u202e\ufffe evil\n\n</svg>", examples["three-days"]...)
	if strings.ContainsAny(c.Title, "\x02\u202e\n") || !utf8.ValidString(c.Title) {
		t.Errorf("%q", c.Title)
	}
	c.Finding, c.Alt = c.Title, c.Title
	var b bytes.Buffer
	if err := c.SVG(&b, 660); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "<script") || strings.Contains(s, " style=") || strings.Count(s, "</svg>") != 1 {
		t.Error(s)
	}
	wellFormed(t, b.Bytes())
}

func wellFormed(t interface {
	Errorf(string, ...any)
	Helper()
}, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("not well formed: %v", err)
			return
		}
	}
}

func TestWordsSayWhatThePictureShows(t *testing.T) {
	for name, want := range map[string]string{
		"pycon-us-2009": "26 % fewer than the day before, so far. Day 1, Mon 17 May: head count 230, lunch 270, WiFi 270, checked in 8; about 230, 230 to 270. " +
			"Day 2, Tue 18 May: head count n/a, lunch n/a, WiFi 200, checked in 4; about 170. Tomorrow 85 to 119, if 30 to 50 % fewer come.",
		"one-day":      "About 230 people on day 1, so far. Day 1, Mon 17 May: head count 230, lunch 270, WiFi 270, checked in 90; about 230, 230 to 270. Tomorrow 115 to 161, if 30 to 50 % fewer come.",
		"no-estimate":  "No estimate yet: it needs a head count. Day 1, Mon 17 May: head count n/a, lunch n/a, WiFi n/a, checked in 3; estimate n/a. Day 2, Tue 18 May: head count n/a, lunch 9, WiFi n/a, checked in 5; estimate n/a.",
		"all-the-same": "As many as the day before, so far.",
		"counted-late": "14 % more than the day before, so far.",
	} {
		if got := chart(t, "Sample", examples[name]...).Alt; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// However long the event, and however many come, the words are whole sentences
// within what networks keep of them, the newest days among them.
func TestWordsAreShortHoweverManyDaysThereAre(t *testing.T) {
	for n := 1; n <= 60; n++ {
		days := make([]day, n)
		for i := range days {
			days[i] = day{99999 - i, 99999 - i, 99999 - i, 99999 - i}
		}
		alt := chart(t, "Sample", days...).Alt
		if len(alt) > 1000 {
			t.Errorf("%d days: %d characters", n, len(alt))
		}
		if got := strings.Count(alt, "head count"); got != min(n, 5) || !strings.HasSuffix(alt, "if 30 to 50 % fewer come.") {
			t.Errorf("%d days, %d told: %s", n, got, alt)
		}
	}
	for name, c := range map[string]struct {
		days []day
		want string
	}{
		"counted": {[]day{{0, 200, -1, -1}, {0, 180, -1, -1}, {3, -1, -1, -1}, {0, 90, -1, -1}, {0, 80, -1, -1}, {0, 70, -1, -1}, {0, 60, -1, -1}}, ". The 2 days before: about 180 to 200 people each. Day 3, "},
		"one":     {[]day{{0, 200, -1, -1}, {0, 180, -1, -1}, {3, -1, -1, -1}, {0, 90, -1, -1}, {0, 80, -1, -1}, {0, 70, -1, -1}}, ". The day before: about 200 people. Day 2, "},
		"not":     {[]day{{3, -1, -1, -1}, {3, -1, -1, -1}, {3, -1, -1, -1}, {0, 90, -1, -1}, {0, 80, -1, -1}, {0, 70, -1, -1}, {0, 60, -1, -1}}, ". The 2 days before: no estimate. Day 3, "},
	} {
		if got := chart(t, "Sample", c.days...).Alt; !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestASampleSaysSoInThePicture(t *testing.T) {
	for _, sample := range []bool{false, true} {
		e, days := sprint(t, "Sample Sprints", examples["three-days"]...)
		e.Sample = sample
		c, _ := Attendance(e, days)
		s, err := c.draw(PNGWidth)
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(s.Labels, func(l label) bool { return strings.Contains(l.Text, "nobody here is real") })
		if said != sample || strings.Contains(c.Title, "(sample)") != sample {
			t.Errorf("%v: %v, %q", sample, said, c.Title)
		}
	}
}

func TestWhatWasNeverCountedIsNotDrawn(t *testing.T) {
	for _, of := range [][]day{{}, {{0, -1, -1, -1}}, {{0, -1, -1, -1}, {0, -1, -1, -1}}} {
		if _, ok := Attendance(sprint(t, "Sample", of...)); ok {
			t.Errorf("%v is drawn", of)
		}
	}
	for _, of := range []day{{0, 0, -1, -1}, {1, -1, -1, -1}, {0, -1, -1, 0}} {
		if _, err := chart(t, "Sample", of).PNG(); err != nil {
			t.Errorf("%v: %v", of, err)
		}
	}
}

func TestAnyFiguresCanBeDrawn(t *testing.T) {
	number := rapid.OneOf(rapid.Just(-1), rapid.IntRange(0, 5), rapid.IntRange(0, 300), rapid.IntRange(0, sprints.CountMax))
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) day {
			return day{max(0, number.Draw(t, "in")), number.Draw(t, "head"), number.Draw(t, "lunch"), number.Draw(t, "wifi")}
		}), 1, 15).Draw(t, "days")
		c, ok := Attendance(sprint(t, "Sample", days...))
		if !ok {
			t.Skip("nothing to see")
		}
		width := rapid.IntRange(0, 1000).Draw(t, "width")
		var b bytes.Buffer
		if err := c.SVG(&b, width); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.Bytes())
		s, err := c.draw(float64(max(width, 350)))
		if err != nil {
			t.Fatal(err)
		}
		for _, sh := range s.Shapes {
			for _, p := range sh.Points {
				if p.X < 0 || p.Y < 0 || p.X > s.Width || p.Y > s.Height {
					t.Errorf("%s leaves the drawing at %v", sh.Class, p)
				}
			}
		}
	})
}

func TestAPointNowhereIsNotDrawn(t *testing.T) {
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e9} {
		for _, s := range []*scene{
			{Width: 10, Height: 10, Shapes: []shape{{Points: []point{{1, f}}, Fill: ink, Opacity: 1}}},
			{Width: 10, Height: 10, Labels: []label{{Text: "x", At: point{f, 1}, Size: 10, Fill: ink}}},
			{Width: 10, Height: 10, Shapes: []shape{{Points: []point{{1, 1}, {2, 2}}, Stroke: ink, Width: -f * f}}},
		} {
			if _, err := encode(s); err == nil {
				t.Errorf("%v is encoded: %+v", f, s)
			}
			if err := (picture{scene: s}).write(io.Discard); err == nil {
				t.Errorf("%v is written: %+v", f, s)
			}
		}
	}
}

func TestADashedLineIsDrawnInPieces(t *testing.T) {
	got := dashes([]point{{0, 0}, {10, 0}, {10, 10}}, []float64{4, 2})
	want := [][]point{{{0, 0}, {4, 0}}, {{6, 0}, {10, 0}}, {{10, 2}, {10, 6}}, {{10, 8}, {10, 10}}}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if len(got[i]) < 2 || got[i][0] != want[i][0] || got[i][len(got[i])-1] != want[i][len(want[i])-1] {
			t.Errorf("piece %d is %v, not %v", i, got[i], want[i])
		}
	}
}
