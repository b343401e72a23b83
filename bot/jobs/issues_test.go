package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/github/githubdouble"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func (b *bench) asked(from int) (paths []string) {
	for _, r := range b.hub.Requests()[from:] {
		paths = append(paths, strings.TrimPrefix(r.Path, "repos/owner/"))
	}
	return paths
}

func TestAFreshRepositoryIsReadAtOnceAndItsLeadIsTold(t *testing.T) {
	b := newBench(t, "token")
	hub := b.hub.AddRepo("owner", "foo", "bug")
	one := hub.AddIssue(githubdouble.Issue{Title: "Fix doc", Labels: []string{"good first issue", "~30 min"}})
	two := hub.AddIssue(githubdouble.Issue{Title: "Both", Labels: []string{"easy", "good first issue"}})
	hub.AddIssue(githubdouble.Issue{Title: "Assigned", Labels: []string{"easy"}, Assignee: "bob"})
	hub.AddIssue(githubdouble.Issue{Title: "Blocked", Labels: []string{"easy", "blocked"}})
	hub.AddIssue(githubdouble.Issue{Title: "Not easy", Labels: []string{"bug"}})
	linked := hub.AddIssue(githubdouble.Issue{Title: "In work", Labels: []string{"easy"}})
	byHand := hub.AddIssue(githubdouble.Issue{Title: "In work too", Labels: []string{"easy"}})
	hub.OpenPR("Work", linked)
	hub.Link(byHand)
	b.begin()
	id := b.repo("owner", "foo")
	repo := b.synced(id, b.clock.Now())
	if got := b.easy(); !slices.Equal(got, []int{one, two}) {
		t.Errorf("easy: %v", got)
	}
	if want := b.clock.Now().Add(15 * time.Minute); !repo.NextSync.Equal(want) {
		t.Errorf("next %s, want %s", repo.NextSync, want)
	}
	if want := []string{"good first issue", "easy"}; !slices.Equal(repo.Known, want) {
		t.Errorf("known %q", repo.Known)
	}
	b.read(func(v sprints.View) {
		i, err := v.IssueByNumber(id, one)
		b.must(err)
		if i.Tier != sprints.GoodFirstTier || i.Minutes != 30 || i.URL != "https://github.com/owner/foo/issues/1" || !i.Open {
			t.Errorf("%+v", i)
		}
	})
	b.wantTold("I found 2 easy issues in owner/foo.\neasy copper-kettle")
}

func TestWhatChangesOnGitHubChangesHere(t *testing.T) {
	b := newBench(t, "token")
	hub := b.hub.AddRepo("owner", "foo")
	for range 5 {
		hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	}
	other := hub.AddIssue(githubdouble.Issue{Labels: []string{"good first issue"}})
	b.begin()
	id := b.repo("owner", "foo")
	b.synced(id, b.clock.Now())
	hub.Close(1)
	hub.Assign(2, "bob")
	hub.Label(3)
	pr := hub.OpenPR("Work", 4)
	next := func() {
		t.Helper()
		b.clock.add(15 * time.Minute)
		b.synced(id, b.clock.Now())
	}
	next()
	if got := b.easy(); !slices.Equal(got, []int{5, other}) {
		t.Errorf("easy: %v", got)
	}
	// A pull request is closed, and no list of issues changes.
	hub.Close(pr)
	next()
	if got := b.easy(); !slices.Equal(got, []int{5, other}) {
		t.Errorf("a closed pull request still counts in the search, with a token: %v", got)
	}
	hub.Reopen(1)
	hub.Assign(2, "")
	next()
	if got := b.easy(); !slices.Equal(got, []int{1, 2, 5, other}) {
		t.Errorf("easy: %v", got)
	}
	b.wantTold("I found 6 easy issues in owner/foo.\neasy copper-kettle")
}

