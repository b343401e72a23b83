package commands_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// before is what must have been said for a verb's example to make sense.
var before = map[string][]string{
	"more":          {"project new Anvil", "project new Bellows", "project new Chisel", "project new Drill", "projects"},
	"take":          {"easy"},
	"drop":          {"easy", "take 1"},
	"keep":          {"easy", "take 1"},
	"done":          {"easy", "take 1"},
	"bye":           {"here copperkettle"},
	"bridge resume": {"bridge pause 1"},
	"bridge heed":   {"bridge ignore libera gateway*"},
}

func TestEveryExampleOfTheTablePassesTheGate(t *testing.T) {
	w := newWorld(t)
	w.refused("libera", 1)
	for _, c := range commands.Table() {
		if len(c.Examples) == 0 {
			t.Errorf("%s has no example", c.Name)
		}
		for _, line := range c.Examples {
			p := commands.Parse(commands.Table(), line)
			if p.Command == nil || p.Command.Name != c.Name {
				t.Errorf("%q is an example of %s and is read as %+v", line, c.Name, p)
				continue
			}
			out := w.pretend(orga, append(before[c.Name], line)...)
			if out.Refused || out.Ignored || out.Reply.Silent() {
				t.Errorf("%q is refused: %s", line, out.Reply.Plain())
			}
		}
	}
}

// TestHelpShowsWhatCanBeSaidHere: at a sprint with other projects, tables and
// rooms than those the examples of the table name.
func TestHelpShowsWhatCanBeSaidHere(t *testing.T) {
	w := newWorld(t)
	try := func(h chat.Handle, line string) string {
		for _, l := range w.say(h, line).Reply.Lines {
			if l.Role == chat.Try {
				return l.Plain()
			}
		}
		return ""
	}
	want := func(h chat.Handle, line, example string) {
		t.Helper()
		if got := try(h, line); got != example {
			t.Errorf("%q of %s shows %q, not %q", line, h.Nick, got, example)
		}
	}
	want(newcomer, "help take", "take 1")
	want(newcomer, "take", "take 1")
	want(newcomer, "help here", "here B4")
	want(newcomer, "help project show", "project show brassbell")
	want(leader, "help project show", "project show copperkettle")
	want(leader, "project set", "project set copperkettle first-timers yes")
	w.did(orga, "project set copperkettle ended")
	want(leader, "project show", "project show brassbell")
	w.did(orga, "project set brassbell ended", "project set tin-drum ended")
	want(leader, "help project show", "")
	want(newcomer, "project show", "help project show")

	w = open(t, filepath.Join(t.TempDir(), "bare.db"))
	w.write(func(tx sprints.Tx) error {
		first, err := sprints.ParseDay("2027-05-18")
		if err != nil {
			return err
		}
		return tx.SetEvent(sprints.Event{Name: "Sprints", Zone: time.UTC, First: first, Last: first})
	})
	want(newcomer, "help here", "")
	w.did(leader, "project new Brassbell")
	want(newcomer, "help here", "here brassbell")
	w.write(func(tx sprints.Tx) error {
		return tx.SaveTable(sprints.Table{Code: "7", Room: sprints.Room{Code: "Cellar"}, Seats: 6})
	})
	want(newcomer, "help here", "here 7")
	want(leader, "help table release", "table release 7")
	want(orga, "help headcount", "headcount Cellar 41")
}

// long leaves h with an answer that was cut.
func (w *world) long(h chat.Handle) commands.Outcome {
	w.t.Helper()
	for _, n := range []string{"Anvil", "Bellows", "Chisel", "Drill", "Easel", "File", "Gimlet", "Hammer"} {
		w.did(leader, "project new "+n)
	}
	return w.did(h, "projects")
}

