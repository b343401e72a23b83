package commands

import (
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"sprintbot/sprints"
)

// The ways to name an issue.
var (
	listNumber = regexp.MustCompile(`(?i)^(?:number |no\.? ?|nr\.? ?)?(\d{1,9})\)?$`)
	hashNumber = regexp.MustCompile(`(?i)^(?:issue )?#(\d{1,9})$`)
	fullRef    = regexp.MustCompile(`^([\w.-]+)/([\w.-]+)(?:/issues/| ?# ?| )(\d{1,9})$`)
	projectRef = regexp.MustCompile(`^(.+?)(?: ?# ?| )(\d{1,9})$`)
)

// findIssue is the issue that a person means: a number of the last list,
// "owner/name#12", "#12" where the project is clear, "project #12", or an
// address. Otherwise the error is a Refusal.
func (c *Call) findIssue(tx sprints.Tx, typed string) (sprints.Issue, error) {
	typed = strings.Trim(strings.TrimSpace(typed), "<>")
	if strings.EqualFold(typed, "it") {
		typed = "1"
	}
	if m := listNumber.FindStringSubmatch(typed); m != nil {
		return c.listedIssue(tx, number(m[1]))
	}
	if m := hashNumber.FindStringSubmatch(typed); m != nil {
		p, err := c.clearProject(tx, m[1])
		if err != nil {
			return sprints.Issue{}, err
		}
		return issueOf(tx, p, number(m[1]))
	}
	if strings.Contains(typed, "://") || strings.HasPrefix(strings.ToLower(typed), "github.com/") {
		return issueAt(tx, typed)
	}
	if m := fullRef.FindStringSubmatch(typed); m != nil {
		return issueIn(tx, m[1], m[2], number(m[3]))
	}
	if m := projectRef.FindStringSubmatch(typed); m != nil {
		p, err := findProject(tx, c, m[1])
		if err != nil {
			return sprints.Issue{}, err
		}
		return issueOf(tx, p, number(m[2]))
	}
	return sprints.Issue{}, sprints.Refuse(sprints.Unclear, "Which issue? A number of my list, owner/name#12, or its address.").Hint("easy")
}

// listedIssue is number n of the last list.
func (c *Call) listedIssue(tx sprints.Tx, n int) (sprints.Issue, error) {
	l, err := tx.LastList(c.From)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return sprints.Issue{}, err
	}
	listed := err == nil && l.Verb == "easy" && len(l.Items) > 0
	if listed && n >= 1 && n <= len(l.Items) {
		if m := fullRef.FindStringSubmatch(l.Items[n-1]); m != nil {
			return issueIn(tx, m[1], m[2], number(m[3]))
		}
	}
	// Perhaps it is an issue's own number, where the project is clear.
	p, err := c.clearProject(tx, strconv.Itoa(n))
	if err == nil {
		issue, err := issueOf(tx, p, n)
		if sprints.Refused(err) == nil {
			return issue, err
		}
	} else if sprints.Refused(err) == nil {
		return sprints.Issue{}, err
	}
	if !listed {
		return sprints.Issue{}, sprints.Refuse(sprints.Unclear, "I have no list for you that number %d could be of.", n).Hint("easy")
	}
	return sprints.Issue{}, sprints.Refuse(sprints.Unclear, "My last list for you goes from 1 to %d.", len(l.Items)).Hint("take 1", "easy")
}

// clearProject is the project that "#12" is of: where the asker sits, the one
// they lead, or the only one there is.
func (c *Call) clearProject(tx sprints.Tx, n string) (sprints.Project, error) {
	person, err := c.Person(tx)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return sprints.Project{}, err
	}
	if err == nil {
		e, err := tx.Event()
		if err != nil {
			return sprints.Project{}, err
		}
		switch seat, err := tx.OpenSeat(person.ID); {
		case err == nil && seat.Project != 0 && seat.Day == e.Today(tx.Now()):
			return tx.Project(seat.Project)
		case err != nil && !errors.Is(err, sprints.ErrNotFound):
			return sprints.Project{}, err
		}
		switch led, err := tx.LedBy(person.ID); {
		case err != nil:
			return sprints.Project{}, err
		case len(led) == 1:
			return led[0], nil
		}
	}
	all, err := tx.Projects()
	switch {
	case err != nil:
		return sprints.Project{}, err
	case len(all) == 1:
		return all[0], nil
	}
	return sprints.Project{}, sprints.Refuse(sprints.Unclear, "Which project's #%s? Put its name in front of the number.", n).Hint("projects", "easy")
}

