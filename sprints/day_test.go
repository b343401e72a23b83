package sprints

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the zones tested must be there on every machine
)

func mustDay(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestParseDayReadsOnlyWholeDates(t *testing.T) {
	d := mustDay(t, "2028-02-29")
	if got := d.String(); got != "2028-02-29" {
		t.Errorf("String = %q", got)
	}
	if got := d.Format("Mon 2 Jan"); got != "Tue 29 Feb" {
		t.Errorf("Format = %q", got)
	}
	for _, s := range []string{"", "2027-02-29", "2027-5-17", "17.5.2027", "2027-05-17T00:00:00Z", "2027-05-17 "} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("ParseDay(%q) = %v, want an error", s, d)
		}
	}
}

func TestDayIsTheDateAtTheVenue(t *testing.T) {
	instant := time.Date(2027, 5, 18, 2, 30, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"UTC":                 "2027-05-18",
		"America/New_York":    "2027-05-17",
		"Pacific/Kiritimati":  "2027-05-18",
		"America/Los_Angeles": "2027-05-17",
	} {
		if got := DayOf(instant, mustZone(t, zone)); got != mustDay(t, want) {
			t.Errorf("in %s: %v, want %s", zone, got, want)
		}
	}
}

func TestDaysAreCountedByTheCalendar(t *testing.T) {
	a := mustDay(t, "2027-12-30")
	if got := a.Add(3); got != mustDay(t, "2028-01-02") {
		t.Errorf("three days later = %v", got)
	}
	if got := mustDay(t, "2028-03-01").Sub(mustDay(t, "2028-02-28")); got != 2 {
		t.Errorf("days over a leap day = %d, want 2", got)
	}
	if got := a.Sub(a.Add(10)); got != -10 {
		t.Errorf("days back = %d", got)
	}
	if !a.Before(a.Add(1)) || a.Before(a) || a.Add(1).Before(a) {
		t.Error("Before is wrong")
	}
	if (Day{}).String() != "" || !(Day{}).IsZero() || a.IsZero() {
		t.Error("no day is not told from a day")
	}
}

func TestDayStartsAndEndsAtTheVenuesMidnight(t *testing.T) {
	for _, c := range []struct{ zone, day, start, end string }{
		{"America/New_York", "2027-05-17", "2027-05-17T00:00:00-04:00", "2027-05-18T00:00:00-04:00"},
		{"America/New_York", "2027-03-14", "2027-03-14T00:00:00-05:00", "2027-03-15T00:00:00-04:00"},  // 23 hours
		{"America/New_York", "2027-11-07", "2027-11-07T00:00:00-04:00", "2027-11-08T00:00:00-05:00"},  // 25 hours
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00"}, // midnight skipped
		{"Africa/Cairo", "2027-04-30", "2027-04-30T01:00:00+03:00", "2027-05-01T00:00:00+03:00"},
		{"Asia/Amman", "2021-10-29", "2021-10-29T00:00:00+03:00", "2021-10-30T00:00:00+02:00"},     // midnight twice
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"}, // midnight twice
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00"},   // a date that never was
	} {
		zone, d := mustZone(t, c.zone), mustDay(t, c.day)
		if got := d.Start(zone).Format(time.RFC3339); got != c.start {
			t.Errorf("%s starts in %s at %s, want %s", c.day, c.zone, got, c.start)
		}
		if got := d.End(zone).Format(time.RFC3339); got != c.end {
			t.Errorf("%s ends in %s at %s, want %s", c.day, c.zone, got, c.end)
		}
	}
}

// Whatever clocks do, a day's first instant is of that day (or of the next
// that there is) and the instant before it of an earlier one.
func TestDayStartIsItsFirstInstantInEveryZone(t *testing.T) {
	for _, name := range []string{
		"America/New_York", "America/Havana", "America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/St_Johns",
		"America/Scoresbysund", "Atlantic/Azores", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Amman", "Asia/Gaza",
		"Asia/Tehran", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Europe/Dublin", "UTC",
	} {
		zone := mustZone(t, name)
		for d := mustDay(t, "2010-01-01"); d.Before(mustDay(t, "2029-01-01")); d = d.Add(1) {
			start := d.Start(zone)
			if got := DayOf(start, zone); got.Before(d) {
				t.Errorf("%s in %s starts at %v", d, name, start)
			}
			if before := start.Add(-time.Millisecond); !DayOf(before, zone).Before(d) {
				t.Errorf("%s in %s starts at %v, but %v is of it too", d, name, start, before)
			}
		}
	}
}

func TestDayTravelsAsText(t *testing.T) {
	type pair struct{ A, B Day }
	want := pair{A: mustDay(t, "2027-05-17")}
	b, err := json.Marshal(want)
	if err != nil || string(b) != `{"A":"2027-05-17","B":""}` {
		t.Fatalf("written as %s, %v", b, err)
	}
	var got pair
	if err := json.Unmarshal(b, &got); err != nil || got != want {
		t.Errorf("read back as %v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"A":"monday"}`), &got); err == nil {
		t.Error("monday was read as a day")
	}
}
