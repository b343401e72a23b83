package relay_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// stage is a bridge of two channels in which people, and programs that look
// like people, speak.
type stage struct {
	t    *testing.T
	o    *relay.Others
	now  time.Time
	said int
}

var (
	near = chat.Place{Network: "plain", Channel: "#a"}
	far  = chat.Place{Network: "slack", Channel: "#b"}
	bea  = chat.Handle{Network: "plain", ID: "guest:1", Nick: "bea"}
	twin = chat.Handle{Network: "plain", ID: "guest:9", Nick: "sprintbot_"}
)

func newStage(t *testing.T) *stage {
	o := relay.NewOthers()
	o.Know(nil, []string{"plain"})
	return &stage{t: t, o: o, now: talk0}
}

// says has somebody say words after a while, and carries them as the bot does.
func (s *stage) says(after time.Duration, in chat.Place, h chat.Handle, words string) relay.Relayed {
	s.now = s.now.Add(after)
	s.said++
	m := chat.Message{In: in, From: h, Kind: chat.Said, Text: chat.Plainly(words), ID: fmt.Sprint(s.said)}
	got := s.o.Judge(s.now, m)
	if got != relay.Echo && got != relay.Found {
		to := far
		if in == far {
			to = near
		}
		s.o.Carried(s.now, m, []chat.Place{to})
	}
	return got
}

// slackSays has n people of Slack say a line each.
func (s *stage) slackSays(each time.Duration, n int) (shown []string) {
	for range n {
		name := []string{"ada", "cas", "dot"}[s.said%3]
		words := fmt.Sprintf("what %s says %d", name, s.said)
		s.says(each, far, chat.Handle{Network: "slack", ID: name, Nick: name}, words)
		shown = append(shown, fmt.Sprintf("<%s%s%s (Slack)> %s", name[:1], chat.Apart, name[1:], words))
	}
	return shown
}

func TestWhoPastesCarriedLinesLosesNone(t *testing.T) {
	const told = 15 * time.Second // since the last of them was carried
	for _, n := range []int{1, 3, 5, 10, 30} {
		for name, c := range map[string]struct{ before, ago, each time.Duration }{
			"just said, at once":                {0, 0, 0},
			"said a second apart, at once":      {time.Second, time.Second, 0},
			"just said, as slow as a client is": {0, 0, 2200 * time.Millisecond},
			"said a minute ago":                 {4 * time.Second, time.Minute, 0},
			"said an hour ago":                  {4 * time.Second, time.Hour, time.Second},
		} {
			for _, mark := range []string{"", "<sprintbot> ", "[10:02] <sprintbot> "} {
				s := newStage(t)
				lines := s.slackSays(c.before, n)
				s.now = s.now.Add(c.ago)
				for i, l := range lines {
					if got := s.says(c.each, near, bea, mark+l); got != relay.Own && got != relay.Maybe {
						t.Errorf("%d lines %s: line %d of %q is %v", n, name, i, mark+l, got)
					}
					if i%2 == 0 { // the others go on meanwhile
						s.slackSays(10*time.Millisecond, 2)
					}
				}
				// and the same once more, with a word of their own
				s.says(told, near, bea, "that is what I meant")
				for i, l := range lines {
					if got := s.says(c.each, near, bea, mark+l); got != relay.Own && got != relay.Maybe {
						t.Errorf("%d lines %s, again: line %d is %v", n, name, i, got)
					}
				}
			}
		}
	}
}

func TestWhoQuotesEachLineIsHeard(t *testing.T) {
	s := newStage(t)
	for i := range 20 {
		line := s.slackSays(time.Second, 1)[0]
		if got := s.says(4*time.Second, near, bea, line); got != relay.Own && got != relay.Maybe {
			t.Fatalf("quote %d is %v", i, got)
		}
	}
	for i := range 20 { // however fast, if words of their own stand between
		line := s.slackSays(time.Second, 1)[0]
		if got := s.says(time.Second, near, bea, line); got != relay.Own {
			t.Fatalf("quick quote %d is %v", i, got)
		}
		s.says(time.Second, near, bea, "indeed")
	}
}

func TestThreatTwoSprintbotsWhereNothingMarksBots(t *testing.T) {
	for name, first := range map[string]bool{"the other one is slower": false, "the other one is faster": true} {
		s := newStage(t)
		var got []relay.Relayed
		for i := range 6 {
			words := fmt.Sprintf("hello %d", i)
			echo := func() { got = append(got, s.says(time.Millisecond, near, twin, "<c"+chat.Apart+"as (Slack)> "+words)) }
			if first {
				echo()
			}
			s.says(time.Millisecond, far, chat.Handle{Network: "slack", ID: "cas", Nick: "cas"}, words)
			if !first {
				echo()
			}
		}
		want := []relay.Relayed{relay.Own, relay.Found, relay.Echo, relay.Echo, relay.Echo, relay.Echo}
		if first {
			want = []relay.Relayed{relay.Own, relay.Own, relay.Found, relay.Echo, relay.Echo, relay.Echo}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", name, got)
		}
		// Who goes on in words of their own is heard, and may quote.
		if got := s.says(time.Second, near, twin, "so that was it"); got != relay.Own {
			t.Errorf("%s: own words are %v", name, got)
		}
		if got := s.says(time.Second, near, twin, "<cas (Slack)> hello 3"); got != relay.Own {
			t.Errorf("%s: a quote after own words is %v", name, got)
		}
	}
}

