package sqlite

import (
	"time"

	"sprintbot/sprints"
)

func scanPage(r row) (p sprints.Page, err error) {
	err = r.Scan(&p.ID, id(&p.Project), &p.URL, id(&p.By), &p.Title, &p.Summary, &p.Status, &p.Problem, &p.ETag,
		toTime{&p.CheckedAt}, toTime{&p.NextCheck}, &p.Told)
	return p, err
}

const pageColumns = `page.id, page.project, page.url, page.by_person, page.title, page.summary, page.status,
	page.problem, page.etag, page.checked_at, page.next_check, page.told`

func (v *view) PageOf(id sprints.ProjectID) (sprints.Page, error) {
	return one(v, scanPage, "SELECT "+pageColumns+" FROM page WHERE project = ?", id)
}

func (v *view) DuePages(t time.Time, limit int) ([]sprints.Page, error) {
	return many(v, scanPage, "SELECT "+pageColumns+`
		FROM page LEFT JOIN project ON project.id = page.project
		WHERE (page.next_check IS NULL OR page.next_check <= ?) AND COALESCE(project.sample, 0) = 0
		ORDER BY page.next_check, page.id LIMIT ?`, t.UnixMilli(), limit)
}

func (t *tx) AddPage(p sprints.Page) (int64, error) {
	if p.Project != 0 {
		if _, err := t.exec("DELETE FROM page WHERE project = ?", p.Project); err != nil {
			return 0, err
		}
	}
	return t.insert(`
		INSERT INTO page (project, url, by_person, title, summary, status, problem, etag, checked_at, next_check, told)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		opt(p.Project), p.URL, opt(p.By), p.Title, p.Summary, p.Status, p.Problem, p.ETag,
		at(p.CheckedAt), at(p.NextCheck), p.Told)
}

func (t *tx) SavePage(p sprints.Page) error {
	return t.must(`
		UPDATE page SET project = ?, url = ?, by_person = ?, title = ?, summary = ?, status = ?, problem = ?,
			etag = ?, checked_at = ?, next_check = ?, told = ?
		WHERE id = ?`,
		opt(p.Project), p.URL, opt(p.By), p.Title, p.Summary, p.Status, p.Problem, p.ETag,
		at(p.CheckedAt), at(p.NextCheck), p.Told, p.ID)
}

func (t *tx) DropPage(id int64) error {
	return t.must("DELETE FROM page WHERE id = ?", id)
}
