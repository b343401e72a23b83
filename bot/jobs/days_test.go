package jobs_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func (b *bench) sit(nick string) sprints.PersonID {
	b.Helper()
	var id sprints.PersonID
	b.write(func(tx sprints.Tx) {
		e, err := tx.Event()
		b.must(err)
		p, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:" + nick, Nick: nick})
		b.must(err)
		id = p.ID
		_, err = tx.AddSeat(sprints.Seat{Person: p.ID, Project: b.project, Day: e.Today(tx.Now()), In: tx.Now(), Via: "libera"})
		b.must(err)
	})
	return id
}

func (b *bench) closedSeat(id sprints.PersonID) (seat sprints.Seat) {
	b.Helper()
	b.await("the seat is closed", func(v sprints.View) bool {
		all, err := v.SeatsOf(id)
		b.must(err)
		seat = all[len(all)-1]
		return !seat.Out.IsZero()
	})
	return seat
}

// The day closes at the venue's midnight, whatever the clocks there do.
func TestADayClosesAtTheVenuesMidnight(t *testing.T) {
	for _, x := range []struct{ name, zone, day string }{
		{"an ordinary day", "America/New_York", "2027-05-17"},
		{"clocks go forward that night", "America/New_York", "2027-03-13"},
		{"23 hours", "America/New_York", "2027-03-14"},
		{"25 hours", "America/New_York", "2027-11-07"},
		{"clocks skip midnight", "America/Santiago", "2027-09-04"},
		{"half an hour", "Australia/Lord_Howe", "2027-10-02"},
		{"far east", "Pacific/Kiritimati", "2027-05-17"},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := newBench(t, "")
			z := zone(t, x.zone)
			d := day(x.day)
			b.clock.set(d.Start(z).Add(10 * time.Hour))
			b.write(func(tx sprints.Tx) {
				b.must(tx.SetEvent(sprints.Event{Name: "Sprint", Zone: z, First: d, Last: d.Add(3)}))
			})
			b.begin()
			b.ran("close day", b.clock.Now())
			who := b.sit("bob")
			midnight := d.End(z)
			b.await("due at midnight", func(v sprints.View) bool {
				runs, err := v.JobRuns()
				b.must(err)
				for _, r := range runs {
					if r.Name == "close day" {
						return r.Next.Equal(midnight)
					}
				}
				return false
			})
			b.clock.set(midnight.Add(-time.Second))
			b.ran("blank sent words", b.clock.Now())
			b.read(func(v sprints.View) {
				if _, err := v.OpenSeat(who); err != nil {
					t.Errorf("a second before midnight: %v", err)
				}
			})
			b.clock.set(midnight)
			seat := b.closedSeat(who)
			if !seat.Out.Equal(midnight) || seat.OutKind != sprints.DayEnd {
				t.Errorf("out %s by %s, want %s", seat.Out, seat.OutKind, midnight)
			}
		})
	}
}

func TestADayThatEndedWhileTheBotWasDownIsClosedAtItsOwnMidnight(t *testing.T) {
	b := newBench(t, "")
	b.begin()
	b.ran("close day", b.clock.Now())
	who := b.sit("bob")
	b.end()
	midnight := day("2027-05-18").End(zone(t, "America/New_York"))
	b.clock.add(48 * time.Hour)
	b.restart()
	if seat := b.closedSeat(who); !seat.Out.Equal(midnight) {
		t.Errorf("out %s, want %s", seat.Out, midnight)
	}
}

func TestAClockThatWentBackDoesNotStopTheJobs(t *testing.T) {
	b := newBench(t, "")
	b.clock.add(72 * time.Hour)
	b.begin()
	b.ran("close day", b.clock.Now())
	b.end()
	b.clock.add(-72 * time.Hour)
	b.begin()
	who := b.sit("bob")
	b.clock.set(day("2027-05-18").End(zone(t, "America/New_York")))
	b.closedSeat(who)
}

