package relay_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestAnEditChangesWhatWasSaid(t *testing.T) {
	b := newBridge(t, relay.Ways{JoinLines: -1})
	one, two := b.say(ada, "one"), b.say(ada, "two")
	b.drained()
	b.edit(ada, one, "one, better")
	b.delete(ada, two)
	b.edit(ada, "unknown", "nobody knows what")
	b.delete(ada, "unknown")
	b.stands("slack", b.slack.room, "one, better")
	b.stop()
	b.start()
	b.edit(ada, one, "one, after a restart")
	b.stands("slack", b.slack.room, "one, after a restart")
	n := len(b.slack.said)
	b.edit(ada, one, "one, after a restart")
	b.drained()
	if len(b.slack.said) != n {
		t.Error("an edit without new words was sent")
	}
}

func TestAnEditOfWhatWaitsChangesItAndADeletionRemovesIt(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	for _, r := range []*room{b.slack.room, b.irc} {
		r.set(func() { r.up = false })
	}
	for _, who := range []chat.Handle{ada, grace} {
		one, two := b.say(who, "one"), b.say(who, "two")
		b.edit(who, one, "one, better")
		b.edit(who, one, "one, best")
		b.delete(who, two)
		b.say(who, "three")
	}
	b.stop() // what was settled in memory is settled in the store
	b.start()
	for _, r := range []*room{b.slack.room, b.irc} {
		r.set(func() { r.up = true })
	}
	b.drained()
	for _, r := range []*room{b.slack.room, b.irc} {
		if want := []string{"said one, best", "said three"}; !slices.Equal(r.said, want) {
			t.Errorf("%s: sent %q, want %q", r.name, r.said, want)
		}
	}
}

func TestAChangeOfWhatIsUnderWayGoesBehindIt(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.hang = true
	one, two := b.say(ada, "one"), ""
	b.saw(b.slack.room)
	two = b.say(bob, "two")
	b.edit(ada, one, "one, mended")
	b.edit(ada, one, "one, mended twice")
	b.edit(bob, two, "two, mended")
	b.slack.set(func() { b.slack.hang = false; b.slack.stuck[0]() })
	b.stands("slack", b.slack.room, "one, mended twice", "two, mended")
	if n := len(b.slack.said); n != 3 {
		t.Errorf("it took %d calls: %q", n, b.slack.said)
	}
}

func TestEditsWhereWordsStayAreShownShortAndNeverAStorm(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	one := b.say(grace, "the tabel is B4")
	b.drained()
	b.edit(grace, one, "the table is B4")
	b.drained()
	b.edit(grace, one, "the table is B5")
	b.edit(grace, one, "the table is B6")
	b.stands("at once", b.irc, "the tabel is B4", "the tabel is B4 -> the table is B4")
	b.clock.forward(9 * time.Second)
	b.edit(grace, one, "the table is B7")
	b.clock.forward(time.Second)
	b.stands("the last of them, 10 s later", b.irc, "the tabel is B4", "the tabel is B4 -> the table is B4", "the table is B4 -> the table is B7")
	n := len(b.irc.said)
	b.delete(grace, one)
	b.drained()
	b.clock.forward(5 * time.Minute)
	b.edit(grace, one, "too late")
	b.drained()
	if len(b.irc.said) != n {
		t.Errorf("then %q", b.irc.said[n:])
	}
}

func TestWhereTheServerMayTakeWordsBackItIsAskedToWithAllThatWasSaidOfThem(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.irc.manners.Retracts = true
	b.carrier.Manners = relay.MannersOf([]relay.Network{b.slack, b.irc})
	one := b.say(grace, "the tabel is B4")
	b.drained()
	b.edit(grace, one, "the table is B4")
	b.drained()
	b.delete(grace, one)
	b.drained()
	want := []string{"said the tabel is B4", "edited the tabel is B4 -> the table is B4", "deleted of libera-1 quiet", "deleted of libera-2 quiet"}
	if !slices.Equal(b.irc.said, want) {
		t.Errorf("%q, want %q", b.irc.said, want)
	}
}

func TestAllLinesOfWordsAreTakenBackAlsoAfterARestart(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.irc.manners.Retracts, b.irc.most = true, 3
	b.carrier.Manners = relay.MannersOf([]relay.Network{b.slack, b.irc})
	b.stop()
	b.start()
	one := b.say(grace, "onetwo")
	b.drained()
	b.stop()
	b.start()
	b.delete(grace, one)
	b.drained()
	if want := "deleted of libera-1 libera-2 quiet"; b.irc.said[len(b.irc.said)-1] != want {
		t.Errorf("%q, want %q", b.irc.said, want)
	}
}

