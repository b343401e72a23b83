package github_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sprintbot/adapters/github"
	"sprintbot/adapters/github/githubdouble"
	"sprintbot/sprints"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, token string) (*githubdouble.Double, *github.Client) {
	t.Helper()
	d := githubdouble.Start()
	t.Cleanup(d.Close)
	c, err := github.New(github.Config{Token: token, APIURL: d.URL(), Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return d, c
}

// kept is what a store keeps of ETags.
type kept map[string]string

func (k kept) etag(address string) string { return k[address] }

func (k kept) keep(etags map[string]string) {
	for a, e := range etags {
		k[a] = e
	}
}

func TestIssuesOfOneLabelWithoutPullRequests(t *testing.T) {
	d, c := start(t, "")
	r := d.AddRepo("owner", "foo", "good first issue")
	one := r.AddIssue(githubdouble.Issue{Title: "Fix the\n doc example", Labels: []string{"good first issue", "docs"}, Comments: 3})
	two := r.AddIssue(githubdouble.Issue{Title: "Taken", Labels: []string{"good first issue"}, Assignee: "ada"})
	r.AddIssue(githubdouble.Issue{Title: "Other", Labels: []string{"docs"}})
	gone := r.AddIssue(githubdouble.Issue{Title: "Closed", Labels: []string{"good first issue"}})
	r.Close(gone)
	r.Label(r.OpenPR("A pull request"), "good first issue")

	got, err := c.Issues(t.Context(), "owner", "foo", "good first issue", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Issues) != 2 {
		t.Fatalf("issues: %+v", got.Issues)
	}
	taken, doc := got.Issues[0], got.Issues[1]
	if taken.Number != two || !taken.Assigned || doc.Number != one || doc.Assigned {
		t.Errorf("taken %+v, doc %+v", taken, doc)
	}
	if doc.CreatedAt.IsZero() || doc.UpdatedAt.IsZero() {
		t.Errorf("times are missing: %+v", doc)
	}
	doc.CreatedAt, doc.UpdatedAt = time.Time{}, time.Time{}
	want := sprints.Issue{Number: one, Title: "Fix the doc example", URL: "https://github.com/owner/foo/issues/1",
		Labels: []string{"good first issue", "docs"}, Comments: 3, Open: true}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Error(diff)
	}
}

func TestPagesAreReadToTheEndAndUnchangedOnesCostNothingWithAToken(t *testing.T) {
	d, c := start(t, "token")
	r := d.AddRepo("owner", "foo")
	for range 150 {
		r.AddIssue(githubdouble.Issue{Title: "Easy", Labels: []string{"easy"}})
	}
	store := kept{}
	got, err := c.Issues(t.Context(), "owner", "foo", "easy", store.etag)
	if err != nil || len(got.Issues) != 150 || got.Cut {
		t.Fatalf("%d issues, cut %t, err %v", len(got.Issues), got.Cut, err)
	}
	store.keep(got.ETags)
	left := c.Budget().Remaining

	got, err = c.Issues(t.Context(), "owner", "foo", "easy", store.etag)
	if err != nil || !got.Unchanged || len(got.Issues) != 0 {
		t.Fatalf("unchanged %t, %d issues, err %v", got.Unchanged, len(got.Issues), err)
	}
	if now := c.Budget().Remaining; now != left {
		t.Errorf("unchanged pages cost %d questions", left-now)
	}

	// One page changes: the list comes whole.
	r.Retitle(1, "Easier")
	got, err = c.Issues(t.Context(), "owner", "foo", "easy", store.etag)
	if err != nil || got.Unchanged || len(got.Issues) != 150 {
		t.Fatalf("unchanged %t, %d issues, err %v", got.Unchanged, len(got.Issues), err)
	}
	store.keep(got.ETags)

	// A page goes: its validator is forgotten.
	for n := range 60 {
		r.Close(n + 1)
	}
	got, err = c.Issues(t.Context(), "owner", "foo", "easy", store.etag)
	if err != nil || len(got.Issues) != 90 {
		t.Fatalf("%d issues, err %v", len(got.Issues), err)
	}
	store.keep(got.ETags)
	if got, err = c.Issues(t.Context(), "owner", "foo", "easy", store.etag); err != nil || !got.Unchanged {
		t.Fatalf("unchanged %t, err %v", got.Unchanged, err)
	}
}

func TestAVeryLongListIsCut(t *testing.T) {
	d, c := start(t, "")
	r := d.AddRepo("owner", "foo")
	for range 301 {
		r.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	}
	got, err := c.Issues(t.Context(), "owner", "foo", "easy", nil)
	if err != nil || len(got.Issues) != 300 || !got.Cut {
		t.Fatalf("%d issues, cut %t, err %v", len(got.Issues), got.Cut, err)
	}
}

func TestLabelsOverPages(t *testing.T) {
	d, c := start(t, "")
	var names []string
	for i := range 130 {
		names = append(names, "label "+strconv.Itoa(i))
	}
	d.AddRepo("owner", "foo", names...)
	got, err := c.Labels(t.Context(), "owner", "foo")
	if err != nil || !slices.Equal(got, names) {
		t.Fatalf("%v, err %v", got, err)
	}
}

func TestArchivedRenamedAndPrivateRepositoriesAreNoticed(t *testing.T) {
	d, c := start(t, "token")
	r := d.AddRepo("owner", "foo", "easy")
	n := r.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	r.Rename("owner", "bar")
	r.Archive()
	got, err := c.Repository(t.Context(), "owner", "foo")
	if err != nil {
		t.Fatal(err)
	}
	if want := (sprints.RemoteRepo{Owner: "owner", Name: "bar", Archived: true, Issues: true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	list, err := c.Issues(t.Context(), "owner", "foo", "easy", nil)
	if err != nil || len(list.Issues) != 1 || list.Issues[0].Number != n {
		t.Errorf("by the old name: %+v, err %v", list, err)
	}
	for _, r := range d.Requests() {
		if !r.Token {
			t.Errorf("asked without the token: %s", r.Path)
		}
	}
	r.Hide()
	_, err = c.Repository(t.Context(), "owner", "bar")
	trouble(t, err, sprints.Missing, http.StatusNotFound, "GitHub knows no owner/bar, or it is private.")
}

func TestRedirectToAnotherHostIsRefused(t *testing.T) {
	d, c := start(t, "token")
	other := githubdouble.Start()
	defer other.Close()
	d.Misbehave(githubdouble.Fault{Times: 1, Status: http.StatusMovedPermanently, Header: map[string]string{"Location": other.URL() + "/api/v3/repos/a/b"}})
	_, err := c.Repository(t.Context(), "owner", "foo")
	trouble(t, err, sprints.Silent, 0, "GitHub is not answering.")
	if len(other.Requests()) != 0 {
		t.Error("the other host was asked")
	}
}

func trouble(t *testing.T, err error, kind sprints.TroubleKind, status int, words string) *sprints.Trouble {
	t.Helper()
	var got *sprints.Trouble
	if !errors.As(err, &got) {
		t.Fatalf("no trouble: %v", err)
	}
	if got.Kind != kind || got.Status != status || words != "" && got.Words != words {
		t.Errorf("got %s %d %q, want %s %d %q", got.Kind, got.Status, got.Words, kind, status, words)
	}
	return got
}

func TestLimitsTellHowLongToWait(t *testing.T) {
	d, c := start(t, "")
	d.AddRepo("owner", "foo")
	for _, x := range []struct {
		name  string
		fault githubdouble.Fault
		wait  time.Duration
	}{
		{"primary 403", d.PrimaryLimit(403, 20*time.Minute), 20 * time.Minute},
		{"primary 429", d.PrimaryLimit(429, 30*time.Minute), 30 * time.Minute},
		{"secondary 403 with a time", githubdouble.SecondaryLimit(403, 40*time.Second), 40 * time.Second},
		{"secondary 429 with a time", githubdouble.SecondaryLimit(429, 40*time.Second), 40 * time.Second},
		{"secondary 403 without", githubdouble.SecondaryLimit(403, 0), time.Minute},
		{"bare 429", githubdouble.Fault{Times: 1, Status: 429}, time.Minute},
		{"a reset far away", d.PrimaryLimit(403, 1000*time.Hour), 2 * time.Hour},
	} {
		t.Run(x.name, func(t *testing.T) {
			d.Misbehave(x.fault)
			_, err := c.Repository(t.Context(), "owner", "foo")
			got := trouble(t, err, sprints.Limited, x.fault.Status, "GitHub takes no more questions from me for now.")
			if got.Wait < x.wait-2*time.Second || got.Wait > x.wait+2*time.Second {
				t.Errorf("wait %s, want about %s", got.Wait, x.wait)
			}
			// No limit outlives its answer inside the client: when to ask again is the jobs' to decide.
			if _, err := c.Repository(t.Context(), "owner", "foo"); err != nil {
				t.Errorf("the next question: %v", err)
			}
		})
	}
}

func TestBudgetIsWhatGitHubSays(t *testing.T) {
	d, c := start(t, "")
	d.AddRepo("owner", "foo")
	d.SetLimit(3)
	if c.Budget().Known {
		t.Error("known before the first answer")
	}
	for left := 2; left >= 0; left-- {
		if _, err := c.Repository(t.Context(), "owner", "foo"); err != nil {
			t.Fatal(err)
		}
		if b := c.Budget(); !b.Known || b.Limit != 3 || b.Remaining != left || b.Reset < 59*time.Minute || b.Reset > time.Hour {
			t.Errorf("budget %+v, want %d left", b, left)
		}
	}
	_, err := c.Repository(t.Context(), "owner", "foo")
	if got := trouble(t, err, sprints.Limited, 403, ""); got.Wait < 59*time.Minute {
		t.Errorf("wait %s", got.Wait)
	}
}

func TestTheDoublesClockIsNotTheMachines(t *testing.T) {
	d, c := start(t, "")
	d.AddRepo("owner", "foo")
	d.SetClock(func() time.Time { return time.Date(2031, 5, 17, 9, 0, 0, 0, time.UTC) })
	d.Misbehave(d.PrimaryLimit(403, 10*time.Minute))
	_, err := c.Repository(t.Context(), "owner", "foo")
	if got := trouble(t, err, sprints.Limited, 403, ""); got.Wait != 10*time.Minute+time.Second {
		t.Errorf("wait %s", got.Wait)
	}
}

func TestFailuresHaveWords(t *testing.T) {
	d, c := start(t, "token")
	d.AddRepo("owner", "foo").WithoutIssues()
	for _, x := range []struct {
		fault githubdouble.Fault
		kind  sprints.TroubleKind
		words string
	}{
		{githubdouble.Fault{Status: 500, Body: "oops"}, sprints.Silent, "GitHub is not answering."},
		{githubdouble.Fault{Status: 401, Body: `{"message":"Bad credentials"}`}, sprints.Rejected, "GitHub refuses the bot's token. An organizer has to give it a new one."},
		{githubdouble.Fault{Status: 403, Body: `{"message":"Resource protected by organization SAML enforcement"}`}, sprints.Missing, "GitHub does not let me read owner/foo."},
		{githubdouble.Fault{Status: 451, Body: `{}`}, sprints.Missing, "GitHub does not let me read owner/foo."},
		{githubdouble.Fault{Status: 404, Body: `{"message":"Not Found"}`}, sprints.Missing, "GitHub knows no owner/foo, or it is private."},
	} {
		x.fault.Times = 1
		d.Misbehave(x.fault)
		_, err := c.Repository(t.Context(), "owner", "foo")
		trouble(t, err, x.kind, x.fault.Status, x.words)
	}
	d.Misbehave(githubdouble.Fault{Times: 1, Status: 200, Body: `<html>`})
	_, err := c.Repository(t.Context(), "owner", "foo")
	trouble(t, err, sprints.Silent, 0, "GitHub answered something I can't read.")
	_, err = c.Issues(t.Context(), "owner", "foo", "easy", nil)
	trouble(t, err, sprints.Missing, 410, "owner/foo keeps no issues on GitHub.")
}

func TestSilenceEnds(t *testing.T) {
	d := githubdouble.Start()
	defer d.Close()
	c, err := github.New(github.Config{APIURL: d.URL(), Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d.Misbehave(githubdouble.Fault{Silent: true})
	_, err = c.Repository(t.Context(), "owner", "foo")
	trouble(t, err, sprints.Silent, 0, "GitHub is not answering.")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = c.Repository(ctx, "owner", "foo"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLinksFromPullRequestsWords(t *testing.T) {
	d, c := start(t, "")
	r := d.AddRepo("owner", "foo")
	for range 3 {
		r.AddIssue(githubdouble.Issue{Labels: []string{"easy"}})
	}
	pr := r.OpenPR("Repair", 2)
	store := kept{}
	got, err := c.Links(t.Context(), "owner", "foo", []string{"easy"}, store.etag)
	if err != nil || !slices.Equal(got.Numbers, []int{2}) || got.Partial {
		t.Fatalf("%+v, err %v", got, err)
	}
	store.keep(got.ETags)
	if got, err = c.Links(t.Context(), "owner", "foo", nil, store.etag); err != nil || !got.Unchanged {
		t.Fatalf("%+v, err %v", got, err)
	}
	r.Close(pr)
	if got, err = c.Links(t.Context(), "owner", "foo", nil, store.etag); err != nil || got.Unchanged || len(got.Numbers) != 0 {
		t.Fatalf("%+v, err %v", got, err)
	}
}

func TestLinksFromTheSearchWithAToken(t *testing.T) {
	d, c := start(t, "token")
	r := d.AddRepo("owner", "foo")
	for range 4 {
		r.AddIssue(githubdouble.Issue{Labels: []string{"good first issue"}})
	}
	r.OpenPR("Repair", 2)
	r.Link(3)
	got, err := c.Links(t.Context(), "owner", "foo", []string{"easy", "good first issue"}, nil)
	if err != nil || !slices.Equal(got.Numbers, []int{2, 3}) || got.Partial {
		t.Fatalf("%+v, err %v", got, err)
	}
	// A search that is refused takes nothing back and stops nothing.
	d.Misbehave(githubdouble.Fault{Path: "search/", Status: 429})
	got, err = c.Links(t.Context(), "owner", "foo", []string{"easy", "good first issue"}, nil)
	if err != nil || !slices.Equal(got.Numbers, []int{2}) || !got.Partial {
		t.Fatalf("%+v, err %v", got, err)
	}
}

func TestAddressMustBeOne(t *testing.T) {
	for _, u := range []string{"api.example", "ftp://api.example", "http://", "http://%zz"} {
		if _, err := github.New(github.Config{APIURL: u}); err == nil {
			t.Errorf("%q is taken", u)
		}
	}
}
