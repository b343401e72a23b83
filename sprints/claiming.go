package sprints

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Claiming is what the rules of claims need of a store.
type Claiming interface {
	Clocked
	ProjectReader
	RepoReader
	IssueReader
	ClaimWriter
}

// Take gives a person the issue for ClaimTime from now. It refuses what is
// held, closed, assigned, in work or not for beginners, and a claim above
// ClaimCap; each refusal says what to do instead. A claim whose time is over
// no longer stands in the way.
func Take(tx Claiming, who PersonID, id IssueID) (Claim, error) {
	now := tx.Now()
	issue, err := tx.Issue(id)
	if err != nil {
		return Claim{}, err
	}
	ref, err := nameIssue(tx, issue)
	if err != nil {
		return Claim{}, err
	}
	switch live, err := tx.LiveClaim(id); {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return Claim{}, err
	case !live.Until.After(now):
		if err := endClaim(tx, live, Expired, live.Until); err != nil {
			return Claim{}, err
		}
	case live.Person == who:
		return Claim{}, Refuse(Conflict, "%s is yours already.", ref).Hint("keep", "done", "drop")
	default:
		return Claim{}, elsewhere(tx, Refuse(Conflict, "%s went to someone %s ago.", ref, Ago(now.Sub(live.HeldAt))), issue)
	}
	if err := mayTake(tx, issue, ref); err != nil {
		return Claim{}, err
	}
	held, err := liveClaims(tx, who, now)
	if err != nil {
		return Claim{}, err
	}
	if len(held) >= ClaimCap {
		other, err := NameOfIssue(tx, held[0].Issue)
		if err != nil {
			return Claim{}, err
		}
		return Claim{}, Refuse(Conflict, "You hold %s. One at a time: finish it or give it back first.", other).Hint("done", "drop")
	}
	c := Claim{Issue: id, Person: who, State: Held, HeldAt: now, Until: now.Add(ClaimTime)}
	c.ID, err = tx.AddClaim(c)
	if errors.Is(err, ErrTaken) {
		return Claim{}, elsewhere(tx, Refuse(Conflict, "%s went to someone just now.", ref), issue)
	}
	return c, err
}

// mayTake refuses an issue that nobody should begin with.
func mayTake(v Claiming, issue Issue, ref string) error {
	repo, err := v.Repo(issue.Repo)
	if err != nil {
		return err
	}
	var why string
	switch {
	case !issue.Open:
		why = "%s is closed by now."
	case issue.LinkedPR:
		why = "%s has a pull request already."
	case issue.Assigned:
		why = "%s is assigned to someone on GitHub."
	case repo.Archived:
		why = "The repository of %s is archived."
	case issue.Tier == 0:
		why = "%s is not marked for beginners. Its lead can mark it."
	default:
		return nil
	}
	return elsewhere(v, Refuse(Conflict, why, ref), issue)
}

// elsewhere adds the free issue nearest to the one that was wanted.
func elsewhere(v Claiming, r *Refusal, issue Issue) error {
	easy, err := v.EasyIssues(0)
	if err != nil {
		return err
	}
	repo, err := v.Repo(issue.Repo)
	if err != nil {
		return err
	}
	project, err := v.Project(repo.Project)
	if err != nil {
		return err
	}
	near, ok := Nearest(easy, EasyIssue{Issue: issue, Repo: repo, Project: project})
	if !ok {
		r.Format += " No other easy issue is free now."
		return r.Hint("projects")
	}
	size := ""
	if near.Minutes > 0 {
		size = " (" + Size(near.Minutes) + ")"
	}
	r.Format += " Nearest like it: %s #%d, %s%s."
	r.Args = append(r.Args, near.Project.Name, near.Number, near.Title, size)
	return r.Hint("take "+IssueRef(near.Repo, near.Number), "easy")
}

// Nearest is the easy issue most like the one wanted: of its project first,
// then with its labels, size and language. ok is false where none is free.
func Nearest(easy []EasyIssue, like EasyIssue) (EasyIssue, bool) {
	best, top := -1, -1
	for i, e := range easy {
		if e.ID == like.ID {
			continue
		}
		score := 0
		if e.Project.ID == like.Project.ID {
			score += 100
		}
		if e.Issue.Repo == like.Issue.Repo {
			score += 10
		}
		for _, l := range e.Labels {
			if slices.Contains(like.Labels, l) {
				score += 3
			}
		}
		if e.Tier == like.Tier {
			score += 2
		}
		if e.Minutes > 0 && e.Minutes == like.Minutes {
			score += 4
		}
		for _, l := range Languages(e.Project) {
			if slices.Contains(Languages(like.Project), l) {
				score += 5
			}
		}
		if e.LeadHere {
			score++
		}
		if score > top {
			best, top = i, score
		}
	}
	if best < 0 {
		return EasyIssue{}, false
	}
	return easy[best], true
}

