package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func testTalk(t *testing.T, b *bench) {
	room := chat.Place{Network: "libera", Channel: "#sprint"}
	ada := handle("account:ada", "ada")
	say := func(id string, at time.Time) chat.Message {
		return chat.Message{ID: id, In: room, From: ada, At: at, Kind: chat.Said, Text: chat.Plainly("hi")}
	}
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		_, err := tx.Mark(room)
		b.is("an unheard place", err, sprints.ErrNotFound)
		equal(b, "first", ok(tx.Heard(say("1", now))), true)
		equal(b, "redelivered", ok(tx.Heard(say("1", now))), false)
		other := say("1", now)
		other.In.Network = "oftc"
		equal(b, "the same key on another network", ok(tx.Heard(other)), true)
		thread := say("2", now.Add(time.Second))
		thread.In.Thread = "1"
		equal(b, "in a thread", ok(tx.Heard(thread)), true)
		equal(b, "an older one afterwards", ok(tx.Heard(say("0", now))), true)
		joined := say("event", now.Add(time.Minute))
		joined.Kind = chat.Joined
		ok(tx.Heard(joined))
		mark := ok(tx.Mark(room))
		equal(b, "the newest words heard", mark.ID, "2")
		equal(b, "heard when", mark.At.Equal(now.Add(time.Second)), true)
		equal(b, "heard first when", mark.First.Equal(now), true)
		behind := say("behind", now.Add(time.Minute))
		behind.Behind = true
		equal(b, "before its gap is read", ok(tx.Heard(behind)), true)
		equal(b, "which moves no mark", ok(tx.Mark(room)).ID, "2")
		behind.Behind = false
		equal(b, "found in its gap", ok(tx.Heard(behind)), false)
		equal(b, "which moves the mark", ok(tx.Mark(room)).ID, "behind")
		first := say("first of another place", now.Add(time.Minute))
		first.In.Channel, first.Behind = "#never-heard", true
		equal(b, "the first words of a place, before its gap is read", ok(tx.Heard(first)), true)
		equal(b, "which mark it", ok(tx.Mark(first.In)).First.Equal(now.Add(time.Minute)), true)
		second := say("second of another place", now.Add(2*time.Minute))
		second.In, second.Behind = first.In, true
		equal(b, "the next", ok(tx.Heard(second)), true)
		equal(b, "which move no mark", ok(tx.Mark(first.In)).ID, first.ID)
		keys := ok(tx.HeardBetween(room.Network, "0", "3", 2))
		equal(b, "keys between two, the greatest first", reflect.DeepEqual(keys, []sprints.HeardKey{{ID: "2", Thread: "1"}, {ID: "1"}}), true)
		equal(b, "keys of another network", len(ok(tx.HeardBetween("pycon", "0", "3", 2))), 0)
		_, err = tx.Heard(chat.Message{In: room})
		equal(b, "a message without a key is an error", err != nil, true)
		b.is("what a command undid", tx.Try(func() error { ok(tx.Heard(say("3", now))); return errBoom }), errBoom)
		equal(b, "undone, so first again", ok(tx.Heard(say("3", now))), true)
	})
	start := b.clock.Now()
	b.clock.Add(7 * 24 * time.Hour)
	b.write(func(tx sprints.Tx) {
		equal(b, "pruned too early", ok(tx.PruneHeard(start)), 0)
		equal(b, "pruned", ok(tx.PruneHeard(start.Add(time.Millisecond))), 9)
		equal(b, "the mark stays", ok(tx.Mark(room)).ID, "behind")

		_, err := tx.LastList(ada)
		b.is("nothing listed", err, sprints.ErrNotFound)
		done(tx.SaveList(ada, sprints.List{Verb: "projects", Until: tx.Now().Add(time.Hour)}))
		list := sprints.List{
			Verb: "easy", Items: []string{"o/n#1", "o/n#2"}, Until: tx.Now().Add(time.Hour),
			Rest: []chat.Line{{Role: chat.Item, Cells: []chat.Text{chat.Plainly("x")}}},
		}
		done(tx.SaveList(ada, list))
		got := ok(tx.LastList(ada))
		equal(b, "list", reflect.DeepEqual(got, list), true)
		_, err = tx.OpenQuestion(ada)
		b.is("nothing asked", err, sprints.ErrNotFound)
		q := sprints.Question{Options: map[string]string{"yes": "forget me confirmed"}, Until: tx.Now().Add(time.Minute)}
		done(tx.Ask(ada, q))
		equal(b, "question", reflect.DeepEqual(ok(tx.OpenQuestion(ada)), q), true)
		done(tx.Answered(ada))
		_, err = tx.OpenQuestion(ada)
		b.is("answered", err, sprints.ErrNotFound)
		done(tx.Answered(ada))
		done(tx.Ask(ada, q))
	})
	b.clock.Add(time.Hour)
	b.read(func(v sprints.View) {
		_, err := v.LastList(ada)
		b.is("a list whose time is over", err, sprints.ErrNotFound)
		_, err = v.OpenQuestion(ada)
		b.is("a question whose time is over", err, sprints.ErrNotFound)
	})
}

