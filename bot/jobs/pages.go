package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// How often a page is looked at.
const (
	pageEvery     = time.Hour
	pageRetry     = 5 * time.Minute // after a trouble, doubling
	pageRetryMost = 6 * time.Hour
	pagesAtOnce   = 20 // a run
	namesTried    = 9  // for a project of a title that is taken
)

// pages reads wiki pages that are due: their titles and first words become
// rows, and a lead hears what is wrong with theirs.
type pages struct{ Config }

func (p *pages) next(v sprints.View, _ sprints.JobRun) (time.Time, error) {
	first, err := v.DuePages(far(v.Now()), 1)
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return latest(first[0].NextCheck, time.UnixMilli(0)), nil
}

func (p *pages) run(ctx context.Context) (string, error) {
	var due []sprints.Page
	err := p.Store.Read(ctx, func(v sprints.View) (err error) {
		due, err = v.DuePages(v.Now(), pagesAtOnce)
		return err
	})
	if err != nil {
		return "", err
	}
	read, troubled := 0, 0
	for _, page := range due {
		got, err := guard(func() (sprints.RemotePage, error) { return p.Pages.Fetch(ctx, page.URL, page.ETag) })
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil {
			troubled++
			p.Log.Debug("page not read", "page", page.ID, "error", err)
		} else {
			read++
		}
		fetched := err
		err = p.write(ctx, fmt.Sprintf("keep page %d", page.ID), func(tx sprints.Tx, failed error) error {
			// What was decided meanwhile wins: replaced, or whoever added it forgotten.
			now, err := stillDue(tx, page.ID)
			if errors.Is(err, sprints.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			return keepPage(tx, now, got, cmp.Or(failed, fetched))
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d read, %d with a problem", read, troubled), nil
}

// stillDue is the page as it is now, ErrNotFound once it is gone.
func stillDue(v sprints.View, id int64) (sprints.Page, error) {
	due, err := v.DuePages(v.Now(), 1000)
	for _, page := range due {
		if page.ID == id {
			return page, err
		}
	}
	if err == nil {
		err = sprints.ErrNotFound
	}
	return sprints.Page{}, err
}

// keepPage keeps what became of reading a page.
func keepPage(tx sprints.Tx, page sprints.Page, got sprints.RemotePage, fetched error) error {
	now := tx.Now()
	if page.Project == 0 && page.By == 0 {
		return tx.DropPage(page.ID) // nobody waits for it any more
	}
	waited := page.NextCheck.Sub(page.CheckedAt)
	first, healthy := page.CheckedAt.IsZero(), page.Problem == ""
	page.CheckedAt, page.NextCheck = now, now.Add(pageEvery)
	if fetched == nil && !got.Unchanged {
		page.Title, page.Summary, page.ETag, page.Status = got.Title, got.Summary, got.ETag, got.Status
		used := page
		if fetched = tx.Try(func() error { return useWords(tx, &used) }); fetched == nil {
			page = used
		} else {
			page.ETag = "" // so that it is read again
		}
	}
	var trouble *sprints.Trouble
	switch {
	case fetched == nil:
		page.Problem, page.Told = "", ""
		return tx.SavePage(page)
	case errors.As(fetched, &trouble):
		page.Problem, page.Status = trouble.Words, trouble.Status
	case errors.Is(fetched, sprints.ErrUnavailable):
		return fetched
	default:
		trouble = &sprints.Trouble{Kind: sprints.Unfit}
		page.Problem, page.Status = "I stumbled over the page.", 0
	}
	page.NextCheck = now.Add(pageRetry)
	if !healthy && !first {
		page.NextCheck = now.Add(min(max(2*waited, pageRetry), pageRetryMost))
	}
	// A page that was read before may be away for a moment without a word.
	if page.Told == page.Problem || trouble.Kind == sprints.Silent && healthy && !first {
		return tx.SavePage(page)
	}
	page.Told = page.Problem
	if err := tx.SavePage(page); err != nil {
		return err
	}
	return tellProblem(tx, page)
}

// tellProblem tells whoever added the page, else the project's first lead.
func tellProblem(tx sprints.Tx, page sprints.Page) error {
	to, next := page.By, "page https://…"
	lines := []chat.Line{say("%s could not be read. %s", page.URL, page.Problem)}
	if page.Project == 0 {
		lines = append(lines, say("Nothing is registered yet. I look again; or name the project yourself, or give me another address:"))
		lines = append(lines, try("project new NAME"))
	} else {
		project, err := tx.Project(page.Project)
		if err != nil {
			return err
		}
		next = "page " + project.Slug + " https://…"
		lines = append(lines, say("I look again and stay quiet about it. If %s's page is somewhere else now, tell me:", project.Name))
		if to == 0 {
			if to, err = firstLead(tx, project.ID); err != nil {
				return err
			}
		}
	}
	return tell(tx, to, fmt.Sprintf("page/%d/problem/%d", page.ID, page.CheckedAt.UnixMilli()), append(lines, try(next))...)
}

// useWords makes a project of a page that has none, or fills a summary that is
// empty. A Trouble is something its lead should know.
func useWords(tx sprints.Tx, page *sprints.Page) error {
	if page.Project == 0 {
		return makeProject(tx, page)
	}
	project, err := tx.Project(page.Project)
	if err != nil || project.Summary != "" || page.Summary == "" {
		return err
	}
	project.Summary = page.Summary
	return tx.SaveProject(project)
}

// makeProject registers the project that a page's title names, with who added
// the page as its lead.
func makeProject(tx sprints.Tx, page *sprints.Page) error {
	trouble := func(format string, args ...any) error {
		return &sprints.Trouble{Kind: sprints.Unfit, Words: fmt.Sprintf(format, args...), Status: page.Status}
	}
	title := nameOf(page.Title)
	if sprints.Slug(title) == "" {
		return trouble("It has no title that could name a project.")
	}
	project, fresh, err := projectCalled(tx, title, page.By)
	if r := sprints.Refused(err); r != nil {
		return trouble("%s", r.Error())
	}
	if err != nil {
		return err
	}
	if !fresh {
		old, err := tx.PageOf(project.ID)
		if err == nil {
			err = tx.DropPage(old.ID)
		}
		if err != nil && !errors.Is(err, sprints.ErrNotFound) {
			return err
		}
	}
	page.Project = project.ID
	if err := useWords(tx, page); err != nil {
		return err
	}
	news := say("%s is registered from its page, with you as its lead.", project.Name)
	if !fresh {
		news = say("That is %s's page now.", project.Name)
	}
	return tell(tx, page.By, fmt.Sprintf("page/%d/project", page.ID), news,
		try("project show "+project.Slug), try("repo add "+project.Slug+" owner/name"), try("announce "+project.Slug))
}

// projectCalled registers a project, under a title with a number behind it if
// somebody else's has it. One that who leads already is it (fresh is false).
func projectCalled(tx sprints.Tx, title string, who sprints.PersonID) (p sprints.Project, fresh bool, err error) {
	led, err := tx.LedBy(who)
	if err != nil {
		return p, false, err
	}
	for _, p := range led {
		if p.Slug == sprints.Slug(title) {
			return p, false, nil
		}
	}
	name := title
	for n := 2; ; n++ {
		err = tx.Try(func() error {
			p, err = sprints.Register(tx, who, name)
			return err
		})
		r := sprints.Refused(err)
		if r == nil || r.Kind != sprints.Conflict || n > namesTried {
			return p, true, err
		}
		name = fmt.Sprintf("%s (%d)", title, n)
	}
}

// nameOf is a title as a project's name: short, cut at a word, with room for a
// number behind it.
func nameOf(title string) string {
	title = sprints.OneLine(title)
	const room = sprints.NameMax - len(" (9)")
	if runes := []rune(title); len(runes) > room {
		title = string(runes[:room])
		if at := strings.LastIndexByte(title, ' '); at > len(title)/2 {
			title = title[:at]
		}
	}
	return strings.TrimRight(title, " -–—:,;|")
}
