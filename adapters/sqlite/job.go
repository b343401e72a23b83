package sqlite

import (
	"time"

	"sprintbot/sprints"
)

func (v *view) JobRuns() ([]sprints.JobRun, error) {
	return many(v, func(r row) (j sprints.JobRun, err error) {
		var took int64
		err = r.Scan(&j.Name, toTime{&j.At}, &took, &j.Result, &j.Failed, toTime{&j.Next})
		j.Took = time.Duration(took)
		return j, err
	}, "SELECT name, at, took, result, failed, next_at FROM job_run ORDER BY name")
}

func (t *tx) SaveRun(j sprints.JobRun) error {
	_, err := t.exec(`
		INSERT INTO job_run (name, at, took, result, failed, next_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET at = excluded.at, took = excluded.took, result = excluded.result,
			failed = excluded.failed, next_at = excluded.next_at`,
		j.Name, at(j.At), int64(j.Took), j.Result, j.Failed, at(j.Next))
	return err
}
