package chat_test

import (
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

func TestATimeNamesItsDayUnlessThatIsToday(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2027, 5, day, hour, minute, 0, 0, zone) }
	for _, c := range []struct {
		now, from, to time.Time
		want          string
	}{
		{at(18, 23, 59), at(18, 14, 2), at(18, 14, 31), "14:02-14:31"},
		{at(18, 23, 59).UTC(), at(18, 14, 2), at(18, 14, 31), "14:02-14:31"}, // it is the 19th in Greenwich
		{at(19, 0, 1), at(18, 14, 2), at(18, 14, 31), "Tue 18 May 14:02-14:31"},
		{at(19, 0, 9), at(18, 23, 58), at(19, 0, 4), "Tue 18 May 23:58-today 00:04"},
		{at(20, 9, 0), at(18, 23, 58), at(19, 0, 4), "Tue 18 May 23:58-Wed 19 May 00:04"},
		{at(18, 23, 0), at(18, 23, 58), at(19, 0, 4), "23:58-Wed 19 May 00:04"},
	} {
		if got := chat.Clocks(c.now, c.from, c.to); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := chat.Clock(at(19, 0, 1), at(18, 14, 2)); got != "Tue 18 May 14:02" {
		t.Error(got)
	}
}
