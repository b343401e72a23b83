package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// sprinter is the n-th of many people.
func sprinter(n int) chat.Handle {
	return chat.Handle{Network: "pycon", ID: fmt.Sprintf("U%03d", n), Nick: fmt.Sprintf("nick%d", n)}
}

// said is the plain answer to a line that must be done.
func (w *world) saidTo(h chat.Handle, line string) string {
	w.t.Helper()
	return w.did(h, line).Reply.Plain()
}

// seats are all of today's.
func (w *world) seats() (all []sprints.Seat) {
	w.t.Helper()
	w.read(func(v sprints.View) (err error) {
		e, err := v.Event()
		if err != nil {
			return err
		}
		all, err = v.SeatsOn(e.Today(v.Now()))
		return err
	})
	return all
}

// must fails unless text has all parts.
func must(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in: %s", p, text)
		}
	}
}

func TestHereAtATableInUseIsItsProject(t *testing.T) {
	w := newWorld(t)
	must(t, w.saidTo(newcomer, "here b5"), `Checked in at Brassbell, table B5. Shown on the board as "1 more person".`, "show yes")
	must(t, w.saidTo(sprinter(1), "HERE at table B4"), "Checked in at table B4.")
}

func TestHereMovesYouFromYourOldSeat(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "here copperkettle")
	w.clock.pass(time.Hour)
	must(t, w.saidTo(newcomer, "here brassbell"), "Moved from Copperkettle (A1) to Brassbell (B5).")
	seats := w.seats()
	if len(seats) != 2 || seats[0].OutKind != sprints.Moved || !seats[0].Out.Equal(w.clock.Now()) || !seats[1].Out.IsZero() {
		t.Errorf("%+v", seats)
	}
}

func TestTheSameSeatTwiceIsOneSeat(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "here copperkettle")
	w.clock.pass(time.Minute)
	first := w.saidTo(newcomer, "here A1")
	must(t, first, "You sit at Copperkettle, table A1, since 10:00.")
	if again := w.saidTo(newcomer, "here copperkettle"); again != first {
		t.Errorf("another answer the second time: %s", again)
	}
	if n := len(w.seats()); n != 1 {
		t.Errorf("%d seats", n)
	}
}

func TestHereFillsTheFirstTableThenTheNext(t *testing.T) {
	w := newWorld(t)
	var b5, b6 int
	w.read(func(v sprints.View) error {
		uses, err := v.Uses()
		for _, u := range uses {
			switch u.Table.Code {
			case "B5":
				b5 = u.Table.Seats
			case "B6":
				b6 = u.Table.Seats
			}
		}
		return err
	})
	for n := range b5 + b6 {
		want := "table B5"
		if n >= b5 {
			want = "table B6"
		}
		must(t, w.saidTo(sprinter(n), "here brassbell"), want)
	}
	// Whoever really sits there is never refused.
	must(t, w.saidTo(sprinter(99), "here brassbell"), "Checked in at Brassbell, table B5.",
		fmt.Sprintf("B5 is over its seats now: %d people at %d.", b5+1, b5), "Free seats near it: B1 (Room 302), B2 (Room 302).", "here B1")
}

func TestAGuestOfTheSameNickHasOneChair(t *testing.T) {
	w := newWorld(t)
	w.did(guest, "here copperkettle")
	again := chat.Handle{Network: "libera", ID: "guest:70", Nick: "Gus"}
	w.did(again, "here B4")
	other := chat.Handle{Network: "oftc", ID: "guest:71", Nick: "gus"}
	w.did(other, "here B4")
	seats := w.seats()
	if len(seats) != 3 || seats[0].OutKind != sprints.Renewed || !seats[1].Out.IsZero() || !seats[2].Out.IsZero() {
		t.Errorf("%+v", seats)
	}
}

func TestHereOutsideTheDaysChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.clock.pass(-48 * time.Hour)
	out := w.say(newcomer, "here copperkettle")
	must(t, out.Reply.Plain(), "The sprint starts tomorrow, Monday 17 May.")
	w.clock.pass(6 * 24 * time.Hour)
	out = w.say(newcomer, "here copperkettle")
	must(t, out.Reply.Plain(), "The sprint is over since Thursday 20 May.")
	if p, err := w.person(newcomer); err == nil {
		t.Errorf("a person is remembered: %+v", p)
	}
}

func TestASeatLeftOpenOverNightIsNoMove(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "here copperkettle")
	w.clock.pass(24 * time.Hour)
	must(t, w.say(newcomer, "bye").Reply.Plain(), "You are not checked in anywhere")
	must(t, w.saidTo(newcomer, "here brassbell"), "Checked in at Brassbell")
	w.read(func(v sprints.View) error {
		p, err := v.PersonOf(newcomer)
		if err != nil {
			return err
		}
		seats, err := v.SeatsOf(p.ID)
		if err == nil && (len(seats) != 2 || seats[0].OutKind != sprints.DayEnd || seats[0].Out.Sub(seats[0].In) != 14*time.Hour) {
			t.Errorf("the night's seat: %+v", seats)
		}
		return err
	})
}

