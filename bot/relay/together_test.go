package relay_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// behindPace has lines wait for Slack: one goes a moment, the rest together.
func behindPace(b *bridge) {
	b.slack.pace.PlaceBurst, b.slack.pace.PlaceEvery = 1, 20*time.Millisecond
	b.stop()
	b.start()
}

func TestWhatWaitsBehindItsPaceGoesInOnePost(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up = false })
	one, two, three := b.say(ada, "one"), b.say(bob, "two"), b.say(ada, "three")
	for i := range 7 {
		b.say(bob, fmt.Sprint("more ", i))
	}
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "ada: one + bob: two + ada: three + bob: more 0 + bob: more 1", "bob: more 2 + bob: more 3 + bob: more 4 + bob: more 5 + bob: more 6")
	b.edit(bob, two, "two, mended")
	b.delete(ada, three)
	b.stands("after changes", b.slack.room, "ada: one + bob: two, mended + bob: more 0 + bob: more 1", "bob: more 2 + bob: more 3 + bob: more 4 + bob: more 5 + bob: more 6")
	b.edit(ada, one, "one, mended")
	if got := b.slack.stands(); !strings.Contains(got[0], "two, mended") {
		t.Errorf("an edit undid the one before: %q", got)
	}
	var posts int
	b.store.Read(t.Context(), func(v sprints.View) error {
		rows, err := v.Carried(inSlack, "pycon-1")
		posts = len(rows)
		return err
	})
	if posts != 5 {
		t.Errorf("the post is that of %d rows", posts)
	}
}

func TestAPostOfWhichAllIsTakenBackGoes(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up = false })
	ids := []string{b.say(ada, "one"), b.say(bob, "two")}
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "ada: one + bob: two")
	for _, id := range ids {
		b.delete(ada, id)
	}
	b.stands("taken back", b.slack.room)
}

func TestLinesOfOnePersonShareAPostOnlyWhileTheyWait(t *testing.T) {
	b := newBridge(t, relay.Ways{JoinLines: 2 * time.Second})
	b.slack.hang = true
	b.say(ada, "one")
	b.saw(b.slack.room) // at once
	b.say(ada, "two")
	b.say(ada, "three")
	b.say(bob, "four")
	b.clock.forward(3 * time.Second)
	b.say(bob, "five")
	b.slack.set(func() { b.slack.hang = false; b.slack.stuck[0]() })
	b.stands("slack", b.slack.room, "one", "ada: two + ada: three", "four", "five")
}

// What answers a message in its thread shares no post with what is said in the channel.
func TestAReplySharesNoPostWithLinesOfTheChannel(t *testing.T) {
	b := newBridge(t, relay.Ways{JoinLines: 2 * time.Second})
	behindPace(b)
	b.hear(chat.Message{From: grace, ID: "C1:7", Text: chat.Plainly("who is here?")})
	b.hear(chat.Message{From: grace, ID: "C1:8", Text: chat.Plainly("and who comes?")})
	b.drained()
	b.slack.set(func() { b.slack.up = false })
	b.say(ada, "before")
	for of, words := range map[string]string{"libera-1": "I am", "libera-2": "I do"} {
		b.hear(chat.Message{From: ada, Of: of, Text: chat.Plainly(words), At: b.clock.Now().Add(time.Duration(of[7]) * time.Millisecond)})
	}
	b.clock.forward(time.Second)
	b.say(ada, "after")
	b.say(ada, "and after")
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "before", "C1:7 > I am", "C1:8 > I do", "ada: after + ada: and after")
}

// Lines that were heard late stand by the time they were said, also in a post that is changed.
func TestASharedPostKeepsItsOrderWhenOneOfItsLinesChanges(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up = false })
	now := b.clock.Now()
	b.hear(chat.Message{From: bob, Text: chat.Plainly("two"), At: now.Add(-time.Second)})
	three := b.hear(chat.Message{From: ada, Text: chat.Plainly("three"), At: now})
	b.hear(chat.Message{From: ada, Text: chat.Plainly("one"), At: now.Add(-2 * time.Second)})
	b.slack.set(func() { b.slack.up = true })
	b.stands("slack", b.slack.room, "ada: one + bob: two + ada: three")
	b.edit(ada, three, "3")
	b.stands("edited", b.slack.room, "ada: one + bob: two + ada: 3")
}

