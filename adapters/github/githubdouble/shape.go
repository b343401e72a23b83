package githubdouble

import (
	"fmt"
	"time"
)

// The shapes of GitHub's answers, with the fields that the bot may want.
type user struct {
	Login   string `json:"login"`
	ID      int64  `json:"id"`
	NodeID  string `json:"node_id"`
	HTMLURL string `json:"html_url"`
	Type    string `json:"type"`
}

type label struct {
	ID          int64   `json:"id"`
	NodeID      string  `json:"node_id"`
	URL         string  `json:"url"`
	Name        string  `json:"name"`
	Color       string  `json:"color"`
	Default     bool    `json:"default"`
	Description *string `json:"description"`
}

type pullLinks struct {
	URL     string `json:"url"`
	HTMLURL string `json:"html_url"`
}

type issue struct {
	URL           string     `json:"url"`
	RepositoryURL string     `json:"repository_url"`
	HTMLURL       string     `json:"html_url"`
	ID            int64      `json:"id"`
	NodeID        string     `json:"node_id"`
	Number        int        `json:"number"`
	Title         string     `json:"title"`
	User          user       `json:"user"`
	Labels        []label    `json:"labels"`
	State         string     `json:"state"`
	Locked        bool       `json:"locked"`
	Assignee      *user      `json:"assignee"`
	Assignees     []user     `json:"assignees"`
	Comments      int        `json:"comments"`
	CreatedAt     time.Time  `json:"created_at"`
	UpdatedAt     time.Time  `json:"updated_at"`
	ClosedAt      *time.Time `json:"closed_at"`
	Association   string     `json:"author_association"`
	Body          string     `json:"body"`
	Pull          *pullLinks `json:"pull_request,omitempty"`
}

type pull struct {
	URL       string    `json:"url"`
	HTMLURL   string    `json:"html_url"`
	IssueURL  string    `json:"issue_url"`
	ID        int64     `json:"id"`
	NodeID    string    `json:"node_id"`
	Number    int       `json:"number"`
	State     string    `json:"state"`
	Locked    bool      `json:"locked"`
	Title     string    `json:"title"`
	User      user      `json:"user"`
	Body      string    `json:"body"`
	Draft     bool      `json:"draft"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type repository struct {
	ID         int64  `json:"id"`
	NodeID     string `json:"node_id"`
	Name       string `json:"name"`
	FullName   string `json:"full_name"`
	Private    bool   `json:"private"`
	Owner      user   `json:"owner"`
	HTMLURL    string `json:"html_url"`
	URL        string `json:"url"`
	HasIssues  bool   `json:"has_issues"`
	Archived   bool   `json:"archived"`
	Disabled   bool   `json:"disabled"`
	OpenIssues int    `json:"open_issues_count"`
	Visibility string `json:"visibility"`
	Branch     string `json:"default_branch"`
}

func account(login string) user {
	return user{Login: login, ID: 7, NodeID: "U_7", HTMLURL: "https://github.com/" + login, Type: "User"}
}

func (r *Repo) api() string { return r.d.server.URL + "/api/v3/repos/" + r.full() }

func (r *Repo) shape() repository {
	open := 0
	for _, it := range r.items {
		if it.open {
			open++
		}
	}
	return repository{ID: r.id, NodeID: "R_1", Name: r.name, FullName: r.full(), Owner: account(r.owner), HTMLURL: "https://github.com/" + r.full(),
		URL: r.api(), HasIssues: !r.noIssues, Archived: r.archived, OpenIssues: open, Visibility: "public", Branch: "main"}
}

func (r *Repo) label(name string) label {
	return label{ID: 1, NodeID: "L_1", URL: r.api() + "/labels/1", Name: name, Color: "7057ff"}
}

func state(it *item) string {
	if it.open {
		return "open"
	}
	return "closed"
}

func (r *Repo) issue(it *item) issue {
	kind := "issues"
	if it.pull {
		kind = "pull"
	}
	out := issue{URL: fmt.Sprintf("%s/issues/%d", r.api(), it.number), RepositoryURL: r.api(),
		HTMLURL: fmt.Sprintf("https://github.com/%s/%s/%d", r.full(), kind, it.number), ID: it.id, NodeID: "I_1", Number: it.number, Title: it.title,
		User: account("reporter"), Labels: []label{}, State: state(it), Assignees: []user{}, Comments: it.comments,
		CreatedAt: it.created, UpdatedAt: it.updated, Association: "NONE", Body: it.body}
	for _, l := range it.labels {
		out.Labels = append(out.Labels, r.label(l))
	}
	if it.assignee != "" {
		who := account(it.assignee)
		out.Assignee, out.Assignees = &who, []user{who}
	}
	if !it.open {
		out.ClosedAt = &it.updated
	}
	if it.pull {
		out.Pull = &pullLinks{URL: fmt.Sprintf("%s/pulls/%d", r.api(), it.number), HTMLURL: out.HTMLURL}
	}
	return out
}

func (r *Repo) pull(it *item) pull {
	return pull{URL: fmt.Sprintf("%s/pulls/%d", r.api(), it.number), HTMLURL: fmt.Sprintf("https://github.com/%s/pull/%d", r.full(), it.number),
		IssueURL: fmt.Sprintf("%s/issues/%d", r.api(), it.number), ID: it.id, NodeID: "PR_1", Number: it.number, State: state(it), Title: it.title,
		User: account("author"), Body: it.body, Draft: it.draft, CreatedAt: it.created, UpdatedAt: it.updated}
}