// issueOf is an issue of one of a project's repositories.
func issueOf(tx sprints.Tx, p sprints.Project, n int) (sprints.Issue, error) {
	repos, err := tx.ReposOf(p.ID)
	if err != nil {
		return sprints.Issue{}, err
	}
	var found []sprints.Issue
	var refs []string
	for _, r := range repos {
		switch issue, err := tx.IssueByNumber(r.ID, n); {
		case err == nil:
			found, refs = append(found, issue), append(refs, "take "+sprints.IssueRef(r, n))
		case !errors.Is(err, sprints.ErrNotFound):
			return sprints.Issue{}, err
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return sprints.Issue{}, sprints.Refuse(sprints.Unclear, "%s has %d issues with the number %d.", p.Name, len(found), n).Hint(refs[:min(suggestions, len(refs))]...)
	}
	return sprints.Issue{}, sprints.Refuse(sprints.Unknown, "I know no easy issue #%d of %s.", n, p.Name).Hint("easy " + p.Slug)
}

// issueIn is an issue by its repository and number.
func issueIn(tx sprints.Tx, owner, name string, n int) (sprints.Issue, error) {
	repo, err := tx.RepoByName(owner, name)
	if errors.Is(err, sprints.ErrNotFound) {
		return sprints.Issue{}, sprints.Refuse(sprints.Unknown, "No project here has the repository %s/%s.", shortened(owner), shortened(name)).Hint("projects", "easy")
	}
	if err != nil {
		return sprints.Issue{}, err
	}
	issue, err := tx.IssueByNumber(repo.ID, n)
	if !errors.Is(err, sprints.ErrNotFound) {
		return issue, err
	}
	project, err := tx.Project(repo.Project)
	if err != nil {
		return sprints.Issue{}, err
	}
	return sprints.Issue{}, sprints.Refuse(sprints.Unknown, "I know no easy issue %s: it is not marked for beginners, or new.", sprints.IssueRef(repo, n)).Hint("easy " + project.Slug)
}

// issueAt is the issue at an address; a pull request's is refused kindly.
func issueAt(tx sprints.Tx, address string) (sprints.Issue, error) {
	owner, name, kind, n, ok := parseAddress(address)
	switch {
	case ok && kind == "issues":
		return issueIn(tx, owner, name, n)
	case ok && kind == "pull":
		return sprints.Issue{}, sprints.Refuse(sprints.Conflict, "%s/%s#%d is a pull request, somebody's work already. Reading it helps too; an issue to take is here:", shortened(owner), shortened(name), n).Hint("easy")
	}
	return sprints.Issue{}, sprints.Refuse(sprints.Unclear, "That address is no issue's. One looks like https://github.com/owner/name/issues/12.").Hint("easy")
}

// parseAddress reads the address of an issue or a pull request; kind is
// "issues" or "pull".
func parseAddress(address string) (owner, name, kind string, n int, ok bool) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(strings.Trim(address, "<>"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return "", "", "", 0, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 4 || parts[2] != "issues" && parts[2] != "pull" {
		return "", "", "", 0, false
	}
	if _, _, ok := sprints.ParseRepo(parts[0] + "/" + parts[1]); !ok {
		return "", "", "", 0, false
	}
	n, err = strconv.Atoi(parts[3])
	return parts[0], parts[1], parts[2], n, err == nil && n > 0
}

// number is the digits' value, 0 if they are none.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// numberOf is an issue's number as people write it: "#12".
func numberOf(n int) string { return "#" + strconv.Itoa(n) }
