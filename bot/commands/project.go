package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func projectCommands() []Command {
	return []Command{
		{
			Name: "projects", Aliases: []string{"list", "ls"}, Usage: "[WORDS]",
			Summary:  "The projects here, with their tables and free first issues.",
			Detail:   "WORDS keep those whose name, summary or languages have them all.",
			Examples: []string{"projects", "projects python"},
			Max:      -1, Run: listProjects,
		},
		{
			Name: "project show", Aliases: []string{"project", "show project", "about"}, Usage: "PROJECT",
			Summary:  "All about one project.",
			Examples: []string{"project show copperkettle"},
			Min:      1, Max: -1, Run: showProject,
		},
		{
			Name: "project new", Aliases: []string{"project add", "new project", "register"}, Usage: "NAME [owner/repo]",
			Summary:  "Puts your project on the board, with you as its lead.",
			Detail:   "The name, and the repository's first issues, are for all to see. Who leads it shows only if you say show yes.",
			Examples: []string{"project new Paperlantern", `project new "Tin Whistle" example/tinwhistle`},
			Min:      1, Max: -1, Free: true, Run: newProject,
		},
		{
			Name: "project set", Aliases: []string{"project edit", "set"}, Usage: "PROJECT FIELD VALUE",
			Summary:  "Changes what the board says of a project.",
			Detail:   "FIELD is summary, langs, level, first-timers, setup, days, contact, state (open, full, paused, ended) or name. VALUE none empties it.",
			Examples: []string{"project set copperkettle first-timers yes", "project set copperkettle summary Kettles that tell you when they boil", "project set copperkettle full", "project set copperkettle setup 20 min"},
			Access:   Lead, Min: 1, Max: -1, Free: true, Run: setProject,
		},
		{
			Name: "page", Aliases: []string{"page add", "wiki"}, Usage: "[PROJECT] URL",
			Summary:  "Adds a project's wiki page; without a project, the page's title becomes one and you its lead.",
			Detail:   "The page is read within minutes, and I tell you in private what became of it.",
			Examples: []string{"page https://wiki.example.org/Sprint/Paperlantern", "page copperkettle https://wiki.example.org/Sprint/Copperkettle"},
			Min:      1, Max: -1, Run: addPage,
		},
		{
			Name: "repo add", Aliases: []string{"repo", "repository", "add repo"}, Usage: "[PROJECT] owner/name",
			Summary:  "Adds a GitHub repository, whose beginners' issues are then listed.",
			Examples: []string{"repo add copperkettle example/copperkettle-docs"},
			Access:   Lead, Min: 1, Max: -1, Run: addRepo,
		},
		{
			Name: "announce", Usage: "PROJECT",
			Summary:  "Tells every channel once what the project is and where it sits.",
			Detail:   "Once a day for each project: name, summary, table, page.",
			Examples: []string{"announce copperkettle"},
			Access:   Lead, Max: -1, Run: announce,
		},
	}
}

// named is a project's name, marked where it is made up.
func named(p sprints.Project) string {
	if p.Sample {
		return p.Name + " (sample)"
	}
	return p.Name
}

// ownProject is the one project that the asker leads; line is the command
// with each of them, where there are several.
func (c *Call) ownProject(v sprints.View, line func(slug string) string) (sprints.Project, error) {
	var led []sprints.Project
	switch who, err := c.Person(v); {
	case err == nil:
		if led, err = v.LedBy(who.ID); err != nil {
			return sprints.Project{}, err
		}
	case !errors.Is(err, sprints.ErrNotFound):
		return sprints.Project{}, err
	}
	led = slices.DeleteFunc(led, func(p sprints.Project) bool { return p.State == sprints.Ended })
	switch len(led) {
	case 0:
		return sprints.Project{}, sprints.Refuse(sprints.Unclear, "You lead no project yet, so say which one it is for.").Hint("projects", "help project new")
	case 1:
		return led[0], nil
	}
	r := sprints.Refuse(sprints.Unclear, "Which of your projects?")
	for _, p := range led[:min(len(led), suggestions)] {
		r.Hint(line(p.Slug))
	}
	return sprints.Project{}, r
}

