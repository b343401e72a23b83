package sqlite

import (
	"errors"
	"time"

	"sprintbot/sprints"
)

func scanIssue(r row) (i sprints.Issue, err error) {
	err = r.Scan(issueFields(&i)...)
	return i, err
}

func issueFields(i *sprints.Issue) []any {
	return []any{&i.ID, &i.Repo, &i.Number, &i.Title, &i.URL, toList{&i.Labels}, &i.Tier, &i.Minutes, &i.Assigned,
		&i.LinkedPR, &i.Comments, &i.Open, toTime{&i.CreatedAt}, toTime{&i.UpdatedAt}, toTime{&i.SeenAt}}
}

const issueColumns = `issue.id, issue.repo, issue.number, issue.title, issue.url, issue.labels, issue.tier,
	issue.minutes, issue.assigned, issue.linked_pr, issue.comments, issue.open, issue.created_at, issue.updated_at,
	issue.seen_at`

func (v *view) Issue(id sprints.IssueID) (sprints.Issue, error) {
	return one(v, scanIssue, "SELECT "+issueColumns+" FROM issue WHERE id = ?", id)
}

func (v *view) IssueByNumber(repo sprints.RepoID, number int) (sprints.Issue, error) {
	return one(v, scanIssue, "SELECT "+issueColumns+" FROM issue WHERE repo = ? AND number = ?", repo, number)
}

func (v *view) IssuesOf(repo sprints.RepoID) ([]sprints.Issue, error) {
	return many(v, scanIssue, "SELECT "+issueColumns+" FROM issue WHERE repo = ? AND open = 1 ORDER BY number", repo)
}

// easy is what makes an issue really free, for EasyIssues and EasyCount alike.
const easy = `
	FROM issue JOIN repo ON repo.id = issue.repo JOIN project ON project.id = repo.project
	WHERE issue.open = 1 AND issue.tier > 0 AND issue.assigned = 0 AND issue.linked_pr = 0
		AND repo.archived = 0 AND project.state = 'listed'
		AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.issue = issue.id AND claim.state = 'held')`

func (v *view) EasyIssues(project sprints.ProjectID) ([]sprints.EasyIssue, error) {
	// Every row's repository and project are looked up once, not joined to each row.
	all, err := many(v, func(r row) (e sprints.EasyIssue, err error) {
		err = r.Scan(append(issueFields(&e.Issue), &e.Expired)...)
		return e, err
	}, "SELECT "+issueColumns+`,
		(SELECT COUNT(*) FROM claim WHERE claim.issue = issue.id AND claim.state = 'expired')`+
		easy+" AND (?1 = 0 OR project.id = ?1) ORDER BY issue.id", project)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	repos := make(map[sprints.RepoID]sprints.Repo)
	known, err := v.Repos()
	if err != nil {
		return nil, err
	}
	for _, r := range known {
		repos[r.ID] = r
	}
	projects := make(map[sprints.ProjectID]sprints.Project)
	listed, err := v.Projects()
	if err != nil {
		return nil, err
	}
	for _, p := range listed {
		projects[p.ID] = p
	}
	tables := make(map[sprints.ProjectID][]sprints.Table)
	uses, err := v.Uses()
	if err != nil {
		return nil, err
	}
	for _, u := range uses {
		tables[u.Project] = append(tables[u.Project], u.Table)
	}
	here, err := v.leadsHere()
	if err != nil {
		return nil, err
	}
	for i := range all {
		e := &all[i]
		e.Repo = repos[e.Issue.Repo]
		e.Project = projects[e.Repo.Project]
		e.Tables = tables[e.Project.ID]
		e.LeadHere = here[e.Project.ID]
	}
	return all, nil
}

// leadsHere are the projects of which a lead has an open seat today.
func (v *view) leadsHere() (map[sprints.ProjectID]bool, error) {
	event, err := v.Event()
	if errors.Is(err, sprints.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	ids, err := many(v, scalar[sprints.ProjectID], `
		SELECT DISTINCT lead.project FROM lead JOIN seat ON seat.person = lead.person
		WHERE seat.out_at IS NULL AND seat.day = ?`, day(event.Today(v.now)))
	here := make(map[sprints.ProjectID]bool)
	for _, id := range ids {
		here[id] = true
	}
	return here, err
}

func (v *view) EasyCount() (map[sprints.ProjectID]int, error) {
	counts := make(map[sprints.ProjectID]int)
	_, err := many(v, func(r row) (none struct{}, err error) {
		var id sprints.ProjectID
		var n int
		err = r.Scan(&id, &n)
		counts[id] = n
		return none, err
	}, "SELECT project.id, COUNT(*)"+easy+" GROUP BY project.id")
	return counts, err
}

func (t *tx) SaveIssue(i sprints.Issue) (sprints.IssueID, error) {
	labels, err := list(i.Labels)
	if err != nil {
		return 0, err
	}
	n, err := t.insert(`
		INSERT INTO issue (repo, number, title, url, labels, tier, minutes, assigned, linked_pr, comments, open,
			created_at, updated_at, seen_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (repo, number) DO UPDATE SET title = excluded.title, url = excluded.url,
			labels = excluded.labels, tier = excluded.tier, minutes = excluded.minutes, assigned = excluded.assigned,
			linked_pr = excluded.linked_pr, comments = excluded.comments, open = excluded.open,
			created_at = excluded.created_at, updated_at = excluded.updated_at, seen_at = excluded.seen_at
		RETURNING id`,
		i.Repo, i.Number, i.Title, i.URL, labels, i.Tier, i.Minutes, i.Assigned, i.LinkedPR, i.Comments, i.Open,
		at(i.CreatedAt), at(i.UpdatedAt), at(i.SeenAt))
	return sprints.IssueID(n), err
}

func (t *tx) CloseUnseen(repo sprints.RepoID, since time.Time) (int, error) {
	return t.exec("UPDATE issue SET open = 0 WHERE repo = ? AND open = 1 AND (seen_at IS NULL OR seen_at < ?)",
		repo, since.UnixMilli())
}