func TestByeEndsTheSeatAndNamesWhatIsHeld(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "here copperkettle", "take copperkettle#12")
	must(t, w.saidTo(newcomer, "bye"), "Thank you. You have left Copperkettle (A1).", "Copperkettle #12 stays yours until 13:00 (in 3 h)", "drop")
	if out := w.say(newcomer, "bye"); !out.Refused {
		t.Errorf("twice: %s", out.Reply.Plain())
	}
	if s := w.seats(); len(s) != 1 || s[0].OutKind != sprints.SaidBye {
		t.Errorf("%+v", s)
	}
}

func TestHereBeginsTheTimeOfAClaimAnew(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "here copperkettle", "take copperkettle#12")
	w.clock.pass(2 * time.Hour)
	must(t, w.saidTo(newcomer, "here A1"), "Copperkettle #12 stays yours until 15:00 (in 3 h).")
	w.clock.pass(time.Hour)
	must(t, w.saidTo(newcomer, "here brassbell"), "stays yours until 16:00", "drop")
}

func TestWhoNamesOnlyPeopleWhoShowThemselves(t *testing.T) {
	w := newWorld(t)
	for n := range 4 {
		w.did(sprinter(n), "here copperkettle")
	}
	w.did(sprinter(2), "show yes")
	if got := w.saidTo(newcomer, "who copperkettle"); got != "At Copperkettle now: nick2 and 3 more." {
		t.Error(got)
	}
	if got := w.saidTo(orga, "who A1"); got != "At table A1 now: nick0, nick1, nick2 and nick3." {
		t.Error(got)
	}
	w.did(sprinter(3), "forget me", "yes")
	w.did(sprinter(1), "bye")
	if got := w.saidTo(orga, "who copperkettle"); got != "At Copperkettle now: nick0, nick2 and 1 more." {
		t.Error(got)
	}
	w.clock.pass(24 * time.Hour)
	for _, line := range []string{"who copperkettle 2", "who copperkettle yesterday", "who copperkettle tue", "who copper day 2", "who A1 2027-05-18"} {
		got := w.saidTo(newcomer, line)
		must(t, got, "on Tue 18 May: nick2 and 3 more.")
	}
	out := w.say(newcomer, "who copperkettle 9")
	must(t, out.Reply.Plain(), `"9" is no day of the sprint`, "who copperkettle")
}

func TestHereAtAProjectThatTakesNobodySeatsYouAllTheSame(t *testing.T) {
	w := newWorld(t)
	must(t, w.saidTo(newcomer, "here tin drum"), "Checked in at Tin Drum (sample).", "Tin Drum takes nobody new just now")
}

// However people come, move, leave and are forgotten, nobody has two open
// seats, no seat ends before it began, and guests of one nick have one chair.
func TestNobodyHasTwoOpenSeats(t *testing.T) {
	w := newWorld(t)
	var spots []sprints.Spot
	w.read(func(v sprints.View) error {
		for _, code := range []string{"A1", "B4", "B5", "B6"} {
			table, err := v.Table(code)
			if err != nil {
				return err
			}
			at, err := sprints.SpotAt(v, table)
			if err != nil {
				return err
			}
			spots = append(spots, at)
		}
		return nil
	})
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // people of their own, so that each run can be repeated
		nicks := []string{fmt.Sprintf("gus%d", run), fmt.Sprintf("eve%d", run)}
		var problem string
		w.write(func(tx sprints.Tx) error {
			for range rapid.IntRange(1, 20).Draw(rt, "steps") {
				n := rapid.IntRange(0, 4).Draw(rt, "who")
				h := chat.Handle{Network: "pycon", ID: fmt.Sprintf("U%d-%d", run, n), Nick: "pat"}
				if rapid.Bool().Draw(rt, "guest") {
					h = chat.Handle{Network: "libera", ID: fmt.Sprintf("guest:%d-%d", run, n), Nick: nicks[n%2]}
				}
				p, err := tx.Meet(h)
				if err != nil {
					return err
				}
				switch rapid.IntRange(0, 5).Draw(rt, "what") {
				case 0:
					_, _, err = sprints.Leave(tx, p.ID)
				case 1:
					_, err = tx.ForgetPerson(p.ID)
				default:
					_, err = sprints.SitDown(tx, p.ID, h, rapid.SampledFrom(spots).Draw(rt, "where"))
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		open := map[sprints.PersonID]int{}
		for _, s := range w.seats() {
			if s.Out.IsZero() {
				open[s.Person]++
			}
			if open[s.Person] > 1 || !s.Out.IsZero() && s.Out.Before(s.In) {
				problem = fmt.Sprintf("person %d: %+v", s.Person, s)
			}
		}
		w.read(func(v sprints.View) error {
			for _, nick := range nicks {
				seats, err := v.OpenGuestSeats("libera", nick)
				if err != nil {
					return err
				}
				if len(seats) > 1 {
					problem = fmt.Sprintf("guests called %s sit on %d chairs", nick, len(seats))
				}
			}
			return nil
		})
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}
