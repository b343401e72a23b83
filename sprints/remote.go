package sprints

import "time"

// RemoteRepo is a repository as its host tells of it.
type RemoteRepo struct {
	Owner    string // the name it has now: another one than was asked for if it was renamed
	Name     string
	Archived bool
	Issues   bool // it keeps issues there
}

// RemoteIssues are the open issues of a repository that bear one label.
type RemoteIssues struct {
	Issues    []Issue           // no pull requests; Repo, Tier, LinkedPR and SeenAt are the caller's to fill
	Unchanged bool              // nothing changed since the ETags asked with; Issues is empty
	Cut       bool              // there are more than are read
	ETags     map[string]string // by address; "" forgets one
}

// RemoteLinks are the issues of a repository that have an open pull request.
type RemoteLinks struct {
	Numbers   []int
	Unchanged bool              // nothing changed since the ETags asked with; Numbers is empty
	Partial   bool              // some may be missing: what is not named may still have one
	ETags     map[string]string // by address; "" forgets one
}

// Budget is how many questions a host still answers, as it last said.
type Budget struct {
	Known     bool
	Limit     int           // a window
	Remaining int           // of this window
	Reset     time.Duration // until a new window, at the last answer, by the host's own clock
}

// RemotePage is a page as it was read.
type RemotePage struct {
	Title     string // one line, "" if it has none
	Summary   string // its first words, at most 140 characters, cut at a word
	ETag      string
	Status    int    // HTTP
	URL       string // where it was found, after redirects
	Unchanged bool   // not changed since the ETag asked with; Title and Summary are empty
}

// Trouble is why something outside the bot could not be read. Its Words are
// for the person who may mend it, Err is for an operator.
type Trouble struct {
	Kind   TroubleKind
	Words  string        // whole sentences
	Status int           // HTTP, 0 if nothing answered
	Wait   time.Duration // Limited: ask no sooner
	Err    error         // nil if Words say it all
}

// TroubleKind lets callers tell troubles apart without reading their words.
type TroubleKind string

// The kinds of Trouble.
const (
	Missing  TroubleKind = "missing"  // no such thing, or not for us
	Limited  TroubleKind = "limited"  // asked too much: Wait
	Rejected TroubleKind = "rejected" // our token is refused
	Silent   TroubleKind = "silent"   // away, slow or broken: later
	Unfit    TroubleKind = "unfit"    // there, but not to be read: forbidden address, wrong type, too large
)

// Error is for logs.
func (t *Trouble) Error() string {
	if t.Err != nil {
		return t.Words + " " + t.Err.Error()
	}
	return t.Words
}

// Unwrap is the error underneath.
func (t *Trouble) Unwrap() error { return t.Err }