func TestABridgeSaysWhatOfChangesItShows(t *testing.T) {
	old := newBridge(t, relay.Ways{Deletes: true})
	first := old.say(grace, "one")
	old.drained()
	old.clock.forward(time.Hour)
	old.delete(grace, first)
	old.stands("a notice of old words", old.irc, "one")
	for name, c := range map[string]struct {
		ways relay.Ways
		want []string
	}{
		"full":               {relay.Ways{Edits: relay.Full}, []string{"said one", "edited two"}},
		"off, with a notice": {relay.Ways{Edits: relay.Off, Deletes: true}, []string{"said one", "deleted "}},
		"an hour":            {relay.Ways{EditsWithin: time.Hour}, []string{"said one", "edited one -> two"}},
	} {
		b := newBridge(t, c.ways)
		one := b.say(grace, "one")
		b.drained()
		b.clock.forward(4 * time.Minute)
		b.edit(grace, one, "two")
		b.drained()
		b.delete(grace, one)
		b.drained()
		if !slices.Equal(b.irc.said, c.want) {
			t.Errorf("%s: %q, want %q", name, b.irc.said, c.want)
		}
	}
}

// However many edits are heard at once, the last one is said when the next is
// due.
func TestTheLastOfManyEditsIsNotLate(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.say(grace, "version 0")
	b.drained()
	b.stop()
	err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		for i := 1; i <= 20; i++ {
			m := chat.Message{ID: fmt.Sprint("e", i), In: inSlack, From: grace, Kind: chat.Edited, Of: "m1", At: b.clock.Now(),
				Text: chat.Plainly(fmt.Sprint("version ", i))}
			if err := b.carrier.Carry(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var due time.Time
	err = b.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Waiting("libera", 0, 100)
		due = rows[len(rows)-1].NotBefore
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if late := due.Sub(b.clock.Now()); late > 10*time.Second {
		t.Errorf("the last of the edits waits %v", late)
	}
}

// Words to somebody who is on IRC themselves are said in the channel, not put
// into the thread of a namesake on Slack; words to one who linked both are.
func TestWordsToANamesakeStayOutOfAThread(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.say(ada, "good morning")
	b.drained()
	thread := inSlack
	thread.Thread = "pycon-1"
	b.hear(chat.Message{In: thread, From: grace, Of: "C1:pycon-1", Text: chat.Plainly("good morning")})
	b.drained()
	other := chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"}
	to := func(words string) {
		b.hear(chat.Message{From: bob, Text: chat.Text{{Text: "grace", Who: &other}, {Text: words}}})
	}
	to(": have you seen B4?")
	err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		one, err := tx.Meet(other)
		if err != nil {
			return err
		}
		two, err := tx.Meet(grace)
		if err != nil {
			return err
		}
		return tx.JoinPersons(one.ID, two.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	to(", good evening")
	b.stands("slack", b.slack.room, "good morning", "grace: have you seen B4?", "pycon-1 > grace, good evening")
}

func TestAThreadIsOneConversationOnBothSides(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	root := b.say(ada, "good morning everybody, where is the coffee this early in the day?")
	b.drained()
	thread := inSlack
	thread.Thread = "pycon-1"
	reply := func(who chat.Handle, words string) {
		b.hear(chat.Message{In: thread, From: who, Of: "C1:pycon-1", Text: chat.Plainly(words)})
	}
	reply(grace, "upstairs")
	reply(lin, "in the hall")
	b.stands("irc", b.irc, `re ada "good morning everybody, where is…": upstairs`, "re ada: in the hall")
	b.say(bob, "grace: thanks")
	b.say(bob, "GRACE, again")
	b.say(bob, "gracehopper: no")
	b.say(bob, "eve: nobody")
	b.stands("slack", b.slack.room, "good morning everybody, where is the coffee this early in the day?",
		"pycon-1 > grace: thanks", "pycon-1 > GRACE, again", "gracehopper: no", "eve: nobody")
	b.say(grace, "out of the thread")
	b.say(bob, "grace: here")
	b.clock.forward(11 * time.Minute)
	b.say(bob, "lin: long ago")
	reply(lin, "still there")
	b.drained()
	if got := b.irc.stands(); got[len(got)-1] != `re ada "good morning everybody, where is…": still there` {
		t.Errorf("later: %q", got[len(got)-1])
	}
	if got := b.slack.stands(); !slices.Equal(got[len(got)-2:], []string{"grace: here", "lin: long ago"}) {
		t.Errorf("slack: %q", got)
	}
	// An answer on IRC to a line goes under it; its receipt may be on its way.
	b.slack.set(func() { b.slack.up = false })
	other := b.say(ada, "question")
	b.hear(chat.Message{From: bob, Of: other, Text: chat.Plainly("answer")})
	b.hear(chat.Message{From: bob, Of: root, Text: chat.Plainly("to the first")})
	b.say(ada, "next")
	b.slack.set(func() { b.slack.up = true })
	b.drained()
	got := b.slack.stands()
	n := b.slack.n
	if want := []string{"question", fmt.Sprintf("pycon-%d > answer", n-3), "pycon-1 > to the first", "next"}; !slices.Equal(got[len(got)-4:], want) {
		t.Errorf("slack: %q, want %q", got[len(got)-4:], want)
	}
}

func TestAThreadOfSlacksOwnIsToldByItsRoot(t *testing.T) {
	for _, flat := range []bool{false, true} {
		b := newBridge(t, relay.Ways{Flat: flat})
		b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("lunch?")})
		thread := inSlack
		thread.Thread = "7"
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:7", Text: chat.Plainly("yes")})
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:8", Text: chat.Plainly("unknown root")})
		want := []string{"lunch?", `re grace "lunch?": yes`, "in a thread: unknown root"}
		if flat {
			want = want[:1]
		}
		b.stands(fmt.Sprint("flat ", flat), b.irc, want...)
		b.say(ada, "lin: me too")
		b.stands("slack", b.slack.room, "7 > lin: me too")
	}
}

func TestAnAnswerToALineOfAThreadGoesIntoThatThread(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("lunch?")})
	thread := inSlack
	thread.Thread = "7"
	yes := b.hear(chat.Message{In: thread, From: lin, Of: "C1:7", Text: chat.Plainly("yes")})
	b.drained()
	b.say(lin, "something else, outside")
	b.drained()
	b.hear(chat.Message{From: ada, Of: "libera-2", Text: chat.Plainly("me too")})                   // as a tag names the line
	b.hear(chat.Message{From: bob, Of: "libera-2", Text: chat.Plainly("lin: and me")})              // with the name in front
	b.hear(chat.Message{From: ada, Of: "libera-1", Text: chat.Plainly("where?")})                   // the root itself
	b.hear(chat.Message{From: ada, Of: "libera-3", Text: chat.Plainly("to what was said outside")}) // no thread yet
	b.hear(chat.Message{In: thread, From: grace, Of: "C1:7", Text: chat.Plainly("at one")})
	b.hear(chat.Message{From: ada, Of: "unknown", Text: chat.Plainly("grace: good")})
	if want, got := []string{"7 > me too", "7 > lin: and me", "C1:7 > where?", "m3 > to what was said outside", "7 > grace: good"}, b.slackLines(); !slices.Equal(got, want) {
		t.Errorf("after %s: %q, want %q", yes, got, want)
	}
}