func TestALongAnswerIsCutAndMoreShowsTheRest(t *testing.T) {
	w := newWorld(t)
	first := w.long(newcomer)
	if n := len(first.Reply.Lines); n != 6 || first.Reply.Lines[5].Plain() != "more" {
		t.Fatalf("%d lines:\n%s", n, first.Reply.Plain())
	}
	second := w.did(newcomer, "more")
	third := w.did(newcomer, "more")
	all := first.Reply.Plain() + second.Reply.Plain() + third.Reply.Plain()
	for _, name := range []string{"Anvil", "Brassbell", "Copperkettle", "Hammer", "Tin Drum (sample)"} {
		if strings.Count(all, name) != 1 {
			t.Errorf("%s is shown %d times in\n%s", name, strings.Count(all, name), all)
		}
	}
	if out := w.say(newcomer, "more"); !out.Refused {
		t.Errorf("there is more: %s", out.Reply.Plain())
	}
}

func TestMoreKeepsTheNumbersOfTheLastList(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "easy")
	w.long(newcomer)
	w.did(newcomer, "more", "2")
	if p, _ := w.person(newcomer); p.ID == 0 {
		t.Error("nothing was taken by its number")
	}
}

func TestNobodyFillsTheBoardAloneButAnOrganizer(t *testing.T) {
	w := newWorld(t)
	for i := range sprints.ProjectCap {
		w.did(newcomer, fmt.Sprintf("project new Thing %d", i))
		w.did(orga, fmt.Sprintf("project new Other %d", i))
	}
	for _, line := range []string{"project new One More", "page https://wiki.example.org/One"} {
		if out := w.say(newcomer, line); !out.Refused {
			t.Errorf("%q: %s", line, out.Reply.Plain())
		}
		w.did(orga, line)
	}
	w.did(newcomer, "project set thing-0 ended", "project new Two More")
}

func TestABotIsNeverObeyed(t *testing.T) {
	w := newWorld(t)
	for _, c := range commands.Table() {
		for _, line := range c.Examples {
			if out := w.say(robot, line); !out.Ignored || !out.Reply.Silent() || out.Announce != nil {
				t.Errorf("%q of a bot: %+v", line, out)
			}
		}
	}
}

// TestRightsComeByIdentityAlone says every verb as everybody: who may not is
// told who may, and an organizer's nick is worth nothing.
func TestRightsComeByIdentityAlone(t *testing.T) {
	strangers := map[string]chat.Handle{"newcomer": newcomer, "nick of an organizer": spoofer, "account named like one": liar, "guest": guest}
	w := newWorld(t)
	w.refused("libera", 1)
	for _, c := range commands.Table() {
		if c.Access == commands.Anyone {
			continue
		}
		line := c.Examples[0]
		for who, h := range strangers {
			out := w.say(h, line)
			if !out.Refused || out.Announce != nil || !strings.Contains(out.Reply.Plain(), "organizer") {
				t.Errorf("%q of a %s: %+v", line, who, out)
			}
			if p, _ := w.person(h); p.ID != 0 {
				t.Errorf("%s is remembered for being refused", who)
			}
		}
		if out := w.pretend(orga, append(before[c.Name], line)...); out.Refused {
			t.Errorf("%q of an organizer: %s", line, out.Reply.Plain())
		}
		if out := w.say(leader, line); out.Refused != (c.Access == commands.Organizer) {
			t.Errorf("%q of a lead: refused %v: %s", line, out.Refused, out.Reply.Plain())
		}
		w.audited(c.Name, len(strangers)+1)
	}
}

func (w *world) audited(verb string, n int) {
	w.t.Helper()
	w.read(func(v sprints.View) error {
		all, err := v.Audits(1000)
		got := 0
		for _, a := range all {
			if a.Verb == verb {
				got++
			}
		}
		if got != n {
			w.t.Errorf("%s has %d traces in the audit, not %d: %+v", verb, got, n, all)
		}
		return err
	})
}

func TestAnotherProjectsLeadMayNot(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"project set brassbell summary x", "announce brassbell", "table claim B4 brassbell", "table release B5",
		"repo add brassbell a/b", "page brassbell https://wiki.example.org/x"} {
		if out := w.say(leader, line); !out.Refused || !strings.Contains(out.Reply.Plain(), "Only a lead of Brassbell or an organizer") {
			t.Errorf("%q: %s", line, out.Reply.Plain())
		}
	}
}

