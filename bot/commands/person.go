package commands

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func personCommands() []Command {
	return []Command{
		{
			Name: "me", Aliases: []string{"whoami", "my data"},
			Summary:  "All that I keep about you.",
			Detail:   "The word help by itself lists all that you can say.",
			Examples: []string{"me"},
			Run:      me,
		},
		{
			Name: "show", Aliases: []string{"show me"}, Usage: "yes|no",
			Summary:  "Whether others may read your nick on the board and in who.",
			Detail:   "It is no until you say yes, and no again whenever you like.",
			Examples: []string{"show yes", "show no"},
			Max:      -1, Run: show,
		},
		{
			Name: "link", Aliases: []string{"join me"}, Usage: "[CODE]",
			Summary:  "Joins your Slack, IRC and browser selves into one person.",
			Detail:   "Without CODE you get one, good for ten minutes and one use. Say link and the code where you are somebody else.",
			Examples: []string{"link"},
			Max:      -1, Run: link,
		},
		{
			Name: "forget me", Aliases: []string{"forget", "optout", "opt-out", "delete me"},
			Summary:  "Deletes what I keep about you, past days included.",
			Detail:   "I ask first. Seats stay as numbers without anybody. Your words that still wait are not sent, and nothing quotes you any more.",
			Examples: []string{"forget me"},
			Private:  true, Max: -1, Run: forget,
		},
	}
}

// me shows all that is stored about the asker.
func me(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	who, err := call.Person(tx)
	if errors.Is(err, sprints.ErrNotFound) {
		pages, err := tx.PastesBy(call.From)
		if err != nil {
			return chat.Reply{}, err
		}
		nothing := call.Say("I keep nothing about you.")
		if pages > 0 {
			nothing = call.Say("I keep nothing about you but %s.", longWords(pages))
		}
		return call.Answer(nothing,
			call.Line(chat.Hint, "Once you sit down or take an issue I keep your nick, seats and claims until 30 days after the sprint; nobody sees your nick unless you say %v.", code("show yes")),
			call.Try("help"))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	ids, err := tx.Identities(who.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	names, pages := make([]string, len(ids)), 0
	for i, id := range ids {
		names[i] = id.Nick + " on " + id.Network
		n, err := tx.PastesBy(chat.Handle{Network: id.Network, ID: id.Key})
		if err != nil {
			return chat.Reply{}, err
		}
		pages += n
	}
	known := call.Say("Known as %s.", strings.Join(names, ", "))
	if pages > 0 {
		known = call.Say("Known as %s. I also keep %s.", strings.Join(names, ", "), longWords(pages))
	}
	seen := "nobody sees it"
	if who.Shown {
		seen = "others may see it"
	}
	lines := []chat.Line{call.Line(chat.Title, "You are %s; %s. Met %s.", who.Nick, seen, e.Today(who.Since).Format("Mon 2 January")),
		known}
	for _, part := range []func(sprints.View, sprints.Event, sprints.PersonID) (chat.Line, error){call.mySeats, call.myClaims, call.myProjects} {
		line, err := part(tx, e, who.ID)
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, line)
	}
	return call.Answer(append(lines, call.Line(chat.Hint, "Deleted on %s by itself; %v does it now, %v hides your nick.",
		e.Last.Add(30).Format("2 January"), code("forget me"), code("show no")))...)
}

// longWords are pages of what somebody said, in words.
func longWords(pages int) string {
	if pages == 1 {
		return "one long message of yours as a page, for a day"
	}
	return fmt.Sprintf("%d long messages of yours as pages, each for a day", pages)
}

func (c *Call) mySeats(v sprints.View, e sprints.Event, who sprints.PersonID) (chat.Line, error) {
	seats, err := v.SeatsOf(who)
	if err != nil {
		return chat.Line{}, err
	}
	if len(seats) == 0 {
		return c.Say("You have sat nowhere yet."), nil
	}
	last := seats[len(seats)-1]
	at := "table " + last.Table
	if last.Project != 0 {
		p, err := v.Project(last.Project)
		if err != nil {
			return chat.Line{}, err
		}
		at = p.Name
		if last.Table != "" {
			at += ", table " + last.Table
		}
	}
	since := e.Today(last.In).Format("Mon 2 Jan") + " " + last.In.In(e.Zone).Format("15:04")
	if last.Out.IsZero() {
		return c.Say("%s, now at %s since %s.", count(len(seats), "seat", "seats"), at, since), nil
	}
	return c.Say("%s, the last at %s on %s.", count(len(seats), "seat", "seats"), at, since), nil
}

func (c *Call) myClaims(v sprints.View, e sprints.Event, who sprints.PersonID) (chat.Line, error) {
	claims, err := v.ClaimsOf(who)
	if err != nil {
		return chat.Line{}, err
	}
	if len(claims) == 0 {
		return c.Say("You hold no issue."), nil
	}
	held := make([]string, len(claims))
	for i, cl := range claims {
		name, err := sprints.NameOfIssue(v, cl.Issue)
		if err != nil {
			return chat.Line{}, err
		}
		held[i] = name
		if !cl.Until.IsZero() {
			held[i] += " until " + clock(e, v.Now(), cl.Until)
		}
	}
	return c.Say("You hold %s.", strings.Join(held, ", ")), nil
}

func (c *Call) myProjects(v sprints.View, _ sprints.Event, who sprints.PersonID) (chat.Line, error) {
	led, err := v.LedBy(who)
	if err != nil {
		return chat.Line{}, err
	}
	if len(led) == 0 {
		return c.Say("You lead no project."), nil
	}
	names := make([]string, len(led))
	for i, p := range led {
		names[i] = p.Name
	}
	return c.Say("You lead %s.", strings.Join(names, ", ")), nil
}

// show lets others read the asker's nick, or no longer.
func show(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	who, err := call.Person(tx)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return chat.Reply{}, err
	}
	if len(call.Args) == 0 {
		if who.Shown {
			return call.Answer(call.Say("Others may see your nick."), call.Try("show no"))
		}
		return call.Answer(call.Say("Nobody sees your nick."), call.Try("show yes"))
	}
	yes, ok := yesNo(call.Args[0])
	if !ok {
		if p, err := findProject(tx, call, call.Rest(0)); err == nil {
			return chat.Reply{}, sprints.Refuse(sprints.Unclear, "Show your nick, yes or no? Or did you mean the project?").
				Hint("show yes", "show no", "project show "+p.Slug)
		}
		return chat.Reply{}, sprints.Refuse(sprints.Unclear, "Show your nick, yes or no?").Hint("show yes", "show no")
	}
	if !yes && who.ID == 0 {
		return call.Answer(call.Say("Nobody sees your nick, and I keep nothing about you."), call.Try("help"))
	}
	if who, err = call.Meet(tx); err != nil {
		return chat.Reply{}, err
	}
	if err := tx.ShowPerson(who.ID, yes); err != nil {
		return chat.Reply{}, err
	}
	if yes {
		return call.Answer(call.Say("Others may see now that you are %s, and where you sit.", who.Nick), call.Try("show no"))
	}
	return call.Answer(call.Say("Nobody sees your nick from now on."), call.Try("show yes"))
}

