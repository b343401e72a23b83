package storetest

import (
	"fmt"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func testEvent(t *testing.T, b *bench) {
	zone := ok(time.LoadLocation("America/New_York"))
	b.write(func(tx sprints.Tx) {
		_, err := tx.Event()
		b.is("the event of a new store", err, sprints.ErrNotFound)
		done(tx.SetEvent(sprints.Event{Name: "Old", Zone: time.UTC, First: today, Last: today, Sample: true}))
		done(tx.SetEvent(sprints.Event{Name: "PyCon Sprints", Zone: zone, First: today, Last: today.Add(3)}))
	})
	b.read(func(v sprints.View) {
		e := ok(v.Event())
		equal(b, "zone", e.Zone.String(), zone.String())
		e.Zone = nil
		equal(b, "event", e, sprints.Event{Name: "PyCon Sprints", First: today, Last: today.Add(3)})
	})
}

func testPerson(t *testing.T, b *bench) {
	ada, guest := handle("account:ada", "ada"), handle("guest:7", "Grace")
	b.write(func(tx sprints.Tx) {
		_, err := tx.PersonOf(ada)
		b.is("a stranger", err, sprints.ErrNotFound)
		p := ok(tx.Meet(ada))
		equal(b, "nick", p.Nick, "ada")
		equal(b, "shown at first", p.Shown, false)
		equal(b, "since", p.Since.Equal(tx.Now()), true)
		b.clock.Add(time.Minute)
	})
	b.write(func(tx sprints.Tx) {
		renamed := ada
		renamed.Nick = "ada_"
		p := ok(tx.Meet(renamed))
		equal(b, "newest nick", p.Nick, "ada_")
		done(tx.ShowPerson(p.ID, true))
		equal(b, "somebody else", ok(tx.Meet(guest)).ID != p.ID, true)
		elsewhere := ada
		elsewhere.Network = "oftc"
		equal(b, "the same key on another network", ok(tx.Meet(elsewhere)).ID != p.ID, true)
		b.is("showing nobody", tx.ShowPerson(99, true), sprints.ErrNotFound)
		_, err := tx.Person(99)
		b.is("person 99", err, sprints.ErrNotFound)
	})
	b.read(func(v sprints.View) {
		p := ok(v.PersonOf(ada))
		equal(b, "person by number", ok(v.Person(p.ID)), p)
		equal(b, "shown", p.Shown, true)
		ids := ok(v.Identities(p.ID))
		equal(b, "identities", len(ids), 1)
		equal(b, "identity", ids[0], sprints.Identity{Person: p.ID, Network: "libera", Key: "account:ada", Nick: "ada_", Seen: v.Now()})
		named := ok(v.Named("libera", "ADA_"))
		equal(b, "identities of a nick", len(named), 1)
		equal(b, "of a nick", named[0], ids[0])
		equal(b, "of the nick elsewhere", len(ok(v.Named("pycon", "ada_"))), 0)
		equal(b, "people", len(ok(v.People())), 3)
	})
}

func testLinkCode(t *testing.T, b *bench) {
	var ada sprints.PersonID
	h := handle("guest:1", "x")
	b.write(func(tx sprints.Tx) {
		ada = b.meet(tx, "account:ada", "ada")
		until := tx.Now().Add(10 * time.Minute)
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "lead", Person: ada, Until: tx.Now().Add(96 * time.Hour)}))
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "first", Person: ada, Until: until}))
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "second", Person: ada, Until: until}))
		_, err := tx.TakeLinkCode("first")
		b.is("a code that a newer one replaced", err, sprints.ErrNotFound)
		c := ok(tx.TakeLinkCode("second"))
		equal(b, "whose code", c.Person, ada)
		equal(b, "until", c.Until.Equal(until), true)
		_, err = tx.TakeLinkCode("second")
		b.is("a used code", err, sprints.ErrNotFound)
		equal(b, "a long-lived code", ok(tx.TakeLinkCode("lead")).Person, ada)
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "third", Person: ada, Until: until}))
		b.is("a code of nobody", tx.AddLinkCode(sprints.LinkCode{Hash: "x", Person: 99, Until: until}), sprints.ErrNotFound)
		done(tx.FailedLink(h))
	})
	b.clock.Add(20 * time.Minute)
	b.write(func(tx sprints.Tx) {
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "third", Person: ada, Until: tx.Now().Add(10 * time.Minute)})) // its digits again
		done(tx.FailedLink(h))
	})
	b.clock.Add(10 * time.Minute)
	b.write(func(tx sprints.Tx) {
		_, err := tx.TakeLinkCode("third")
		b.is("a code whose time is over", err, sprints.ErrNotFound)
		done(tx.FailedLink(h))
		done(tx.FailedLink(chat.Handle{Network: "third", ID: "guest:1"}))
		equal(b, "wrong codes", ok(tx.FailedLinks(h, tx.Now().Add(-time.Hour))), 3)
		equal(b, "wrong codes of late", ok(tx.FailedLinks(h, tx.Now().Add(-time.Minute))), 1)
		equal(b, "wrong codes of a network", ok(tx.FailedLinks(chat.Handle{Network: h.Network}, tx.Now().Add(-time.Hour))), 3)
		equal(b, "wrong codes of all", ok(tx.FailedLinks(chat.Handle{}, tx.Now().Add(-time.Hour))), 4)
		equal(b, "wrong codes of another network", ok(tx.FailedLinks(chat.Handle{Network: "elsewhere"}, time.Time{})), 0)
		equal(b, "wrong codes of another", ok(tx.FailedLinks(handle("guest:2", "x"), time.Time{})), 0)
	})
}