func TestUnchangedListsAre304AndKeepTheirIssues(t *testing.T) {
	b := newBench(t, "")
	hub := b.hub.AddRepo("owner", "foo")
	hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	hub.AddIssue(githubdouble.Issue{Labels: []string{"good first issue"}})
	b.begin()
	id := b.repo("owner", "foo")
	b.synced(id, b.clock.Now())
	before := len(b.hub.Requests())
	next := func() {
		t.Helper()
		b.clock.add(15 * time.Minute)
		b.synced(id, b.clock.Now())
	}
	next()
	for _, r := range b.hub.Requests()[before:] {
		if r.Status != 304 {
			t.Errorf("%s %v answered %d", r.Path, r.Query, r.Status)
		}
	}
	if got := b.asked(before); !slices.Equal(got, []string{"foo/issues", "foo/issues", "foo/pulls"}) {
		t.Errorf("asked %q", got)
	}
	if got := b.easy(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("easy: %v", got)
	}
	// One list changes: what stands on the other is not lost.
	hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	next()
	if got := b.easy(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("easy: %v", got)
	}
	// Only a pull request appears, and goes.
	pr := hub.OpenPR("Work", 1)
	next()
	if got := b.easy(); !slices.Equal(got, []int{2, 3}) {
		t.Errorf("easy: %v", got)
	}
	hub.Close(pr)
	next()
	if got := b.easy(); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("easy: %v", got)
	}
}

func TestALeadsOwnLabelsWin(t *testing.T) {
	b := newBench(t, "")
	hub := b.hub.AddRepo("owner", "foo", "good first issue")
	hub.AddIssue(githubdouble.Issue{Labels: []string{"good first issue"}})
	mine := hub.AddIssue(githubdouble.Issue{Labels: []string{"kettle-work"}})
	b.write(func(tx sprints.Tx) {
		_, err := tx.AddRepo(sprints.Repo{Project: b.project, Owner: "owner", Name: "foo", Labels: []string{"Kettle-Work"}, NextSync: tx.Now()})
		b.must(err)
	})
	b.begin()
	b.await("the lead's issue", func(v sprints.View) bool { n, err := v.EasyCount(); b.must(err); return n[b.project] == 1 })
	if got := b.easy(); !slices.Equal(got, []int{mine}) {
		t.Errorf("easy: %v", got)
	}
}

func TestAnIssueSolvedHereStaysOffTheList(t *testing.T) {
	b := newBench(t, "")
	hub := b.hub.AddRepo("owner", "foo")
	hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	b.begin()
	id := b.repo("owner", "foo")
	b.synced(id, b.clock.Now())
	b.write(func(tx sprints.Tx) {
		issue, err := tx.IssueByNumber(id, 1)
		b.must(err)
		c, err := sprints.Take(tx, b.lead, issue.ID)
		b.must(err)
		b.must(sprints.Finish(tx, c, "https://github.com/owner/foo/pull/9", tx.Now()))
	})
	two := hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	b.clock.add(15 * time.Minute)
	b.synced(id, b.clock.Now())
	if got := b.easy(); !slices.Equal(got, []int{two}) {
		t.Errorf("easy: %v", got)
	}
}

func TestARestartRepeatsNothing(t *testing.T) {
	b := newBench(t, "token")
	b.hub.AddRepo("owner", "foo").AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	b.begin()
	id := b.repo("owner", "foo")
	b.synced(id, b.clock.Now())
	for _, name := range []string{"blank sent words", "close day", "forget keys of messages", "sync issues"} {
		b.ran(name, b.clock.Now())
	}
	before := len(b.hub.Requests())
	b.clock.add(time.Minute)
	b.restart()
	// A new repository shows that the jobs are at work again.
	b.hub.AddRepo("owner", "bar")
	b.synced(b.repo("owner", "bar"), b.clock.Now())
	for _, path := range b.asked(before) {
		if strings.HasPrefix(path, "foo") {
			t.Errorf("asked again: %s", path)
		}
	}
	b.read(func(v sprints.View) {
		runs, err := v.JobRuns()
		b.must(err)
		for _, r := range runs {
			if r.Name != "sync issues" && r.At.Equal(b.clock.Now()) {
				t.Errorf("%s ran again", r.Name)
			}
			if r.Failed {
				t.Errorf("%s: %s", r.Name, r.Result)
			}
		}
	})
	b.wantTold("I found 1 easy issue in owner/foo.\neasy copper-kettle",
		"I found no easy issue in owner/bar. Label one \"good first issue\" on GitHub and I offer it within minutes.\nproject show copper-kettle")
}

