package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func helpCommands() []Command {
	return []Command{
		{
			Name: "help", Aliases: []string{"commands", "h"}, Usage: "[VERB]",
			Summary:  "What you can say, or one verb explained.",
			Examples: []string{"help", "help here"},
			Max:      -1, Run: help,
		},
		{
			Name: "more", Aliases: []string{"next"},
			Summary:  "The lines that the last answer had no room for.",
			Detail:   "Works for ten minutes after a long answer.",
			Examples: []string{"more"},
			Run:      more,
		},
		{
			Name:     "status",
			Summary:  "How the networks are, what waits, and how old the issues are.",
			Detail:   "Organizers also see what holds a place up and how the jobs went.",
			Examples: []string{"status"},
			Run:      status,
		},
	}
}

// code is a command inside a sentence.
func code(command string) chat.Span { return chat.Span{Text: command, Code: true} }

// privacy says what is stored; it stands in the welcome, in help and under the
// first answer that stored anything.
func (c *Call) privacy(role chat.Role) chat.Line {
	return c.Line(role, "I keep your nick, seats and claims until 30 days after the sprint; nobody sees your nick unless you say %v. %v shows all, %v deletes it.",
		code("show yes"), code("me"), code("forget me"))
}

// help shows the verbs that the asker may use, a line a topic, or one verb.
func help(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	if len(call.Args) > 0 {
		return call.helpOn(tx, strings.Join(call.Args, " "))
	}
	access, err := call.access(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	var lines []chat.Line
	for _, t := range topics() {
		var names []string
		for _, c := range t.Commands {
			if c.Access <= access {
				names = append(names, c.Name)
			}
		}
		if names == nil {
			continue
		}
		lines = append(lines, chat.Line{Role: chat.Row, Cells: []chat.Text{call.Text("%s:", t.Name), call.Text("%s", strings.Join(names, " · "))}})
	}
	hint := call.privacy(chat.Hint)
	hint.Cells[0] = append(call.Text("%v explains one. ", code("help here")), hint.Cells[0]...)
	lines = append(lines, hint)
	return call.Answer(lines...)
}

// access is the widest right the asker has: that of a lead of any project.
func (c *Call) access(v sprints.View) (Access, error) {
	if ok, err := c.Organizer(v); err != nil || ok {
		return Organizer, err
	}
	p, err := c.Person(v)
	if errors.Is(err, sprints.ErrNotFound) {
		return Anyone, nil
	}
	if err != nil {
		return Anyone, err
	}
	led, err := v.LedBy(p.ID)
	if err == nil && len(led) > 0 {
		return Lead, nil
	}
	return Anyone, err
}

// helpOn explains one verb, or lists those that begin with the word.
func (c *Call) helpOn(v sprints.View, verb string) (chat.Reply, error) {
	table := Table()
	p := Parse(table, verb)
	if i := slices.IndexFunc(table, func(t Command) bool { return strings.HasPrefix(t.Name, fold(verb)+" ") }); i >= 0 && len(p.Args) == 0 {
		var lines []chat.Line
		for _, t := range table {
			if strings.HasPrefix(t.Name, fold(verb)+" ") {
				lines = append(lines, c.Line(chat.Item, "%s: %s", strings.TrimSpace(t.Name+" "+t.Usage), t.Summary))
			}
		}
		if len(lines) > 1 {
			return c.Answer(append(lines, c.Try("help "+table[i].Name))...)
		}
		p.Command = &table[i]
	}
	if p.Command == nil {
		r := sprints.Refuse(sprints.Unknown, "I know no verb %q.", shortened(verb))
		for _, n := range p.Near {
			r.Hint("help " + n)
		}
		return chat.Reply{}, r.Hint("help")
	}
	cmd := p.Command
	who := ""
	switch cmd.Access {
	case Lead:
		who = " For the project's lead and organizers."
	case Organizer:
		who = " For organizers."
	}
	lines := []chat.Line{c.Say("%s: %s%s", strings.TrimSpace(cmd.Name+" "+cmd.Usage), cmd.Summary, who)}
	last := slices.Clone(cmd.Examples) // the fullest
	slices.Reverse(last)
	example, err := c.example(v, last)
	if err != nil {
		return chat.Reply{}, err
	}
	if example != "" {
		lines = append(lines, c.Try(example))
	}
	if len(cmd.Aliases) > 0 {
		lines = append(lines, c.Line(chat.Hint, "Also: %s", strings.Join(cmd.Aliases, ", ")))
	}
	if cmd.Detail != "" {
		lines = append(lines, c.Line(chat.Hint, "%s", cmd.Detail))
	}
	return c.Answer(lines...)
}
