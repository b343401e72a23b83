package jobs

import (
	"context"
	"fmt"
	"time"

	"sprintbot/sprints"
)

// claims frees issues whose time is over, and tells who held them.
type claims struct{ Config }

func (c claims) next(v sprints.View, _ sprints.JobRun) (time.Time, error) {
	live, err := v.OverdueClaims(far(v.Now()))
	if err != nil || len(live) == 0 {
		return time.Time{}, err
	}
	first := live[0].Until
	for _, claim := range live {
		if claim.Until.Before(first) {
			first = claim.Until
		}
	}
	return first, nil
}

func (c claims) run(ctx context.Context) (string, error) {
	n := 0
	err := c.Store.Write(ctx, func(tx sprints.Tx) error {
		over, err := sprints.ExpireClaims(tx, tx.Now())
		if err != nil {
			return err
		}
		n = len(over)
		for _, claim := range over {
			name, err := sprints.NameOfIssue(tx, claim.Issue)
			if err != nil {
				return err
			}
			issue, err := tx.Issue(claim.Issue)
			if err != nil {
				return err
			}
			repo, err := tx.Repo(issue.Repo)
			if err != nil {
				return err
			}
			err = tell(tx, claim.Person, fmt.Sprintf("claim/%d/expired", claim.ID),
				say("Your three hours on %s are over, so others may take it now. Still at it, or looking for another?", name),
				try("take "+sprints.IssueRef(repo, issue.Number)), try("easy"))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return fmt.Sprintf("%d freed", n), err
}
