package github

import (
	"context"
	"net/url"
	"strings"
	"unicode"

	gh "github.com/google/go-github/v60/github"

	"sprintbot/sprints"
)

// How many pages of a hundred are read of one list.
const (
	labelPages = 5
	issuePages = 3
	pullPages  = 3
)

// Repository asks how a repository is: one question. A renamed one is found
// under its old name and tells the new one.
func (c *Client) Repository(ctx context.Context, owner, name string) (sprints.RemoteRepo, error) {
	var repo gh.Repository
	if _, _, err := c.get(ctx, path(owner, name), "", &repo); err != nil {
		return sprints.RemoteRepo{}, err
	}
	return sprints.RemoteRepo{
		Owner:    repo.GetOwner().GetLogin(),
		Name:     repo.GetName(),
		Archived: repo.GetArchived() || repo.GetDisabled(),
		Issues:   repo.HasIssues == nil || repo.GetHasIssues(),
	}, nil
}

// Labels asks for the names of a repository's labels: one question a hundred,
// at most five.
func (c *Client) Labels(ctx context.Context, owner, name string) ([]string, error) {
	l, err := list[*gh.Label](ctx, c, path(owner, name), "labels?per_page=100", labelPages, nil)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(l.items))
	for i, label := range l.items {
		names[i] = oneLine(label.GetName())
	}
	return names, nil
}

// Issues asks for the open issues under one label, pull requests left out: one
// question a hundred, at most three. (Several labels in one question would mean
// all of them.) etag gives the validator kept for an address, "" if none; nil
// asks for everything.
func (c *Client) Issues(ctx context.Context, owner, name, label string, etag func(address string) string) (sprints.RemoteIssues, error) {
	query := url.Values{"labels": {label}, "state": {"open"}, "per_page": {"100"}}
	l, err := list[*gh.Issue](ctx, c, path(owner, name), "issues?"+query.Encode(), issuePages, etag)
	if err != nil {
		return sprints.RemoteIssues{}, err
	}
	out := sprints.RemoteIssues{Unchanged: l.unchanged, Cut: l.cut, ETags: l.etags}
	for _, issue := range l.items {
		if issue != nil && !issue.IsPullRequest() && issue.GetState() == "open" {
			out.Issues = append(out.Issues, translated(issue))
		}
	}
	return out, nil
}

func translated(issue *gh.Issue) sprints.Issue {
	out := sprints.Issue{
		Number:    issue.GetNumber(),
		Title:     oneLine(issue.GetTitle()),
		URL:       issue.GetHTMLURL(),
		Assigned:  issue.Assignee != nil || len(issue.Assignees) > 0,
		Comments:  issue.GetComments(),
		Open:      issue.GetState() == "open",
		CreatedAt: issue.GetCreatedAt().UTC(),
		UpdatedAt: issue.GetUpdatedAt().UTC(),
	}
	for _, label := range issue.Labels {
		if name := oneLine(label.GetName()); name != "" {
			out.Labels = append(out.Labels, name)
		}
	}
	return out
}

func path(owner, name string) string {
	return "repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name)
}

// oneLine is s as one line of valid text.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}
