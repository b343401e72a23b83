package commands

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func tableCommands() []Command {
	return []Command{
		{
			Name: "where", Aliases: []string{"table", "tables", "rooms", "find"}, Usage: "[PROJECT|TABLE]",
			Summary:  "Where a project sits, or all rooms with their free tables.",
			Examples: []string{"where", "where copperkettle", "where B4"},
			Max:      -1, Run: where,
		},
		{
			Name: "table claim", Aliases: []string{"table take", "claim table"}, Usage: "TABLE [PROJECT] [seats 8]",
			Summary:  "Gives your project a table.",
			Detail:   "Without PROJECT it is for the one you lead. Say it again to change the seats.",
			Examples: []string{"table claim B4 copperkettle seats 8"},
			Access:   Lead, Min: 1, Max: -1, Run: claimTable,
		},
		{
			Name: "table release", Aliases: []string{"table drop", "table free", "table leave", "release table"}, Usage: "[TABLE]",
			Summary:  "Gives a table back.",
			Detail:   "Where people sit at it I ask first; they stay counted there.",
			Examples: []string{"table release A1"},
			Access:   Lead, Max: -1, Run: releaseTable,
		},
	}
}

// placed is a table with the way to it: "table B4, Room 302, 2nd floor".
func placed(t sprints.Table) string {
	way := "table " + t.Code
	room := t.Room.Name
	if room == "" && t.Room.Code != "" {
		room = "room " + t.Room.Code
	}
	for _, part := range []string{room, t.Room.Floor} {
		if part != "" {
			way += ", " + part
		}
	}
	return way
}

// whereProject says where a project sits.
func (c *Call) whereProject(v sprints.View, p sprints.Project) (chat.Line, error) {
	e, err := v.Event()
	if err != nil {
		return chat.Line{}, err
	}
	uses, err := v.TablesOf(p.ID)
	if err != nil {
		return chat.Line{}, err
	}
	seated, err := v.Seated(e.Today(v.Now()))
	if err != nil {
		return chat.Line{}, err
	}
	people := ""
	if n := seated.ByProject[p.ID]; n > 0 {
		people = c.Text(" %s there now.", count(n, "person sits", "people sit")).Plain()
	}
	if len(uses) == 0 {
		return c.Say("%s has no table yet.%s", p.Name, people), nil
	}
	ways := make([]string, len(uses))
	for i, u := range uses {
		ways[i] = placed(u.Table)
	}
	return c.Say("%s sits at %s.%s", p.Name, strings.Join(ways, "; "), people), nil
}

// where tells the way to a project or a table, or lists the rooms.
func where(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	if len(call.Args) == 0 {
		return call.rooms(tx)
	}
	typed := call.Rest(0)
	if fold(call.Args[0]) == "is" && len(call.Args) > 1 {
		typed = call.Rest(1) // "where is copperkettle?"
	}
	at, err := tableOrProject(tx, call, typed)
	if err != nil {
		return chat.Reply{}, err
	}
	if at.Project != nil {
		line, err := call.whereProject(tx, *at.Project)
		if err != nil {
			return chat.Reply{}, err
		}
		return call.Answer(line, call.Try("here "+at.Project.Slug))
	}
	way := []rune(placed(*at.Table))
	way[0] = 'T'
	use, err := tx.UseOf(at.Table.Code)
	if errors.Is(err, sprints.ErrNotFound) {
		return call.Answer(call.Say("%s: free, %s.", string(way), count(at.Table.Seats, "seat", "seats")), call.Try("here "+at.Table.Code))
	}
	if err != nil {
		return chat.Reply{}, err
	}
	p, err := tx.Project(use.Project)
	if err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("%s: %s sits there, %s.", string(way), named(p), count(use.Table.Seats, "seat", "seats")),
		call.Try("here "+at.Table.Code), call.Try("project show "+p.Slug))
}

// rooms lists what is free, a row a room.
func (c *Call) rooms(v sprints.View) (chat.Reply, error) {
	tables, err := v.Tables()
	if err != nil {
		return chat.Reply{}, err
	}
	if len(tables) == 0 {
		return chat.Reply{}, sprints.Refuse(sprints.Unknown, "No rooms and tables are known yet; projects can be found without.").Hint("projects")
	}
	rooms, err := v.Rooms()
	if err != nil {
		return chat.Reply{}, err
	}
	uses, err := v.Uses()
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{c.Line(chat.Title, "%s in %s, %d free.", count(len(tables), "table", "tables"),
		count(len(rooms), "room", "rooms"), len(tables)-len(uses))}
	for _, r := range rooms {
		var free, taken []string
		for _, t := range tables {
			if t.Room.Code != r.Code {
				continue
			}
			if slices.ContainsFunc(uses, func(u sprints.TableUse) bool { return u.Table.Code == t.Code }) {
				taken = append(taken, t.Code)
			} else {
				free = append(free, t.Code)
			}
		}
		name := r.Name
		if name == "" {
			name = r.Code
		}
		if r.Floor != "" {
			name += ", " + r.Floor
		}
		cells := []chat.Text{c.Text("%s:", name)}
		if free != nil {
			cells = append(cells, c.Text("free %s", strings.Join(free, " ")))
		}
		if taken != nil {
			cells = append(cells, c.Text("taken %s", strings.Join(taken, " ")))
		}
		lines = append(lines, chat.Line{Role: chat.Row, Cells: cells})
	}
	return c.Answer(lines...)
}

