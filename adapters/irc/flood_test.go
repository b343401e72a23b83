package irc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

// queuedLines are what a session has written so far and not told before.
func queuedLines(t *testing.T, s *session, verb string) (lines []string) {
	t.Helper()
	if s.link.out.Waiting() == 0 {
		return nil
	}
	all, _, err := s.link.out.Take(t.Context(), backlog)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range all {
		if strings.Contains(raw, verb+" ") {
			lines = append(lines, strings.TrimSpace(raw))
		}
	}
	return lines
}

// welcomedAt is a session in #x, at a pace and with what the server has taught.
func welcomedAt(t *testing.T, pace chat.Pace, learned time.Duration, more ...string) *session {
	t.Helper()
	s := lonely(t, "#x")
	s.n.cfg.Pace, s.n.lesson = pace, chat.Lesson{Every: learned, At: time.Now()}
	s = s.n.newSession(s.link)
	s.loggedIn = true
	for _, raw := range append([]string{":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@h JOIN #x"}, more...) {
		s.feed(raw)
	}
	return s
}

func TestWhatTheServerTaughtHoldsForQuestionsToo(t *testing.T) {
	s := welcomedAt(t, chat.Pace{Burst: 10, Every: time.Second}, 10*time.Second)
	if got := s.joins.pace; got.Burst() != 5 || float64(got.Limit()) > 0.11 {
		t.Errorf("a burst of %d, then %v a second", got.Burst(), got.Limit())
	}
	s = welcomedAt(t, chat.Pace{}, 4*time.Second)
	if got := s.joins.pace; float64(got.Limit()) > 0.26 {
		t.Errorf("without a limit of our own: %v a second", got.Limit())
	}
}

// A channel full of bots is no reason to ask as fast as words go, beside them;
// who speaks as a relay is asked about before those who only look like bots.
func TestManyBotsAreAskedAboutSlowly(t *testing.T) {
	var names []string
	for i := range 60 {
		names = append(names, fmt.Sprintf("bot%d", i))
	}
	const every = 2 * time.Second
	s := welcomedAt(t, chat.Pace{Burst: 5, Every: every}, 0, ":s 353 sprintbot = #x :ada "+strings.Join(names, " "), ":s 366 sprintbot #x :End")
	asked := len(queuedLines(t, s, "WHOIS"))
	s.feed(":ada!a@h PRIVMSG #x :<grace (Slack)> hello")
	now := time.Now()
	first := ""
	for i := range 120 {
		s.link.read.Store(now.Add(time.Duration(i) * every / 2).UnixMilli())
		s.hears(now.Add(time.Duration(i) * every / 2))
		s.tick(now.Add(time.Duration(i) * every / 2))
		lines := queuedLines(t, s, "WHOIS")
		if asked += len(lines); first == "" && len(lines) > 0 {
			first = lines[0]
		}
	}
	if asked < 10 || asked > 20 {
		t.Errorf("%d questions in the time of 60 lines", asked)
	}
	if first != "WHOIS ada" {
		t.Errorf("asked %q first", first)
	}
}

func TestManyLinesAreTakenBackSlowly(t *testing.T) {
	const every = 2 * time.Second
	s := welcomedAt(t, chat.Pace{Burst: 5, Every: every}, 0, ":s 366 sprintbot #x :End")
	s.caps[redaction] = true
	out := chat.Outgoing{Kind: chat.Deleted, Quiet: true, To: chat.Place{Channel: "#x"}}
	for i := range 100 {
		out.OfPosts = append(out.OfPosts, fmt.Sprintf("m%d", i))
	}
	fates := 0
	s.locked(func() { s.post(chat.Part{Body: "PRIVMSG :gone", Out: out}, func(chat.Receipt, error) { fates++ }) })
	said := len(queuedLines(t, s, "REDACT"))
	if said < 1 || said > 6 {
		t.Errorf("%d lines at once", said)
	}
	now := time.Now()
	for i := range 20 {
		s.link.read.Store(now.Add(time.Duration(i) * every).UnixMilli())
		s.hears(now.Add(time.Duration(i) * every))
		s.tick(now.Add(time.Duration(i) * every))
	}
	if said += len(queuedLines(t, s, "REDACT")); said < 20 || said > 27 {
		t.Errorf("%d lines in the time of 20", said)
	}
	s.locked(s.end)
	if fates != 1 {
		t.Errorf("%d fates", fates)
	}
}

func TestABatchWithoutANameHoldsNothing(t *testing.T) {
	s := welcomedAt(t, chat.Pace{}, 0, ":s 366 sprintbot #x :End", ":s BATCH + chathistory #x", "@label=1 :s BATCH + x")
	s.feed("PING :still-there")
	if lines := queuedLines(t, s, "PONG"); len(lines) != 1 {
		t.Errorf("answered %q", lines)
	}
}