// listProjects shows those that have all words, a row each.
func listProjects(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	all, err := tx.Projects()
	if err != nil {
		return chat.Reply{}, err
	}
	easy, err := tx.EasyCount()
	if err != nil {
		return chat.Reply{}, err
	}
	words := strings.Fields(fold(call.Rest(0)))
	var rows []chat.Line
	for _, p := range all {
		if len(words) == 0 && p.State == sprints.Ended || !holds(p, words) {
			continue
		}
		uses, err := tx.TablesOf(p.ID)
		if err != nil {
			return chat.Reply{}, err
		}
		rows = append(rows, call.projectRow(p, uses, easy[p.ID]))
	}
	switch {
	case len(rows) == 0 && len(words) > 0:
		return chat.Reply{}, sprints.Refuse(sprints.Unknown, "No project has %q in its name, summary or languages.", shortened(call.Rest(0))).Hint("projects")
	case len(rows) == 0:
		return chat.Reply{}, sprints.Refuse(sprints.Unknown, "No project is listed yet. Yours could be the first.").Hint("help project new")
	}
	title := call.Line(chat.Title, "%s.", count(len(rows), "project", "projects"))
	if call.Desk.PageURL != "" {
		title = call.Line(chat.Title, "%s; all on one page: %v", count(len(rows), "project", "projects"), chat.Span{URL: call.Desk.PageURL})
	}
	return call.Answer(append([]chat.Line{title}, rows...)...)
}

// holds says that a project has all words, folded.
func holds(p sprints.Project, words []string) bool {
	about := fold(strings.Join([]string{p.Slug, p.Name, p.Summary, p.Langs, p.Level, p.Days}, " "))
	for _, w := range words {
		if !strings.Contains(about, w) {
			return false
		}
	}
	return true
}

func (c *Call) projectRow(p sprints.Project, uses []sprints.TableUse, easy int) chat.Line {
	at := c.Text("no table yet")
	if len(uses) > 0 {
		codes := make([]string, len(uses))
		for i, u := range uses {
			codes[i] = u.Table.Code
		}
		at = c.Text("%s", strings.Join(codes, ", "))
	}
	cells := []chat.Text{{{Text: named(p), Bold: true}}, at, c.Text("%s", count(easy, "easy issue", "easy issues"))}
	if p.State != sprints.Listed {
		cells = append(cells, c.Text("%s", p.State))
	}
	if p.Summary != "" {
		cells = append(cells, c.Text("%s", p.Summary))
	}
	return chat.Line{Role: chat.Row, Cells: cells}
}

