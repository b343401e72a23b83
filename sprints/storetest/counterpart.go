package storetest

import (
	"fmt"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func testCounterparts(t *testing.T, b *bench) {
	room := chat.Place{Network: "pycon", Channel: "#sprint"}
	source := chat.SourceKey("libera", "1")
	ada := handle("account:ada", "ada")
	say := func(words string) chat.Outgoing {
		return chat.Outgoing{To: room, Kind: chat.Said, As: &ada, From: "IRC", Lane: chat.Relays, Reply: chat.Saying(chat.Plainly(words))}
	}
	words := func(cs []sprints.Counterpart) (all []string) {
		for _, c := range cs {
			if c.Out != nil {
				all = append(all, c.Out.Reply.Plain())
			} else {
				all = append(all, "-")
			}
		}
		return all
	}
	is := func(what string, got []sprints.Counterpart, want ...string) {
		t.Helper()
		equal(b, what, fmt.Sprintf("%q", words(got)), fmt.Sprintf("%q", want))
	}
	var one, two, three, four int64
	b.write(func(tx sprints.Tx) {
		first := say("one")
		first.Source = source
		one = b.post(tx, first)
		edit := say("one, better")
		edit.Kind, edit.Source, edit.About, edit.Was, edit.NotBefore = chat.Edited, source, one, &first.Reply, tx.Now().Add(time.Minute)
		two = b.post(tx, edit)
		three, four = b.post(tx, say("three")), b.post(tx, say("four"))

		cs := ok(tx.Counterparts(source))
		is("the words and their edit", cs, "one", "one, better")
		got := cs[1]
		equal(b, "an edit", fmt.Sprint(got.Out.Kind, got.Out.About, got.Out.Was.Plain(), got.Out.As.Nick, got.Out.To, got.Out.Row, got.Waiting, got.Sent),
			fmt.Sprint(chat.Edited, one, "one", "ada", room, two, true, false))
		equal(b, "may go", got.At.Equal(edit.NotBefore), true)

		done(tx.Join([]int64{one, three, four}))
		is("together", ok(tx.Together(four)), "one", "three", "four")
		is("alone", ok(tx.Together(two)), "one, better")
		is("no such row", ok(tx.Together(99)))
		rows := ok(tx.Waiting("pycon", one, 10))
		equal(b, "joined", fmt.Sprint(rows[0].Joined, rows[1].Joined, rows[2].Joined), fmt.Sprint(0, one, one))
		done(tx.Join([]int64{four}))
		is("by itself again", ok(tx.Together(four)), "four")
		is("the others stay", ok(tx.Together(three)), "one", "three")

		done(tx.Reword(one, chat.Saying(chat.Plainly("one, best")), ""))
		done(tx.Reword(one, chat.Saying(chat.Plainly("one, best")), "https://s.example/t/x"))
		equal(b, "its page", ok(tx.Waiting("pycon", 0, 1))[0].Page, "https://s.example/t/x")
		is("in other words", ok(tx.Counterparts(source)), "one, best", "one, better")
		equal(b, "as it is sent", ok(tx.Waiting("pycon", 0, 1))[0].Reply.Plain(), "one, best")
		for _, row := range []int64{one, three} {
			done(tx.Confirm(row, 1, 1, chat.Receipt{ID: "r1", At: tx.Now()}))
		}
		is("carried", ok(tx.Carried(room, "r1")), "one, best", "three")
		is("carried elsewhere", ok(tx.Carried(chat.Place{Network: "pycon", Channel: "#other"}, "r1")))
		is("nothing", ok(tx.Carried(room, "")))
		equal(b, "its post", fmt.Sprint(ok(tx.Together(three))[1].Posts), "[r1]")
		done(tx.Posts(three, []string{"", "r2", "r3"}))
		done(tx.Posts(one, []string{"r1", "", "r3b"}))
		for _, c := range ok(tx.Together(three)) {
			equal(b, "its posts", fmt.Sprint(c.Posts, c.Parts), "[r1 r2 r3b] 3")
		}
		is("carried by a later post", ok(tx.Carried(room, "r2")), "one, best", "three")
		done(tx.Posts(one, []string{"r1", "r2"}))
		equal(b, "fewer posts", fmt.Sprint(ok(tx.Together(three))[1].Posts), "[r1 r2]")
		is("not carried any more", ok(tx.Carried(room, "r3b")))
		done(tx.Reword(one, chat.Saying(chat.Plainly("one, at last")), ""))
		is("reworded when sent", ok(tx.Together(one)), "one, at last", "three")

		done(tx.Withdraw([]int64{one, two}))
		is("withdrawn", ok(tx.Counterparts(source)), "one, at last")
		equal(b, "waits no more", len(ok(tx.Waiting("pycon", 0, 10))), 1)
		is("its words are gone at once", ok(tx.Together(two)), "-")
	})
	b.clock.Add(2 * time.Hour)
	b.write(func(tx sprints.Tx) {
		ok(tx.BlankAlone(tx.Now()))
		is("words that share a post are kept", ok(tx.Together(one)), "one, at last", "three")
		ok(tx.Blank(tx.Now()))
		is("blanked", ok(tx.Together(one)), "-", "-")
		done(tx.Reword(one, chat.Saying(chat.Plainly("again")), ""))
		is("blanked for good", ok(tx.Together(one)), "-", "-")
	})
}

func testPastes(_ *testing.T, b *bench) {
	ada := handle("account:ada", "ada")
	var p sprints.Paste
	b.write(func(tx sprints.Tx) {
		p = sprints.Paste{Token: "abcdefghijklmnopqrstuv", Source: "s", Who: chat.Handle{Network: ada.Network, ID: ada.ID, Nick: ada.Nick},
			Place: "IRC", Text: chat.Text{{Text: "long\nwords", Code: true, Pre: true}}, At: tx.Now(), Until: tx.Now().Add(sprints.PasteKept)}
		done(tx.SavePaste(p))
		equal(b, "kept", fmt.Sprint(ok(tx.Paste(p.Token))), fmt.Sprint(p))
		p.Text = chat.Plainly("other\nwords")
		again := p
		again.Token = "another-token-of-22-ch"
		done(tx.SavePaste(again))
		equal(b, "its address stays", fmt.Sprint(ok(tx.PasteOf("s"))), fmt.Sprint(p))
		equal(b, "hers", ok(tx.PastesBy(ada)), 1)
		equal(b, "somebody else's", ok(tx.PastesBy(handle("account:bob", "bob"))), 0)
		_, err := tx.Paste(again.Token)
		b.is("no other address", err, sprints.ErrNotFound)
		_, err = tx.PasteOf("t")
		b.is("of no message", err, sprints.ErrNotFound)
		done(tx.DropPaste("t"))
	})
	b.clock.Add(sprints.PasteKept)
	b.write(func(tx sprints.Tx) {
		_, err := tx.Paste(p.Token)
		b.is("its time is over", err, sprints.ErrNotFound)
		equal(b, "pruned", ok(tx.PrunePastes(tx.Now())), 1)
		p.Until = tx.Now().Add(time.Hour)
		done(tx.SavePaste(p))
		done(tx.DropPaste("s"))
		_, err = tx.Paste(p.Token)
		b.is("dropped", err, sprints.ErrNotFound)
		done(tx.SavePaste(p))
		person := ok(tx.Meet(ada))
		ok(tx.ForgetPerson(person.ID))
		_, err = tx.Paste(p.Token)
		b.is("forgotten", err, sprints.ErrNotFound)
	})
}

// testSkipped: words that were skipped together share a page, of which each
// goes by itself when it is taken back or forgotten.
func testSkipped(t *testing.T, b *bench) {
	const page = "abcdefghijklmnopqrstuv"
	ada, bob := handle("account:ada", "ada"), handle("account:bob", "bob")
	word := func(source string, who chat.Handle, at time.Time) sprints.Skipped {
		return sprints.Skipped{Token: page, Source: source, Who: chat.Handle{Network: who.Network, ID: who.ID, Nick: who.Nick}, Place: "IRC",
			Text: chat.Plainly("words of " + source), At: at, Until: b.clock.Now().Add(sprints.PasteKept)}
	}
	sources := func(v sprints.PasteReader) (all string) {
		for _, s := range ok(v.Skipped(page)) {
			all += s.Source
		}
		return all
	}
	start := b.clock.Now()
	b.write(func(tx sprints.Tx) {
		done(tx.SaveSkipped([]sprints.Skipped{word("c", bob, start.Add(2*time.Second)), word("a", ada, start), word("b", ada, start.Add(time.Second))}))
		done(tx.SaveSkipped([]sprints.Skipped{word("a", ada, start), word("d", bob, start.Add(3*time.Second))}))
		equal(b, "in order", sources(tx), "abcd")
		equal(b, "whole", fmt.Sprint(ok(tx.Skipped(page))[0]), fmt.Sprint(word("a", ada, start)))
		done(tx.RewordSkipped("b", chat.Plainly("mended")))
		equal(b, "edited", ok(tx.Skipped(page))[1].Text.Plain(), "mended")
		equal(b, "not edited", ok(tx.Skipped(page))[2].Text.Plain(), "words of c")
		equal(b, "no such page", len(ok(tx.Skipped("another-token-of-22-ch"))), 0)
		equal(b, "pages with her words", ok(tx.PastesBy(ada)), 1)
		done(tx.DropPaste("d"))
		equal(b, "taken back", sources(tx), "abc")
		ok(tx.ForgetPerson(ok(tx.Meet(ada)).ID))
		equal(b, "forgotten", sources(tx), "c")
	})
	b.clock.Add(sprints.PasteKept)
	b.write(func(tx sprints.Tx) {
		equal(b, "its time is over", sources(tx), "")
		equal(b, "pruned", ok(tx.PrunePastes(tx.Now())), 1)
	})
}

func testThreads(_ *testing.T, b *bench) {
	channel := chat.Place{Network: "pycon", Channel: "#sprint"}
	in := func(thread string) chat.Place { p := channel; p.Thread = thread; return p }
	b.write(func(tx sprints.Tx) {
		now := tx.Now()
		grace, lin := chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}, chat.Handle{Network: "pycon", ID: "U2", Nick: "lin"}
		done(tx.Spoke(grace, in(""), now))
		equal(b, "nobody in a thread", len(ok(tx.Threads(channel, now.Add(-time.Hour)))), 0)
		done(tx.Spoke(grace, in("1"), now))
		done(tx.Spoke(lin, in("1"), now.Add(time.Second)))
		done(tx.Spoke(grace, in("2"), now.Add(2*time.Second)))
		got := ok(tx.Threads(channel, now))
		equal(b, "the newest first", fmt.Sprint(got), fmt.Sprint([]sprints.Threaded{
			{Who: grace, In: in("2"), Last: now.Add(2 * time.Second)}, {Who: lin, In: in("1"), Last: now.Add(time.Second)},
		}))
		equal(b, "since", len(ok(tx.Threads(channel, now.Add(time.Second)))), 1)
		done(tx.Spoke(grace, in(""), now.Add(3*time.Second)))
		equal(b, "back in the channel", len(ok(tx.Threads(channel, now))), 1)
		equal(b, "pruned too early", ok(tx.PruneThreads(now.Add(time.Second))), 0)
		equal(b, "pruned", ok(tx.PruneThreads(now.Add(2*time.Second))), 1)
	})
}