// forget asks, then deletes.
func forget(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	who, err := call.Person(tx)
	if errors.Is(err, sprints.ErrNotFound) { // who only talks is nobody, but some of it may be kept for a while
		call.forgot = []chat.Handle{call.From}
		n, err := tx.ForgetWords(call.From)
		if err != nil {
			return chat.Reply{}, err
		}
		if n > 0 {
			return call.Answer(call.Say("Forgotten: what you said lately. I keep nothing else about you."), call.Try("help"))
		}
		return call.Answer(call.Say("I keep nothing about you, so there is nothing to forget."), call.Try("help"))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if !call.confirmed {
		if err := call.ask(tx, "forget me"); err != nil {
			return chat.Reply{}, err
		}
		lines, err := call.forgetting(tx, who)
		if err != nil {
			return chat.Reply{}, err
		}
		return call.Answer(append(lines, call.Try("yes"), call.Try("no"))...)
	}
	ids, err := tx.Identities(who.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, i := range ids {
		call.forgot = append(call.forgot, chat.Handle{Network: i.Network, ID: i.Key})
	}
	gone, err := tx.ForgetPerson(who.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	parts := []string{"your nick"}
	for _, n := range []struct {
		n         int
		one, many string
	}{
		{gone.Identities, "identity", "identities"},
		{gone.Claims, "claim", "claims"},
		{gone.Leads, "project's lead", "projects' lead"},
	} {
		if n.n > 0 {
			parts = append(parts, count(n.n, n.one, n.many))
		}
	}
	done := call.Say("Forgotten: %s.", strings.Join(parts, ", "))
	if gone.Seats > 0 {
		done = call.Say("Forgotten: %s. %s as numbers without you.", strings.Join(parts, ", "), count(gone.Seats, "seat stays", "seats stay"))
	}
	return call.Answer(done, call.Try("projects"))
}

// forgetting says what would be deleted, and what that means for others.
func (c *Call) forgetting(v sprints.View, who sprints.Person) ([]chat.Line, error) {
	ids, err := v.Identities(who.ID)
	if err != nil {
		return nil, err
	}
	seats, err := v.SeatsOf(who.ID)
	if err != nil {
		return nil, err
	}
	led, err := v.LedBy(who.ID)
	if err != nil {
		return nil, err
	}
	lines := []chat.Line{c.Say("I would forget your nick, your %s, your claims and what you lead; %s as numbers without you. It can't be undone. yes / no",
		count(len(ids), "identity", "identities"), count(len(seats), "seat stays", "seats stay"))}
	var alone []string
	for _, p := range led {
		leads, err := v.Leads(p.ID)
		if err != nil {
			return nil, err
		}
		if len(leads) == 1 {
			alone = append(alone, p.Name)
		}
	}
	if alone != nil {
		lines = append(lines, c.Say("%s would be without a lead.", strings.Join(alone, ", ")))
	}
	return lines, nil
}