// showProject tells all about one project.
func showProject(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	p, err := findProject(tx, call, call.Rest(0))
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{call.Line(chat.Title, "%s", named(p))}
	if p.Summary != "" {
		lines[0] = call.Line(chat.Title, "%s: %s", named(p), p.Summary)
	}
	where, err := call.whereProject(tx, p)
	if err != nil {
		return chat.Reply{}, err
	}
	lines = append(lines, where)
	if facts := call.facts(p); facts != "" {
		lines = append(lines, call.Say("%s", facts))
	}
	work, err := call.work(tx, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(append(lines, work, call.Try("here "+p.Slug), call.Try("easy "+p.Slug))...)
}

// facts are the fields a lead filled in, in one sentence.
func (c *Call) facts(p sprints.Project) string {
	var facts []string
	add := func(format string, value any, there bool) {
		if there {
			facts = append(facts, c.Text(format, value).Plain())
		}
	}
	add("%s", p.Langs, p.Langs != "")
	add("level: %s", p.Level, p.Level != "")
	add("%s", "good for first-timers", p.FirstTimers)
	add("set up in about %d min", p.SetupMinutes, p.SetupMinutes > 0)
	add("here %s", p.Days, p.Days != "")
	add("ask for %s", p.Contact, p.Contact != "")
	add("%s", "full now", p.State == sprints.Full)
	add("%s", "paused now", p.State == sprints.Paused)
	add("%s", "has ended", p.State == sprints.Ended)
	if facts == nil {
		return ""
	}
	return strings.Join(facts, "; ") + "."
}

// work says what there is to do and to read.
func (c *Call) work(v sprints.View, p sprints.Project) (chat.Line, error) {
	easy, err := v.EasyCount()
	if err != nil {
		return chat.Line{}, err
	}
	repos, err := v.ReposOf(p.ID)
	if err != nil {
		return chat.Line{}, err
	}
	t := c.Text("No easy issue is free")
	if n := easy[p.ID]; n > 0 {
		t = c.Text("%s free", count(n, "easy issue is", "easy issues are"))
	}
	if len(repos) > 0 {
		names, unread := make([]string, len(repos)), 0
		for i, r := range repos {
			names[i] = r.FullName()
			if r.SyncedAt.IsZero() && !r.Sample {
				unread++
			}
		}
		if easy[p.ID] == 0 && unread == len(repos) { // none known is not none there
			t = c.Text("Not read yet: the easy issues")
		}
		t = append(t, c.Text(" in %s", strings.Join(names, ", "))...)
	}
	page, err := v.PageOf(p.ID)
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		t = append(t, chat.Span{Text: "."})
	case err != nil:
		return chat.Line{}, err
	case page.Problem == "":
		t = append(t, c.Text(". Page: %v", chat.Span{URL: page.URL})...)
	default: // nobody is sent to a page that can't be read; who may mend it is told
		lead, err := c.leads(v, p.ID)
		if err != nil {
			return chat.Line{}, err
		}
		t = append(t, chat.Span{Text: "."})
		if lead {
			t = append(t, c.Text(" Its page can't be read just now.")...)
		}
	}
	return chat.Line{Role: chat.Plain, Cells: []chat.Text{t}}, nil
}

// mayLeadMore refuses who leads too many, unless they are an organizer.
func (c *Call) mayLeadMore(v sprints.View, who sprints.Person) error {
	if ok, err := c.Organizer(v); err != nil || ok {
		return err
	}
	return sprints.MayLeadMore(v, who.ID)
}

// newProject registers one; the asker becomes its lead.
func newProject(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	name := call.Rest(0)
	owner, repo, hasRepo := sprints.ParseRepo(strings.TrimRight(call.Args[len(call.Args)-1], ".,;"))
	if hasRepo {
		name = strings.Join(call.Args[:len(call.Args)-1], " ")
		if name == "" {
			name = repo
		}
	}
	who, err := call.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := call.mayLeadMore(tx, who); err != nil {
		return chat.Reply{}, err
	}
	p, err := sprints.Register(tx, who.ID, name)
	if err != nil {
		return chat.Reply{}, err
	}
	call.right, call.object = "lead", "project "+p.Slug
	lines := []chat.Line{call.Say("%s is on the board, and you are its lead.", p.Name)}
	if hasRepo {
		if err := addRepository(tx, p, owner, repo); err != nil {
			return chat.Reply{}, err
		}
		lines[0] = call.Say("%s is on the board, and you are its lead. I look at %s/%s for beginners' issues now.", p.Name, owner, repo)
	}
	if call.From.Guest() {
		line, err := call.keepLead(tx, who, p)
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, line)
	}
	tables, err := sprints.Unclaimed(tx, sprints.Table{}, 1)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, t := range tables {
		lines = append(lines, call.Try("table claim "+t.Code+" "+p.Slug))
	}
	return call.Answer(append(lines, call.Try("project set "+p.Slug+" first-timers yes"), call.Try("help project set"))...)
}
