package commands_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// sprinting is a newcomer's and an organizer's day in what they say, with all
// its wrong turns.
var sprinting = map[string]string{
	"newcomer": `
nia: easy python 1h
nia: easy no-setup
nia: easy copperkettle rust
nia: easy tin drum
nia: take it
nia: here copperkettle
nia: yes
ada: here A1
ada: who copperkettle
ada: take copperkettle#12
ada: take copperkettle#13
ada: take copperkettle#14
nia: take https://github.com/example/brassbell/pull/3
nia: here brassbell
nia: keep
nia: bye
nia: drop
nia: here B4
nia: who B4
nia: who copperkettle mon
nia: who copperkettle 9
nia: done`,
	"counting": `
olga: headcount 302 41
olga: headcount 302 38
olga: headcount room 301 20
olga: headcount 302 4000
olga: no
olga: headcount 302 4000
olga: yes
olga: headcount 302 38
olga: headcount 302 lots
olga: lunch 60
olga: wifi 70
olga: wifi -1
olga: attendance
olga: attendance today
olga: attendance mon
olga: attendance 4
ada: attendance`,
}

func TestADaysRepliesAreAsReadAndApproved(t *testing.T) {
	for name, lines := range sprinting {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var b bytes.Buffer
			for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
				w.clock.pass(time.Minute)
				nick, words, _ := strings.Cut(line, ": ")
				fmt.Fprintf(&b, "%s\n", line)
				show(t, &b, "  > ", w.say(who(t, nick), words).Reply)
				b.WriteByte('\n')
			}
			golden(t, filepath.Join("testdata", "replies", name+".txt"), b.Bytes())
		})
	}
}

// Whatever strangers type behind these verbs, it is done or refused with a way
// on, and never goes wrong inside.
func FuzzWhatFollowsAVerb(f *testing.F) {
	for _, s := range []string{"", "2", "#12", "it", "copperkettle#12", "example/copperkettle#12", "https://github.com/example/copperkettle/issues/12",
		"https://github.com/a/b/pull/99999999999999999999", "http://[::1", "B4", "copperkettle 2", "copperkettle day 2", "python 1h no-setup", "0.5h", "302 41",
		"302 -1", "99999999999999999999", "\x00", "🧑‍💻 é\u202e", "'", "\"a b\" c", "copperkettle#0", "a/b#0", strings.Repeat("x ", 300), "example/copperkettle python"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := newWorld(t)
		for _, verb := range []string{"here", "who", "easy", "take", "done", "headcount", "lunch", "wifi", "attendance", "drop", "bye"} {
			out := w.say(orga, verb+" "+s)
			text := out.Reply.Plain()
			if strings.Contains(text, "went wrong") || out.Reply.Silent() && !out.Ignored {
				t.Errorf("%s %q: %s", verb, s, text)
			}
			last := chat.Line{}
			if n := len(out.Reply.Lines); n > 0 {
				last = out.Reply.Lines[n-1]
			}
			if out.Refused && last.Role != chat.Try {
				t.Errorf("%s %q is refused without a way on: %s", verb, s, text)
			}
		}
	})
}

func TestLargestListOfIssuesIsRankedInTime(t *testing.T) {
	w := newWorld(t)
	w.write(func(tx sprints.Tx) error {
		r, err := tx.RepoByName("example", "brassbell")
		if err != nil {
			return err
		}
		for n := 100; n < 1100; n++ {
			if _, err := tx.SaveIssue(sprints.Issue{Repo: r.ID, Number: n, Title: "Fix the words of a page", Tier: 3, Open: true,
				Labels: []string{"good first issue", "docs"}, SeenAt: tx.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	began := time.Now()
	w.did(newcomer, "easy rust docs")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("1,000 issues take %v", took)
	}
}
