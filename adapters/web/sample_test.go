package web_test

import (
	"fmt"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// sampleRow is a project of the sample sprint.
type sampleRow struct {
	table, name, summary, langs string
	first                       bool
	taken, seats                int
	easy                        []string
}

var sampleRooms = map[string]sprints.Room{
	"A": {Code: "Atrium", Name: "Atrium", Floor: "ground floor"},
	"B": {Code: "301", Name: "Room 301", Floor: "1st floor"},
	"C": {Code: "302", Name: "Room 302", Floor: "2nd floor"},
	"D": {Code: "303", Name: "Room 303", Floor: "2nd floor"},
}

var sampleRows = []sampleRow{
	{"C1", "Copperkettle", "Plan meals for a hundred people", "Python", true, 6, 8, []string{"Sort the shopping list by shelf", "Round the amounts", "Say how many a recipe feeds"}},
	{"A2", "Fernscript", "A first programming language for children", "TypeScript", true, 7, 10, []string{"Draw a turtle that waves", "Translate the first page", "Make errors kinder", "A key to undo", "Larger letters"}},
	{"D1", "Hedgerow", "Street trees on open maps", "Python", true, 4, 8, []string{"Name the street, not the number", "Add the plum trees"}},
	{"D3", "Lanternfish", "Read logs without drowning", "Go", false, 6, 6, nil},
	{"B4", "Larkfield", "Names the bird you just heard", "Python", true, 5, 8, []string{"Fix the example on the install page", "Add the wren's second song", "Say when the microphone is off", "Test with a quiet recording"}},
	{"D2", "Mossgrow", "Small web sites that age well", "Go", true, 3, 8, []string{"Typo on the front page", "Keep old links", "A dark theme"}},
	{"B2", "Nightjar", "Finds the tests that fail only sometimes", "Python", false, 8, 8, []string{"Count the runs"}},
	{"B5", "Paperboat", "Forms that survive a bad connection", "Python, C", true, 2, 6, []string{"Docs: how to start", "Show what is kept"}},
	{"C3", "Quillpad", "Write together, even offline", "TypeScript", false, 6, 10, []string{"Colour by writer", "Docs for the first hour", "Paste without marks", "Count words"}},
	{"C2", "Saltmarsh", "Water sensors for wetlands", "C, Python", false, 5, 6, nil},
	{"B1", "Tideline", "When is the beach there?", "Python", true, 4, 6, []string{"Add a harbour", "Show the moon"}},
	{"A3", "Windowbox", "Herbs that tell you they are dry", "HTML", true, 5, 10, []string{"Say what the close button does", "Alt text for the icons", "Label the fields", "Focus the first field", "A heading a page"}},
}

// fillSample puts the sample sprint into the store.
func fillSample(k *kit) {
	k.write(func(tx sprints.Tx) error {
		first, err := sprints.ParseDay("2027-05-17")
		if err != nil {
			return err
		}
		ev := sprints.Event{Name: "Sample Sprints 2027", Zone: newYork(k.t), First: first, Last: first.Add(3), Sample: true}
		if err := tx.SetEvent(ev); err != nil {
			return err
		}
		n := 0
		for i, r := range sampleRows {
			room := sampleRooms[r.table[:1]]
			if err := tx.SaveRoom(room); err != nil {
				return err
			}
			if err := tx.SaveTable(sprints.Table{Code: r.table, Room: room, Seats: r.seats}); err != nil {
				return err
			}
			id, err := tx.AddProject(sprints.Project{Slug: strings.ToLower(r.name), Name: r.name, Summary: r.summary, Langs: r.langs, FirstTimers: r.first,
				State: sprints.Listed, Sample: true, At: tx.Now(), Contact: map[bool]string{true: "wren"}[r.name == "Larkfield"]})
			if err != nil {
				return err
			}
			if err := tx.UseTable(r.table, id, r.seats); err != nil {
				return err
			}
			for range r.taken {
				n++
				h := chat.Handle{Network: "sample", ID: fmt.Sprint("p", n), Nick: fmt.Sprint("nick", n)}
				lead := r.taken > 3 && n%2 == 1
				if r.name == "Larkfield" && n == 27 {
					h.Nick, lead = "wren", true
				}
				p, err := tx.Meet(h)
				if err != nil {
					return err
				}
				if h.Nick == "wren" {
					if err := tx.ShowPerson(p.ID, true); err != nil {
						return err
					}
				}
				if _, err := tx.AddSeat(sprints.Seat{Person: p.ID, Project: id, Table: r.table, Day: ev.Today(tx.Now()), In: tx.Now(), Via: "sample"}); err != nil {
					return err
				}
				if lead {
					if err := tx.AddLead(id, p.ID); err != nil {
						return err
					}
				}
			}
			repo, err := tx.AddRepo(sprints.Repo{Project: id, Owner: "sample", Name: strings.ToLower(r.name), Sample: true, SyncedAt: tx.Now()})
			if err != nil {
				return err
			}
			for j, title := range r.easy {
				if _, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: 12 + 40*i + 7*j, Title: title, URL: fmt.Sprintf("https://github.com/sample/%s/issues/%d", strings.ToLower(r.name), 12+40*i+7*j),
					Labels: []string{"good first issue"}, Tier: 3, Minutes: 30 + 30*(j%3), Open: true, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), SeenAt: tx.Now()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
