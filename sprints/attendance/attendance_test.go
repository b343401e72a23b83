package attendance_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
)

var morning = time.Date(2027, 5, 17, 10, 0, 0, 0, time.UTC)

func day(t interface{ Fatal(...any) }, s string) sprints.Day {
	d, err := sprints.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func known(n int) attendance.Measure { return attendance.Measure{Value: n, Known: true} }

func TestHeadsAreTheLatestOfEachRoom(t *testing.T) {
	counts := []sprints.Count{
		{ID: 1, Kind: sprints.Head, Room: "301", Value: 41, At: morning},
		{ID: 2, Kind: sprints.Head, Room: "302", Value: 20, At: morning.Add(time.Minute)},
		{ID: 3, Kind: sprints.Head, Room: "301", Value: 38, At: morning.Add(2 * time.Hour)},
		{ID: 4, Kind: sprints.Lunch, Value: 200, At: morning},
	}
	want := attendance.Measure{Value: 58, Known: true, Rooms: 2, At: morning.Add(2 * time.Hour)}
	if diff := cmp.Diff(want, attendance.Heads(counts)); diff != "" {
		t.Error(diff)
	}
}

func TestACorrectedCountNoLongerCounts(t *testing.T) {
	counts := []sprints.Count{
		{ID: 1, Kind: sprints.WiFi, Value: 2700, At: morning},
		{ID: 2, Kind: sprints.WiFi, Value: 270, At: morning.Add(time.Minute), Supersedes: 1},
		{ID: 3, Kind: sprints.WiFi, Value: 240, At: morning.Add(5 * time.Hour)},
	}
	if got := attendance.Devices(counts); got.Value != 270 {
		t.Errorf("the day's devices are %d, not the highest that stands, 270", got.Value)
	}
}

func TestAMissingMeasureIsNotZero(t *testing.T) {
	for name, m := range map[string]attendance.Measure{
		"heads": attendance.Heads(nil), "lunch": attendance.Lunches(nil), "wifi": attendance.Devices(nil),
	} {
		if m.Known {
			t.Errorf("%s without a count are known as %d", name, m.Value)
		}
	}
	if e := attendance.Estimates([]attendance.Measures{{CheckedIn: 40, WiFi: known(270)}})[0]; e.Known {
		t.Errorf("without any head count there is an estimate: %+v", e)
	}
	if s := (attendance.Share{}); s.Known() || s.Of() != 0 {
		t.Error("a share of nothing is known")
	}
}

func TestAGuestWhoCameBackIsOnePerson(t *testing.T) {
	people := attendance.On([]sprints.Seat{
		{Person: 1, OutKind: sprints.Moved}, {Person: 1},
		{Person: 2, OutKind: sprints.Renewed}, {Person: 3}, // the same nick again
	})
	if people.Count() != 2 {
		t.Errorf("%d people, want 2", people.Count())
	}
}

func TestEstimatesScaleOtherMeasuresByOtherDays(t *testing.T) {
	days := []attendance.Measures{
		{Head: known(230), WiFi: known(270)},
		{WiFi: known(200)},                  // filled by the ratio, 230/270
		{Head: known(100), WiFi: known(90)}, // the ratio of the first day alone: 77
		{},
	}
	got := attendance.Estimates(days)
	want := []attendance.Estimate{
		{Best: 265, Low: 230, High: 300, Sources: 2, Known: true},
		{Best: 183, Low: 183, High: 183, Sources: 1, Known: true},
		{Best: 88, Low: 77, High: 100, Sources: 2, Known: true},
		{},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestADayThatIsNotOverMovesNoOther(t *testing.T) {
	e := sprints.Event{Zone: time.UTC, First: day(t, "2027-05-17"), Last: day(t, "2027-05-20")}
	one, two := e.First, e.First.Add(1)
	counts := []sprints.Count{
		{ID: 1, Kind: sprints.Head, Room: "301", Value: 144, Day: one, At: morning},
		{ID: 2, Kind: sprints.Lunch, Value: 150, Day: one, At: morning.Add(3 * time.Hour)},
	}
	before := attendance.Report(e, two, nil, counts)[0].Estimate
	counts = append(counts,
		sprints.Count{ID: 3, Kind: sprints.Head, Room: "301", Value: 85, Day: two, At: morning.Add(24 * time.Hour)},
		sprints.Count{ID: 4, Kind: sprints.Lunch, Value: 12, Day: two, At: morning.Add(25 * time.Hour)})
	days := attendance.Report(e, two, nil, counts)
	if days[0].Estimate != before {
		t.Errorf("day 1 was %+v and is %+v after a lunch of today", before, days[0].Estimate)
	}
	if got, want := days[1].Estimate, (attendance.Estimate{Best: 48, Low: 12, High: 85, Sources: 2, Known: true}); got != want {
		t.Errorf("today is %+v, not %+v: day 1 counts for it", got, want)
	}
	if over := attendance.Report(e, two.Add(1), nil, counts)[0].Estimate; over == before {
		t.Error("a day that is over says nothing of the others")
	}
}

func TestNobodyWhoCheckedInIsEstimatedAway(t *testing.T) {
	e := attendance.Estimates([]attendance.Measures{{CheckedIn: 50, Head: known(30)}})[0]
	if e.Best != 50 || e.Low != 50 {
		t.Errorf("50 checked in, and the estimate is %+v", e)
	}
}

func TestForecastIsThatOfTheAccounts(t *testing.T) {
	for days, want := range map[int][2]int{0: {270, 270}, 1: {135, 189}, 2: {68, 132}, 3: {34, 93}} {
		if low, high := attendance.Forecast(270, days); low != want[0] || high != want[1] {
			t.Errorf("after %d days %d to %d, want %v", days, low, high, want)
		}
	}
}

func TestReportComparesDays(t *testing.T) {
	e := sprints.Event{Zone: time.UTC, First: day(t, "2027-05-17"), Last: day(t, "2027-05-20")}
	one, two := e.First, e.First.Add(1)
	seats := []sprints.Seat{
		{Person: 1, Day: one}, {Person: 2, Day: one}, {Person: 3, Day: one}, {Person: 4, Day: one},
		{Person: 1, Day: two}, {Person: 5, Day: two}, {Person: 1, Day: two},
	}
	counts := []sprints.Count{
		{ID: 1, Kind: sprints.Head, Room: "301", Value: 100, Day: one, At: morning},
		{ID: 2, Kind: sprints.Head, Room: "301", Value: 64, Day: two, At: morning.Add(24 * time.Hour)},
	}
	days := attendance.Report(e, two, seats, counts)
	if len(days) != 2 {
		t.Fatalf("%d days", len(days))
	}
	d := days[1]
	if d.Measures.CheckedIn != 2 || d.New != 1 || d.Kept != (attendance.Share{Part: 1, Whole: 4}) || d.Retained.Percent() != 25 ||
		d.Drop != (attendance.Drop{Percent: 36, Known: true}) || !d.SoFar || d.Number != 2 {
		t.Errorf("day 2: %+v", d)
	}
	if days[0].Drop.Known || days[0].Kept.Known() || days[0].SoFar {
		t.Errorf("day 1 is compared with a day before: %+v", days[0])
	}
}

func TestSharesAreBetweenNothingAndAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seats := func(name string) []sprints.Seat {
			return rapid.SliceOf(rapid.Custom(func(t *rapid.T) sprints.Seat {
				return sprints.Seat{
					Person:  sprints.PersonID(rapid.Int64Range(1, 12).Draw(t, "person")),
					OutKind: rapid.SampledFrom([]sprints.OutKind{"", sprints.Moved, sprints.SaidBye, sprints.Renewed}).Draw(t, "out"),
				}
			})).Draw(t, name)
		}
		a, b := attendance.On(seats("a")), attendance.On(seats("b"))
		for _, s := range []attendance.Share{attendance.Retention(a, b), attendance.Kept(b, a)} {
			if s.Of() < 0 || s.Of() > 1 || s.Part > s.Whole {
				t.Fatalf("share %+v", s)
			}
		}
		if r := attendance.Retention(a, a); r.Known() && r.Of() != 1 {
			t.Fatalf("of a day itself %v are kept", r.Of())
		}
		if n := attendance.New(b, []attendance.People{a}); n+attendance.Retention(a, b).Part != b.Count() {
			t.Fatalf("%d new and %d kept are not the day's %d", n, attendance.Retention(a, b).Part, b.Count())
		}
	})
}

func TestEstimatesKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		measure := rapid.Custom(func(t *rapid.T) attendance.Measure {
			if rapid.Bool().Draw(t, "known") {
				return known(rapid.IntRange(0, 3000).Draw(t, "value"))
			}
			return attendance.Measure{}
		})
		days := rapid.SliceOf(rapid.Custom(func(t *rapid.T) attendance.Measures {
			return attendance.Measures{CheckedIn: rapid.IntRange(0, 300).Draw(t, "in"), Head: measure.Draw(t, "head"),
				Lunch: measure.Draw(t, "lunch"), WiFi: measure.Draw(t, "wifi")}
		})).Draw(t, "days")
		for i, e := range attendance.Estimates(days) {
			if e.Low > e.Best || e.Best > e.High || e.Known && e.Best < days[i].CheckedIn || !e.Known && e.Best != 0 || days[i].Head.Known && !e.Known {
				t.Fatalf("day %d: %+v of %+v", i, e, days[i])
			}
		}
	})
}

// The head counts that were published: the estimate of a first day is the
// count of heads, and its range reaches to the other measures.
func TestPublishedCountsOfRealSprints(t *testing.T) {
	events := map[string][]sprints.Count{}
	for i, r := range shared(t, "attendance.csv") {
		n, err := strconv.Atoi(r["value"])
		if err != nil {
			continue // never counted
		}
		key := r["event"] + " day " + r["day"]
		events[key] = append(events[key], sprints.Count{ID: int64(i + 1), Kind: sprints.CountKind(r["measure"]), Value: n, At: morning})
	}
	for key, want := range map[string]attendance.Estimate{
		"PyCon US 2009 day 1": {Best: 230, Low: 230, High: 270, Sources: 3, Known: true},
		"PyCon US 2008 day 1": {Best: 250, Low: 250, High: 263, Sources: 2, Known: true},
		"PyCon US 2013 day 4": {Best: 50, Low: 50, High: 50, Sources: 1, Known: true},
	} {
		c := events[key]
		m := []attendance.Measures{{Head: attendance.Heads(c), Lunch: attendance.Lunches(c), WiFi: attendance.Devices(c)}}
		if diff := cmp.Diff(want, attendance.Estimates(m)[0]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	c := events["PyCon US 2009 day 1"]
	m := []attendance.Measures{{Head: attendance.Heads(c), WiFi: attendance.Devices(c)}}
	if r, ok := attendance.Ratio(m, -1, attendance.WiFiOf); !ok || r < 0.845 || r > 0.855 {
		t.Errorf("heads to WiFi are %.3f, published as about 0.85", r)
	}
}

// shared reads a table of recorded data, and skips the test where it is absent.
func shared(t *testing.T, name string) []map[string]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	file, err := os.Open(filepath.Join(dir, "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("recorded data %s is not beside the project", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, head := range lines[0] {
			row[head] = l[i]
		}
		rows = append(rows, row)
	}
	return slices.Clip(rows)
}