func TestStrayWordsInAChannelAreLeftToPeople(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"wow", "", "!", "important", "he", "p", "1", "yes", "no", "tada everyone"} {
		if out := w.hear(public(newcomer, "!", line)); !out.Ignored {
			t.Errorf("!%s is answered: %s", line, out.Reply.Plain())
		}
	}
	if out := w.hear(public(newcomer, "!", "esay")); out.Ignored || !out.Reply.Private {
		t.Errorf("a slip is answered in private, not %+v", out)
	}
	if out := w.hear(public(newcomer, "sprintbot: ", "blorb")); out.Ignored {
		t.Error("who calls the bot by name is answered")
	}
	if out := w.hear(public(newcomer, "!", "sta")); out.Ignored {
		t.Error("a beginning of three letters is enough in a channel")
	}
}

func TestEveryAnswerIsPrivateAndEveryRefusalEndsInATry(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"here nowhere", "take 99", "table claim B5 copperkettle", "project show x", "headcount", "announce brassbell",
		"project new !!!", "page nothing", "repo add copperkettle x", "where Z9", "more", "help blorb", "project set", "who nowhere", "drop", "table release B4"} {
		out := w.say(leader, line)
		if !out.Refused || !out.Reply.Private {
			t.Errorf("%q: %+v", line, out)
			continue
		}
		last := out.Reply.Lines[len(out.Reply.Lines)-1]
		p := commands.Parse(commands.Table(), last.Plain())
		if last.Role != chat.Try || p.Command == nil {
			t.Errorf("%q ends in no command: %s", line, out.Reply.Plain())
		}
	}
}

func TestAQuestionIsAnsweredByABareWordInPrivate(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "show yes")
	forgotten := func() bool { p, err := w.person(newcomer); return p.ID == 0 || errors.Is(err, sprints.ErrNotFound) }

	w.did(newcomer, "forget me")
	w.hear(public(newcomer, "!", "yes"))
	if forgotten() {
		t.Fatal("a yes in a channel answered a question asked in private")
	}
	w.did(newcomer, "no")
	w.say(newcomer, "yes")
	if forgotten() {
		t.Fatal("yes after no")
	}
	w.did(newcomer, "forget me", "projects")
	w.say(newcomer, "yes")
	if forgotten() {
		t.Fatal("a command in between sets the question aside")
	}
	w.did(newcomer, "forget me")
	w.clock.pass(11 * time.Minute)
	w.say(newcomer, "yes")
	if forgotten() {
		t.Fatal("a question is open for ten minutes")
	}
	w.did(newcomer, "forget me", "Yes.")
	if !forgotten() {
		t.Fatal("yes deletes")
	}
}

func TestForgetMeIsRefusedInAChannel(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "show yes")
	if out := w.hear(public(newcomer, "!", "forget me")); !out.Refused {
		t.Error(out.Reply.Plain())
	}
}

func TestTheFirstThingStoredSaysWhatIsKept(t *testing.T) {
	w := newWorld(t)
	said := func(out commands.Outcome) bool {
		return strings.Contains(out.Reply.Plain(), "until 30 days after the sprint")
	}
	if said(w.did(newcomer, "projects")) {
		t.Error("looking stores nothing")
	}
	if p, _ := w.person(newcomer); p.ID != 0 {
		t.Error("looking made a person")
	}
	if !said(w.did(newcomer, "here copperkettle")) {
		t.Error("the first answer that stores says nothing of it")
	}
	if said(w.did(newcomer, "bye")) {
		t.Error("it is said once")
	}
}

func TestWhatFailsInsideIsANumberAndUndone(t *testing.T) {
	w := newWorld(t)
	w.desk.Organizer = func(string, string) bool { panic("broken") }
	out := w.say(newcomer, "status")
	if !out.Refused || !strings.Contains(out.Reply.Plain(), "noted as ") || strings.Contains(out.Reply.Plain(), "broken") {
		t.Errorf("%+v", out)
	}
}
