package sprints

import "time"

// ProjectID numbers a project.
type ProjectID int64

// Project is something people work on at the sprint.
type Project struct {
	ID           ProjectID
	Slug         string // lower case, unique: "copperkettle"
	Name         string
	Summary      string // at most 140 characters, "" if none
	Langs        string // "Python, C"
	Level        string // "easy", "some Git", as the lead says it
	FirstTimers  bool   // says it is good for first-timers
	SetupMinutes int    // 0 unknown
	Days         string // as the lead says it, "mon-wed"
	Contact      string // a nick to ask for
	State        ProjectState
	Sample       bool
	At           time.Time // registered
	Announced    time.Time // last announced, zero never
}

// ProjectState is whether a project takes people.
type ProjectState string

// The states of a project.
const (
	Listed ProjectState = "listed"
	Full   ProjectState = "full"
	Paused ProjectState = "paused"
	Ended  ProjectState = "ended"
)

// ProjectReader looks projects up.
type ProjectReader interface {
	Project(id ProjectID) (Project, error)
	// ProjectBySlug is exact; FindProject is for what people type.
	ProjectBySlug(slug string) (Project, error)
	// Projects are all, by name.
	Projects() ([]Project, error)
	// Leads of a project, first lead first.
	Leads(id ProjectID) ([]Person, error)
	// LedBy are the projects that a person leads, by name.
	LedBy(id PersonID) ([]Project, error)
}

// ProjectWriter changes projects.
type ProjectWriter interface {
	ProjectReader
	// AddProject keeps a new project; its slug must be free.
	AddProject(Project) (ProjectID, error)
	// SaveProject replaces all fields but ID and At.
	SaveProject(Project) error
	AddLead(project ProjectID, person PersonID) error
}