func TestAPostOfSeveralRowsWhoseAnswerWasLostIsFoundByAnyOfThem(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up, b.slack.lose = false, true })
	b.say(ada, "one")
	two := b.say(bob, "two")
	b.slack.set(func() { b.slack.up = true })
	b.saw(b.slack.room)
	b.stop()
	b.slack.lose = false
	b.edit(bob, two, "two, mended")
	b.start()
	b.clock.forward(10 * time.Second)
	b.clock.forward(10 * time.Second)
	b.stands("slack", b.slack.room, "ada: one + bob: two, mended")
}

// Whatever is said, changed and taken back, and however the network and the bot
// come and go meanwhile: in the end there stands what was meant, in order.
func TestInTheEndThereStandsWhatWasMeant(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		b := newBridge(t, relay.Ways{JoinLines: time.Duration(rnd.IntN(2)) * 2 * time.Second})
		b.slack.pace.PlaceBurst, b.slack.pace.PlaceEvery = 1+rnd.IntN(3), time.Millisecond
		b.stop()
		b.start()
		type line struct{ id, words string }
		var lines []line
		people := []chat.Handle{ada, bob}
		for n := range 120 {
			switch k := rnd.IntN(13); {
			case k < 5 || len(lines) == 0:
				words := fmt.Sprint("line", n)
				lines = append(lines, line{b.say(people[rnd.IntN(2)], words), words})
			case k < 8:
				i := rnd.IntN(len(lines))
				lines[i].words = fmt.Sprint("edit", n)
				b.edit(ada, lines[i].id, lines[i].words)
			case k < 9:
				i := rnd.IntN(len(lines))
				b.delete(ada, lines[i].id)
				lines = slices.Delete(lines, i, i+1)
			case k < 10:
				b.slack.set(func() { b.slack.up = !b.slack.up })
			case k < 11:
				b.slack.set(func() { b.slack.lose = !b.slack.lose })
			case k < 12 && b.slack.Status().Up:
				b.slack.set(func() { b.slack.lose = false })
				b.settled()
			default:
				b.stop()
				b.start()
			}
		}
		b.slack.set(func() { b.slack.up, b.slack.lose = true, false })
		b.settled()
		var want, got []string
		for _, l := range lines {
			want = append(want, l.words)
		}
		for _, post := range b.slack.stands() {
			for line := range strings.SplitSeq(post, " + ") {
				_, words, named := strings.Cut(line, ": ")
				if !named {
					words = line
				}
				got = append(got, words)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("seed %d:\n got %q\nwant %q", seed, got, want)
		}
		b.stop()
	}
}

// settled lets the senders work until nothing waits, while time goes on: what
// may have arrived is looked up after a while.
func (b *bridge) settled() {
	ticks := time.NewTicker(5 * time.Millisecond)
	defer ticks.Stop()
	done := make(chan struct{})
	var clock sync.WaitGroup
	clock.Go(func() {
		for {
			select {
			case <-ticks.C:
				b.clock.forward(10 * time.Second)
			case <-done:
				return
			}
		}
	})
	b.drained()
	close(done)
	clock.Wait()
}

// A post that never arrived goes again as it was, also when its first line was heard last.
func TestASharedPostThatNeverArrivedGoesAgainWhole(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	behindPace(b)
	b.slack.set(func() { b.slack.up, b.slack.lose = false, true })
	now := b.clock.Now()
	two := b.hear(chat.Message{From: bob, Text: chat.Plainly("two"), At: now.Add(-time.Second)})
	b.hear(chat.Message{From: ada, Text: chat.Plainly("three"), At: now})
	b.hear(chat.Message{From: ada, Text: chat.Plainly("one"), At: now.Add(-2 * time.Second)})
	b.slack.set(func() { b.slack.up = true })
	b.saw(b.slack.room)
	b.stop()
	b.slack.lose = false
	b.slack.remove(slices.Clone(b.slack.ids))
	clear(b.slack.keys)
	b.start()
	defer b.clock.runs()()
	b.stands("slack", b.slack.room, "ada: one + bob: two + ada: three")
	b.edit(bob, two, "2")
	b.stands("edited", b.slack.room, "ada: one + bob: 2 + ada: three")
}
