package sprints_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"sprintbot/sprints"
)

func TestLabelTierKnowsTheLabelsInTheWild(t *testing.T) {
	tiers := map[int][]string{
		1: {"sprint", "sprintable", "Sprints", "mozsprint", "sprint-event", "type: sprint"},
		2: {"first-timers-only", "first timers", "for-first-timers", "good for first time contributors"},
		3: {"good first issue", "good-first-issue", "GoodFirstIssue", "Good-first-issue", ":thumbsup: good first issue", "👶 Good first issue",
			"🤩 Good First PR", "good first issue-:wave:", "good first bug", "hint/good first issue", "great first issue", "goodfirstissue", "good first"},
		4: {"easy", "beginner", "beginner friendly", "good-for-beginner", "exp/beginner", "bitesize", "bite-sized", "teaser tasks", "simple task",
			"newcomers", "difficulty/newcomer", "newbie", "low-hanging fruit", "easy-fix", "easyfix", "Easy to Fix", "E-easy", "status: easy",
			"Level:Starter", "level:starter", "starter-issue", "contribution-starter", "junior job", "Difficulty/1:Easy", "difficulty::easy", "difficulty/easy",
			"difficulty/low", "effort/easy", "exp:novice", "novice issues", "Novice", "Good for New Contributors", "for-new-contributors",
			"new contributor opportunity", "contributor-friendly", "onboarding", "easy-pick", "trivial", "scope:small", "easyHack", "difficultyBeginner", "Easy pickings"},
		5: {"help wanted", "help-wanted", "up-for-grabs", "up for grabs", "upforgrabs", "hacktoberfest", "jump in", "Type: Jump In", "you-take-it",
			"E-help-wanted", "stat:contributions-welcome", "docs", "documentation", "kind/documentation"},
		0: {"bug", "enhancement", "uneasy", "easyrtc", "not easy", "sprint 12", "sprint-2027-05", "E-medium", "priority: low", "", "👶", "-", "first response", "question",
			"easy to reproduce", "help", "good", "hard", "difficulty/hard", "low"},
	}
	for want, labels := range tiers {
		for _, l := range labels {
			if got := sprints.LabelTier(l); got != want {
				t.Errorf("LabelTier(%q) = %d, want %d", l, got, want)
			}
		}
	}
}

func TestNegativeLabels(t *testing.T) {
	for _, l := range []string{"blocked", "S-blocked", "needs triage", "Needs Triage", "needs-discussion", "needs decision", "status: needs design", "on hold", "stale",
		"wontfix", "won't fix", "duplicate", "invalid", "question", "proposal", "epic", "breaking", "security", "do not pick"} {
		if !sprints.NegativeLabel(l) {
			t.Errorf("%q does not count as negative", l)
		}
	}
	for _, l := range []string{"good first issue", "unblocked", "easy", "breaking news page", "docs", "securityhub"} {
		if sprints.NegativeLabel(l) {
			t.Errorf("%q counts as negative", l)
		}
	}
}

func TestIssueTierTakesTheBestLabelAndTheLeadsWord(t *testing.T) {
	for _, c := range []struct {
		name        string
		labels, own []string
		want        int
	}{
		{"the best of several", []string{"bug", "help wanted", "good first issue"}, nil, 3},
		{"a negative label outweighs", []string{"good first issue", "blocked"}, nil, 0},
		{"the lead's label is one the dictionary does not know", []string{"tuesday"}, []string{"Tuesday"}, 3},
		{"the lead's label keeps its own tier", []string{"sprintable"}, []string{"sprintable"}, 1},
		{"where the lead chose, others do not count", []string{"help wanted"}, []string{"tuesday"}, 0},
		{"the lead's choice wins over a negative word", []string{"question"}, []string{"question"}, 3},
		{"nothing", nil, nil, 0},
	} {
		if got := sprints.IssueTier(c.labels, c.own); got != c.want {
			t.Errorf("%s: tier %d, want %d", c.name, got, c.want)
		}
	}
}

func TestLabelMinutesReadsAStatedSizeAndGuessesNone(t *testing.T) {
	for label, want := range map[string]int{"~1 h": 60, "size: 30m": 30, "1.5h": 90, "2 hours": 120, "half day": 240, "half-day": 240, "easy": 0, "v2": 0, "h2": 0, "issue-30": 0, "size/M": 0} {
		if got := sprints.LabelMinutes([]string{"bug", label}); got != want {
			t.Errorf("%q is %d minutes, want %d", label, got, want)
		}
	}
}

var escaped = regexp.MustCompile(`\\U[0-9a-fA-F]{8}`)

// The share is what was measured on the labels that 1,088 real projects name
// for beginners; the rest ("enhancement", "doc", "portfolio addition") say nothing
// to one who does not know the project.
func TestLabelTierRecognisesTheLabelsOfRealProjects(t *testing.T) {
	rows := shared(t, "labels/projects.csv")
	known, unknown := 0, map[string]int{}
	for _, r := range rows {
		label := escaped.ReplaceAllStringFunc(r["beginner_label"], func(s string) string {
			n, _ := strconv.ParseInt(s[2:], 16, 32)
			return string(rune(n))
		})
		if sprints.LabelTier(label) > 0 {
			known++
		} else {
			unknown[label]++
		}
	}
	share := float64(known) / float64(len(rows))
	t.Logf("%d of %d labels recognised (%.2f %%); not: %v", known, len(rows), 100*share, unknown)
	if share < 0.98 {
		t.Errorf("only %.2f %% recognised", 100*share)
	}
}

// shared reads a table of recorded data, and skips the test where it is absent.
func shared(t *testing.T, name string) []map[string]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	file, err := os.Open(filepath.Join(dir, "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("recorded data %s is not beside the project", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, head := range lines[0] {
			row[head] = l[i]
		}
		rows = append(rows, row)
	}
	return rows
}