func TestALimitHoldsAllRepositoriesBackUntilItEnds(t *testing.T) {
	for _, status := range []int{403, 429} {
		b := newBench(t, "token")
		b.hub.AddRepo("owner", "foo")
		b.hub.AddRepo("owner", "bar")
		b.hub.Misbehave(b.hub.PrimaryLimit(status, 20*time.Minute))
		foo, bar := b.repo("owner", "foo"), b.repo("owner", "bar")
		b.begin()
		const words = "GitHub takes no more questions from me for now."
		until := b.clock.Now().Add(20*time.Minute + time.Second)
		for _, id := range []sprints.RepoID{foo, bar} {
			if r := b.troubled(id, words); !r.NextSync.Equal(until) {
				t.Errorf("%d: next %s, want %s", status, r.NextSync, until)
			}
		}
		if n := len(b.hub.Requests()); n != 1 {
			t.Errorf("%d: %d questions", status, n)
		}
		// One that comes meanwhile asks nothing either, and says when.
		b.hub.AddRepo("owner", "baz")
		b.clock.add(2 * time.Second)
		if r := b.troubled(b.repo("owner", "baz"), words); !r.NextSync.Equal(until) {
			t.Errorf("%d: next %s, want %s", status, r.NextSync, until)
		}
		b.clock.set(until)
		b.synced(foo, until)
		b.synced(bar, until)
		b.end()
	}
}

func TestWithoutATokenSixtyQuestionsAnHourAreEnough(t *testing.T) {
	b := newBench(t, "")
	var ids []sprints.RepoID
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		hub := b.hub.AddRepo("owner", name)
		hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
		hub.AddIssue(githubdouble.Issue{Labels: []string{"good first issue"}})
		ids = append(ids, b.repo("owner", name))
	}
	b.begin()
	for _, id := range ids {
		b.await("read", func(v sprints.View) bool {
			r, err := v.Repo(id)
			b.must(err)
			return !r.SyncedAt.IsZero()
		})
	}
	for range 4 * 60 {
		b.clock.add(time.Minute)
		b.await("nothing is due", func(v sprints.View) bool {
			due, err := v.DueRepos(v.Now().Add(-2*time.Second), 1)
			b.must(err)
			return len(due) == 0
		})
	}
	for _, r := range b.hub.Requests() {
		if r.Status == 403 || r.Status == 429 {
			t.Fatalf("the limit was reached with %s", r.Path)
		}
	}
	b.read(func(v sprints.View) {
		for _, id := range ids {
			r, err := v.Repo(id)
			b.must(err)
			if age := v.Now().Sub(r.SyncedAt); age > time.Hour || r.Problem != "" {
				t.Errorf("%s is %s old, problem %q", r.FullName(), age, r.Problem)
			}
		}
	})
}

func TestATroubledRepositoryIsTriedAgainLaterAndLater(t *testing.T) {
	b := newBench(t, "token")
	b.hub.AddRepo("owner", "foo")
	b.hub.Misbehave(githubdouble.Fault{Status: 500})
	id := b.repo("owner", "foo")
	b.begin()
	for _, wait := range []time.Duration{1, 2, 4, 8, 15, 15} {
		want := b.clock.Now().Add(wait * time.Minute)
		b.await("the next try", func(v sprints.View) bool {
			r, err := v.Repo(id)
			b.must(err)
			return r.Problem == "GitHub is not answering." && r.NextSync.Equal(want)
		})
		b.clock.set(want)
	}
	b.hub.Heal()
	b.clock.add(15 * time.Minute)
	b.synced(id, b.clock.Now())
}

func TestAWrongNameIsToldToItsLeadOnce(t *testing.T) {
	b := newBench(t, "token")
	b.begin()
	id := b.repo("owner", "nix")
	for range 3 {
		r := b.troubled(id, "GitHub knows no owner/nix, or it is private.")
		b.clock.set(r.NextSync)
		b.await("it was tried again", func(v sprints.View) bool {
			again, err := v.Repo(id)
			b.must(err)
			return again.NextSync.After(r.NextSync)
		})
	}
	b.wantTold("GitHub knows no owner/nix, or it is private. I look again, and tell you no more about it.\nrepo add copper-kettle owner/name")
}

