package commands_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// change saves an issue of a project's repository with fn's changes.
func (w *world) change(slug string, number int, fn func(*sprints.Issue)) {
	w.t.Helper()
	w.write(func(tx sprints.Tx) error {
		r, err := tx.RepoByName("example", slug)
		if err != nil {
			return err
		}
		i, err := tx.IssueByNumber(r.ID, number)
		if errors.Is(err, sprints.ErrNotFound) {
			i = sprints.Issue{Repo: r.ID, Number: number, Title: "Another thing", Tier: 3, Open: true,
				URL: fmt.Sprintf("https://github.com/example/%s/issues/%d", slug, number)}
		} else if err != nil {
			return err
		}
		fn(&i)
		_, err = tx.SaveIssue(i)
		return err
	})
}

// changeRepo saves a project's repository with fn's changes.
func (w *world) changeRepo(slug string, fn func(*sprints.Repo)) {
	w.t.Helper()
	w.write(func(tx sprints.Tx) error {
		r, err := tx.RepoByName("example", slug)
		if err != nil {
			return err
		}
		fn(&r)
		return tx.SaveRepo(r)
	})
}

func TestTenPeopleTakeOneIssueAtOnceAndOneHoldsIt(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	replies := make([]string, 10)
	for n := range replies {
		wg.Go(func() {
			m := private(sprinter(n), "take example/copperkettle#12")
			m.ID = fmt.Sprintf("race%d", n)
			if err := w.store.Write(t.Context(), func(tx sprints.Tx) error {
				out, err := w.desk.Answer(t.Context(), tx, m)
				replies[n] = out.Reply.Plain()
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	held, turned := 0, 0
	for _, r := range replies {
		switch {
		case strings.HasPrefix(r, "Yours until 13:00 (in 3 h): Copperkettle #12"):
			held++
		case strings.HasPrefix(r, "Copperkettle #12 went to someone less than a minute ago. Nearest like it: Copperkettle #13"):
			turned++
		default:
			t.Errorf("%s", r)
		}
	}
	if held != 1 || turned != 9 {
		t.Errorf("%d hold it, %d were turned away", held, turned)
	}
}

func TestAnIssueIsFoundHoweverItIsNamed(t *testing.T) {
	w := newWorld(t)
	n := 0
	for name, lines := range map[string][]string{
		"a number of the list":             {"easy copperkettle", "take 2"},
		"a bare number after the list":     {"easy copperkettle", "2"},
		"it":                               {"easy copperkettle", "take it"},
		"owner and name":                   {"take example/copperkettle#12"},
		"other letters":                    {"take Example/CopperKettle#12"},
		"an address":                       {"take https://github.com/example/copperkettle/issues/12"},
		"an address with what hangs on it": {"take <https://github.com/example/copperkettle/issues/12?x=1#issuecomment-5>"},
		"an address without https":         {"take github.com/example/copperkettle/issues/12"},
		"a project's number":               {"take copperkettle #12"},
		"a project's number in one word":   {"take copperkettle#12"},
		"#12 where I sit":                  {"here copperkettle", "take #12"},
		"12 where I sit, without any list": {"here copperkettle", "take 12"},
		"another word for it":              {"claim example/copperkettle#12"},
	} {
		n++
		got := w.did(sprinter(n), lines...).Reply.Plain()
		if !strings.HasPrefix(got, "Yours until 13:00 (in 3 h): Copperkettle #1") {
			t.Errorf("%s: %s", name, got)
		}
		w.did(sprinter(n), "drop")
	}
	must(t, w.saidTo(leader, "take #12"), "Copperkettle #12") // of the project she leads
}

func TestEveryRefusalOfAnIssueHasAWayOn(t *testing.T) {
	common := newWorld(t)
	for name, c := range map[string]struct {
		before func(*world)
		line   string
		want   string
	}{
		"closed":             {func(w *world) { w.change("copperkettle", 12, func(i *sprints.Issue) { i.Open = false }) }, "take copperkettle#12", "is closed by now. Nearest like it: Copperkettle #13"},
		"in work":            {func(w *world) { w.change("copperkettle", 12, func(i *sprints.Issue) { i.LinkedPR = true }) }, "take copperkettle#12", "has a pull request already. Nearest like it"},
		"assigned":           {func(w *world) { w.change("copperkettle", 12, func(i *sprints.Issue) { i.Assigned = true }) }, "take copperkettle#12", "is assigned to someone on GitHub. Nearest"},
		"not for beginners":  {func(w *world) { w.change("copperkettle", 12, func(i *sprints.Issue) { i.Tier = 0 }) }, "take copperkettle#12", "is not marked for beginners. Its lead can mark it. Nearest"},
		"somebody else's":    {func(w *world) { w.did(sprinter(1), "take copperkettle#12"); w.clock.pass(4 * time.Minute) }, "take copperkettle#12", "Copperkettle #12 went to someone 4 minutes ago. Nearest like it: Copperkettle #13"},
		"my own":             {func(w *world) { w.did(newcomer, "take copperkettle#12") }, "take copperkettle#12", "Copperkettle #12 is yours already."},
		"a second one":       {func(w *world) { w.did(newcomer, "take copperkettle#12") }, "take copperkettle#13", "You hold Copperkettle #12. One at a time"},
		"a pull request":     {nil, "take https://github.com/example/copperkettle/pull/12", "is a pull request, somebody's work already."},
		"another page":       {nil, "take https://example.org/x", "That address is no issue's."},
		"another repository": {nil, "take other/thing#3", "No project here has the repository other/thing."},
		"an unknown number":  {nil, "take copperkettle#999", "I know no easy issue #999 of Copperkettle."},
		"unknown in full":    {nil, "take example/copperkettle#999", "I know no easy issue example/copperkettle#999"},
		"no list":            {func(*world) {}, "take 2", "I have no list for you that number 2 could be of."},
		"off the list":       {func(w *world) { w.did(newcomer, "easy copperkettle") }, "take 7", "My last list for you goes from 1 to 3."},
		"no project":         {nil, "take #12", "Which project's #12?"},
		"words":              {nil, "take something nice", "Which issue?"},
		"nothing else left": {func(w *world) {
			for _, slug := range []string{"copperkettle", "brassbell"} {
				for n := 12; n < 15; n++ {
					w.change(slug, n, func(i *sprints.Issue) { i.Open = false })
				}
			}
		}, "take copperkettle#12", "is closed by now. No other easy issue is free now."},
	} {
		t.Run(name, func(t *testing.T) {
			w := common
			if c.before != nil {
				w = newWorld(t)
				c.before(w)
			}
			out := w.say(newcomer, c.line)
			if !out.Refused {
				t.Fatalf("not refused: %s", out.Reply.Plain())
			}
			must(t, out.Reply.Plain(), c.want)
			next := ""
			for _, l := range out.Reply.Lines {
				if l.Role == chat.Try && next == "" {
					next = l.Plain()
				}
			}
			if next == "" {
				t.Fatalf("no next step: %s", out.Reply.Plain())
			}
			if out := w.say(newcomer, next); out.Refused || out.Ignored || out.Reply.Silent() {
				t.Errorf("the next step %q is refused: %s", next, out.Reply.Plain())
			}
		})
	}
}

func TestAClaimRunsOutAndTheIssueIsFree(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "take copperkettle#12")
	w.clock.pass(sprints.ClaimTime - time.Second)
	var over []sprints.Claim
	expire := func() {
		w.write(func(tx sprints.Tx) (err error) {
			over, err = sprints.ExpireClaims(tx, tx.Now())
			return err
		})
	}
	if expire(); len(over) != 0 {
		t.Fatalf("a second early: %+v", over)
	}
	w.clock.pass(time.Second)
	if expire(); len(over) != 1 || over[0].State != sprints.Expired || !over[0].EndAt.Equal(over[0].Until) {
		t.Fatalf("%+v", over)
	}
	if expire(); len(over) != 0 {
		t.Fatalf("twice: %+v", over)
	}
	must(t, w.say(newcomer, "drop").Reply.Plain(), "You hold no issue just now.")
	w.did(sprinter(1), "take copperkettle#12")
}

func TestAClaimThatIsOverStandsInNobodysWay(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "take copperkettle#12")
	w.clock.pass(4 * time.Hour) // and no job has run
	w.did(sprinter(1), "take copperkettle#12")
	w.did(newcomer, "take copperkettle#13")
	must(t, w.saidTo(newcomer, "here copperkettle"), "Copperkettle #13 stays yours")
}

func TestDropKeepAndDoneNeedNoWords(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "take copperkettle#12")
	must(t, w.saidTo(newcomer, "drop"), "Copperkettle #12 is free again.", "take example/copperkettle#12")
	w.did(newcomer, "take copperkettle#12")
	w.clock.pass(time.Hour)
	must(t, w.saidTo(newcomer, "keep"), "Copperkettle #12 stays yours until 14:00 (in 3 h).")
	must(t, w.saidTo(newcomer, "done"), "Copperkettle #12 is done. Thank you.")
	for _, verb := range []string{"drop", "keep", "done"} {
		must(t, w.say(newcomer, verb).Reply.Plain(), "You hold no issue just now.", "easy")
	}
}

func TestDoneLinksAPullRequest(t *testing.T) {
	for typed, want := range map[string]string{
		"https://github.com/example/copperkettle/pull/901":         "https://github.com/example/copperkettle/pull/901",
		"https://github.com/example/copperkettle/pull/901/files#d": "https://github.com/example/copperkettle/pull/901",
		"#901": "https://github.com/example/copperkettle/pull/901",
		"901":  "https://github.com/example/copperkettle/pull/901",
		"https://github.com/example/copperkettle/issues/12": "",
		"https://example.org/":                              "",
		"finally":                                           "",
	} {
		t.Run(typed, func(t *testing.T) {
			w := newWorld(t)
			w.did(newcomer, "take copperkettle#12")
			out := w.say(newcomer, "done "+typed)
			if want == "" {
				if !out.Refused {
					t.Fatalf("taken for a pull request: %s", out.Reply.Plain())
				}
				w.did(newcomer, "done")
				return
			}
			must(t, out.Reply.Plain(), "Pull request #901 ("+want+") is linked: Copperkettle #12 is done")
			must(t, w.say(sprinter(1), "take copperkettle#12").Reply.Plain(), "has a pull request already")
		})
	}
}

func TestEasySaysHowOldItsListIs(t *testing.T) {
	w := newWorld(t)
	must(t, w.saidTo(newcomer, "easy"), "3 issues, free 4 minutes ago:")
	w.clock.pass(21 * time.Minute)
	must(t, w.saidTo(newcomer, "easy"), "This list is from 09:56 (25 min old); look at the issue before you start.")
	w.changeRepo("brassbell", func(r *sprints.Repo) { r.SyncedAt = w.clock.Now(); r.Problem = "GitHub does not answer." })
	must(t, w.saidTo(newcomer, "easy brassbell"), "This list is from 10:21 (less than a minute old); look at the issue")
}

func TestEasyOfAProjectWithoutIssuesSaysWhatToDo(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "project new Anvil", "project new Hammer example/hammer")
	must(t, w.saidTo(newcomer, "easy anvil"), "Anvil has no repository yet", "repo add anvil owner/name")
	w.changeRepo("hammer", func(r *sprints.Repo) { r.NextSync = w.clock.Now().Add(7 * time.Minute) })
	must(t, w.saidTo(newcomer, "easy hammer"), "Its issues have not been read yet; I look again at 10:07 (in 7 min).")
	w.changeRepo("hammer", func(r *sprints.Repo) { r.Problem = "There is no such repository." })
	must(t, w.saidTo(newcomer, "easy hammer"), "I could not read its issues yet: There is no such repository. I look again at 10:07")
	w.changeRepo("hammer", func(r *sprints.Repo) { r.Problem, r.SyncedAt = "", w.clock.Now() })
	w.change("hammer", 3, func(*sprints.Issue) {})
	w.did(sprinter(1), "take hammer#3")
	must(t, w.saidTo(newcomer, "easy hammer"), "Hammer has no free easy issue now. I look again at 10:07 (in 7 min).",
		"1 is held, the first until 13:00 (in 3 h).", "free.")
}

func TestEasyOffersThreeOfThreeProjects(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "project new Hammer example/hammer")
	w.changeRepo("hammer", func(r *sprints.Repo) { r.SyncedAt = w.clock.Now() })
	w.change("hammer", 3, func(*sprints.Issue) {})
	got := w.saidTo(newcomer, "easy")
	must(t, got, "Hammer", "Brassbell", "Copperkettle", "table A1", "~1 h", "size unknown", "no table yet")
	w.did(leader, "here copperkettle")
	must(t, w.saidTo(newcomer, "easy"), "1) Copperkettle", "lead is here")
}