// post appends a row with a key of its own, to #sprint unless said otherwise.
func (b *bench) post(tx sprints.Tx, out chat.Outgoing) int64 {
	b.keys++
	if out.Key == "" {
		out.Key = fmt.Sprint("key", b.keys)
	}
	if out.To.Network == "" {
		out.To = chat.Place{Network: "libera", Channel: "#sprint"}
	}
	if out.Kind == "" {
		out.Kind, out.Reply = chat.Said, chat.Saying(chat.Plainly("hello"))
	}
	row, first, err := tx.Post(out)
	done(err)
	equal(b, "first post of a key", first, true)
	return row
}

func testPost(t *testing.T, b *bench) {
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		ada := handle("account:ada", "ada")
		out := chat.Outgoing{
			Key: "k", To: chat.Place{Network: "pycon", Channel: "C1", Thread: "9.1"}, Lane: chat.Relays, Kind: chat.Action, As: &ada,
			From: "IRC", Of: "8.1", Return: "token", Source: chat.SourceKey("libera", "5"), At: now, NotBefore: now.Add(time.Second),
			Expires: now.Add(time.Hour),
			Reply: chat.Reply{Private: true, Lines: []chat.Line{{Role: chat.Plain, Cells: []chat.Text{
				{{Text: "bold", Bold: true}, {Text: "there", URL: "https://example.org"}, {Text: "bob", Who: &chat.Handle{Network: "pycon", ID: "U2"}}},
			}}}},
		}
		out.Row = b.post(tx, out)
		row, first, err := tx.Post(out)
		equal(b, "posted again", first, false)
		equal(b, "the row posted before", row, out.Row)
		equal(b, "posting again is no error", err, nil)
		if _, _, err := tx.Post(chat.Outgoing{To: out.To}); err == nil {
			t.Error("a row without a key was kept")
		}
		got := ok(tx.Waiting("pycon", 0, 10))
		equal(b, "rows", len(got), 1)
		if want := (sprints.Queued{Outgoing: out}); !reflect.DeepEqual(got[0], want) {
			t.Errorf("the row read back\n got %+v\nwant %+v", got[0], want)
		}
	})
}

