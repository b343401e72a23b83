package jobs

import (
	"fmt"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// tellTime is how long news of a job is worth telling.
const tellTime = 24 * time.Hour

// telling is what it takes to tell somebody something.
type telling interface {
	sprints.Clocked
	sprints.PersonReader
	sprints.OutboxWriter
}

// tell posts a private word to a person where they were last seen. The same
// key is told once.
func tell(tx telling, to sprints.PersonID, key string, lines ...chat.Line) error {
	if to == 0 {
		return nil
	}
	seen, err := tx.Identities(to)
	if err != nil || len(seen) == 0 {
		return err
	}
	now := tx.Now()
	_, _, err = tx.Post(chat.Outgoing{
		Key:     "job\x1f" + key,
		To:      chat.Direct(chat.Handle{Network: seen[0].Network, ID: seen[0].Key}),
		Lane:    chat.Answers,
		Kind:    chat.Said,
		Reply:   chat.Reply{Private: true, Lines: lines},
		At:      now,
		Expires: now.Add(tellTime),
	})
	return err
}

// firstLead is who to tell about a project, 0 if it has no lead.
func firstLead(v sprints.ProjectReader, id sprints.ProjectID) (sprints.PersonID, error) {
	leads, err := v.Leads(id)
	if err != nil || len(leads) == 0 {
		return 0, err
	}
	return leads[0].ID, nil
}

func say(format string, args ...any) chat.Line {
	return chat.Line{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(fmt.Sprintf(format, args...))}}
}

func try(command string) chat.Line {
	return chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(command)}}
}

// count is n with its noun: "1 easy issue", "4 easy issues", "no easy issue".
func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun
	case 1:
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