func testJoinPersons(t *testing.T, b *bench) {
	var keep, gone sprints.PersonID
	var repo sprints.RepoID
	var first, second, third sprints.IssueID
	b.write(func(tx sprints.Tx) {
		done(tx.SetEvent(sprints.Event{Name: "E", Zone: time.UTC, First: today, Last: today.Add(3)}))
		keep, gone = b.meet(tx, "account:ada", "ada"), b.meet(tx, "guest:5", "adaweb")
		both, theirs := b.project(tx, "both"), b.project(tx, "theirs")
		for _, p := range []sprints.PersonID{keep, gone} {
			done(tx.AddLead(both, p))
		}
		done(tx.AddLead(theirs, gone))
		repo = ok(tx.AddRepo(sprints.Repo{Project: both, Owner: "o", Name: "n"}))
		first, second, third = b.issue(tx, repo, 1), b.issue(tx, repo, 2), b.issue(tx, repo, 3)
		for i, c := range []sprints.Claim{{Issue: first, Person: keep}, {Issue: second, Person: keep}, {Issue: third, Person: gone}} {
			c.State, c.HeldAt, c.Until = sprints.Held, tx.Now().Add(time.Duration(i)*time.Minute), tx.Now().Add(time.Hour)
			ok(tx.AddClaim(c))
		}
		ok(tx.AddSeat(sprints.Seat{Person: keep, Project: both, Day: today, In: tx.Now()}))
		ok(tx.AddSeat(sprints.Seat{Person: gone, Project: theirs, Day: today, In: tx.Now()}))
	})
	b.clock.Add(time.Hour)
	b.write(func(tx sprints.Tx) {
		b.is("joining nobody", tx.JoinPersons(keep, 99), sprints.ErrNotFound)
		done(tx.JoinPersons(keep, keep))
		done(tx.JoinPersons(keep, gone))
		_, err := tx.Person(gone)
		b.is("the person joined", err, sprints.ErrNotFound)
		equal(b, "whose the guest is", ok(tx.PersonOf(handle("guest:5", ""))).ID, keep)
		equal(b, "identities", len(ok(tx.Identities(keep))), 2)
		equal(b, "led", len(ok(tx.LedBy(keep))), 2)
		claims := ok(tx.ClaimsOf(keep))
		equal(b, "live claims", len(claims), 1)
		equal(b, "the live claim is keep's newest", claims[0].Issue, second)
		_, err = tx.LiveClaim(third)
		b.is("the other's claim", err, sprints.ErrNotFound)
		seats := ok(tx.SeatsOf(keep))
		equal(b, "seats", len(seats), 2)
		open := ok(tx.OpenSeat(keep))
		equal(b, "the open seat is keep's", open.ID, seats[0].ID)
		equal(b, "why the other ended", seats[1].OutKind, sprints.Moved)
		equal(b, "when the other ended", seats[1].Out.Equal(tx.Now()), true)
	})

	// Where only one has any, it goes on.
	b.write(func(tx sprints.Tx) {
		other := b.meet(tx, "account:bob", "bob")
		done(tx.CloseSeat(ok(tx.OpenSeat(keep)).ID, tx.Now(), sprints.SaidBye))
		ok(tx.AddSeat(sprints.Seat{Person: other, Project: 1, Day: today, In: tx.Now()}))
		done(tx.JoinPersons(keep, other))
		ok(tx.OpenSeat(keep))
		equal(b, "live claims after a second join", len(ok(tx.ClaimsOf(keep))), 1)
	})

	// An identity that is dropped is nobody's; its person keeps the rest.
	b.write(func(tx sprints.Tx) {
		done(tx.DropIdentity(handle("guest:5", "adaweb")))
		done(tx.DropIdentity(handle("guest:none", "")))
		_, err := tx.PersonOf(handle("guest:5", ""))
		b.is("a dropped identity", err, sprints.ErrNotFound)
		equal(b, "identities left", len(ok(tx.Identities(keep))), 2)
		ok(tx.OpenSeat(keep))
	})
}

