package commands

import (
	"errors"
	"fmt"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Call is one use of a command that passed the gate.
type Call struct {
	Desk    *Desk
	Command *Command
	Args    []string // words after the command's name, quotes taken off
	From    chat.Handle
	In      chat.Place
	Direct  bool

	met       bool   // a person was made by this call: the answer says what is stored
	confirmed bool   // the asker said yes to what the bot asked about this very line
	right     string // by which it was done, "lead" or "organizer"; "" anyone may
	object    string // what it was done to, for the audit: "table B4"
	announced []chat.Reply
	reload    bool          // the configuration is to be read again
	forgot    []chat.Handle // who was forgotten
}

// Rest is the arguments from n on, as one string.
func (c *Call) Rest(n int) string {
	if n >= len(c.Args) {
		return ""
	}
	return strings.Join(c.Args[n:], " ")
}

// Say makes a sentence. It and sprints.Refuse make all words that people
// read, so that a catalogue can translate them. Arguments of type chat.Text or
// chat.Span keep their looks, all others are printed plain.
func (c *Call) Say(format string, args ...any) chat.Line {
	return chat.Line{Role: chat.Plain, Cells: []chat.Text{c.Text(format, args...)}}
}

// Line is Say in another role.
func (c *Call) Line(role chat.Role, format string, args ...any) chat.Line {
	return chat.Line{Role: role, Cells: []chat.Text{c.Text(format, args...)}}
}

// Try is a command line to run next, without a door.
func (c *Call) Try(command string) chat.Line {
	return chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(command)}}
}

// Text is a piece of a sentence, for a cell.
func (c *Call) Text(format string, args ...any) chat.Text {
	var looks []chat.Text
	plain := make([]any, len(args))
	for i, a := range args {
		switch a := a.(type) {
		case chat.Text:
			plain[i] = fmt.Sprintf("\x00%d\x00", len(looks))
			looks = append(looks, a)
		case chat.Span:
			plain[i] = fmt.Sprintf("\x00%d\x00", len(looks))
			looks = append(looks, chat.Text{a})
		default:
			plain[i] = a
		}
	}
	if looks == nil {
		return chat.Plainly(fmt.Sprintf(format, args...))
	}
	var t chat.Text
	for i, piece := range strings.Split(fmt.Sprintf(format, plain...), "\x00") {
		var n int
		if _, err := fmt.Sscanf(piece, "%d", &n); i%2 == 1 && err == nil && n < len(looks) {
			t = append(t, looks[n]...)
		} else {
			t = append(t, chat.Plainly(piece)...)
		}
	}
	return t
}

// Answer is a private reply of these lines.
func (c *Call) Answer(lines ...chat.Line) (chat.Reply, error) {
	return chat.Reply{Private: true, Lines: lines}, nil
}

// Announce says something in every place of the bridge, once.
func (c *Call) Announce(lines ...chat.Line) {
	c.announced = append(c.announced, chat.Reply{Lines: lines})
}

// Person is who asks, if the bot knows them: sprints.ErrNotFound if not.
func (c *Call) Person(v sprints.PersonReader) (sprints.Person, error) { return v.PersonOf(c.From) }

// Meet is who asks; somebody new is remembered from now on, and the answer
// says so. Call it only in a command that stores something for them.
func (c *Call) Meet(tx sprints.PersonWriter) (sprints.Person, error) {
	_, err := tx.PersonOf(c.From)
	if errors.Is(err, sprints.ErrNotFound) {
		c.met = true
	} else if err != nil {
		return sprints.Person{}, err
	}
	return tx.Meet(c.From)
}

// Organizer says whether the asker is one, by any identity linked to them.
func (c *Call) Organizer(v sprints.PersonReader) (bool, error) {
	if c.From.Bot {
		return false, nil
	}
	if c.Desk.Organizer(c.From.Network, c.From.ID) {
		return true, nil
	}
	p, err := v.PersonOf(c.From)
	if errors.Is(err, sprints.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ids, err := v.Identities(p.ID)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if c.Desk.Organizer(id.Network, id.Key) {
			return true, nil
		}
	}
	return false, nil
}

// leads says whether the asker leads the project.
func (c *Call) leads(v interface {
	sprints.PersonReader
	sprints.ProjectReader
}, project sprints.ProjectID) (bool, error) {
	p, err := v.PersonOf(c.From)
	if errors.Is(err, sprints.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	led, err := v.LedBy(p.ID)
	if err != nil {
		return false, err
	}
	for _, l := range led {
		if l.ID == project {
			return true, nil
		}
	}
	return false, nil
}

// MustLead refuses unless the asker leads the project or is an organizer. What
// passed or was refused is kept for the audit.
func (c *Call) MustLead(v interface {
	sprints.PersonReader
	sprints.ProjectReader
}, p sprints.Project) error {
	c.object = "project " + p.Slug
	ok, err := c.leads(v, p.ID)
	if ok {
		c.right = "lead"
	}
	if err != nil || ok {
		return err
	}
	ok, err = c.Organizer(v)
	if ok {
		c.right = "organizer"
	}
	if err != nil || ok {
		return err
	}
	return sprints.Refuse(sprints.NotYours, "Only a lead of %s or an organizer may do that.", p.Name).
		Hint("project show " + p.Slug)
}