func TestWhatTwoSprintbotsHaveRelayedGoesNoFurther(t *testing.T) {
	s := newStage(t)
	s.says(0, near, bea, "hello")
	s.now = s.now.Add(2 * time.Minute) // however far they are behind
	for i, c := range []struct {
		words string
		want  relay.Relayed
	}{
		{"<sprintbot (elsewhere)> <bea (plain)> hello", relay.Own}, // no network of ours, and no mark
		{"<s" + chat.Apart + "printbot (Slack)> <b" + chat.Apart + "ea (plain)> hello", relay.Found},
		{"<s" + chat.Apart + "printbot (Slack)> <b" + chat.Apart + "ea (plain)> hello", relay.Echo},
		{"<s" + chat.Apart + "printbot (Slack)> <cas (IRC)> something new", relay.Own}, // from afar, over two bridges
		{"<sprintbot (Slack)> <gw> <s" + chat.Apart + "printbot_ (plain)> <cas (IRC)> Something  new", relay.Echo},
	} {
		if got := s.says(time.Second, near, twin, c.words); got != c.want {
			t.Errorf("line %d %q is %v", i, c.words, got)
		}
	}
}

func TestMatterbridgeBesideUs(t *testing.T) {
	gateway := chat.Handle{Network: "plain", ID: "guest:7", Nick: "mb"}
	app := chat.Handle{Network: "slack", ID: "B024", Nick: "bea", Bot: true} // matterbridge shows names above
	for _, form := range []string{"<cas> %s", "[slack] <cas> %s", "[slack] cas: %s", "<sprintbot> <c" + chat.Apart + "as (Slack)> %s"} {
		s := newStage(t)
		passed := 0
		for i := range 20 {
			words := fmt.Sprintf("number %d", i)
			s.says(time.Second, far, chat.Handle{Network: "slack", ID: "cas", Nick: "cas"}, words)
			if got := s.says(time.Millisecond, near, gateway, fmt.Sprintf(form, words)); got == relay.Own {
				passed++
			}
		}
		if passed > 1 {
			t.Errorf("%s: %d of 20 go round", form, passed)
		}
		passed = 0
		for i := range 20 {
			s.says(time.Second, near, bea, fmt.Sprintf("from afar, %d", i))
			if got := s.says(time.Millisecond, far, app, fmt.Sprintf("from afar, %d", i)); got == relay.Own {
				passed++
			}
		}
		if passed > 1 {
			t.Errorf("%d of 20 go round above", passed)
		}
	}
}

// A line that could not be kept comes again, and is judged as it was.
func TestTheSameLineAgainIsNoEcho(t *testing.T) {
	s := newStage(t)
	s.says(0, far, chat.Handle{Network: "slack", ID: "cas", Nick: "cas"}, "hello")
	for range 5 {
		s.said = 100
		if got := s.says(0, near, bea, "<cas (Slack)> hello"); got != relay.Own {
			t.Fatalf("%v", got)
		}
	}
	s.says(time.Second, far, chat.Handle{Network: "slack", ID: "cas", Nick: "cas"}, "more")
	for range 3 {
		s.said = 200
		if got := s.says(0, near, bea, "<cas (Slack)> more"); got != relay.Found {
			t.Fatalf("told of otherwise than by its own line: %v", got)
		}
	}
	if s.says(0, near, bea, "<cas (Slack)> more") != relay.Echo {
		t.Error("told of twice")
	}
}

func TestALoopIsNoticedThoughTheClockWentBack(t *testing.T) {
	for name, early := range map[string]bool{"carried first": false, "said first": true} {
		s := newStage(t)
		round := func(i int) relay.Relayed {
			words := fmt.Sprintf("words of the round %d", i)
			ada := chat.Handle{Network: "slack", ID: "ada", Nick: "ada"}
			if !early {
				s.says(time.Minute, far, ada, words)
				return s.says(time.Second, near, twin, "<ada> "+words)
			}
			got := s.says(time.Minute, near, twin, "<a"+chat.Apart+"da (Slack)> "+words)
			s.says(time.Second, far, ada, words)
			return got
		}
		round(0)
		for i := range 70 { // what nobody carries from elsewhere
			s.says(10*time.Millisecond, near, chat.Handle{Network: "plain", ID: "guest:5", Nick: "pat", Bot: true}, fmt.Sprintf("<eve> I like numbers, as %d", i))
		}
		s.now = s.now.Add(-time.Hour)
		found := false
		for i := range 5 {
			got := round(i + 1)
			found = found || got == relay.Found || got == relay.Echo
		}
		if !found {
			t.Errorf("%s: never", name)
		}
	}
}
