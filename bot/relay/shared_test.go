package relay_test

import (
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// shared is a post of two people's lines.
func shared(t *testing.T) (b *bridge, one, two string) {
	t.Helper()
	b = newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up = false })
	one, two = b.say(ada, "one"), b.say(bob, "two")
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "ada: one + bob: two")
	return b, one, two
}

// blank removes words as the job does, after a while.
func (b *bridge) blank(after time.Duration) {
	b.t.Helper()
	b.clock.forward(after)
	b.write(func(tx sprints.Tx) error {
		if _, err := tx.BlankAlone(tx.Now().Add(-time.Hour)); err != nil {
			return err
		}
		_, err := tx.Blank(tx.Now().Add(-24 * time.Hour))
		return err
	})
}

func (b *bridge) write(fn func(sprints.Tx) error) {
	b.t.Helper()
	if err := b.store.Write(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

func TestALineInASharedPostCanBeChangedForADay(t *testing.T) {
	b, one, two := shared(t)
	b.blank(5 * time.Hour)
	b.edit(ada, one, "first")
	b.stands("edited", b.slack.room, "ada: first + bob: two")
	b.blank(15 * time.Hour)
	b.delete(bob, two)
	b.stands("taken back", b.slack.room, "ada: first")
	b.blank(3 * time.Hour)
	b.delete(ada, one)
	b.stands("all taken back", b.slack.room)
}

func TestALineInASharedPostChangedAfterADayIsToldUnderIt(t *testing.T) {
	b, one, two := shared(t)
	b.blank(25 * time.Hour)
	b.edit(ada, one, "first")
	b.delete(bob, two)
	b.drained()
	b.hear(chat.Message{Kind: chat.Deleted, Of: one, In: inIRC})
	b.stands("later", b.slack.room, "ada: one + bob: two", "pycon-1 > an older line of mine here now reads: first",
		"pycon-1 > has taken back an older line here", "pycon-1 > An older line here was taken back where it was said.")
	b.slack.mu.Lock()
	defer b.slack.mu.Unlock()
	if said := b.slack.said; !strings.HasPrefix(said[1], "said ") || !strings.HasPrefix(said[2], "action ") {
		t.Errorf("said %q", said)
	}
}

func TestWhoIsForgottenIsNotInAPostMadeAnew(t *testing.T) {
	b, one, two := shared(t)
	b.write(func(tx sprints.Tx) error {
		p, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		_, err = tx.ForgetPerson(p.ID)
		return err
	})
	b.edit(bob, two, "second")
	b.stands("without her", b.slack.room, "bob: second")
	b.edit(ada, one, "I am back")
	b.stands("said again", b.slack.room, "ada: I am back + bob: second")
	b.delete(ada, one)
	b.stands("taken back", b.slack.room, "bob: second")
}

func TestAnEditThatGrowsIsChangedWholeAfterwards(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.most = 10
	one := b.say(ada, "0123456789")
	b.stands("said", b.slack.room, "0123456789")
	b.edit(ada, one, "0123456789abcdefghijklmno")
	b.stands("grown", b.slack.room, "0123456789", "abcdefghij", "klmno")
	b.stop()
	b.start()
	b.edit(ada, one, "abcdefghijklmno")
	b.stands("shrunk", b.slack.room, "abcdefghij", "klmno")
	b.edit(ada, one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345")
	b.stands("grown again", b.slack.room, "ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ0123", "45")
	b.delete(ada, one)
	b.stands("taken back", b.slack.room)
}

func TestAReplyThatGrowsStaysInItsThread(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.most = 10
	root := b.say(ada, "question")
	b.stands("asked", b.slack.room, "question")
	answer := b.hear(chat.Message{From: bob, Of: root, Text: chat.Plainly("yes")})
	b.stands("answered", b.slack.room, "question", "pycon-1 > yes")
	b.edit(bob, answer, "yes, but not today")
	b.stands("grown", b.slack.room, "question", "pycon-1 > yes, but n", "pycon-1 > ot today")
}

func TestASharedPostThatGrowsIsChangedWholeByAnyOfItsLines(t *testing.T) {
	b, one, two := shared(t)
	b.slack.set(func() { b.slack.most = 24 })
	b.edit(ada, one, "0123456789")
	b.stands("grown", b.slack.room, "ada: 0123456789 + bob: t", "wo")
	b.edit(bob, two, "2")
	b.stands("shrunk by the other", b.slack.room, "ada: 0123456789 + bob: 2")
	b.edit(bob, two, "twenty-two")
	b.delete(bob, two)
	b.delete(ada, one)
	b.stands("taken back", b.slack.room)
}

func TestALineWhoseSecondPostIsAnsweredIsWhatIsAnswered(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.most = 10
	b.say(ada, "good morning")
	b.stands("said", b.slack.room, "good morni", "ng")
	b.hear(chat.Message{From: grace, In: chat.Place{Network: "pycon", Channel: "#s", Thread: "pycon-2"}, Text: chat.Plainly("hello")})
	b.stands("answered", b.irc, `re ada "good morning": hello`)
}

func TestAChangeThatIsGivenUpIsCounted(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	one := b.say(ada, "one")
	b.stands("said", b.slack.room, "one")
	b.slack.set(func() { b.slack.refuse = &chat.ErrRefused{Reason: "edit_window_closed"} })
	b.edit(ada, one, "first")
	b.stands("refused", b.slack.room, "one")
	err := b.store.Read(t.Context(), func(v sprints.View) error {
		queues, err := v.Queues()
		if len(queues) != 1 || queues[0].Dead != 1 || queues[0].Undone != 1 {
			t.Errorf("%+v", queues)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
