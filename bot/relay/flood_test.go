package relay_test

import (
	"fmt"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

var floodRoom = chat.Place{Network: "libera", Channel: "#sprints"}

func anywhere(chat.Place) bool { return true }

// spoken is one line of somebody, the number of seconds after the start.
type flood struct {
	*relay.Floods
	start time.Time
	n     int
}

func newFlood(l relay.Limits) *flood {
	return &flood{Floods: relay.NewFloods(l), start: time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC)}
}

func (f *flood) says(who string, at time.Duration) relay.Verdict {
	f.n++
	m := chat.Message{ID: fmt.Sprint(f.n), In: floodRoom, From: chat.Handle{Network: "libera", ID: who, Nick: who}, Kind: chat.Said}
	return f.Judge(f.start.Add(at), []chat.Message{m}, anywhere, nobody)[0]
}

func TestAFloodOfOneStopsOnlyThatOne(t *testing.T) {
	f := newFlood(relay.Limits{Person: 60, Place: 200})
	stopped, told := 0, 0
	for i := range 100 {
		v := f.says("eve", time.Duration(i)*10*time.Millisecond)
		if v.Stop {
			stopped++
		}
		if v.Tell {
			told++
		}
	}
	if stopped != 40 || told != 1 {
		t.Errorf("%d stopped, told %d times", stopped, told)
	}
	if v := f.says("ada", time.Second); v.Stop {
		t.Error("ada is stopped by eve's flood")
	}
	if v := f.says("eve", 5*time.Second); !v.Stop || v.Tell {
		t.Errorf("within ten seconds: %+v", v)
	}
	if v := f.says("eve", 16*time.Second); v.Stop || !v.Over {
		t.Errorf("once their rate is below the limit: %+v", v)
	}
	if v := f.says("eve", 17*time.Second); v.Stop || v.Over {
		t.Errorf("afterwards: %+v", v)
	}
}

// Nicks that say a line each are many people until they are twice the limit.
func TestAFloodOfManyStopsTheirPlace(t *testing.T) {
	f := newFlood(relay.Limits{Person: 60, Place: 200})
	stopped := 0
	for i := range 500 {
		if v := f.says(fmt.Sprint("guest:", i), time.Duration(i)*10*time.Millisecond); v.Stop {
			stopped++
			if !v.Whole {
				t.Fatalf("%+v", v)
			}
		}
	}
	if stopped != 100 {
		t.Errorf("%d stopped", stopped)
	}
	if got := f.Stopped(f.start.Add(6 * time.Second)); len(got) != 1 || got[0] != floodRoom {
		t.Errorf("stopped: %v", got)
	}
	f.Calm(floodRoom)
	if v := f.says("ada", 6*time.Second); v.Stop {
		t.Errorf("after resume: %+v", v)
	}
}

func TestAPlacesBreakerStopsThoseWhoSaidMost(t *testing.T) {
	f := newFlood(relay.Limits{Person: 60, Place: 200})
	carried, told := map[string]int{}, 0
	for i := range 50 {
		for c := range 20 {
			at := time.Duration(i*20+c) * 5 * time.Millisecond
			who := fmt.Sprint("clone", c)
			v := f.says(who, at)
			if !v.Stop {
				carried[who]++
			}
			if v.Tell {
				told++
			}
			if c == 0 && i%10 == 0 {
				if v := f.says("ann", at); v.Stop {
					t.Fatalf("ann, who says few, is stopped by line %d", i)
				}
			}
		}
	}
	total := 0
	for who, n := range carried {
		if total += n; n < 8 || n > 12 {
			t.Errorf("%d lines of %s", n, who)
		}
	}
	if total > 210 || told != 1 {
		t.Errorf("%d carried of the clones, told %d times", total, told)
	}
	if v := f.says("clone1", 16*time.Second); v.Stop || !v.Over {
		t.Errorf("afterwards %+v", v)
	}
}

func TestASteadyTalkIsNoFlood(t *testing.T) {
	f := newFlood(relay.Limits{Person: 60, Place: 200})
	for i := range 600 {
		if v := f.says("ada", time.Duration(i)*200*time.Millisecond); v.Stop {
			t.Fatalf("line %d stopped at 5 a second", i)
		}
	}
}

func TestWhatIsFetchedLateCountsWhenItWasSaid(t *testing.T) {
	f := newFlood(relay.Limits{Person: 60, Place: 200})
	var ms []chat.Message
	for i := range 500 {
		ms = append(ms, chat.Message{ID: fmt.Sprint(i), In: floodRoom, From: chat.Handle{ID: "ada"}, Kind: chat.Said, Ago: time.Hour - time.Duration(i)*time.Second})
	}
	for i, v := range f.Judge(f.start, ms, anywhere, nobody) {
		if v.Stop {
			t.Fatalf("line %d of a quiet hour stopped", i)
		}
	}
}

