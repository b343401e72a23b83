package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func issueCommands() []Command {
	return []Command{
		{
			Name: "easy", Aliases: []string{"issues"}, Usage: "[PROJECT] [words] [1h] [no-setup]",
			Summary:  "Three easy issues that are free.",
			Detail:   "Words may be a language, a topic, a project, a length of time (30m, 1h), or no-setup for what a browser can do.",
			Examples: []string{"easy", "easy python 1h", "easy no-setup"},
			Max:      -1, Run: easy,
		},
		{
			Name: "take", Aliases: []string{"claim", "assign", "grab", "pick"}, Usage: "2 | owner/name#12 | #12 | URL",
			Summary:  "An issue for you, for three hours.",
			Detail:   "Stores that you hold it; others see that it is taken, not by whom. One at a time. here begins the three hours anew.",
			Examples: []string{"take 1", "take copperkettle#12"},
			Min:      1, Max: -1, Run: take,
		},
		{
			Name: "drop", Aliases: []string{"abandon", "release", "unclaim", "untake"},
			Summary:  "Gives your issue back.",
			Examples: []string{"drop"},
			Max:      -1, Run: drop,
		},
		{
			Name: "keep", Aliases: []string{"renew"},
			Summary:  "Your issue for three more hours.",
			Examples: []string{"keep"},
			Max:      -1, Run: keep,
		},
		{
			Name: "done", Aliases: []string{"finish", "finished"}, Usage: "[PULL REQUEST]",
			Summary:  "Your issue is done; links its pull request.",
			Examples: []string{"done", "done https://github.com/owner/name/pull/34"},
			Max:      1, Run: done,
		},
	}
}

// Ages and lengths of lists of issues.
const (
	freshTime  = 20 * time.Minute // how old an answer of GitHub's may be without a word
	listTime   = 3 * time.Hour    // how long the numbers of a list can be used
	shownFirst = 3
	shownAtAll = 9
	closingAt  = 18 // o'clock: what is begun later runs to midnight
	wishWords  = 20 // words of a wish that are read
	nameWords  = 8  // words of a project's name that are looked for among them
)

// easy lists three issues that are free.
func easy(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	project, wish, err := readWish(tx, call)
	if err != nil {
		return chat.Reply{}, err
	}
	all, err := tx.EasyIssues(0)
	if err != nil {
		return chat.Reply{}, err
	}
	now := tx.Now()
	picks := sprints.Rank(all, wish, call.lot(), now, timeLeft(e, now))
	head, err := call.freshness(tx, e, picks)
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case len(picks) > 0:
	case project != nil:
		return call.noneOf(tx, e, *project, wish, all)
	case len(all) == 0:
		return call.noneAtAll(tx, e)
	default:
		picks = sprints.Rank(all, sprints.Wish{}, call.lot(), now, timeLeft(e, now))
		head = call.Say("Nothing free fits %q now. These are free:", shortened(call.Rest(0)))
	}
	lines, err := call.list(tx, picks)
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(append([]chat.Line{head}, lines...)...)
}

// readWish reads the words behind easy; the longest run of them that is
// exactly a project's name or repository is that project.
func readWish(tx sprints.Tx, call *Call) (*sprints.Project, sprints.Wish, error) {
	projects, err := tx.Projects()
	if err != nil {
		return nil, sprints.Wish{}, err
	}
	named := map[string]*sprints.Project{}
	for i := range projects {
		named[fold(projects[i].Name)] = &projects[i]
		named[projects[i].Slug] = &projects[i]
	}
	args := call.Args[:min(len(call.Args), wishWords)]
	for n := min(len(args), nameWords); n > 0; n-- {
		for i := 0; i+n <= len(args); i++ {
			name := strings.Join(args[i:i+n], " ")
			p := named[fold(name)]
			if p == nil {
				p = named[sprints.Slug(name)]
			}
			if p == nil && n == 1 {
				if p, err = projectOfRepo(tx, name); err != nil {
					return nil, sprints.Wish{}, err
				}
			}
			if p != nil {
				w := sprints.ReadWish(slices.Concat(args[:i], args[i+n:]))
				w.Project = p.ID
				return p, w, nil
			}
		}
	}
	return nil, sprints.ReadWish(args), nil
}