// Renew begins the time of a person's live claims anew and returns them: who
// sits down at the sprint is at work.
func Renew(tx ClaimWriter, who PersonID, now time.Time) ([]Claim, error) {
	held, err := liveClaims(tx, who, now)
	if err != nil {
		return nil, err
	}
	for i := range held {
		held[i].Until = now.Add(ClaimTime)
		if err := tx.SaveClaim(held[i]); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// liveClaims are a person's, without those whose time is over.
func liveClaims(v ClaimReader, who PersonID, now time.Time) ([]Claim, error) {
	all, err := v.ClaimsOf(who)
	return slices.DeleteFunc(all, func(c Claim) bool { return !c.Until.After(now) }), err
}

// HeldClaim is the one live claim of a person, ErrNotFound if there is none.
func HeldClaim(v interface {
	Clocked
	ClaimReader
}, who PersonID) (Claim, error) {
	held, err := liveClaims(v, who, v.Now())
	if err != nil {
		return Claim{}, err
	}
	if len(held) == 0 {
		return Claim{}, ErrNotFound
	}
	return held[0], nil
}

// Drop gives an issue back.
func Drop(tx ClaimWriter, c Claim, now time.Time) error { return endClaim(tx, c, Dropped, now) }

// Finish ends a claim as done. With a pull request, the issue is no longer
// offered: it has one.
func Finish(tx interface {
	IssueWriter
	ClaimWriter
}, c Claim, pr string, now time.Time) error {
	c.PR = pr
	if err := endClaim(tx, c, Done, now); err != nil || pr == "" {
		return err
	}
	issue, err := tx.Issue(c.Issue)
	if err != nil {
		return err
	}
	issue.LinkedPR = true
	_, err = tx.SaveIssue(issue)
	return err
}

// ExpireClaims frees the issues of claims whose time is over at now, and
// returns these claims as they ended, for the people to be told.
func ExpireClaims(tx ClaimWriter, now time.Time) ([]Claim, error) {
	over, err := tx.OverdueClaims(now)
	if err != nil {
		return nil, err
	}
	for i := range over {
		over[i].State, over[i].EndAt = Expired, over[i].Until
		if err := tx.SaveClaim(over[i]); err != nil {
			return nil, err
		}
	}
	return over, nil
}

func endClaim(tx ClaimWriter, c Claim, state ClaimState, at time.Time) error {
	c.State, c.EndAt = state, at
	return tx.SaveClaim(c)
}

// IssueRef is how an issue is named in a command: owner/name#12.
func IssueRef(r Repo, number int) string { return r.FullName() + "#" + strconv.Itoa(number) }

// NameOfIssue is an issue as people read it: its project's name and number.
func NameOfIssue(v interface {
	ProjectReader
	RepoReader
	IssueReader
}, id IssueID) (string, error) {
	issue, err := v.Issue(id)
	if err != nil {
		return "", err
	}
	return nameIssue(v, issue)
}

func nameIssue(v interface {
	ProjectReader
	RepoReader
}, issue Issue) (string, error) {
	repo, err := v.Repo(issue.Repo)
	if err != nil {
		return "", err
	}
	project, err := v.Project(repo.Project)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s #%d", project.Name, issue.Number), nil
}

// Size is a number of minutes in words: "~30 min", "~1.5 h", "half day".
func Size(minutes int) string {
	switch {
	case minutes < 60:
		return fmt.Sprintf("~%d min", minutes)
	case minutes < 4*60:
		return strings.Replace(fmt.Sprintf("~%.1f h", float64(minutes)/60), ".0", "", 1)
	case minutes <= 5*60:
		return "half day"
	}
	return "a day or more"
}

// Ago is a length of time in the largest unit that fits, without a direction.
func Ago(d time.Duration) string {
	one := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return one(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return one(int(d/time.Hour), "hour")
	}
	return one(int(d/(24*time.Hour)), "day")
}
