package sprints

import "time"

// IssueID numbers an issue in the store (not its number on GitHub).
type IssueID int64

// Issue is a beginner's issue of a project's repository, as last seen.
type Issue struct {
	ID        IssueID
	Repo      RepoID
	Number    int
	Title     string
	URL       string
	Labels    []string
	Tier      int // 1 (sprint) to 5 (help wanted), by the label dictionary; 0 no beginner label
	Minutes   int // size, 0 unknown
	Assigned  bool
	LinkedPR  bool
	Comments  int
	Open      bool
	CreatedAt time.Time
	UpdatedAt time.Time
	SeenAt    time.Time // last sync that showed it
}

// EasyIssue is a free beginner's issue with what is needed to rank and show it.
type EasyIssue struct {
	Issue
	Repo     Repo
	Project  Project
	Tables   []Table // of its project today
	LeadHere bool    // a lead has an open seat now
	Expired  int     // how often a claim on it ran out
}

// IssueReader looks issues up.
type IssueReader interface {
	Issue(id IssueID) (Issue, error)
	IssueByNumber(repo RepoID, number int) (Issue, error)
	// IssuesOf are the open issues of a repository, by number.
	IssuesOf(repo RepoID) ([]Issue, error)
	// EasyIssues are those that are really free: open, Tier above 0, not
	// assigned, no linked pull request, no live claim, repository not archived,
	// project Listed. project 0 is all.
	EasyIssues(project ProjectID) ([]EasyIssue, error)
	// EasyCount is how many each project has, as EasyIssues counts.
	EasyCount() (map[ProjectID]int, error)
}

// IssueWriter changes issues.
type IssueWriter interface {
	IssueReader
	// SaveIssue keeps or replaces the issue with this Repo and Number.
	SaveIssue(Issue) (IssueID, error)
	// CloseUnseen marks the repository's issues not seen since t as not open,
	// and returns how many.
	CloseUnseen(repo RepoID, t time.Time) (int, error)
}
