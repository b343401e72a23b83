package sqlite

import (
	"time"

	"sprintbot/sprints"
)

func scanClaim(r row) (c sprints.Claim, err error) {
	err = r.Scan(&c.ID, &c.Issue, &c.Person, &c.State, toTime{&c.HeldAt}, toTime{&c.Until}, &c.PR, toTime{&c.EndAt})
	return c, err
}

const claimColumns = "id, issue, person, state, held_at, until_at, pr, end_at"

func (v *view) LiveClaim(id sprints.IssueID) (sprints.Claim, error) {
	return one(v, scanClaim, "SELECT "+claimColumns+" FROM claim WHERE issue = ? AND state = 'held'", id)
}

func (v *view) ClaimsOf(id sprints.PersonID) ([]sprints.Claim, error) {
	return many(v, scanClaim, "SELECT "+claimColumns+` FROM claim
		WHERE person = ? AND state = 'held' ORDER BY held_at DESC, id DESC`, id)
}

func (v *view) OverdueClaims(t time.Time) ([]sprints.Claim, error) {
	return many(v, scanClaim, "SELECT "+claimColumns+` FROM claim
		WHERE state = 'held' AND until_at <= ? ORDER BY until_at, id`, t.UnixMilli())
}

func (v *view) Solved(repo sprints.RepoID) ([]sprints.IssueID, error) {
	return many(v, scalar[sprints.IssueID], `
		SELECT DISTINCT claim.issue FROM claim JOIN issue ON issue.id = claim.issue
		WHERE issue.repo = ? AND claim.state = 'done' AND claim.pr <> '' ORDER BY claim.issue`, repo)
}

func (t *tx) AddClaim(c sprints.Claim) (int64, error) {
	if c.HeldAt.IsZero() {
		c.HeldAt = t.now
	}
	return t.insert(`
		INSERT INTO claim (issue, person, state, held_at, until_at, pr) VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
		c.Issue, c.Person, sprints.Held, at(c.HeldAt), at(c.Until), c.PR)
}

func (t *tx) SaveClaim(c sprints.Claim) error {
	return t.must("UPDATE claim SET state = ?, until_at = ?, pr = ?, end_at = ? WHERE id = ?",
		c.State, at(c.Until), c.PR, at(c.EndAt), c.ID)
}

// joinClaims gives gone's claims to keep. Where both hold one, only keep's
// newest goes on.
func (t *tx) joinClaims(keep, gone sprints.PersonID) error {
	mine, err := t.ClaimsOf(keep)
	if err != nil {
		return err
	}
	theirs, err := t.ClaimsOf(gone)
	if err != nil {
		return err
	}
	if len(mine) > 0 && len(theirs) > 0 {
		for _, c := range append(mine[1:], theirs...) {
			c.State, c.EndAt = sprints.Dropped, t.now
			if err := t.SaveClaim(c); err != nil {
				return err
			}
		}
	}
	_, err = t.exec("UPDATE claim SET person = ? WHERE person = ?", keep, gone)
	return err
}
