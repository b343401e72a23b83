package commands

import (
	"context"
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// announce says in every place of the bridge what a project is and where it
// sits, once a day.
func announce(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	p, err := call.theProject(tx, call.Rest(0), func(slug string) string { return "announce " + slug })
	if err != nil {
		return chat.Reply{}, err
	}
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	if !p.Announced.IsZero() && e.Today(p.Announced) == e.Today(tx.Now()) {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "%s was announced today at %s; once a day keeps people listening.",
			p.Name, clock(e, tx.Now(), p.Announced)).Hint("project show " + p.Slug)
	}
	if p.State == sprints.Ended {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "%s has ended.", p.Name).Hint("project set " + p.Slug + " state open")
	}
	where, err := call.whereProject(tx, p)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{where}
	switch { // a bare name would only be said twice: where has it too
	case p.Summary != "":
		lines = []chat.Line{call.Line(chat.Title, "%s: %s", named(p), p.Summary), where}
	case p.Sample:
		lines = []chat.Line{call.Line(chat.Title, "%s", named(p)), where}
	}
	page, err := tx.PageOf(p.ID)
	switch {
	case err == nil && page.Problem == "": // nobody is sent to a page that can't be read
		lines = append(lines, call.Say("More: %v", chat.Span{URL: page.URL}))
	case err == nil, errors.Is(err, sprints.ErrNotFound):
		lines = append(lines, call.Try("here "+p.Slug))
	default:
		return chat.Reply{}, err
	}
	p.Announced = tx.Now()
	if err := tx.SaveProject(p); err != nil {
		return chat.Reply{}, err
	}
	call.Announce(lines...)
	return call.Answer(call.Say("I have told every channel about %s. From tomorrow on it may be announced again.", p.Name),
		call.Try("project show "+p.Slug))
}