// A place of two bridges tells neither what the other says.
func TestAnAnswerQuotesNothingOfAnotherBridge(t *testing.T) {
	b := newBridge(t, relay.Ways{Reactions: true})
	staff := chat.Place{Network: "pycon", Channel: "#staff"}
	b.carrier.Routes = append(b.carrier.Routes, relay.Bridge{Join: []chat.Place{inIRC, staff}, Private: true, Ways: relay.Ways{Reactions: true, JoinLines: -1}})
	secret := b.hear(chat.Message{ID: "C9:1", In: staff, From: grace, Text: chat.Plainly("the keynote is cancelled")})
	b.hear(chat.Message{ID: "C1:1", From: grace, Text: chat.Plainly("good morning")})
	b.drained()
	b.hear(chat.Message{From: ada, Of: "libera-1", Text: chat.Plainly("oh no")})
	b.hear(chat.Message{From: ada, Of: "libera-2", Text: chat.Plainly("morning")})
	b.hear(chat.Message{From: ada, Kind: chat.Reacted, Of: "libera-1", Text: chat.Plainly("👎")})
	b.hear(chat.Message{From: ada, Kind: chat.Reacted, Of: "libera-2", Text: chat.Plainly("👍")})
	var there []string
	err := b.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Waiting("pycon", 0, 100)
		for _, r := range rows {
			there = append(there, fmt.Sprintf("%s %s%s%s: %s", r.To.Channel, r.Of, r.To.Thread, r.Re.Plain(), r.Reply.Plain()))
			if r.To == inSlack && (strings.Contains(r.Words().Plain(), "keynote") || strings.Contains(r.Of, secret)) {
				t.Errorf("told in the other bridge: %+v", r.Outgoing)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.drained()
	got := b.slack.stands()
	slices.Sort(got)
	// In each of the two: one answer under what was said there, one as words of their own.
	if want := []string{"C1:1 > morning", "C9:1 > oh no", "morning", "oh no"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q; %q", got, want, there)
	}
	b.clock.forward(time.Minute)
	b.drained()
	if got := strings.Join(b.slack.stands(), "\n"); strings.Count(got, "👎") != 1 || strings.Count(got, "👍") != 1 {
		t.Errorf("reactions:\n%s", got)
	}
	// A thread of the one is no thread in the other either.
	thread := staff
	thread.Thread = "1"
	b.hear(chat.Message{In: thread, From: lin, Of: secret, Text: chat.Plainly("why?")})
	b.drained()
	all := b.irc.stands()
	if last := all[len(all)-1]; last != `re grace "the keynote is cancelled": why?` {
		t.Errorf("where it was heard: %q", last)
	}
}

func TestWordsTakenBackAreNeverQuoted(t *testing.T) {
	for name, ways := range map[string]relay.Ways{"told": {Deletes: true}, "not told": {}} {
		b := newBridge(t, ways)
		thread := inSlack
		thread.Thread = "7"
		b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("regrettable words")})
		b.drained()
		b.delete(grace, "C1:7")
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:7", Text: chat.Plainly("what did you say")})
		b.drained()
		if got := b.irc.stands(); got[len(got)-1] != "re grace: what did you say" {
			t.Errorf("%s: %q", name, got)
		}
		// While they are on the wire.
		b.irc.set(func() { b.irc.hang = true })
		b.hear(chat.Message{ID: "C1:8", From: grace, Text: chat.Plainly("worse words")})
		for seen := false; !seen; b.irc.set(func() { seen = slices.Contains(b.irc.said, "said worse words") }) {
			b.saw(b.irc)
		}
		b.delete(grace, "C1:8")
		b.irc.set(func() {
			b.irc.hang = false
			for _, answer := range b.irc.stuck {
				answer()
			}
		})
		b.drained()
		thread.Thread = "8"
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:8", Text: chat.Plainly("really?")})
		b.drained()
		got := b.irc.stands()
		if got[len(got)-1] != "re grace: really?" {
			t.Errorf("%s: taken back under way: %q", name, got)
		}
	}
}