// projectOfRepo is the project of owner/name, nil if there is none.
func projectOfRepo(v sprints.View, typed string) (*sprints.Project, error) {
	owner, name, ok := sprints.ParseRepo(typed)
	if !ok {
		return nil, nil
	}
	r, err := v.RepoByName(owner, name)
	if errors.Is(err, sprints.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := v.Project(r.Project)
	return &p, err
}

// timeLeft is how long people still work today.
func timeLeft(e sprints.Event, now time.Time) time.Duration {
	today := e.Today(now)
	evening := now.In(e.Zone)
	closing := time.Date(evening.Year(), evening.Month(), evening.Day(), closingAt, 0, 0, 0, e.Zone)
	if !now.Before(closing) {
		closing = today.End(e.Zone)
	}
	return closing.Sub(now)
}

// list is the picks as lines, numbered, kept for "take 2" and "more".
func (c *Call) list(tx sprints.Tx, picks []sprints.Pick) ([]chat.Line, error) {
	l := sprints.List{Verb: "easy", Until: tx.Now().Add(listTime)}
	var lines []chat.Line
	for i, p := range picks[:min(len(picks), shownAtAll)] {
		l.Items = append(l.Items, sprints.IssueRef(p.Repo, p.Number))
		line := c.Line(chat.Item, "%d) %s %v %s, %s, %s, %s", i+1, named(p.Project), issueLink(p.Issue, numberOf(p.Number)), p.Title,
			size(p.Issue), tableWords(p.Tables), p.Why)
		if i < shownFirst {
			lines = append(lines, line)
		} else {
			l.Rest = append(l.Rest, line)
		}
	}
	lines = append(lines, c.Try("take 1"))
	if len(l.Rest) > 0 {
		lines = append(lines, c.Try("more"))
	}
	return lines, tx.SaveList(c.From, l)
}

// issueLink is words that lead to an issue.
func issueLink(i sprints.Issue, words string) chat.Span { return chat.Span{Text: words, URL: i.URL} }

// lot is by whom equals are shuffled.
func (c *Call) lot() string { return chat.SourceKey(c.From.Network, c.From.ID) }

func size(i sprints.Issue) string {
	if i.Minutes == 0 {
		return "size unknown"
	}
	return sprints.Size(i.Minutes)
}

func tableWords(tables []sprints.Table) string {
	if len(tables) == 0 {
		return "no table yet"
	}
	codes := make([]string, len(tables))
	for i, t := range tables {
		codes[i] = t.Code
	}
	if len(codes) == 1 {
		return "table " + codes[0]
	}
	return "tables " + strings.Join(codes, ", ")
}

// freshness says how old what is shown first is.
func (c *Call) freshness(tx sprints.Tx, e sprints.Event, picks []sprints.Pick) (chat.Line, error) {
	now := tx.Now()
	var oldest time.Time
	troubled, sample := false, 0
	shown := picks[:min(len(picks), shownFirst)]
	for _, p := range shown {
		if p.Repo.Sample {
			sample++
			continue
		}
		troubled = troubled || p.Repo.Problem != ""
		if oldest.IsZero() || p.Repo.SyncedAt.Before(oldest) {
			oldest = p.Repo.SyncedAt
		}
	}
	n := count(len(shown), "issue", "issues")
	switch {
	case sample == len(shown):
		return c.Say("%s of the sample, made up and free to take:", n), nil
	case troubled || now.Sub(oldest) > freshTime:
		return c.Say("This list is from %s (%s old); look at the issue before you start.", clock(e, now, oldest), span(now.Sub(oldest))), nil
	}
	return c.Say("%s, free %s ago:", n, sprints.Ago(now.Sub(oldest))), nil
}

// noneOf says why a project has no issue to give now, and what to do.
func (c *Call) noneOf(tx sprints.Tx, e sprints.Event, p sprints.Project, wish sprints.Wish, all []sprints.EasyIssue) (chat.Reply, error) {
	var lines []chat.Line
	if len(wish.Words) > 0 || wish.Minutes > 0 || wish.NoSetup {
		if picks := sprints.Rank(all, sprints.Wish{Project: p.ID}, c.lot(), tx.Now(), 0); len(picks) > 0 {
			lines, err := c.list(tx, picks)
			head := c.Say("Nothing free of %s fits %q now. These are free:", p.Name, shortened(c.Rest(0)))
			return chat.Reply{Private: true, Lines: append([]chat.Line{head}, lines...)}, err
		}
	}
	repos, err := tx.ReposOf(p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	unread, err := c.unread(tx, e, repos)
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case p.State != sprints.Listed:
		lines = append(lines, c.Say("%s takes nobody new just now.", p.Name))
	case len(repos) == 0:
		lines = append(lines, c.Say("%s has no repository yet, so I know no issues of it. Its lead adds one:", p.Name), c.Try("repo add "+p.Slug+" owner/name"))
	case unread != nil:
		lines = append(lines, *unread)
	default:
		lines = append(lines, c.Say("%s has no free easy issue now.%s", p.Name, c.nextLook(e, tx.Now(), repos)))
		held, err := c.held(tx, e, p.ID)
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, held...)
	}
	tables, err := tx.TablesOf(p.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(tables) > 0 && p.State == sprints.Listed {
		lines = append(lines, c.Say("Its lead may have one: ask at table %s.", tables[0].Table.Code))
	}
	if near, ok := sprints.Nearest(all, sprints.EasyIssue{Project: p}); ok {
		free := 0
		for _, i := range all {
			if i.Project.ID == near.Project.ID {
				free++
			}
		}
		lines = append(lines, c.Say("%s has %d free.", named(near.Project), free), c.Try("easy "+near.Project.Slug))
	} else {
		lines = append(lines, c.Try("projects"))
	}
	return c.Answer(lines...)
}

// noneAtAll says when there will be issues again.
func (c *Call) noneAtAll(tx sprints.Tx, e sprints.Event) (chat.Reply, error) {
	lines := []chat.Line{c.Say("No easy issue is free now.")}
	held, err := c.held(tx, e, 0)
	if err != nil {
		return chat.Reply{}, err
	}
	repos, err := tx.Repos()
	if err != nil {
		return chat.Reply{}, err
	}
	unread, err := c.unread(tx, e, repos)
	if err != nil {
		return chat.Reply{}, err
	}
	lines = append(lines, held...)
	if unread != nil {
		lines = append(lines, *unread)
	}
	lines = append(lines, c.Say("A lead may have one for you: look who is here and ask."), c.Try("projects"))
	return c.Answer(lines...)
}

// held says how many issues somebody holds and when the first is free again;
// project 0 is all.
func (c *Call) held(tx sprints.Tx, e sprints.Event, project sprints.ProjectID) ([]chat.Line, error) {
	live, err := tx.OverdueClaims(tx.Now().Add(2 * sprints.ClaimTime)) // all: none is longer
	if err != nil {
		return nil, err
	}
	n, first := 0, time.Time{}
	for _, claim := range live {
		issue, err := tx.Issue(claim.Issue)
		if err != nil {
			return nil, err
		}
		repo, err := tx.Repo(issue.Repo)
		if err != nil {
			return nil, err
		}
		if project == 0 || repo.Project == project {
			n++
			if first.IsZero() || claim.Until.Before(first) {
				first = claim.Until
			}
		}
	}
	if n == 0 || !first.After(tx.Now()) {
		return nil, nil
	}
	return []chat.Line{c.Say("%s, the first until %s.", count(n, "is held", "are held"), when(e, tx.Now(), first))}, nil
}

// unread says when a repository that was never read is looked at; nil if all
// were.
func (c *Call) unread(tx sprints.Tx, e sprints.Event, repos []sprints.Repo) (*chat.Line, error) {
	n, next, problem := 0, time.Time{}, ""
	for _, r := range repos {
		if r.Sample || r.Archived || !r.SyncedAt.IsZero() {
			continue
		}
		n++
		problem = r.Problem
		if next.IsZero() || r.NextSync.Before(next) {
			next = r.NextSync
		}
	}
	if n == 0 {
		return nil, nil
	}
	var line chat.Line
	soon := "in a moment"
	if next.After(tx.Now()) {
		soon = "at " + when(e, tx.Now(), next)
	}
	switch {
	case n > 1:
		line = c.Say("%d repositories have not been read yet; I look again %s.", n, soon)
	case problem != "":
		line = c.Say("I could not read its issues yet: %s I look again %s.", sentence(problem), soon)
	default:
		line = c.Say("Its issues have not been read yet; I look again %s.", soon)
	}
	return &line, nil
}

// nextLook says when GitHub is asked again, "" for the sample, of which it
// never is.
func (c *Call) nextLook(e sprints.Event, now time.Time, repos []sprints.Repo) string {
	var next time.Time
	for _, r := range repos {
		if !r.Sample && !r.Archived && (next.IsZero() || r.NextSync.Before(next)) {
			next = r.NextSync
		}
	}
	if !next.After(now) {
		return ""
	}
	return c.Text(" I look again at %s.", when(e, now, next)).Plain()
}

// sentence is s with a full stop.
func sentence(s string) string { return strings.TrimRight(s, ". ") + "." }