func testForgetPerson(t *testing.T, b *bench) {
	h := handle("account:ada", "ada")
	var ada sprints.PersonID
	b.write(func(tx sprints.Tx) {
		ada = b.meet(tx, h.ID, h.Nick)
		done(tx.ShowPerson(ada, true))
		p := sprints.Project{Slug: "foo", Name: "foo", State: sprints.Listed, Contact: "Ada"}
		p.ID = ok(tx.AddProject(p))
		done(tx.AddLead(p.ID, ada))
		repo := ok(tx.AddRepo(sprints.Repo{Project: p.ID, Owner: "o", Name: "n"}))
		ok(tx.AddClaim(sprints.Claim{Issue: b.issue(tx, repo, 1), Person: ada, State: sprints.Held, HeldAt: tx.Now(), Until: tx.Now().Add(time.Hour)}))
		ok(tx.AddSeat(sprints.Seat{Person: ada, Project: p.ID, Day: today, In: tx.Now()}))
		ok(tx.AddPage(sprints.Page{Project: p.ID, URL: "https://example.org", By: ada}))
		done(tx.AddLinkCode(sprints.LinkCode{Hash: "h", Person: ada, Until: tx.Now().Add(time.Minute)}))
		done(tx.SaveList(h, sprints.List{Verb: "easy", Items: []string{"o/n#1"}, Until: tx.Now().Add(time.Hour)}))
		done(tx.Ask(h, sprints.Question{Options: map[string]string{"yes": "forget me confirmed"}, Until: tx.Now().Add(time.Hour)}))
		ok(tx.Heard(chat.Message{ID: "1", In: chat.Direct(h), From: h, At: tx.Now(), Kind: chat.Said}))
	})
	b.write(func(tx sprints.Tx) {
		equal(b, "what went", ok(tx.ForgetPerson(ada)), sprints.Forgotten{Identities: 1, Claims: 1, Seats: 1, Leads: 1})
		_, err := tx.PersonOf(h)
		b.is("the handle", err, sprints.ErrNotFound)
		p := ok(tx.Person(ada))
		equal(b, "nick", p.Nick, "")
		equal(b, "shown", p.Shown, false)
		equal(b, "people", len(ok(tx.People())), 0)
		equal(b, "seats stay", len(ok(tx.SeatedNow(today))), 1)
		equal(b, "leads", len(ok(tx.Leads(1))), 0)
		equal(b, "contact", ok(tx.Project(1)).Contact, "")
		equal(b, "who added the page", ok(tx.PageOf(1)).By, 0)
		_, err = tx.LiveClaim(1)
		b.is("the claim", err, sprints.ErrNotFound)
		_, err = tx.TakeLinkCode("h")
		b.is("the code", err, sprints.ErrNotFound)
		_, err = tx.LastList(h)
		b.is("the list", err, sprints.ErrNotFound)
		_, err = tx.OpenQuestion(h)
		b.is("the question", err, sprints.ErrNotFound)
		_, err = tx.Mark(chat.Direct(h))
		b.is("the mark of the private conversation", err, sprints.ErrNotFound)
		equal(b, "met again is somebody else", ok(tx.Meet(h)).ID != ada, true)
		_, err = tx.ForgetPerson(99)
		b.is("forgetting nobody", err, sprints.ErrNotFound)
	})
}