func TestAClaimRunsOutAndItsHolderIsTold(t *testing.T) {
	b := newBench(t, "")
	b.write(func(tx sprints.Tx) {
		repo, err := tx.AddRepo(sprints.Repo{Project: b.project, Owner: "owner", Name: "foo", Sample: true})
		b.must(err)
		issue, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: 12, Title: "Fix doc", Labels: []string{"easy"}, Tier: 4, Open: true})
		b.must(err)
		_, err = sprints.Take(tx, b.lead, issue)
		b.must(err)
	})
	b.begin()
	b.ran("close day", b.clock.Now())
	b.clock.add(sprints.ClaimTime - time.Second)
	b.ran("blank sent words", b.clock.Now())
	if got := b.easy(); len(got) != 0 {
		t.Errorf("free before its time: %v", got)
	}
	b.restart()
	b.clock.add(time.Second)
	b.await("the issue is free", func(v sprints.View) bool { n, err := v.EasyCount(); b.must(err); return n[b.project] == 1 })
	b.wantTold("Your three hours on Copper Kettle #12 are over, so others may take it now. Still at it, or looking for another?\ntake owner/foo#12\neasy")
	b.clock.add(time.Hour)
	b.ran("blank sent words", b.clock.Now())
	if n := len(b.told()); n != 1 {
		t.Errorf("told %d times", n)
	}
}

func TestPeopleAreDeletedThirtyDaysAfterTheEvent(t *testing.T) {
	b := newBench(t, "")
	b.write(func(tx sprints.Tx) {
		for i := range 120 {
			_, err := tx.Meet(chat.Handle{Network: "libera", ID: fmt.Sprint("account:", i), Nick: fmt.Sprint("nick", i)})
			b.must(err)
		}
	})
	who := b.sit("bob")
	z := zone(t, "America/New_York")
	over := day("2027-06-19").End(z)
	b.begin()
	b.clock.set(over.Add(-time.Second))
	b.ran("close day", b.clock.Now())
	people := func(v sprints.View) int { all, err := v.People(); b.must(err); return len(all) }
	b.read(func(v sprints.View) {
		if n := people(v); n != 122 {
			t.Errorf("%d people a second before", n)
		}
	})
	b.clock.set(over)
	b.await("all are gone", func(v sprints.View) bool { return people(v) == 0 })
	if run := b.ran("delete people", over); run.Failed || run.Result != "122 people deleted" || !run.Next.Equal(over.AddDate(0, 0, 1)) {
		t.Errorf("%+v", run)
	}
	b.read(func(v sprints.View) {
		if seats, err := v.SeatsOn(day("2027-05-18")); err != nil || len(seats) != 1 {
			t.Errorf("numbers went too: %v, %v", seats, err)
		}
		if p, err := v.Person(who); err == nil && p.Nick != "" {
			t.Errorf("%+v", p)
		}
	})
	// Who turns up after that is gone the next day.
	b.write(func(tx sprints.Tx) {
		_, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:late", Nick: "late"})
		b.must(err)
	})
	b.clock.set(over.AddDate(0, 0, 1))
	b.await("they are gone", func(v sprints.View) bool { return people(v) == 0 })
}

func TestKeysAndWordsGoWithTime(t *testing.T) {
	b := newBench(t, "")
	m := chat.Message{ID: "1", In: chat.Place{Network: "libera", Channel: "#sprints"}, From: chat.Handle{Network: "libera", ID: "guest:x"}, At: b.clock.Now(), Kind: chat.Said}
	heard := func() (first bool) {
		err := b.store.Write(b.Context(), func(tx sprints.Tx) (err error) {
			if first, err = tx.Heard(m); err == nil {
				err = errUndo
			}
			return err
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
		return first
	}
	b.write(func(tx sprints.Tx) {
		_, err := tx.Heard(m)
		b.must(err)
		row, _, err := tx.Post(chat.Outgoing{Key: "k", To: m.In, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("secret words")), At: tx.Now()})
		b.must(err)
		b.must(tx.Confirm(row, 1, 1, chat.Receipt{ID: "r", At: tx.Now()}))
	})
	b.begin()
	b.ran("blank sent words", b.clock.Now())
	b.clock.add(59 * time.Minute)
	if run := b.ran("blank sent words", b.clock.Now()); run.Result != "0 rows" {
		t.Errorf("after 59 minutes: %+v", run)
	}
	b.clock.add(6 * time.Minute)
	if run := b.ran("blank sent words", b.clock.Now()); run.Result != "1 rows" {
		t.Errorf("after 65 minutes: %+v", run)
	}
	b.clock.add(6 * 24 * time.Hour)
	b.ran("forget keys of messages", b.clock.Now())
	if heard() {
		t.Error("the key is gone within 7 days")
	}
	b.clock.add(24 * time.Hour)
	b.ran("forget keys of messages", b.clock.Now())
	if !heard() {
		t.Error("the key is kept over 7 days")
	}
}

var errUndo = errors.New("undo")
