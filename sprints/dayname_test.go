package sprints_test

import (
	"iter"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
)

func splitSeq(s string) iter.Seq[string] { return strings.FieldsSeq(s) }

func event(t *testing.T) sprints.Event {
	t.Helper()
	first, err := sprints.ParseDay("2027-05-17") // a Monday
	if err != nil {
		t.Fatal(err)
	}
	return sprints.Event{Name: "PyCon Sprints 2027", Zone: time.UTC, First: first, Last: first.Add(3)}
}

func TestNamedDay(t *testing.T) {
	e := event(t)
	today := e.First.Add(2)
	for words, want := range map[string]string{
		"1": "2027-05-17", "day 2": "2027-05-18", "Day2": "2027-05-18", "today": "2027-05-19", "yesterday": "2027-05-18",
		"mon": "2027-05-17", "Tuesday": "2027-05-18", "thu": "2027-05-20", "2027-05-20": "2027-05-20",
	} {
		if got, err := sprints.NamedDay(e, today, words); err != nil || got.String() != want {
			t.Errorf("%q is %v (%v), want %s", words, got, err, want)
		}
	}
	for _, words := range []string{"", "0", "5", "-1", "fri", "2027-05-16", "2027-02-30", "t", "foo", "18 May"} {
		if got, err := sprints.NamedDay(e, today, words); sprints.Refused(err) == nil {
			t.Errorf("%q is taken for %v", words, got)
		}
	}
}

func TestNamedDayOfALongEventIsTheLastOneThatWas(t *testing.T) {
	e := event(t)
	e.Last = e.First.Add(13)
	for today, want := range map[int]string{0: "2027-05-17", 8: "2027-05-24", 13: "2027-05-24"} {
		if got, err := sprints.NamedDay(e, e.First.Add(today), "monday"); err != nil || got.String() != want {
			t.Errorf("on day %d Monday is %v (%v), want %s", today+1, got, err, want)
		}
	}
}

func TestMustBeOnSaysWhenTheSprintIs(t *testing.T) {
	e := event(t)
	for at, want := range map[string]string{
		"2027-05-01": "The sprint starts on Monday 17 May, in 16 days.",
		"2027-05-16": "The sprint starts tomorrow, Monday 17 May.",
		"2027-05-17": "",
		"2027-05-20": "",
		"2027-05-21": "The sprint is over since Thursday 20 May. Thank you for coming.",
	} {
		d, err := sprints.ParseDay(at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if r := sprints.Refused(sprints.MustBeOn(e, d.Start(time.UTC).Add(9*time.Hour))); r != nil {
			got = r.Error()
			if len(r.Hints) == 0 {
				t.Errorf("on %s there is no next step", at)
			}
		}
		if got != want {
			t.Errorf("on %s: %q, want %q", at, got, want)
		}
	}
}

func TestSizesAndAgesInWords(t *testing.T) {
	for minutes, want := range map[int]string{20: "~20 min", 60: "~1 h", 90: "~1.5 h", 120: "~2 h", 240: "half day", 480: "a day or more"} {
		if got := sprints.Size(minutes); got != want {
			t.Errorf("%d minutes are %q, want %q", minutes, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "less than a minute", time.Minute: "1 minute", 4 * time.Minute: "4 minutes", 3 * time.Hour: "3 hours", 72 * time.Hour: "3 days"} {
		if got := sprints.Ago(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