func TestLongWordsHaveAPageWhereLinesAreABurden(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	one := b.say(grace, "1\n2\n3\n4")
	b.say(ada, "1\n2\n3\n4\n5")
	b.say(grace, "short")
	b.stands("slack", b.slack.room, "1|2|3|4|5")
	b.drained()
	got := b.irc.stands()
	words, page, _ := strings.Cut(got[0], " @https://s.example/t/")
	if words != "1|2|3|4" || len(page) != 22 || got[1] != "short" {
		t.Fatalf("irc: %q", got)
	}
	read := func() (p sprints.Paste, err error) {
		err = b.store.Read(t.Context(), func(v sprints.View) (err error) { p, err = v.Paste(page); return err })
		return p, err
	}
	if p, err := read(); err != nil || p.Text.Plain() != "1\n2\n3\n4" || p.Who.Nick != "grace" || p.Place != "Slack" {
		t.Errorf("%+v, %v", p, err)
	}
	b.edit(grace, one, "1\n2\n3\n4\n5")
	b.drained()
	if p, err := read(); err != nil || p.Text.Plain() != "1\n2\n3\n4\n5" {
		t.Errorf("after the edit: %+v, %v", p, err)
	}
	if got := b.irc.stands(); !strings.HasSuffix(got[2], "1|2|3|4|5 @https://s.example/t/"+page) {
		t.Errorf("the edit: %q", got[2])
	}
	b.delete(grace, one)
	if _, err := read(); !errors.Is(err, sprints.ErrNotFound) {
		t.Errorf("after the deletion: %v", err)
	}
	b.carrier.Pages = ""
	b.say(grace, "1\n2\n3\n4\n5\n6")
	b.drained()
	if got := b.irc.stands(); got[len(got)-1] != "1|2|3|4|5|6" {
		t.Errorf("without a public address: %q", got[len(got)-1])
	}
}