func TestWhatComesAgainIsCountedOnce(t *testing.T) {
	f := newFlood(relay.Limits{Person: 10})
	ms := make([]chat.Message, 8)
	for i := range ms {
		ms[i] = chat.Message{ID: fmt.Sprint(i), In: floodRoom, From: chat.Handle{ID: "ada"}, Kind: chat.Said}
	}
	for range 5 {
		v := f.Judge(f.start, ms, anywhere, nobody)
		for i := range v {
			if v[i].Stop {
				t.Fatal("stopped, though only the store was ill")
			}
		}
		f.Failed(ms, v)
	}
}

func TestCommandsOfOnePersonAreLimited(t *testing.T) {
	f := newFlood(relay.Limits{Commands: 20})
	run, told := 0, 0
	for i := range 100 {
		f.n++
		m := chat.Message{ID: fmt.Sprint(f.n), In: floodRoom, From: chat.Handle{Network: "libera", ID: "eve"}, Kind: chat.Said, Addressed: true}
		v := f.Judge(f.start.Add(time.Duration(i)*200*time.Millisecond), []chat.Message{m}, anywhere, nobody)[0]
		if !v.Stop {
			run++
		}
		if v.Tell {
			told++
		}
	}
	if run != 40 || told != 1 { // 20 seconds
		t.Errorf("%d run, told %d times", run, told)
	}
}

func TestWhatWasSaidBeforeAFloodIsCarriedThoughItIsFetchedMeanwhile(t *testing.T) {
	f := newFlood(relay.Limits{Person: 10, Place: 50})
	for range 20 {
		f.says("eve", 0)
	}
	m := chat.Message{ID: "late", In: floodRoom, From: chat.Handle{ID: "eve"}, Kind: chat.Said, Ago: time.Hour}
	if v := f.Judge(f.start.Add(time.Second), []chat.Message{m}, anywhere, nobody)[0]; v.Stop {
		t.Errorf("an hour before the flood: %+v", v)
	}
	if v := f.says("eve", 2*time.Second); !v.Stop || v.Tell {
		t.Errorf("the flood goes on: %+v", v)
	}
}

// A connection that is opened anew brings the last minutes once more.
func TestWhatWasHeardAlreadyIsNotCountedAsMissed(t *testing.T) {
	f := newFlood(relay.Limits{Person: 10})
	ms := make([]chat.Message, 8)
	for i := range ms {
		ms[i] = chat.Message{ID: fmt.Sprint("m", i), In: floodRoom, From: chat.Handle{ID: "ada"}, Kind: chat.Said}
	}
	f.Judge(f.start, ms, anywhere, nobody)
	for i := range ms {
		ms[i].Ago = 5 * time.Minute
	}
	f.Judge(f.start.Add(5*time.Minute), ms, anywhere, nobody)
	if v := f.says("ada", 6*time.Minute); v.Stop || v.Over {
		t.Errorf("the next line: %+v", v)
	}
}

// After an outage people go on talking while what was said meanwhile is fetched.
func TestWhatIsFetchedBehindLiveWordsIsNoFlood(t *testing.T) {
	f := newFlood(relay.Limits{Person: 10, Place: 20})
	for i := range 30 {
		if v := f.says(fmt.Sprint("p", i%6), time.Duration(i)*2*time.Second); v.Stop {
			t.Fatal("live words are stopped")
		}
	}
	for i := range 30 {
		m := chat.Message{ID: fmt.Sprint("late", i), In: floodRoom, From: chat.Handle{ID: "p1"}, Kind: chat.Said, Ago: time.Hour - time.Duration(i)*2*time.Second}
		if v := f.Judge(f.start.Add(time.Minute), []chat.Message{m}, anywhere, nobody)[0]; v.Stop {
			t.Fatalf("line %d of a quiet hour is stopped", i)
		}
	}
}

func nobody(chat.Message) bool { return false }

func TestWhoIsIgnoredFloodsNobody(t *testing.T) {
	f := newFlood(relay.Limits{Person: 2, Place: 4})
	for i := range 20 {
		m := chat.Message{ID: fmt.Sprint("bot", i), In: floodRoom, From: chat.Handle{Network: "libera", ID: "bot"}, Kind: chat.Said}
		f.Judge(f.start, []chat.Message{m}, anywhere, func(m chat.Message) bool { return m.From.ID == "bot" })
	}
	if v := f.says("ada", time.Second); v.Stop {
		t.Errorf("ada pays for one who is ignored: %+v", v)
	}
}
