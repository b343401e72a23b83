package slack

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// doubtful is a bench on which the answer to a post was lost and its event did not come; then much was said. It returns a bot
// that was started anew and has seen nothing, the part, and what was the newest before it.
func doubtful(t *testing.T, page, after int) (b *bench, fresh *Network, part chat.Part, mark string) {
	t.Helper()
	b = newBench(t, slackdouble.WithHistoryCap(page))
	b.n.own.wait = time.Millisecond
	b.run()
	b.d.Say("ada.l", "#sprints", "before")
	b.messages(1)
	mark = b.n.Newest(b.place())
	out := b.relay("doubtful", "said once")
	part = b.n.Render(out)[0]
	b.d.Hold()
	b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Times: 1, AfterSuccess: true})
	if r := b.send(out)[0]; r.err == nil {
		t.Fatal("the answer was not lost")
	}
	b.stop()
	for i := range after {
		b.d.Say("ada.l", "#sprints", fmt.Sprint("after ", i))
	}
	fresh = b.network(chat.Pace{})
	fresh.reads = newPatience(1000, time.Millisecond)
	fresh.self = self{UserID: slackdouble.BotUserID, BotID: slackdouble.BotID}
	t.Cleanup(fresh.http.CloseIdleConnections)
	if err := fresh.places.list(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b, fresh, part, mark
}

// looked is how many pages of history were read.
func (b *bench) looked() int {
	read, _ := b.reads()
	return len(read)
}

func TestWordsAreFoundUnderAThousandThatWereSaidSince(t *testing.T) {
	for _, page := range []int{200, 15} {
		t.Run(fmt.Sprint(page, " a page"), func(t *testing.T) {
			b, n, part, mark := doubtful(t, page, 1000)
			for _, since := range []string{mark, ""} {
				n.own, n.looks.all = newReceipts(), map[string]look{}
				part.Out.At = time.Now()
				if r, found, err := n.Find(t.Context(), part, since); err != nil || !found || r.ID == "" {
					t.Errorf("since %q: found %v, %v", since, found, err)
				}
			}
			if posts := len(b.d.Posts()); posts != 1 {
				t.Errorf("%d posts", posts)
			}
		})
	}
}

func TestWhatWasLookedThroughOnceIsNotReadAgain(t *testing.T) {
	b, n, part, mark := doubtful(t, 15, 100)
	part.Out.Key = "never arrived"
	n.looks.all = map[string]look{}
	before := b.looked()
	if _, found, err := n.Find(t.Context(), part, mark); found || err != nil {
		t.Fatal(found, err)
	}
	first := b.looked() - before
	b.d.SetClock(func() time.Time { return time.Now().Add(time.Hour) })
	b.d.Say("ada.l", "#sprints", "later")
	if _, found, err := n.Find(t.Context(), part, mark); found || err != nil {
		t.Fatal(found, err)
	}
	b.d.Say("ada.l", "#sprints", "and later")
	if _, found, err := n.Find(t.Context(), part, mark); found || err != nil {
		t.Fatal(found, err)
	}
	if all := b.looked() - before; first < 7 || all > 2*first+1 {
		t.Errorf("%d pages read, then %d more", first, all-first)
	}
}

func TestWhatCannotBeToldInTimeIsSaidToBeSoAndLookedForFurther(t *testing.T) {
	b, n, part, mark := doubtful(t, 15, 100)
	n.findWithin = 0
	before := b.looked()
	for tries := 1; ; tries++ {
		_, found, err := n.Find(t.Context(), part, mark)
		if found {
			if pages := b.looked() - before; tries < 7 || pages != tries {
				t.Errorf("found at try %d, %d pages read", tries, pages)
			}
			return
		}
		if later := (*chat.RetryAfter)(nil); !errors.As(err, &later) || tries > 10 {
			t.Fatalf("try %d: %v", tries, err)
		}
	}
}

func TestLookingKeepsToThePaceOfReading(t *testing.T) {
	b, n, part, mark := doubtful(t, 15, 100)
	n.reads = newPatience(1000, time.Millisecond)
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", Times: 1, RetryAfter: time.Second})
	if _, found, err := n.Find(t.Context(), part, mark); !found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if _, limited := b.reads(); limited != 1 || n.reads.of("conversations.history").pace.Burst() != 1 {
		t.Errorf("%d calls were refused", limited)
	}
}

// A reply whose thread takes none is said in the channel: there it is found, and a thread that is gone is no refusal.
func TestAReplyThatItsThreadDidNotTakeIsFoundInTheChannel(t *testing.T) {
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprint("thread gone ", gone), func(t *testing.T) {
			b := newBench(t)
			b.n.own.wait = time.Millisecond
			b.run()
			root := b.d.Say("ada.l", "#sprints", "a question")
			b.messages(1)
			out := b.relay("reply", "said once")
			out.Of = b.d.ChannelID("#sprints") + ":" + root
			b.d.Hold()
			b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Skip: 1, Times: 1, AfterSuccess: true})
			if gone {
				b.d.Delete("#sprints", root)
			} else {
				b.d.Fail(slackdouble.Fault{Method: "chat.postMessage", Error: "restricted_action_thread_locked", Times: 1})
			}
			part := b.n.Render(out)[0]
			if r := b.send(out)[0]; r.err == nil || len(b.d.Posts()) != 1 {
				t.Fatalf("the answer was not lost: %v, %d posts", r.err, len(b.d.Posts()))
			}
			if r, found, err := b.n.Find(t.Context(), part, ""); err != nil || !found || r.ID == "" {
				t.Errorf("found %v, %v", found, err)
			}
			part.Out.Key = "never arrived"
			if _, found, err := b.n.Find(t.Context(), part, ""); err != nil || found {
				t.Errorf("another: found %v, %v", found, err)
			}
		})
	}
}
