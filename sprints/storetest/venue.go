package storetest

import (
	"testing"
	"time"

	"sprintbot/sprints"
)

func testTable(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		room := sprints.Room{Code: "Atrium", Name: "The Atrium", Floor: "ground floor"}
		done(tx.SaveRoom(room))
		for _, code := range []string{"B10", "b4", "A1", "B9"} {
			done(tx.SaveTable(sprints.Table{Code: code, Room: sprints.Room{Code: "atrium"}, Seats: 6}))
		}
		b.table(tx, "C1")
		codes := ""
		for _, table := range ok(tx.Tables()) {
			codes += table.Code + " "
		}
		equal(b, "tables in order", codes, "A1 b4 B9 B10 C1 ")
		equal(b, "a table's room", ok(tx.Table("a1")).Room, room)
		done(tx.SaveTable(sprints.Table{Code: "B4", Room: room, Seats: 8}))
		equal(b, "saved again", ok(tx.Table(" b4 ")), sprints.Table{Code: "B4", Room: room, Seats: 8})
		equal(b, "tables", len(ok(tx.Tables())), 5)
		rooms := ok(tx.Rooms())
		equal(b, "rooms", len(rooms), 2)
		equal(b, "first room", rooms[0].Code, "302")
		_, err := tx.Table("Z9")
		b.is("no such table", err, sprints.ErrNotFound)

		p, q := b.project(tx, "p"), b.project(tx, "q")
		_, err = tx.UseOf("B4")
		b.is("a free table", err, sprints.ErrNotFound)
		done(tx.UseTable("b4", p, 10))
		b.is("a table in use", tx.UseTable("B4", q, 0), sprints.ErrTaken)
		b.is("no such table to use", tx.UseTable("Z9", q, 0), sprints.ErrNotFound)
		use := ok(tx.UseOf("B4"))
		equal(b, "use", use, sprints.TableUse{Table: sprints.Table{Code: "B4", Room: room, Seats: 10}, Project: p, From: tx.Now()})
		done(tx.UseTable("B10", q, 0))
		done(tx.UseTable("B9", p, 0))
		equal(b, "the table's own seats", ok(tx.UseOf("B9")).Table.Seats, 6)
		codes = ""
		for _, use := range ok(tx.Uses()) {
			codes += use.Table.Code + " "
		}
		equal(b, "uses in order", codes, "B4 B9 B10 ")
		equal(b, "first claimed of p", ok(tx.TablesOf(p))[0].Table.Code, "B4")
		done(tx.FreeTable("b4"))
		b.is("freeing a free table", tx.FreeTable("B4"), sprints.ErrNotFound)
		done(tx.UseTable("B4", q, 0))
		equal(b, "tables of p", len(ok(tx.TablesOf(p))), 1)
	})
}

func testSeat(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		p := b.project(tx, "p")
		b.table(tx, "B4")
		ada, bob := b.meet(tx, "account:ada", "ada"), b.meet(tx, "guest:9", "Bob")
		_, err := tx.OpenSeat(ada)
		b.is("nobody sits", err, sprints.ErrNotFound)
		s := sprints.Seat{Person: ada, Project: p, Table: "b4", Day: today, In: now, Via: "libera"}
		s.ID = ok(tx.AddSeat(s))
		s.Table = "B4"
		equal(b, "open seat", ok(tx.OpenSeat(ada)), s)
		_, err = tx.AddSeat(s)
		b.is("a second open seat", err, sprints.ErrTaken)
		_, err = tx.AddSeat(sprints.Seat{Person: bob, Table: "Z9", Day: today, In: now})
		b.is("a seat at no table", err, sprints.ErrNotFound)
		if _, err = tx.AddSeat(sprints.Seat{Person: bob, Day: today, In: now}); err == nil {
			t.Error("a seat without project and table was kept")
		}
		ok(tx.AddSeat(sprints.Seat{Person: bob, Table: "B4", Day: today, In: now.Add(time.Second)}))
		sat := ok(tx.Seated(today))
		equal(b, "people", sat.People, 2)
		equal(b, "by project", sat.ByProject[p], 1)
		equal(b, "by table", sat.ByTable["B4"], 2)
		equal(b, "the next day", ok(tx.Seated(today.Add(1))).People, 0)
		equal(b, "oldest first", ok(tx.SeatedNow(today))[0].ID, s.ID)
		guests := ok(tx.OpenGuestSeats("libera", "bOB"))
		equal(b, "guests of a nick", len(guests), 1)
		equal(b, "an account is no guest", len(ok(tx.OpenGuestSeats("libera", "ada"))), 0)
		equal(b, "on another network", len(ok(tx.OpenGuestSeats("oftc", "bob"))), 0)

		done(tx.CloseSeat(s.ID, now.Add(time.Hour), sprints.SaidBye))
		b.is("closing a closed seat", tx.CloseSeat(s.ID, now, sprints.SaidBye), sprints.ErrNotFound)
		s.Out, s.OutKind = now.Add(time.Hour), sprints.SaidBye
		equal(b, "closed seat", ok(tx.SeatsOf(ada))[0], s)
		ok(tx.AddSeat(sprints.Seat{Person: ada, Project: p, Day: today, In: now.Add(2 * time.Hour)}))
		equal(b, "seats of the day", len(ok(tx.SeatsOn(today))), 3)
		equal(b, "open seats of the day", len(ok(tx.SeatedNow(today))), 2)
		// The clock was set back meanwhile.
		done(tx.CloseSeat(guests[0].ID, now.Add(-time.Hour), sprints.Renewed))
		equal(b, "a seat never ends before it began", ok(tx.SeatsOf(bob))[0].Out.Equal(now.Add(time.Second)), true)
	})
}

