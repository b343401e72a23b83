package sprints

import "time"

// Claim is one person's hold on one issue: at most one live claim an issue.
type Claim struct {
	ID     int64
	Issue  IssueID
	Person PersonID
	State  ClaimState
	HeldAt time.Time
	Until  time.Time // runs out then, unless renewed
	PR     string    // the pull request's address, "" none yet
	EndAt  time.Time
}

// ClaimState is how a claim stands.
type ClaimState string

// The states of a claim; the first is live.
const (
	Held    ClaimState = "held"
	Done    ClaimState = "done"
	Dropped ClaimState = "dropped"
	Expired ClaimState = "expired"
)

// Claim rules (domain rules of claims: cap one, free after three hours).
const (
	ClaimTime = 3 * time.Hour // how long an issue is held without a sign of work
	ClaimCap  = 1             // live claims a person
)

// ClaimReader looks claims up.
type ClaimReader interface {
	// LiveClaim on an issue, ErrNotFound if it is free.
	LiveClaim(id IssueID) (Claim, error)
	// ClaimsOf a person that are live, newest first.
	ClaimsOf(id PersonID) ([]Claim, error)
	// OverdueClaims are live ones with Until not after t.
	OverdueClaims(t time.Time) ([]Claim, error)
	// Solved are the issues of a repository that somebody ended as Done with a
	// pull request, by number of the issue in the store.
	Solved(repo RepoID) ([]IssueID, error)
}

// ClaimWriter changes claims.
type ClaimWriter interface {
	ClaimReader
	// AddClaim keeps a Held claim; ErrTaken if the issue has a live one.
	AddClaim(Claim) (int64, error)
	// SaveClaim replaces State, Until, PR and EndAt.
	SaveClaim(Claim) error
}
