package sprints_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sprintbot/sprints"
)

var now = time.Date(2027, 5, 18, 14, 0, 0, 0, time.UTC)

// easyIssue is an issue of project p, changed by fn.
func easyIssue(id, p int, fn func(*sprints.EasyIssue)) sprints.EasyIssue {
	e := sprints.EasyIssue{
		Issue: sprints.Issue{ID: sprints.IssueID(id), Repo: sprints.RepoID(p), Number: id, Title: "Fix a thing", Tier: 3,
			Labels: []string{"good first issue"}, Open: true, CreatedAt: now.Add(-24 * time.Hour)},
		Repo:    sprints.Repo{ID: sprints.RepoID(p), Project: sprints.ProjectID(p), Owner: "o", Name: fmt.Sprintf("r%d", p)},
		Project: sprints.Project{ID: sprints.ProjectID(p), Slug: fmt.Sprintf("p%d", p), Name: fmt.Sprintf("P%d", p), Langs: "Python", State: sprints.Listed},
	}
	if fn != nil {
		fn(&e)
	}
	return e
}

func ids(picks []sprints.Pick) []int {
	var ns []int
	for _, p := range picks {
		ns = append(ns, int(p.ID))
	}
	return ns
}

func TestReadWish(t *testing.T) {
	for line, want := range map[string]sprints.Wish{
		"":                         {},
		"python":                   {Words: []string{"python"}},
		"something with Rust":      {Words: []string{"rust"}},
		"1h":                       {Minutes: 60},
		"docs 30 min":              {Words: []string{"docs"}, Minutes: 30},
		"~2h c++":                  {Words: []string{"c++"}, Minutes: 120},
		"no-setup":                 {NoSetup: true},
		"no setup please":          {NoSetup: true},
		"a good first issue":       {},
		"half-day":                 {Minutes: 240},
		"python 1h no-setup tests": {Words: []string{"python", "tests"}, Minutes: 60, NoSetup: true},
	} {
		var words []string
		for w := range splitSeq(line) {
			words = append(words, w)
		}
		if diff := cmp.Diff(want, sprints.ReadWish(words)); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestRankPrefersWhatHelpsABeginnerMost(t *testing.T) {
	plain := easyIssue(1, 1, nil)
	for name, better := range map[string]sprints.EasyIssue{
		"a lead is here": easyIssue(2, 2, func(e *sprints.EasyIssue) { e.LeadHere = true; e.Tier = 5 }),
		"a better tier":  easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Tier = 1 }),
		"fits today":     easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Minutes = 60 }),
	} {
		got := sprints.Rank([]sprints.EasyIssue{plain, better}, sprints.Wish{}, "ada", now, 4*time.Hour)
		if diff := cmp.Diff([]int{2, 1}, ids(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, worse := range map[string]sprints.EasyIssue{
		"two years old":     easyIssue(2, 2, func(e *sprints.EasyIssue) { e.CreatedAt = now.AddDate(-2, 0, 0) }),
		"much talked about": easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Comments = 15 }),
		"ran out twice":     easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Expired = 2 }),
		"only help wanted":  easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Tier = 5 }),
	} {
		got := sprints.Rank([]sprints.EasyIssue{worse, plain}, sprints.Wish{}, "ada", now, 4*time.Hour)
		if diff := cmp.Diff([]int{1, 2}, ids(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRankKeepsToTheWish(t *testing.T) {
	issues := []sprints.EasyIssue{
		easyIssue(1, 1, nil),
		easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Project.Langs = "Rust, C"; e.Minutes = 30 }),
		easyIssue(3, 3, func(e *sprints.EasyIssue) { e.Labels = append(e.Labels, "documentation"); e.Minutes = 120 }),
		easyIssue(4, 4, func(e *sprints.EasyIssue) { e.Title = "Translate the front page"; e.Labels = append(e.Labels, "i18n") }),
		easyIssue(5, 5, func(e *sprints.EasyIssue) { e.Project.Langs = "C++/Qt"; e.Labels = append(e.Labels, "blocked") }),
		easyIssue(6, 6, func(e *sprints.EasyIssue) { e.Project.Langs = "JavaScript" }),
	}
	for name, c := range map[string]struct {
		wish sprints.Wish
		want []int
	}{
		"a language":                       {sprints.Wish{Words: []string{"rust"}}, []int{2}},
		"C is not C++":                     {sprints.Wish{Words: []string{"c"}}, []int{2}},
		"java is not javascript":           {sprints.Wish{Words: []string{"java"}}, nil},
		"js is javascript":                 {sprints.Wish{Words: []string{"js"}}, []int{6}},
		"docs are documentation":           {sprints.Wish{Words: []string{"docs"}}, []int{3}},
		"a word of the title":              {sprints.Wish{Words: []string{"translate"}}, []int{4}},
		"all words":                        {sprints.Wish{Words: []string{"python", "docs"}}, []int{3}},
		"a time, a known size first":       {sprints.Wish{Minutes: 60, Words: []string{"rust"}}, []int{2}},
		"a time leaves out what is longer": {sprints.Wish{Minutes: 60, Words: []string{"docs"}}, nil},
		"in the browser":                   {sprints.Wish{NoSetup: true}, []int{3, 4}},
		"a project":                        {sprints.Wish{Project: 6}, []int{6}},
		"a negative label never":           {sprints.Wish{Project: 5}, nil},
	} {
		got := ids(sprints.Rank(issues, c.wish, "ada", now, 0))
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRankShufflesEqualsByPerson(t *testing.T) {
	var issues []sprints.EasyIssue
	for i := 1; i <= 30; i++ {
		issues = append(issues, easyIssue(i, i, nil))
	}
	firsts := map[int]bool{}
	for i := range 10 {
		who := fmt.Sprintf("person %d", i)
		first := ids(sprints.Rank(issues, sprints.Wish{}, who, now, 0))
		if diff := cmp.Diff(first, ids(sprints.Rank(issues, sprints.Wish{}, who, now, 0))); diff != "" {
			t.Errorf("%s gets another order the second time: %s", who, diff)
		}
		firsts[first[0]] = true
	}
	if len(firsts) < 5 {
		t.Errorf("ten people are sent to only %d issues first", len(firsts))
	}
}

func TestRankOffersThreeProjectsFirstAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var issues []sprints.EasyIssue
		n := rapid.IntRange(0, 40).Draw(t, "n")
		projects := map[int]bool{}
		for i := 1; i <= n; i++ {
			p := rapid.IntRange(1, 5).Draw(t, "project")
			projects[p] = true
			issues = append(issues, easyIssue(i, p, func(e *sprints.EasyIssue) {
				e.Tier = rapid.IntRange(1, 5).Draw(t, "tier")
				e.LeadHere = rapid.Bool().Draw(t, "here")
			}))
		}
		picks := sprints.Rank(issues, sprints.Wish{}, "ada", now, time.Hour)
		if len(picks) != n {
			t.Fatalf("%d of %d issues", len(picks), n)
		}
		first := map[sprints.ProjectID]bool{}
		for _, p := range picks[:min(3, n)] {
			first[p.Project.ID] = true
		}
		if len(first) != min(3, len(projects)) {
			t.Fatalf("the first three are of %d projects, there are %d", len(first), len(projects))
		}
		for _, p := range picks {
			if words := len(slices.Collect(splitSeq(p.Why))); words == 0 || words > 4 {
				t.Fatalf("the reason %q has %d words", p.Why, words)
			}
		}
	})
}

func TestNearestIsOfTheSameProjectThenTheSameLanguage(t *testing.T) {
	like := easyIssue(1, 1, nil)
	rust := easyIssue(2, 2, func(e *sprints.EasyIssue) { e.Project.Langs = "Rust" })
	python := easyIssue(3, 3, nil)
	own := easyIssue(4, 1, func(e *sprints.EasyIssue) { e.Tier = 5; e.Labels = nil })
	for _, c := range []struct {
		easy []sprints.EasyIssue
		want sprints.IssueID
	}{
		{[]sprints.EasyIssue{like, rust, python, own}, 4},
		{[]sprints.EasyIssue{rust, python, like}, 3},
		{[]sprints.EasyIssue{rust}, 2},
	} {
		if got, ok := sprints.Nearest(c.easy, like); !ok || got.ID != c.want {
			t.Errorf("nearest is %d, want %d", got.ID, c.want)
		}
	}
	if _, ok := sprints.Nearest([]sprints.EasyIssue{like}, like); ok {
		t.Error("an issue is nearest to itself")
	}
}
