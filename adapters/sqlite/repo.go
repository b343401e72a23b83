package sqlite

import (
	"errors"
	"time"

	"sprintbot/sprints"
)

func scanRepo(r row) (p sprints.Repo, err error) {
	err = r.Scan(&p.ID, &p.Project, &p.Owner, &p.Name, toList{&p.Labels}, &p.Archived, toList{&p.Known},
		toTime{&p.SyncedAt}, toTime{&p.NextSync}, &p.Problem, &p.Sample)
	return p, err
}

const repoColumns = `id, project, owner, name, labels, archived, known, synced_at, next_sync, problem, sample`

func (v *view) Repo(id sprints.RepoID) (sprints.Repo, error) {
	return one(v, scanRepo, "SELECT "+repoColumns+" FROM repo WHERE id = ?", id)
}

func (v *view) RepoByName(owner, name string) (sprints.Repo, error) {
	return one(v, scanRepo, "SELECT "+repoColumns+" FROM repo WHERE owner = ? AND name = ?", owner, name)
}

func (v *view) ReposOf(id sprints.ProjectID) ([]sprints.Repo, error) {
	return many(v, scanRepo, "SELECT "+repoColumns+" FROM repo WHERE project = ? ORDER BY id", id)
}

func (v *view) Repos() ([]sprints.Repo, error) {
	return many(v, scanRepo, "SELECT "+repoColumns+" FROM repo ORDER BY owner, name")
}

func (v *view) DueRepos(t time.Time, limit int) ([]sprints.Repo, error) {
	return many(v, scanRepo, "SELECT "+repoColumns+` FROM repo
		WHERE sample = 0 AND (next_sync IS NULL OR next_sync <= ?)
		ORDER BY next_sync, id LIMIT ?`, t.UnixMilli(), limit)
}

func (v *view) ETag(id sprints.RepoID, address string) (string, error) {
	tag, err := one(v, scalar[string], "SELECT etag FROM repo_etag WHERE repo = ? AND address = ?", id, address)
	if errors.Is(err, sprints.ErrNotFound) {
		return "", nil
	}
	return tag, err
}

func (t *tx) AddRepo(r sprints.Repo) (sprints.RepoID, error) {
	labels, err := list(r.Labels)
	if err != nil {
		return 0, err
	}
	known, err := list(r.Known)
	if err != nil {
		return 0, err
	}
	n, err := t.insert(`
		INSERT INTO repo (project, owner, name, labels, archived, known, synced_at, next_sync, problem, sample)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		r.Project, r.Owner, r.Name, labels, r.Archived, known, at(r.SyncedAt), at(r.NextSync), r.Problem, r.Sample)
	return sprints.RepoID(n), err
}

func (t *tx) SaveRepo(r sprints.Repo) error {
	labels, err := list(r.Labels)
	if err != nil {
		return err
	}
	known, err := list(r.Known)
	if err != nil {
		return err
	}
	return t.must(`
		UPDATE repo SET owner = ?, name = ?, labels = ?, archived = ?, known = ?, synced_at = ?, next_sync = ?,
			problem = ?, sample = ?
		WHERE id = ?`,
		r.Owner, r.Name, labels, r.Archived, known, at(r.SyncedAt), at(r.NextSync), r.Problem, r.Sample, r.ID)
}

// SetETag forgets the address when etag is "".
func (t *tx) SetETag(id sprints.RepoID, address, etag string) error {
	if etag == "" {
		_, err := t.exec("DELETE FROM repo_etag WHERE repo = ? AND address = ?", id, address)
		return err
	}
	_, err := t.exec(`
		INSERT INTO repo_etag (repo, address, etag) VALUES (?, ?, ?)
		ON CONFLICT (repo, address) DO UPDATE SET etag = excluded.etag`, id, address, etag)
	return err
}