// seatWords are a number of seats at the end of a line: "seats 8", "8 seats".
var seatWords = regexp.MustCompile(`(?i)\s+(?:for\s+)?(?:seats?[\s:=]*(\d{1,4})|(\d{1,4})\s*(?:seats?|people))\s*$`)

// claimTable gives a project a table.
func claimTable(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	line := call.Rest(0)
	seats := 0
	if m := seatWords.FindStringSubmatch(line); m != nil {
		line = strings.TrimSuffix(line, m[0])
		seats, _ = strconv.Atoi(m[1] + m[2])
		if seats == 0 {
			seats = -1
		}
	}
	t, rest, err := leadingTable(tx, strings.Fields(line))
	if err != nil {
		return chat.Reply{}, err
	}
	again := func(slug string) string { return "table claim " + t.Code + " " + slug }
	p, err := call.theProject(tx, strings.TrimPrefix(rest, "for "), again)
	if err != nil {
		return chat.Reply{}, err
	}
	call.object = "table " + t.Code
	use, err := sprints.ClaimTable(tx, t, p, seats)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := []chat.Line{call.Say("%s is %s's now, %s: %s.", t.Code, p.Name, count(use.Table.Seats, "seat", "seats"), placed(t))}
	if t.Seats > 0 && use.Table.Seats > t.Seats {
		lines = append(lines, call.Line(chat.Hint, "The plan of the rooms has %d seats there.", t.Seats))
	}
	return call.Answer(append(lines, call.Try("announce "+p.Slug), call.Try("table release "+t.Code))...)
}

// leadingTable is the table that words begin with, and what stands behind.
func leadingTable(v sprints.TableReader, words []string) (t sprints.Table, rest string, err error) {
	for n := min(3, len(words)); n > 0; n-- {
		if t, err = findTable(v, strings.Join(words[:n], " ")); err == nil {
			return t, strings.Join(words[n:], " "), nil
		}
		if sprints.Refused(err) == nil {
			return t, "", err
		}
	}
	if len(words) == 0 {
		err = sprints.Refuse(sprints.Unclear, "Which table?").Hint("where")
	}
	return t, "", err
}

// releaseTable gives a table back, and asks first where people sit at it.
func releaseTable(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	t, err := call.heldTable(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	use, err := tx.UseOf(t.Code)
	if errors.Is(err, sprints.ErrNotFound) {
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s is free already.", t.Code).Hint("where " + t.Code)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	p, err := tx.Project(use.Project)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := call.MustLead(tx, p); err != nil {
		return chat.Reply{}, err
	}
	call.object = "table " + t.Code
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	seated, err := tx.Seated(e.Today(tx.Now()))
	if err != nil {
		return chat.Reply{}, err
	}
	if n := seated.ByTable[t.Code]; n > 0 && !call.confirmed {
		call.right = "" // nothing is done yet
		if err := call.ask(tx, "table release "+t.Code); err != nil {
			return chat.Reply{}, err
		}
		return call.Answer(call.Say("%s at %s. Shall %s give it back all the same? yes / no", count(n, "person sits", "people sit"), t.Code, p.Name),
			call.Try("yes"), call.Try("no"))
	}
	if err := tx.FreeTable(t.Code); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("%s is free now; %s has given it back.", t.Code, p.Name), call.Try("table claim "+t.Code+" "+p.Slug))
}

// heldTable is the table that is typed, or the only one of the asker's project.
func (c *Call) heldTable(v sprints.View) (sprints.Table, error) {
	if len(c.Args) > 0 {
		return findTable(v, c.Rest(0))
	}
	p, err := c.ownProject(v, func(slug string) string { return "where " + slug })
	if err != nil {
		return sprints.Table{}, err
	}
	uses, err := v.TablesOf(p.ID)
	switch {
	case err != nil:
		return sprints.Table{}, err
	case len(uses) == 0:
		return sprints.Table{}, sprints.Refuse(sprints.Conflict, "%s has no table.", p.Name).Hint("where")
	case len(uses) == 1:
		return uses[0].Table, nil
	}
	r := sprints.Refuse(sprints.Unclear, "Which of %s's tables?", p.Name)
	for _, u := range uses[:min(len(uses), suggestions)] {
		r.Hint("table release " + u.Table.Code)
	}
	return sprints.Table{}, r
}
