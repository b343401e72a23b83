package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func seatCommands() []Command {
	return []Command{
		{
			Name: "here", Aliases: []string{"checkin", "check in", "sit"}, Usage: "PROJECT|TABLE",
			Summary: "You sit down at a project or a table.",
			Detail: "Stores that you sit there from now until you say bye, sit down elsewhere, or the day ends. " +
				"Others see one more person; your nick only if you say: show yes.",
			Examples: []string{"here B4", "here copperkettle"},
			Min:      1, Max: -1, Run: here,
		},
		{
			Name: "bye", Aliases: []string{"checkout", "check out"},
			Summary:  "You leave your seat.",
			Detail:   "Ends your seat now. What you hold stays yours until its time is over.",
			Examples: []string{"bye"},
			Max:      -1, Run: bye,
		},
		{
			Name: "who", Usage: "PROJECT|TABLE [DAY]",
			Summary:  "Who sits at a project or a table.",
			Detail:   "Names only people who show their nick; the others are a number. Organizers see all.",
			Examples: []string{"who copperkettle", "who B4 1", "who copperkettle yesterday"},
			Min:      1, Max: -1, Run: who,
		},
	}
}

// here seats the asker.
func here(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	if err := sprints.MustBeOn(e, tx.Now()); err != nil {
		return chat.Reply{}, err
	}
	named, err := tableOrProject(tx, call, placeWords(call.Args))
	if err != nil {
		return chat.Reply{}, err
	}
	person, err := call.Meet(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	var at sprints.Spot
	if named.Table != nil {
		at, err = sprints.SpotAt(tx, *named.Table)
	} else {
		at, err = sprints.SpotWith(tx, named.Project.ID, person.ID, e.Today(tx.Now()))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	sitting, err := sprints.SitDown(tx, person.ID, call.From, at)
	if err != nil {
		return chat.Reply{}, err
	}
	lines, err := call.seated(tx, e, person, at, sitting)
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(lines...)
}

// placeWords are the words of a place without "at" in front.
func placeWords(args []string) string {
	if len(args) > 1 {
		switch strings.ToLower(args[0]) {
		case "at", "in", "with", "to":
			args = args[1:]
		}
	}
	return strings.Join(args, " ")
}

// seated says where the asker sits now and what goes with it.
func (c *Call) seated(tx sprints.Tx, e sprints.Event, person sprints.Person, at sprints.Spot, s sprints.Sitting) ([]chat.Line, error) {
	var lines []chat.Line
	long, err := c.spotName(tx, s.Seat, false)
	if err != nil {
		return nil, err
	}
	short, err := c.spotName(tx, s.Seat, true)
	if err != nil {
		return nil, err
	}
	switch {
	case s.Same:
		lines = append(lines, c.Say("You sit at %s, since %s.", long, clock(e, tx.Now(), s.Seat.In)))
	case s.Left != nil:
		from, err := c.spotName(tx, *s.Left, true)
		if err != nil {
			return nil, err
		}
		lines = append(lines, c.Say("Moved from %s to %s.", from, short))
	case person.Shown && person.Nick != "":
		lines = append(lines, c.Say("Checked in at %s. Shown on the board as %s.", long, person.Nick))
	default:
		lines = append(lines, c.Say("Checked in at %s. Shown on the board as \"1 more person\".", long))
	}
	more, err := c.crowded(tx, e, at, s)
	if err != nil {
		return nil, err
	}
	lines = append(lines, more...)
	for _, held := range s.Held {
		name, err := sprints.NameOfIssue(tx, held.Issue)
		if err != nil {
			return nil, err
		}
		lines = append(lines, c.Say("%s stays yours until %s.", name, when(e, tx.Now(), held.Until)))
		if s.Left != nil {
			lines = append(lines, c.Try("drop"))
		}
	}
	if !s.Same && s.Left == nil && !person.Shown {
		lines = append(lines, c.Line(chat.Hint, "Show your nick there? The default is no."), c.Try("show yes"))
		if err := c.ask(tx, "show yes"); err != nil {
			return nil, err
		}
	}
	if len(s.Held) == 0 && !s.Same && at.Project != 0 {
		p, err := tx.Project(at.Project)
		if err != nil {
			return nil, err
		}
		lines = append(lines, c.Try("easy "+p.Slug))
	}
	return lines, nil
}

// crowded tells of a table over its seats, and of a project that wants no more
// people or has no table: the asker sits there all the same.
func (c *Call) crowded(tx sprints.Tx, e sprints.Event, at sprints.Spot, s sprints.Sitting) ([]chat.Line, error) {
	var lines []chat.Line
	if at.Project != 0 {
		p, err := tx.Project(at.Project)
		if err != nil {
			return nil, err
		}
		switch {
		case p.State == sprints.Full || p.State == sprints.Paused:
			lines = append(lines, c.Say("%s takes nobody new just now; ask its lead whether you can help.", p.Name))
		case p.State == sprints.Ended:
			lines = append(lines, c.Say("%s has ended its sprint.", p.Name))
		case at.Table == "":
			lines = append(lines, c.Say("%s has no table yet; its lead claims one.", p.Name))
		}
	}
	if s.Over == 0 {
		return lines, nil
	}
	free, err := sprints.FreeNear(tx, at.Room, at.Table, e.Today(tx.Now()), 2)
	if err != nil {
		return nil, err
	}
	full := c.Text("%s is over its seats now: %s at %d.", at.Table, count(s.Taken, "person", "people"), at.Seats)
	if len(free) == 0 {
		return append(lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{full}}), nil
	}
	names := make([]string, len(free))
	for i, t := range free {
		names[i] = t.Code + " (" + t.Room.Name + ")"
	}
	return append(lines, c.Say("%v Free seats near it: %s.", full, strings.Join(names, ", ")), c.Try("here "+free[0].Code)), nil
}

// spotName is a seat as people read it: "Foo, table B4" or, short, "Foo (B4)".
func (c *Call) spotName(v sprints.ProjectReader, s sprints.Seat, short bool) (string, error) {
	if s.Project == 0 {
		if short {
			return s.Table, nil
		}
		return "table " + s.Table, nil
	}
	p, err := v.Project(s.Project)
	switch {
	case err != nil:
		return "", err
	case s.Table == "":
		return named(p), nil
	case short:
		return p.Name + " (" + s.Table + ")", nil
	}
	return named(p) + ", table " + s.Table, nil
}

// bye ends the asker's seat.
func bye(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	none := sprints.Refuse(sprints.Conflict, "You are not checked in anywhere just now.").Hint("projects")
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	person, err := call.Person(tx)
	if errors.Is(err, sprints.ErrNotFound) {
		return chat.Reply{}, none
	}
	if err != nil {
		return chat.Reply{}, err
	}
	left, ok, err := sprints.Leave(tx, person.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	if !ok {
		return chat.Reply{}, none
	}
	name, err := call.spotName(tx, left, true)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{call.Say("Thank you. You have left %s.", name)}
	switch held, err := sprints.HeldClaim(tx, person.ID); {
	case err == nil:
		issue, err := sprints.NameOfIssue(tx, held.Issue)
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, call.Say("%s stays yours until %s. Give it back if you stop:", issue, when(e, tx.Now(), held.Until)), call.Try("drop"))
	case !errors.Is(err, sprints.ErrNotFound):
		return chat.Reply{}, err
	}
	return call.Answer(lines...)
}

// who says who sits or sat at a project or a table.
func who(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	today := e.Today(tx.Now())
	at, day, err := placeAndDay(tx, call, e, today)
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case !day.IsZero():
	case e.Last.Before(today):
		day = e.Last
	default:
		if err := sprints.MustBeOn(e, tx.Now()); err != nil {
			return chat.Reply{}, err
		}
		day = today
	}
	seats, err := tx.SeatsOn(day)
	if day == today {
		seats, err = tx.SeatedNow(day)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	place, try := "table ", ""
	if at.Table != nil {
		place, try = place+at.Table.Code, "here "+at.Table.Code
	} else {
		place, try = at.Project.Name, "here "+at.Project.Slug
	}
	all, err := call.Organizer(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	names, more, err := sitters(tx, seats, at, all)
	if err != nil {
		return chat.Reply{}, err
	}
	people := people(names, more)
	switch {
	case people == "" && day == today:
		return call.Answer(call.Say("Nobody is checked in at %s just now.", place), call.Try(try))
	case people == "":
		return call.Answer(call.Say("Nobody was checked in at %s on %s.", place, day.Format("Mon 2 Jan")))
	case day == today:
		return call.Answer(call.Say("At %s now: %s.", place, people))
	}
	return call.Answer(call.Say("At %s on %s: %s.", place, day.Format("Mon 2 Jan"), people))
}

// placeAndDay reads "copper kettle mon": a day behind a place, no day if none.
func placeAndDay(tx sprints.Tx, call *Call, e sprints.Event, today sprints.Day) (spot, sprints.Day, error) {
	for n := min(2, len(call.Args)-1); n > 0; n-- { // "day 2" is two words
		cut := len(call.Args) - n
		day, err := sprints.NamedDay(e, today, call.Rest(cut))
		if err != nil {
			continue
		}
		if at, err := tableOrProject(tx, call, placeWords(call.Args[:cut])); err == nil || sprints.Refused(err) == nil {
			return at, day, err
		}
	}
	at, err := tableOrProject(tx, call, placeWords(call.Args))
	if last := len(call.Args) - 1; sprints.Refused(err) != nil && last > 0 {
		if _, known := tableOrProject(tx, call, placeWords(call.Args[:last])); known == nil {
			_, err = sprints.NamedDay(e, today, call.Rest(last)) // the place is right: it is the day
			if r := sprints.Refused(err); r != nil {
				r.Hint(call.Command.Name + " " + placeWords(call.Args[:last]))
			}
		}
	}
	return at, sprints.Day{}, err
}

// sitters are the people in seats at a place, each once: the nicks that may be
// read, in order, and how many more there are.
func sitters(v sprints.PersonReader, seats []sprints.Seat, at spot, all bool) (names []string, more int, err error) {
	seen := map[sprints.PersonID]bool{}
	for _, s := range seats {
		if at.Table != nil && s.Table != at.Table.Code || at.Project != nil && s.Project != at.Project.ID {
			continue
		}
		if s.Person == 0 {
			more++
			continue
		}
		if seen[s.Person] {
			continue
		}
		seen[s.Person] = true
		p, err := v.Person(s.Person)
		if err != nil {
			return nil, 0, err
		}
		if p.Nick != "" && (p.Shown || all) {
			names = append(names, p.Nick)
		} else {
			more++
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(fold(a), fold(b)) })
	return names, more, nil
}

// people is "ada, bob and 5 more", "5 people", or "" for nobody.
func people(names []string, more int) string {
	switch {
	case len(names) == 0 && more == 0:
		return ""
	case len(names) == 0:
		return count(more, "person", "people")
	case more > 0:
		return strings.Join(names, ", ") + " and " + count(more, "more", "more")
	case len(names) == 1:
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
