package commands

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// take gives the asker an issue.
func take(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	issue, err := call.findIssue(tx, strings.Join(call.Args, " "))
	if err != nil {
		return chat.Reply{}, err
	}
	person, err := call.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	claim, err := sprints.Take(tx, person.ID, issue.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	repo, err := tx.Repo(issue.Repo)
	if err != nil {
		return chat.Reply{}, err
	}
	project, err := tx.Project(repo.Project)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{call.Say("Yours until %s: %s %s, %v.", when(e, tx.Now(), claim.Until), named(project), numberOf(issue.Number), issueLink(issue, issue.Title))}
	way, err := call.wayTo(tx, e, project, person.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	lines = append(lines, way...)
	return call.Answer(append(lines, call.Line(chat.Hint, "Changed your mind?"), call.Try("drop"))...)
}

// wayTo sends somebody to a project's table, unless they sit with it.
func (c *Call) wayTo(tx sprints.Tx, e sprints.Event, project sprints.Project, who sprints.PersonID) ([]chat.Line, error) {
	uses, err := tx.TablesOf(project.ID)
	if err != nil {
		return nil, err
	}
	seat, err := tx.OpenSeat(who)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return nil, err
	}
	switch {
	case err == nil && seat.Project == project.ID && seat.Day == e.Today(tx.Now()):
		return nil, nil
	case len(uses) > 0:
		return []chat.Line{c.Say("Say hello at %s.", placed(uses[0].Table)), c.Try("here " + project.Slug)}, nil
	case project.Contact != "":
		return []chat.Line{c.Say("%s has no table yet; ask for %s.", project.Name, project.Contact)}, nil
	}
	return nil, nil
}

// drop gives the asker's issue back.
func drop(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	claim, name, err := call.claim(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := sprints.Drop(tx, claim, tx.Now()); err != nil {
		return chat.Reply{}, err
	}
	ref, err := refOf(tx, claim.Issue)
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("%s is free again. Thank you for giving it back.", name), call.Try("easy"), call.Try("take "+ref))
}

// keep begins the time of the asker's claim anew.
func keep(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	claim, name, err := call.claim(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	if _, err := sprints.Renew(tx, claim.Person, tx.Now()); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("%s stays yours until %s.", name, when(e, tx.Now(), tx.Now().Add(sprints.ClaimTime))))
}

// done ends the asker's claim with what came of it.
func done(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	claim, name, err := call.claim(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	issue, err := tx.Issue(claim.Issue)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(call.Args) == 0 {
		if err := sprints.Finish(tx, claim, "", tx.Now()); err != nil {
			return chat.Reply{}, err
		}
		return call.Answer(call.Say("%s is done. Thank you.", name),
			call.Line(chat.Hint, "While it is open on GitHub and has no pull request, I may offer it to others."), call.Try("easy"))
	}
	repo, err := tx.Repo(issue.Repo)
	if err != nil {
		return chat.Reply{}, err
	}
	pr, n, err := pullRequest(repo, issue, call.Args[0])
	if err != nil {
		return chat.Reply{}, err
	}
	if err := sprints.Finish(tx, claim, pr, tx.Now()); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("Pull request %v is linked: %s is done, and I offer it to nobody else. Thank you.", chat.Span{Text: numberOf(n), URL: pr}, name),
		call.Try("easy"))
}

// pullRequest is the address of the pull request that a person means, by its
// address or by its number in the issue's repository.
func pullRequest(repo sprints.Repo, issue sprints.Issue, typed string) (address string, n int, err error) {
	host := "github.com"
	if u, err := url.Parse(issue.URL); err == nil && u.Host != "" {
		host = u.Host
	}
	if n := number(strings.TrimPrefix(typed, "#")); n > 0 {
		return "https://" + host + "/" + repo.FullName() + "/pull/" + strconv.Itoa(n), n, nil
	}
	example := "done https://" + host + "/" + repo.FullName() + "/pull/" + strconv.Itoa(issue.Number+1)
	owner, name, kind, n, ok := parseAddress(typed)
	switch {
	case ok && kind == "pull":
		return "https://" + host + "/" + owner + "/" + name + "/pull/" + strconv.Itoa(n), n, nil
	case ok:
		return "", 0, sprints.Refuse(sprints.Unclear, "That is the address of an issue; I look for the pull request's.").Hint(example, "done")
	}
	return "", 0, sprints.Refuse(sprints.Unclear, "%q is no pull request's address.", shortened(typed)).Hint(example, "done")
}

// claim is the issue the asker holds, with its name; a Refusal if none.
func (c *Call) claim(tx sprints.Tx) (sprints.Claim, string, error) {
	none := sprints.Refuse(sprints.Unknown, "You hold no issue just now.").Hint("easy")
	person, err := c.Person(tx)
	if errors.Is(err, sprints.ErrNotFound) {
		return sprints.Claim{}, "", none
	}
	if err != nil {
		return sprints.Claim{}, "", err
	}
	claim, err := sprints.HeldClaim(tx, person.ID)
	if errors.Is(err, sprints.ErrNotFound) {
		return sprints.Claim{}, "", none
	}
	if err != nil {
		return sprints.Claim{}, "", err
	}
	name, err := sprints.NameOfIssue(tx, claim.Issue)
	return claim, name, err
}

// refOf is an issue's owner/name#12.
func refOf(tx sprints.Tx, id sprints.IssueID) (string, error) {
	issue, err := tx.Issue(id)
	if err != nil {
		return "", err
	}
	repo, err := tx.Repo(issue.Repo)
	return sprints.IssueRef(repo, issue.Number), err
}

// when is a time to come as "13:10 (in 40 min)".
func when(e sprints.Event, now, t time.Time) string {
	d := t.Sub(now)
	if d >= 2*time.Hour {
		d = d.Round(time.Hour) // 2:57 are nearer to 3 h
	}
	return clock(e, now, t) + " (in " + span(d) + ")"
}
