package commands

import (
	"context"
	"errors"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// addRepo adds a GitHub repository to a project.
func addRepo(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	last := call.Args[len(call.Args)-1]
	owner, name, ok := sprints.ParseRepo(last)
	if !ok {
		return chat.Reply{}, sprints.Refuse(sprints.Unclear, "%q is no repository on GitHub; write it owner/name, or paste its address.", shortened(last)).
			Hint("help repo add")
	}
	line := func(slug string) string { return "repo add " + slug + " " + owner + "/" + name }
	p, err := call.theProject(tx, strings.Join(call.Args[:len(call.Args)-1], " "), line)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := addRepository(tx, p, owner, name); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(
		call.Say("%s/%s belongs to %s now. I look at its beginners' issues within a minute or two.", owner, name, p.Name),
		call.Try("easy "+p.Slug))
}

// theProject is the one that is typed, or the asker's only one, that they may
// change.
func (c *Call) theProject(v sprints.View, typed string, line func(slug string) string) (p sprints.Project, err error) {
	if strings.TrimSpace(typed) == "" {
		p, err = c.ownProject(v, line)
	} else {
		p, err = findProject(v, c, typed)
	}
	if err != nil {
		return p, err
	}
	return p, c.MustLead(v, p)
}

func addRepository(tx sprints.Tx, p sprints.Project, owner, name string) error {
	switch old, err := tx.RepoByName(owner, name); {
	case errors.Is(err, sprints.ErrNotFound):
		_, err := tx.AddRepo(sprints.Repo{Project: p.ID, Owner: owner, Name: name, NextSync: tx.Now()})
		return err
	case err != nil:
		return err
	case old.Project == p.ID:
		return sprints.Refuse(sprints.Conflict, "%s is %s's already.", old.FullName(), p.Name).Hint("easy " + p.Slug)
	default:
		other, err := tx.Project(old.Project)
		if err != nil {
			return err
		}
		return sprints.Refuse(sprints.Conflict, "%s belongs to %s.", old.FullName(), other.Name).Hint("project show " + other.Slug)
	}
}

// addPage keeps the address; a job reads it and reports back.
func addPage(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	last := call.Args[len(call.Args)-1]
	address, ok := sprints.ParsePage(last)
	if !ok {
		return chat.Reply{}, sprints.Refuse(sprints.Unclear, "That is no address of a page: it begins with https:// and has no password in it.").
			Hint("help page")
	}
	page := sprints.Page{URL: address, NextCheck: tx.Now()}
	typed := strings.Join(call.Args[:len(call.Args)-1], " ")
	if typed == "" {
		return call.pageAlone(tx, page)
	}
	p, err := findProject(tx, call, typed)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := call.MustLead(tx, p); err != nil {
		return chat.Reply{}, err
	}
	who, err := call.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	page.Project, page.By = p.ID, who.ID
	if _, err := tx.AddPage(page); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("That is %s's page now. I read it next, and tell you if something is wrong with it.", p.Name),
		call.Try("project show "+p.Slug))
}

// pageAlone keeps a page whose title is to become a project.
func (c *Call) pageAlone(tx sprints.Tx, page sprints.Page) (chat.Reply, error) {
	who, err := c.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := c.mayLeadMore(tx, who); err != nil {
		return chat.Reply{}, err
	}
	page.By = who.ID
	if _, err := tx.AddPage(page); err != nil {
		return chat.Reply{}, err
	}
	led, err := tx.LedBy(who.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{c.Say("I read the page next. Its title becomes a project, with you as its lead, and I tell you when it is done.")}
	if len(led) > 0 {
		lines = append(lines, c.Line(chat.Hint, "If it is the page of a project you lead, say so:"))
	}
	for _, p := range led[:min(len(led), suggestions)] {
		lines = append(lines, c.Try("page "+p.Slug+" "+page.URL))
	}
	if len(led) == 0 {
		lines = append(lines, c.Try("projects"))
	}
	return c.Answer(lines...)
}