func testCloseDays(t *testing.T, b *bench) {
	zone := ok(time.LoadLocation("America/New_York"))
	b.write(func(tx sprints.Tx) {
		p := b.project(tx, "p")
		var people []sprints.PersonID
		for i, d := range []sprints.Day{today.Add(-1), today, today.Add(1)} {
			people = append(people, b.meet(tx, "account:"+d.String(), "x"))
			ok(tx.AddSeat(sprints.Seat{Person: people[i], Project: p, Day: d, In: d.Start(zone).Add(10 * time.Hour)}))
		}
		equal(b, "closed", ok(tx.CloseDays(today.Add(1), zone)), 2)
		equal(b, "closed again", ok(tx.CloseDays(today.Add(1), zone)), 0)
		s := ok(tx.SeatsOf(people[0]))[0]
		equal(b, "ends with its own day", s.Out.Equal(today.Start(zone)), true)
		equal(b, "why", s.OutKind, sprints.DayEnd)
		equal(b, "ends with the next day's start", ok(tx.SeatsOf(people[1]))[0].Out.Equal(today.Add(1).Start(zone)), true)
		ok(tx.OpenSeat(people[2]))
	})
}

func testCount(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		ada := b.meet(tx, "account:ada", "ada")
		head := sprints.Count{Kind: sprints.Head, Value: 31, Day: today, At: now, Room: "302", By: ada}
		head.ID = ok(tx.AddCount(head))
		lunch := sprints.Count{Kind: sprints.Lunch, Value: 250, Day: today, At: now.Add(-time.Minute)}
		lunch.ID = ok(tx.AddCount(lunch))
		ok(tx.AddCount(sprints.Count{Kind: sprints.WiFi, Value: 0, Day: today.Add(1), At: now}))
		right := head
		right.Value, right.Supersedes, right.At = 13, head.ID, now.Add(time.Minute)
		right.ID = ok(tx.AddCount(right))
		day := ok(tx.CountsOn(today))
		equal(b, "counts of the day", len(day), 2)
		equal(b, "oldest first", day[0], lunch)
		equal(b, "the corrected one", day[1], right)
		equal(b, "all counts", len(ok(tx.Counts())), 3)
		_, err := tx.AddCount(right)
		b.is("correcting a corrected count", err, sprints.ErrTaken)
		if _, err := tx.AddCount(sprints.Count{Kind: sprints.Head, Value: -1, Day: today, At: now}); err == nil {
			t.Error("a count below zero was kept")
		}
	})
}

func testJob(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		done(tx.SaveRun(sprints.JobRun{Name: "pages", Next: now}))
		run := sprints.JobRun{Name: "issues", At: now, Took: 1500 * time.Microsecond, Result: "3 repositories", Failed: true, Next: now.Add(time.Hour)}
		done(tx.SaveRun(sprints.JobRun{Name: "issues"}))
		done(tx.SaveRun(run))
		runs := ok(tx.JobRuns())
		equal(b, "runs", len(runs), 2)
		equal(b, "newest run", runs[0], run)
		equal(b, "never run", runs[1].At.IsZero(), true)
	})
}

func testAudit(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		done(tx.AddAudit(sprints.Audit{At: now, Role: "lead", Person: b.meet(tx, "account:ada", "ada"), Verb: "table release", Object: "table B4"}))
		last := sprints.Audit{At: now, Role: "organizer", Verb: "lunch", Object: "250", Refused: true}
		done(tx.AddAudit(last))
		all := ok(tx.Audits(10))
		equal(b, "entries", len(all), 2)
		equal(b, "newest first", all[0], last)
		equal(b, "asked for one", len(ok(tx.Audits(1))), 1)
	})
}
