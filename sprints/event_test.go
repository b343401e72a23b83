package sprints

import (
	"testing"
	"time"
)

func TestEventNumbersItsDays(t *testing.T) {
	e := Event{First: mustDay(t, "2027-05-17"), Last: mustDay(t, "2027-05-20"), Zone: mustZone(t, "America/New_York")}
	if e.Days() != 4 {
		t.Errorf("Days = %d, want 4", e.Days())
	}
	for day, want := range map[string]int{
		"2026-05-17": 0, "2027-05-16": 0, "2027-05-17": 1, "2027-05-20": 4, "2027-05-21": 5, "2028-01-01": 5,
	} {
		d := mustDay(t, day)
		if got := e.Number(d); got != want {
			t.Errorf("Number(%s) = %d, want %d", day, got, want)
		}
		if got := e.On(d); got != (want >= 1 && want <= 4) {
			t.Errorf("On(%s) = %v", day, got)
		}
	}
}

func TestEventsTodayChangesAtTheVenuesMidnight(t *testing.T) {
	e := Event{Zone: mustZone(t, "America/New_York")}
	for instant, want := range map[string]string{
		"2027-05-18T03:59:59Z":      "2027-05-17",
		"2027-05-18T04:00:00Z":      "2027-05-18",
		"2027-05-18T13:00:00+09:00": "2027-05-18",
	} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Today(at); got != mustDay(t, want) {
			t.Errorf("Today(%s) = %v, want %s", instant, got, want)
		}
	}
}