// testForgetWords: what somebody said goes with them, whether or not it was
// sent, and so do quotes of it; a deletion of it still goes out.
func testForgetWords(t *testing.T, b *bench) {
	ada, bob := handle("account:ada", "ada"), handle("account:bob", "bob")
	room := chat.Place{Network: "pycon", Channel: "#s"}
	quoting := chat.Text{{Text: "re "}, {Text: "ada", Who: &ada}, {Text: ` "`}, {Text: "secret"}, {Text: `": `}}
	var mine, sent, gone, quote, quoted int64
	b.write(func(tx sprints.Tx) {
		said := func(who chat.Handle, change func(*chat.Outgoing)) int64 {
			out := chat.Outgoing{To: room, As: &who, Kind: chat.Said, Lane: chat.Relays, Reply: chat.Saying(chat.Plainly("secret"))}
			if change != nil {
				change(&out)
			}
			return b.post(tx, out)
		}
		mine, sent = said(ada, nil), said(ada, nil)
		gone = said(ada, func(o *chat.Outgoing) { o.Kind, o.Reply = chat.Deleted, chat.Reply{} })
		of := func(o *chat.Outgoing) {
			o.Re, o.Quotes, o.Reply = quoting, "libera\x1f1", chat.Saying(chat.Plainly("yes"))
		}
		quote, quoted = said(bob, of), said(bob, of)
		b.post(tx, chat.Outgoing{To: chat.Direct(ada), Reply: chat.Saying(chat.Plainly("secret"))})
		for _, row := range []int64{sent, quoted} {
			done(tx.Confirm(row, 1, 1, chat.Receipt{}))
		}
		equal(b, "nothing of a stranger", ok(tx.ForgetWords(handle("account:lin", ""))), 0)
		equal(b, "forgotten", ok(tx.ForgetWords(ada)), 4)
		equal(b, "once", ok(tx.ForgetWords(ada)), 0)
		equal(b, "answers wait", len(ok(tx.WaitingIn(chat.Direct(ada), 0, 10))), 0)
		for _, row := range []int64{mine, sent} {
			equal(b, "her words", ok(tx.Together(row))[0].Out == nil, true)
		}
		for _, row := range []int64{quote, quoted} {
			equal(b, "what quotes her", ok(tx.Together(row))[0].Out.Words().Plain(), "re ada: yes")
		}
		informed := map[int64]chat.Kind{}
		for _, w := range ok(tx.WaitingIn(room, 0, 10)) {
			if w.About != 0 {
				equal(b, "never sent", w.Unsent, true)
				informed[w.About] = w.Kind
			} else {
				equal(b, "waits on", w.Row == gone || w.Row == quote, true)
			}
		}
		equal(b, "what senders are told", fmt.Sprint(informed), fmt.Sprint(map[int64]chat.Kind{mine: chat.Deleted, quote: chat.Edited}))
	})
}

func testEndGuest(t *testing.T, b *bench) {
	guest, other := handle("guest:1", "ada"), handle("guest:2", "bob")
	b.write(func(tx sprints.Tx) {
		for _, h := range []chat.Handle{guest, other} {
			b.post(tx, chat.Outgoing{To: chat.Direct(h)})
			done(tx.SaveList(h, sprints.List{Verb: "easy", Until: tx.Now().Add(time.Hour)}))
		}
		ok(tx.AddSeat(sprints.Seat{Person: b.meet(tx, guest.ID, guest.Nick), Project: b.project(tx, "p"), Day: today, In: tx.Now()}))
		done(tx.EndGuest(guest))
		rows := ok(tx.Waiting("libera", 0, 10))
		equal(b, "rows that wait", len(rows), 1)
		equal(b, "whose", rows[0].To, chat.Direct(other))
		_, err := tx.LastList(guest)
		b.is("the guest's list", err, sprints.ErrNotFound)
		ok(tx.LastList(other))
		equal(b, "seats stay", len(ok(tx.OpenGuestSeats("libera", "ADA"))), 1)
	})
}
