package commands_test

import (
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

// counts are all that stand.
func (w *world) counts() (all []sprints.Count) {
	w.t.Helper()
	w.read(func(v sprints.View) (err error) {
		all, err = v.Counts()
		return err
	})
	return all
}

func TestASecondNumberWithinTheHourCorrectsTheFirst(t *testing.T) {
	w := newWorld(t)
	must(t, w.saidTo(orga, "headcount 302 41"), "Room 302: 41 at 10:00.")
	w.clock.pass(59 * time.Minute)
	must(t, w.saidTo(orga, "headcount room 302 38"), "Room 302: 38, instead of 41 from 10:00. Both are kept.")
	w.did(orga, "headcount 301 20")
	if all := w.counts(); len(all) != 2 || all[0].Value != 38 || all[0].Supersedes == 0 || all[0].By == 0 {
		t.Errorf("%+v", all)
	}
	w.clock.pass(time.Hour)
	must(t, w.saidTo(orga, "headcount 302 30"), "Room 302: 30 at 11:59.", "50 heads in 2 rooms")
	if all := w.counts(); len(all) != 3 {
		t.Errorf("the next round replaced the first: %+v", all)
	}
	w.did(orga, "lunch 231")
	w.clock.pass(3 * time.Hour)
	must(t, w.saidTo(orga, "lunch 230"), "Lunch: 230, instead of 231 from 11:59.")
}

func TestARoomIsFoundByCodeOrName(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"headcount 302 41", "headcount Room 302 41", "headcount room302 41", "heads 41 302", "headcount 302 4,1"} {
		must(t, w.saidTo(orga, line), "Room 302: 41")
	}
	for line, want := range map[string]string{
		"headcount 309 4":        `I know no room "309".`,
		"headcount 30 4":         `2 rooms begin with "30".`,
		"headcount 302 lots":     `"lots" is no number of people`,
		"headcount 302 -3":       "-3 can't be a number of people here",
		"headcount 302 99999999": "99999999 can't be a number of people here",
		"headcount 41":           "It goes like this: headcount ROOM N",
	} {
		out := w.say(orga, line)
		if !out.Refused {
			t.Errorf("%s is not refused", line)
		}
		must(t, out.Reply.Plain(), want)
	}
}

func TestANumberThatCanHardlyBeIsAskedAbout(t *testing.T) {
	w := newWorld(t)
	w.did(orga, "wifi 270")
	w.clock.pass(2 * time.Hour)
	must(t, w.saidTo(orga, "wifi 2700"), "WiFi: 2700 is 10 times the most so far, 270 on Tue 18 May. Really? yes / no")
	if n := len(w.counts()); n != 1 {
		t.Fatalf("%d counts are kept before the answer", n)
	}
	w.did(orga, "no")
	if n := len(w.counts()); n != 1 {
		t.Fatalf("%d counts are kept after no", n)
	}
	w.did(orga, "wifi 2699", "wifi 19000")
}

func TestAnAnsweredDoubtIsKept(t *testing.T) {
	w := newWorld(t)
	w.did(orga, "headcount 302 4")
	w.clock.pass(2 * time.Hour)
	must(t, w.saidTo(orga, "headcount 302 60"), "Really? yes / no")
	must(t, w.saidTo(orga, "yes"), "Room 302: 60 at 12:00.")
	must(t, w.saidTo(orga, "lunch 5000"), "Lunch: 5000 is a great many. Really?")
}

func TestCountsBelongToTheDaysOfTheSprint(t *testing.T) {
	w := newWorld(t)
	w.clock.pass(-72 * time.Hour)
	for _, line := range []string{"wifi 270", "wifi 5000", "attendance"} {
		out := w.say(orga, line)
		if !out.Refused {
			t.Errorf("%s before the sprint: %s", line, out.Reply.Plain())
		}
		must(t, out.Reply.Plain(), "The sprint starts on Monday 17 May, in 2 days.")
	}
}

func TestAttendanceReportsEveryMeasureADay(t *testing.T) {
	w := newWorld(t)
	w.clock.pass(-24 * time.Hour)
	for n := range 8 {
		w.did(sprinter(n), "here copperkettle")
	}
	w.did(orga, "headcount 301 130", "headcount 302 100", "lunch 270", "wifi 270")
	w.clock.pass(24 * time.Hour)
	for n := 6; n < 10; n++ {
		w.did(sprinter(n), "here brassbell")
	}
	w.did(orga, "wifi 200")
	got := strings.Split(w.saidTo(orga, "attendance"), "\n")
	want := []string{
		"Attendance of PyCon Sprints 2027",
		"Day 1, Mon 17 May:  8 checked in,  230 heads in 2 rooms,  lunch 270,  WiFi 270;  estimate 230 (230 to 270)",
		"Day 2, Tue 18 May (so far):  4 checked in,  heads n/a,  lunch n/a,  WiFi 200;  estimate 170 (one measure, no range),  26 % fewer than the day before",
		"Tomorrow 85 to 119, if 30 to 50 % fewer come, as elsewhere.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	must(t, w.saidTo(orga, "attendance today"), "Day 2, Tue 18 May (so far)", "Checked in: 4, 2 of them new. Of the day before 25 % came again, of day 1 25 %.",
		"Head count: n/a.", "Lunches: n/a. WiFi: 200.", "Estimate: 170 (one measure, no range), 26 % fewer")
	must(t, w.saidTo(orga, "attendance mon"), "Checked in: 8.", "Head count: 230 in 2 of 2 rooms, the last at 10:00.", "Estimate: 230 (230 to 270).")
	must(t, w.say(orga, "attendance 4").Reply.Plain(), "Day 4, Thu 20 May is still to come.", "attendance")
	must(t, w.say(orga, "attendance 9").Reply.Plain(), `"9" is no day of the sprint`, "attendance")
}

func TestAttendanceShowsTheChartOfAllDays(t *testing.T) {
	w := newWorld(t)
	if w.say(orga, "attendance").Reply.Picture != nil {
		t.Error("a picture that nobody makes")
	}
	drawn := 0
	w.desk.Chart = func(_ sprints.Tx, e sprints.Event, days []attendance.Day) (*chat.Picture, error) {
		if drawn++; e.Name != "PyCon Sprints 2027" || len(days) != 2 || days[1].Measures.WiFi.Value != 70 {
			t.Errorf("%s, %+v", e.Name, days)
		}
		return &chat.Picture{Token: "token", Title: "Attendance", Alt: "70"}, nil
	}
	w.did(orga, "wifi 70")
	out := w.did(orga, "attendance")
	if p := out.Reply.Picture; drawn != 1 || p == nil || p.Token != "token" || !p.Told {
		t.Errorf("drawn %d times, %+v", drawn, p)
	}
	if w.did(orga, "attendance today").Reply.Picture != nil || drawn != 1 {
		t.Error("a day has a chart too")
	}
	w.desk.Chart = func(sprints.Tx, sprints.Event, []attendance.Day) (*chat.Picture, error) { return nil, nil }
	must(t, w.did(orga, "attendance").Reply.Plain(), "WiFi 70")
}

func TestOnlyOrganizersCount(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"headcount 302 4", "lunch 4", "wifi 4", "attendance"} {
		if out := w.say(leader, line); !out.Refused {
			t.Errorf("%s: %s", line, out.Reply.Plain())
		}
	}
	if n := len(w.counts()); n != 0 {
		t.Errorf("%d counts", n)
	}
}
