package sprints

import "time"

// RepoID numbers a repository.
type RepoID int64

// Repo is a GitHub repository of a project.
type Repo struct {
	ID       RepoID
	Project  ProjectID
	Owner    string
	Name     string
	Labels   []string // the lead's own map of beginner labels; empty: the dictionary's
	Archived bool
	Known    []string  // the repository's beginner labels found at the last sync
	SyncedAt time.Time // last answer, zero never
	NextSync time.Time // when it is looked at next
	Problem  string    // why there was no answer, in words; "" there was
	Sample   bool      // never asked about
}

// FullName is owner/name.
func (r Repo) FullName() string { return r.Owner + "/" + r.Name }

// RepoReader looks repositories up.
type RepoReader interface {
	Repo(id RepoID) (Repo, error)
	RepoByName(owner, name string) (Repo, error) // case is folded
	ReposOf(id ProjectID) ([]Repo, error)
	Repos() ([]Repo, error)
	// DueRepos are those to sync at t, the longest due first; never the sample's.
	DueRepos(t time.Time, limit int) ([]Repo, error)
	// ETag of an address asked earlier for a repository, "" if none.
	ETag(id RepoID, address string) (string, error)
}

// RepoWriter changes repositories.
type RepoWriter interface {
	RepoReader
	// AddRepo keeps a repository; owner/name must be free.
	AddRepo(Repo) (RepoID, error)
	// SaveRepo replaces all fields but ID and Project.
	SaveRepo(Repo) error
	SetETag(id RepoID, address, etag string) error
}