func testOutbox(t *testing.T, b *bench) {
	room, other := chat.Place{Network: "libera", Channel: "#sprint"}, chat.Place{Network: "libera", Channel: "#other"}
	source := chat.SourceKey("pycon", "C1:1.2")
	var one, two, three, four int64
	waiting := func(v sprints.OutboxReader) (rows []int64) {
		for _, q := range ok(v.Waiting("libera", 0, 10)) {
			rows = append(rows, q.Row)
		}
		return rows
	}
	b.write(func(tx sprints.Tx) {
		one = b.post(tx, chat.Outgoing{Source: source})
		two = b.post(tx, chat.Outgoing{})
		three = b.post(tx, chat.Outgoing{To: other})
		four = b.post(tx, chat.Outgoing{Expires: tx.Now().Add(time.Minute)})
		b.post(tx, chat.Outgoing{To: chat.Place{Network: "pycon", Channel: "C1"}})
		equal(b, "all of the network, oldest first", fmt.Sprint(waiting(tx)), fmt.Sprint([]int64{one, two, three, four}))
		rows := ok(tx.Waiting("libera", one, 2))
		equal(b, "those after a number, at most two", fmt.Sprint(len(rows), rows[0].Row), fmt.Sprint(2, two))
		rows = ok(tx.WaitingIn(room, one, 2))
		equal(b, "those of a place after a number", fmt.Sprint(len(rows), rows[0].Row, rows[1].Row), fmt.Sprint(2, two, four))
		rows = ok(tx.WaitingIn(room, 0, 2))
		equal(b, "those of a place, at most two", fmt.Sprint(len(rows), rows[0].Row, rows[1].Row), fmt.Sprint(2, one, two))
		equal(b, "those of another place", len(ok(tx.WaitingIn(other, 0, 9))), 1)
		equal(b, "those of a place with nothing", len(ok(tx.WaitingIn(chat.Place{Network: "pycon", Channel: "#sprint"}, 0, 9))), 0)
	})
	start := b.clock.Now()
	b.clock.Add(time.Second)
	b.write(func(tx sprints.Tx) {
		done(tx.Attempt([]int64{one, two}, "mark1"))
	})
	b.clock.Add(time.Second)
	b.write(func(tx sprints.Tx) {
		done(tx.Attempt([]int64{one}, "mark2"))
		q := ok(tx.Waiting("libera", 0, 1))[0]
		equal(b, "first attempt", q.Attempted.Equal(start.Add(time.Second)), true)
		equal(b, "mark of the first attempt", q.Mark, "mark1")
		equal(b, "not attempted", ok(tx.Waiting("libera", two, 1))[0].Attempted.IsZero(), true)

		done(tx.Confirm(one, 1, 2, chat.Receipt{ID: "r1", At: tx.Now()}))
		equal(b, "confirmed", ok(tx.Waiting("libera", 0, 1))[0].Confirmed, 1)
		equal(b, "not sent yet", ok(tx.Counterparts(source))[0].Sent, false)
		done(tx.Confirm(one, 2, 2, chat.Receipt{ID: "r2", At: tx.Now()}))
		done(tx.Confirm(one, 1, 2, chat.Receipt{})) // late and out of order
		c := ok(tx.Counterparts(source))[0]
		equal(b, "counterpart", fmt.Sprint(c.Place, c.ID, c.Sent, c.Waiting, c.Row, c.At.Equal(start)), fmt.Sprint(room, "r1", true, false, one, true))
		equal(b, "no counterparts", len(ok(tx.Counterparts("x"))), 0)
		done(tx.Confirm(99, 1, 1, chat.Receipt{})) // a row that is gone

		done(tx.Kill(two, "msg_too_long"))
		undone := b.post(tx, chat.Outgoing{To: room, Kind: chat.Edited, About: one})
		done(tx.Kill(undone, "edit_window_closed"))
		until := tx.Now().Add(time.Minute)
		thread := other
		thread.Thread = "7"
		done(tx.Hold(thread, until, "not in channel"))
		queues := map[chat.Place]sprints.Queue{}
		for _, q := range ok(tx.Queues()) {
			queues[q.Place] = q
		}
		equal(b, "queues", len(queues), 3)
		equal(b, "queue of the room", queues[room], sprints.Queue{Place: room, Waiting: 1, Oldest: start, Dead: 2, Undone: 1})
		equal(b, "in words", queues[room].Refused(), "2 refused for good, 1 of them edits or deletions")
		equal(b, "queue of a held place", queues[other], sprints.Queue{Place: other, Waiting: 1, Oldest: start, Held: until, Reason: "not in channel"})
		done(tx.Hold(other, time.Time{}, ""))
		equal(b, "waiting", fmt.Sprint(waiting(tx)), fmt.Sprint([]int64{three, four}))
		done(tx.Expire([]int64{four, one}))
		equal(b, "an expired row waits no more", fmt.Sprint(waiting(tx)), fmt.Sprint([]int64{three}))
		equal(b, "a sent row stays sent", ok(tx.Counterparts(source))[0].Sent, true)
		done(tx.Confirm(four, 1, 1, chat.Receipt{ID: "late"}))
		equal(b, "a row that had arrived as it expired", len(ok(tx.Carried(room, "late"))), 1)
	})
	b.read(func(v sprints.View) {
		for _, q := range ok(v.Queues()) {
			equal(b, "held after its end", q.Held.IsZero(), true)
		}
	})
	ended := b.clock.Now()
	b.clock.Add(time.Hour)
	b.write(func(tx sprints.Tx) {
		equal(b, "blanked too early", ok(tx.Blank(ended))+ok(tx.BlankAlone(ended)), 0)
		equal(b, "blanked", ok(tx.Blank(ended.Add(time.Second))), 4)
		equal(b, "blanked again", ok(tx.Blank(ended.Add(time.Second))), 0)
		equal(b, "the counterpart stays", ok(tx.Counterparts(source))[0].ID, "r1")
		_, first, err := tx.Post(chat.Outgoing{Key: "key1", To: room})
		done(err)
		equal(b, "a key stays used", first, false)
	})
}