func TestEasyKnowsAProjectAmongItsWords(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"easy brassbell rust", "easy rust brassbell", "easy Brassbell", "easy example/brassbell rust", "easy something in brassbell"} {
		got := w.saidTo(newcomer, line)
		if strings.Contains(got, "Copperkettle") || !strings.Contains(got, "3) Brassbell") {
			t.Errorf("%s: %s", line, got)
		}
	}
	must(t, w.saidTo(newcomer, "easy tin drum 1h"), "Tin Drum takes nobody new just now.")
}

func TestSampleIssuesCanBeTaken(t *testing.T) {
	w := newWorld(t)
	w.write(func(tx sprints.Tx) error {
		p, err := tx.ProjectBySlug("tin-drum")
		if err != nil {
			return err
		}
		p.State = sprints.Listed
		return tx.SaveProject(p)
	})
	must(t, w.saidTo(newcomer, "easy tin drum"), "3 issues of the sample, made up and free to take:", "1) Tin Drum (sample) #1")
	must(t, w.saidTo(newcomer, "take 1"), "Tin Drum (sample) #1")
}

func TestAskingStoresNothingAboutAnybody(t *testing.T) {
	w := newWorld(t)
	w.did(newcomer, "easy", "more", "easy python 1h", "who copperkettle")
	if p, err := w.person(newcomer); err == nil {
		t.Errorf("remembered: %+v", p)
	}
}