func TestRenamedAndArchivedRepositories(t *testing.T) {
	b := newBench(t, "")
	hub := b.hub.AddRepo("owner", "foo")
	hub.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	b.begin()
	id := b.repo("owner", "foo")
	b.synced(id, b.clock.Now())
	hub.Rename("owner", "kettle")
	b.clock.add(time.Hour)
	if r := b.synced(id, b.clock.Now()); r.FullName() != "owner/kettle" {
		t.Errorf("called %s", r.FullName())
	}
	if got := b.easy(); len(got) != 1 {
		t.Errorf("easy: %v", got)
	}
	hub.Archive()
	b.clock.add(time.Hour)
	if r := b.synced(id, b.clock.Now()); !r.Archived {
		t.Error("not archived")
	}
	if got := b.easy(); len(got) != 0 {
		t.Errorf("easy: %v", got)
	}
}

func TestRefusedTokenStopsAsking(t *testing.T) {
	b := newBench(t, "token")
	b.hub.Misbehave(githubdouble.Fault{Status: 401})
	foo, bar := b.repo("owner", "foo"), b.repo("owner", "bar")
	b.begin()
	const words = "GitHub refuses the bot's token. An organizer has to give it a new one."
	b.troubled(foo, words)
	b.troubled(bar, words)
	if n := len(b.hub.Requests()); n != 1 {
		t.Errorf("%d questions", n)
	}
	b.wantTold()
}

func TestTheSampleIsNeverAskedAbout(t *testing.T) {
	b := newBench(t, "token")
	b.write(func(tx sprints.Tx) {
		_, err := tx.AddRepo(sprints.Repo{Project: b.project, Owner: "owner", Name: "sample", Sample: true})
		b.must(err)
	})
	b.hub.AddRepo("owner", "foo")
	b.begin()
	b.synced(b.repo("owner", "foo"), b.clock.Now())
	for _, path := range b.asked(0) {
		if strings.Contains(path, "sample") {
			t.Errorf("asked %s", path)
		}
	}
}

func TestSilenceOfGitHubHoldsUpNothingElse(t *testing.T) {
	b := newBench(t, "token")
	b.hub.Misbehave(githubdouble.Fault{Silent: true})
	b.repo("owner", "foo")
	asked := b.hub.Asked()
	b.begin()
	<-asked
	// While that question hangs, a day ends.
	b.write(func(tx sprints.Tx) {
		e, err := tx.Event()
		b.must(err)
		_, err = tx.AddSeat(sprints.Seat{Person: b.lead, Project: b.project, Day: e.Today(tx.Now()), In: tx.Now(), Via: "libera"})
		b.must(err)
	})
	b.clock.add(24 * time.Hour)
	b.await("the seat is closed", func(v sprints.View) bool {
		_, err := v.OpenSeat(b.lead)
		return err != nil
	})
	b.end() // and the jobs end though the question hangs
}

func TestAForgottenLeadIsToldNothing(t *testing.T) {
	b := newBench(t, "token")
	b.hub.AddRepo("owner", "foo")
	b.write(func(tx sprints.Tx) {
		_, err := tx.ForgetPerson(b.lead)
		b.must(err)
	})
	b.begin()
	b.synced(b.repo("owner", "foo"), b.clock.Now())
	b.wantTold()
}

func TestTheLeadIsToldWhereTheyWereLastSeen(t *testing.T) {
	b := newBench(t, "token")
	b.hub.AddRepo("owner", "foo")
	b.clock.add(time.Second)
	b.write(func(tx sprints.Tx) {
		slack, err := tx.Meet(chat.Handle{Network: "pycon", ID: "U1", Nick: "Ada"})
		b.must(err)
		b.must(tx.JoinPersons(b.lead, slack.ID))
	})
	b.begin()
	b.synced(b.repo("owner", "foo"), b.clock.Now())
	b.read(func(v sprints.View) {
		rows, err := v.Waiting("pycon", 0, 10)
		b.must(err)
		if len(rows) != 1 || rows[0].To.Channel != "@U1" {
			t.Errorf("rows: %+v", rows)
		}
	})
}
