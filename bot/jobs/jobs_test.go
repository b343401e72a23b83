package jobs_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/github"
	"sprintbot/adapters/github/githubdouble"
	"sprintbot/adapters/sqlite"
	"sprintbot/bot/jobs"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is a store with an event, a lead and a project, and a double of GitHub.
type bench struct {
	*testing.T
	clock   *hand
	path    string
	store   *sqlite.Store
	hub     *githubdouble.Double
	client  *github.Client
	pages   jobs.Pages
	lead    sprints.PersonID
	project sprints.ProjectID
	stop    func()
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func day(s string) sprints.Day {
	d, err := sprints.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func newBench(t *testing.T, token string) *bench {
	t.Helper()
	z := zone(t, "America/New_York")
	b := &bench{T: t, clock: newHand(time.Date(2027, 5, 18, 10, 0, 0, 0, z)), path: filepath.Join(t.TempDir(), "sprint.db"), hub: githubdouble.Start()}
	t.Cleanup(b.hub.Close)
	b.hub.SetClock(b.clock.Now)
	var err error
	b.client, err = github.New(github.Config{APIURL: b.hub.URL(), Token: token, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.client.Close)
	b.open()
	t.Cleanup(func() { b.end(); b.store.Close() })
	b.write(func(tx sprints.Tx) {
		b.must(tx.SetEvent(sprints.Event{Name: "Sprint", Zone: z, First: day("2027-05-17"), Last: day("2027-05-20")}))
		lead, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"})
		b.must(err)
		b.lead = lead.ID
		b.project, err = tx.AddProject(sprints.Project{Name: "Copper Kettle", Slug: "copper-kettle", State: sprints.Listed, At: tx.Now()})
		b.must(err)
		b.must(tx.AddLead(b.project, b.lead))
	})
	return b
}

func (b *bench) open() {
	b.Helper()
	var err error
	if b.store, err = sqlite.Open(b.Context(), b.path, sqlite.Options{Clock: b.clock}); err != nil {
		b.Fatal(err)
	}
}

// begin runs the jobs until end.
func (b *bench) begin() {
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	runner := jobs.New(jobs.Config{Store: b.store, Clock: b.clock, GitHub: b.client, Pages: b.pages})
	go func() {
		defer close(done)
		runner.Run(ctx)
	}()
	b.stop = func() { cancel(); <-done }
}

func (b *bench) end() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// restart ends jobs and store, and begins again on the same file.
func (b *bench) restart() {
	b.Helper()
	b.end()
	b.must(b.store.Close())
	b.open()
	b.begin()
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) write(f func(tx sprints.Tx)) {
	b.Helper()
	b.must(b.store.Write(b.Context(), func(tx sprints.Tx) error { f(tx); return nil }))
}

func (b *bench) read(f func(v sprints.View)) {
	b.Helper()
	b.must(b.store.Read(b.Context(), func(v sprints.View) error { f(v); return nil }))
}

// await waits for a fact of the rows.
func (b *bench) await(what string, is func(v sprints.View) bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
	defer cancel()
	changes := b.store.Changes(ctx)
	for {
		ok := false
		b.read(func(v sprints.View) { ok = is(v) })
		if ok {
			return
		}
		select {
		case <-changes:
		case <-ctx.Done():
			b.Fatalf("not within 20 s: %s", what)
		}
	}
}

// ran waits for a run of a job that began at or after t.
func (b *bench) ran(name string, t time.Time) sprints.JobRun {
	b.Helper()
	var found sprints.JobRun
	b.await("a run of "+name, func(v sprints.View) bool {
		runs, err := v.JobRuns()
		b.must(err)
		for _, r := range runs {
			if r.Name == name && !r.At.Before(t.Truncate(time.Millisecond)) {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

func (b *bench) repo(owner, name string) sprints.RepoID {
	b.Helper()
	var id sprints.RepoID
	b.write(func(tx sprints.Tx) {
		var err error
		id, err = tx.AddRepo(sprints.Repo{Project: b.project, Owner: owner, Name: name, NextSync: tx.Now()})
		b.must(err)
	})
	return id
}

// synced waits until a repository was read at or after t.
func (b *bench) synced(id sprints.RepoID, t time.Time) sprints.Repo {
	b.Helper()
	var found sprints.Repo
	b.await("the repository is read", func(v sprints.View) bool {
		var err error
		found, err = v.Repo(id)
		b.must(err)
		return !found.SyncedAt.IsZero() && !found.SyncedAt.Before(t.Truncate(time.Millisecond)) && found.Problem == ""
	})
	return found
}

// troubled waits until a repository has this problem.
func (b *bench) troubled(id sprints.RepoID, problem string) (found sprints.Repo) {
	b.Helper()
	b.await("the problem: "+problem, func(v sprints.View) bool {
		var err error
		found, err = v.Repo(id)
		b.must(err)
		return found.Problem == problem
	})
	return found
}

func (b *bench) easy() (numbers []int) {
	b.Helper()
	b.read(func(v sprints.View) {
		all, err := v.EasyIssues(0)
		b.must(err)
		for _, e := range all {
			numbers = append(numbers, e.Number)
		}
	})
	return numbers
}

// told is what was said to the lead, line by line.
func (b *bench) told() (said []string) {
	b.Helper()
	b.read(func(v sprints.View) {
		rows, err := v.Waiting("libera", 0, 100)
		b.must(err)
		for _, row := range rows {
			if row.To != chat.Direct(chat.Handle{Network: "libera", ID: "account:ada"}) {
				b.Errorf("said to %s", row.To)
			}
			said = append(said, row.Reply.Plain())
		}
	})
	return said
}

func (b *bench) wantTold(want ...string) {
	b.Helper()
	got := b.told()
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		b.Errorf("told %q\nwant %q", got, want)
	}
}
