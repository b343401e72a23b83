package github

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gh "github.com/google/go-github/v60/github"

	"sprintbot/adapters/github/githubdouble"
)

// recorded are the files of real webhooks beside the project, nil where they
// are not there.
func recorded(t *testing.T) []string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
	files, err := filepath.Glob(filepath.Join(dir, "..", "shared", "data", "github", "webhooks", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("no recorded webhooks: ../shared/data/github/webhooks is not here")
	}
	return files
}

func TestEveryRecordedShapeDecodes(t *testing.T) {
	for _, file := range recorded(t) {
		event, _, _ := strings.Cut(filepath.Base(file), ".")
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := gh.ParseWebHook(event, b); err != nil {
				t.Fatalf("as %s: %v", event, err)
			}
			var parts struct {
				Issue *gh.Issue
				Pull  *gh.PullRequest `json:"pull_request"`
				Repo  *gh.Repository  `json:"repository"`
			}
			if err := json.Unmarshal(b, &parts); err != nil {
				t.Fatal(err)
			}
			if parts.Issue != nil {
				got := translated(parts.Issue)
				if got.Number == 0 || got.Title == "" || got.URL == "" || got.CreatedAt.IsZero() || got.UpdatedAt.IsZero() {
					t.Errorf("the issue misses something: %+v", got)
				}
				if got.Assigned != (len(parts.Issue.Assignees) > 0) {
					t.Errorf("assigned %t with %d assignees", got.Assigned, len(parts.Issue.Assignees))
				}
			}
			if parts.Issue == nil && event != "ping" && parts.Pull.GetNumber() == 0 {
				t.Error("neither an issue nor a pull request")
			}
			if parts.Repo.GetOwner().GetLogin() == "" || parts.Repo.GetName() == "" {
				t.Error("no repository")
			}
		})
	}
}

// What the double answers is a part of what was recorded: same names, same kinds.
func TestTheDoubleAnswersInRecordedShapes(t *testing.T) {
	var issue, pull, repo map[string]any
	for _, file := range recorded(t) {
		var parts struct {
			Issue map[string]any
			Pull  map[string]any `json:"pull_request"`
			Repo  map[string]any `json:"repository"`
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &parts); err != nil {
			t.Fatal(err)
		}
		switch filepath.Base(file) {
		case "issues.assigned.json":
			issue, repo = parts.Issue, parts.Repo
		case "pull_request.opened.json":
			pull = parts.Pull
		}
	}
	d := githubdouble.Start()
	defer d.Close()
	r := d.AddRepo("owner", "foo")
	r.AddIssue(githubdouble.Issue{Title: "One", Labels: []string{"easy"}, Assignee: "ada"})
	r.OpenPR("Two", 1)
	c, err := New(Config{APIURL: d.URL()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var gotIssues, gotPulls []map[string]any
	var gotRepo map[string]any
	for path, v := range map[string]any{"repos/owner/foo": &gotRepo, "repos/owner/foo/issues?direction=asc": &gotIssues, "repos/owner/foo/pulls": &gotPulls} {
		if _, _, err := c.get(t.Context(), path, "", v); err != nil {
			t.Fatal(err)
		}
	}
	within(t, "repository", repo, gotRepo)
	within(t, "issue", issue, gotIssues[0])
	within(t, "pull", pull, gotPulls[0])
	within(t, "label", issue["labels"].([]any)[0].(map[string]any), gotIssues[0]["labels"].([]any)[0].(map[string]any))
	within(t, "assignee", issue["assignee"].(map[string]any), gotIssues[0]["assignee"].(map[string]any))
}

func within(t *testing.T, what string, whole, part map[string]any) {
	t.Helper()
	if len(part) == 0 {
		t.Fatalf("%s: empty", what)
	}
	for k, v := range part {
		w, ok := whole[k]
		if !ok {
			t.Errorf("%s has %q, the recorded one has not", what, k)
		}
		if w != nil && v != nil && kind(w) != kind(v) {
			t.Errorf("%s: %q is %s, recorded %s", what, k, kind(v), kind(w))
		}
	}
}

func kind(v any) string {
	switch v.(type) {
	case string:
		return "a string"
	case float64:
		return "a number"
	case bool:
		return "a bool"
	case []any:
		return "a list"
	}
	return "an object"
}
