package jobs

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// reading is what GitHub said of one repository.
type reading struct {
	owner, name string // as it is called now; "" not asked
	archived    bool
	labels      []string // asked for
	same        []string // of labels: those whose list is unchanged
	issues      map[int]sprints.Issue
	links       sprints.RemoteLinks
	unchanged   bool // nothing to keep but that it was looked at
	etags       map[string]string
}

// read asks all there is to ask about a repository.
func (s *issues) read(ctx context.Context, repo sprints.Repo) (reading, error) {
	got := reading{issues: map[int]sprints.Issue{}, etags: map[string]string{}, labels: repo.Labels}
	owner, name := repo.Owner, repo.Name
	if s.looksWhole(repo) {
		remote, err := s.GitHub.Repository(ctx, owner, name)
		if err != nil {
			return got, err
		}
		owner, name = remote.Owner, remote.Name
		got.owner, got.name, got.archived = owner, name, remote.Archived
		if remote.Archived {
			return got, nil
		}
		if !remote.Issues {
			return got, &sprints.Trouble{Kind: sprints.Missing, Words: owner + "/" + name + " keeps no issues on GitHub."}
		}
		if len(repo.Labels) == 0 {
			all, err := s.GitHub.Labels(ctx, owner, name)
			if err != nil {
				return got, err
			}
			got.labels = sprints.BeginnerLabels(all, nil)
		}
	} else if len(repo.Labels) == 0 {
		got.labels = repo.Known
	}
	most := labelsWithout
	if s.GitHub.Authenticated() {
		most = labelsAsked
	}
	got.labels = got.labels[:min(len(got.labels), most)]

	etags, err := s.kept(ctx, repo)
	if err != nil {
		return got, err
	}
	for _, label := range got.labels {
		// A label not asked for last time has no list to be unchanged from.
		known := etags
		if !slices.Contains(repo.Known, label) {
			known = nil
		}
		list, err := s.GitHub.Issues(ctx, owner, name, label, known)
		if err != nil {
			return got, err
		}
		maps.Copy(got.etags, list.ETags)
		if list.Unchanged {
			got.same = append(got.same, label)
		}
		for _, issue := range list.Issues {
			got.issues[issue.Number] = issue
		}
	}
	// Where a list has changed, its issues need to know of pull requests anew.
	got.unchanged = len(got.same) == len(got.labels) && len(got.labels) == len(repo.Known) && !repo.SyncedAt.IsZero()
	if !got.unchanged {
		etags = nil
	}
	if len(got.labels) > 0 {
		if got.links, err = s.GitHub.Links(ctx, owner, name, got.labels, etags); err != nil {
			return got, err
		}
		maps.Copy(got.etags, got.links.ETags)
		got.unchanged = got.unchanged && got.links.Unchanged
	}
	return got, nil
}

// looksWhole says whether the repository itself and its labels are asked for:
// with a token always, without one when it is new and once an hour.
func (s *issues) looksWhole(repo sprints.Repo) bool {
	return s.GitHub.Authenticated() || repo.SyncedAt.IsZero() || len(repo.Known) == 0 ||
		!repo.SyncedAt.Truncate(time.Hour).Equal(s.Clock.Now().Truncate(time.Hour))
}

// kept are the validators kept for a repository's addresses.
func (s *issues) kept(ctx context.Context, repo sprints.Repo) (func(address string) string, error) {
	return func(address string) (etag string) {
		err := s.Store.Read(ctx, func(v sprints.View) (err error) {
			etag, err = v.ETag(repo.ID, address)
			return err
		})
		if err != nil {
			return "" // asked for in whole
		}
		return etag
	}, ctx.Err()
}

// rename takes over the name that a repository has now.
func rename(tx sprints.Tx, repo *sprints.Repo, got reading) error {
	if got.owner == "" || got.owner == repo.Owner && got.name == repo.Name {
		return nil
	}
	other, err := tx.RepoByName(got.owner, got.name)
	switch {
	case errors.Is(err, sprints.ErrNotFound):
	case err != nil:
		return err
	case other.ID != repo.ID:
		return &sprints.Trouble{Kind: sprints.Missing, Words: fmt.Sprintf("%s is %s/%s on GitHub now, which is listed already.", repo.FullName(), got.owner, got.name)}
	}
	repo.Owner, repo.Name = got.owner, got.name
	return nil
}

// keepIssues makes rows of what was read and returns how many are free to take.
func keepIssues(tx sprints.Tx, repo sprints.Repo, got reading) (free int, err error) {
	if got.unchanged {
		return 0, nil
	}
	now := tx.Now()
	stored, err := tx.IssuesOf(repo.ID)
	if err != nil {
		return 0, err
	}
	old := make(map[int]sprints.Issue, len(stored))
	for _, issue := range stored {
		old[issue.Number] = issue
		if _, read := got.issues[issue.Number]; !read && hasAny(issue.Labels, got.same) {
			got.issues[issue.Number] = issue
		}
	}
	linked := map[int]bool{}
	for _, n := range got.links.Numbers {
		linked[n] = true
	}
	solved, err := tx.Solved(repo.ID)
	if err != nil {
		return 0, err
	}
	for _, number := range slices.Sorted(maps.Keys(got.issues)) {
		issue := got.issues[number]
		before := old[number]
		issue.Repo, issue.SeenAt = repo.ID, now
		issue.Tier = sprints.IssueTier(issue.Labels, repo.Labels)
		issue.Minutes = sprints.LabelMinutes(issue.Labels)
		issue.LinkedPR = linked[number] || got.links.Partial && before.LinkedPR || before.ID != 0 && slices.Contains(solved, before.ID)
		if _, err := tx.SaveIssue(issue); err != nil {
			return 0, err
		}
		if issue.Open && issue.Tier > 0 && !issue.Assigned && !issue.LinkedPR {
			free++
		}
	}
	_, err = tx.CloseUnseen(repo.ID, now)
	return free, err
}

func hasAny(labels, of []string) bool {
	return slices.ContainsFunc(labels, func(l string) bool {
		return slices.ContainsFunc(of, func(o string) bool { return strings.EqualFold(l, o) })
	})
}

// tellFound tells a project's lead what the first look found.
func tellFound(tx sprints.Tx, repo sprints.Repo, free int) error {
	found := say("I found %s in %s.", count(free, "easy issue"), repo.FullName())
	if free > 0 {
		return tellLead(tx, repo, "found", found, func(p sprints.Project) string { return "easy " + p.Slug })
	}
	hint := `Label one "good first issue" on GitHub and I offer it within minutes.`
	if len(repo.Known) > 0 {
		hint = fmt.Sprintf("I look at %s; what is assigned or has a pull request is left out.", quoted(repo.Known))
	}
	found.Cells[0] = append(found.Cells[0], chat.Span{Text: " " + hint})
	return tellLead(tx, repo, "found", found, func(p sprints.Project) string { return "project show " + p.Slug })
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(out, ", ")
}

func repoAdd(p sprints.Project) string { return "repo add " + p.Slug + " owner/name" }

// tellLead tells the first lead of a repository's project, with a next step.
func tellLead(tx sprints.Tx, repo sprints.Repo, key string, line chat.Line, next func(sprints.Project) string) error {
	project, err := tx.Project(repo.Project)
	if err != nil {
		return err
	}
	lead, err := firstLead(tx, project.ID)
	if err != nil {
		return err
	}
	return tell(tx, lead, fmt.Sprintf("repo/%d/%s", repo.ID, key), line, try(next(project)))
}
