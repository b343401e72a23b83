package sprints

import "time"

// JobRun is the newest run of a job.
type JobRun struct {
	Name   string
	At     time.Time // started, zero never
	Took   time.Duration
	Result string // one line for an operator
	Failed bool
	Next   time.Time
}

// JobReader reads runs.
type JobReader interface {
	JobRuns() ([]JobRun, error) // by name
}

// JobWriter records runs.
type JobWriter interface {
	JobReader
	SaveRun(JobRun) error
}