func TestWhatHappensIsToldTogetherOnceAMinute(t *testing.T) {
	b := newBridge(t, relay.Ways{Joins: true, Topics: true, Reactions: true})
	one := b.hear(chat.Message{ID: "C1:1", From: grace, Text: chat.Plainly("good morning")})
	b.drained()
	for _, m := range []chat.Message{
		{From: ada, Kind: chat.Joined}, {From: bob, Kind: chat.Left}, {From: chat.Handle{Network: "libera", ID: "x", Nick: "eve"}, Kind: chat.Joined},
		{From: chat.Handle{Network: "libera", ID: "x", Nick: "eve"}, Kind: chat.Left}, {From: ada, Kind: chat.Topic, Text: chat.Plainly("day 2")},
		{From: lin, Kind: chat.Reacted, Of: one, Text: chat.Plainly("👍")}, {From: grace, Kind: chat.Reacted, Of: one, Text: chat.Plainly("👍")},
		{From: lin, Kind: chat.Reacted, Of: "unknown", Text: chat.Plainly("👍")},
	} {
		b.hear(m)
	}
	b.stands("at once", b.slack.room)
	b.clock.forward(time.Minute)
	b.stands("a minute later", b.slack.room, "On IRC: ada joined; bob left.|Topic on IRC, by ada: day 2")
	b.stands("reactions", b.irc, "good morning", `re grace "good morning": 👍 ×2`)

	quiet := newBridge(t, relay.Ways{})
	if m := (chat.Message{In: inIRC, From: ada, Kind: chat.Joined}); quiet.carrier.Wants(m) || !b.carrier.Wants(m) {
		t.Error("a bridge is told of comings without having asked, or is not when it has")
	}
	quiet.hear(chat.Message{From: ada, Kind: chat.Joined})
	quiet.clock.forward(time.Minute)
	quiet.stands("by default", quiet.slack.room)
}

// Two networks' clocks differ: a reply may have been said before what it
// replies to, by its own network's clock.
func TestAReplyOlderThanItsRootHoldsNothingUp(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.set(func() { b.slack.up = false })
	root := b.say(ada, "root")
	b.clock.forward(-time.Minute)
	b.hear(chat.Message{From: bob, Of: root, Text: chat.Plainly("reply")})
	b.edit(ada, root, "root, mended")
	b.say(ada, "next")
	b.slack.set(func() { b.slack.up = true })
	b.drained()
	if got := b.slack.stands(); len(got) != 3 || !slices.Contains(got, "root, mended") || !strings.HasSuffix(got[slices.IndexFunc(got, func(s string) bool { return strings.HasSuffix(s, "reply") })], "> reply") {
		t.Errorf("%q", got)
	}
}

func TestWhoLinkedIsAnsweredByTheNameOfThePlace(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		here, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		there, err := tx.Meet(chat.Handle{Network: "pycon", ID: "U9", Nick: "Ada Lovelace"})
		if err != nil {
			return err
		}
		return tx.JoinPersons(here.ID, there.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.say(ada, "root")
	b.drained()
	thread := inSlack
	thread.Thread = "pycon-1"
	b.hear(chat.Message{In: thread, From: grace, Of: "C1:pycon-1", Text: chat.Plainly("yes")})
	b.hear(chat.Message{In: thread, From: chat.Handle{Network: "pycon", ID: "U9", Nick: "Ada Lovelace"}, Of: "C1:pycon-1", Text: chat.Plainly("good")})
	b.stands("irc", b.irc, `re ada "root": yes`, "re ada: good")
	b.say(bob, "ada: both names")
	b.say(bob, "Ada Lovelace: both names")
	if got := b.slackLines(); !slices.Equal(got, []string{"root", "pycon-1 > ada: both names", "Ada Lovelace: both names"}) {
		t.Errorf("slack: %q", got)
	}
}

func (b *bridge) slackLines() []string {
	b.t.Helper()
	b.drained()
	return b.slack.stands()
}
