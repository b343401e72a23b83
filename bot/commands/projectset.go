package commands

import (
	"context"
	"strconv"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// fieldOf is the field that a word names, in the spellings people use; "" none.
func fieldOf(w string) string {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(fold(w)) {
	case "summary", "about", "description":
		return "summary"
	case "langs", "lang", "language", "languages":
		return "langs"
	case "level", "experience":
		return "level"
	case "firsttimers", "firsttimer", "beginners", "newcomers":
		return "first-timers"
	case "setup", "setupminutes", "setuptime":
		return "setup"
	case "days", "day":
		return "days"
	case "contact", "ask":
		return "contact"
	case "state", "status":
		return "state"
	case "name", "title":
		return "name"
	}
	return ""
}

// stateOf is the state that a word names; "" none.
func stateOf(w string) sprints.ProjectState {
	switch fold(w) {
	case "open", "listed", "list", "resume", "resumed":
		return sprints.Listed
	case "full":
		return sprints.Full
	case "paused", "pause":
		return sprints.Paused
	case "ended", "end", "over":
		return sprints.Ended
	}
	return ""
}

// change is one field of a project with its new value.
type change struct {
	project      sprints.Project
	field, value string
}

// setProject changes one field.
func setProject(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	ch, err := call.change(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := call.MustLead(tx, ch.project); err != nil {
		return chat.Reply{}, err
	}
	p, err := ch.apply()
	if err != nil {
		return chat.Reply{}, err
	}
	if ch.field == "name" {
		if p, err = sprints.Rename(tx, p, ch.value); err != nil {
			return chat.Reply{}, err
		}
	} else if err := tx.SaveProject(p); err != nil {
		return chat.Reply{}, err
	}
	now := call.Say("%s: %s is %s now.", p.Name, ch.field, shown(p, ch.field))
	if next := nextField(p); next != "" {
		return call.Answer(now, call.Line(chat.Hint, "People also look for this:"), call.Try("project set "+p.Slug+" "+next))
	}
	return call.Answer(now, call.Try("project show "+p.Slug))
}

// change finds project, field and value among the words: names may have many,
// and without a project it is the asker's only one.
func (c *Call) change(v sprints.View) (change, error) {
	again := func(slug string) string { return "project set " + slug + " " + c.Rest(0) }
	if sprints.OneLine(c.Rest(0)) == "" {
		return change{}, sprints.Refuse(sprints.Unclear, "What shall I change?").Hint("help project set")
	}
	var first error
	for _, exact := range []bool{true, false} {
		for i := 1; i < len(c.Args); i++ {
			field, value := c.fieldAt(i)
			if field == "" {
				continue
			}
			typed := strings.Join(c.Args[:i], " ")
			p, err := findProject(v, c, typed)
			switch {
			case err == nil && (!exact || fold(typed) == p.Slug || fold(typed) == fold(p.Name)):
				return c.valued(change{p, field, value})
			case err != nil && sprints.Refused(err) == nil:
				return change{}, err
			case err != nil && first == nil:
				first = err
			}
		}
	}
	if field, value := c.fieldAt(0); field != "" {
		p, err := c.ownProject(v, again)
		if err != nil {
			return change{}, err
		}
		return c.valued(change{p, field, value})
	}
	if first != nil {
		return change{}, first
	}
	p, err := findProject(v, c, c.Args[0])
	if err != nil {
		return change{}, err
	}
	return change{}, sprints.Refuse(sprints.Unclear,
		"Of %s I can set summary, langs, level, first-timers, setup, days, contact, state and name.", p.Name).
		Hint("project set " + p.Slug + " first-timers yes")
}

// fieldAt is the field named at the i-th word and what stands behind it. A
// state alone at the end is one too: "project set copperkettle full".
func (c *Call) fieldAt(i int) (field, value string) {
	if i+1 < len(c.Args) {
		if f := fieldOf(c.Args[i] + c.Args[i+1]); f != "" && fieldOf(c.Args[i+1]) == "" {
			return f, c.Rest(i + 2)
		}
	}
	if f := fieldOf(c.Args[i]); f != "" {
		return f, c.Rest(i + 1)
	}
	if i == len(c.Args)-1 && stateOf(c.Args[i]) != "" {
		return "state", c.Args[i]
	}
	return "", ""
}

// valued refuses a change without a value.
func (c *Call) valued(ch change) (change, error) {
	ch.value = sprints.OneLine(ch.value)
	if ch.value != "" {
		return ch, nil
	}
	return ch, sprints.Refuse(sprints.Unclear, "What shall %s of %s be?", ch.field, ch.project.Name).
		Hint("project set " + ch.project.Slug + " " + sample(ch.field))
}

// sample is a field with a value that people may copy.
func sample(field string) string {
	switch field {
	case "summary":
		return "summary Kettles that tell you when they boil"
	case "langs":
		return "langs Python, C"
	case "level":
		return "level some Git"
	case "setup":
		return "setup 20 min"
	case "days":
		return "days mon-wed"
	case "contact":
		return "contact ada"
	case "state":
		return "state open"
	case "name":
		return "name Copperkettle"
	}
	return "first-timers yes"
}

// apply is the project with the change made, or a Refusal of the value.
func (ch change) apply() (sprints.Project, error) {
	p, value := ch.project, ch.value
	if f := fold(value); ch.field != "name" && (f == "none" || value == "-") {
		value = ""
	}
	most := sprints.FieldMax
	if ch.field == "summary" {
		most = sprints.SummaryMax
	}
	again := "project set " + p.Slug + " " + sample(ch.field)
	if n := len([]rune(value)); n > most {
		return p, sprints.Refuse(sprints.Unclear, "That has %d characters; %s has room for %d.", n, ch.field, most).Hint(again)
	}
	switch ch.field {
	case "summary":
		p.Summary = value
	case "langs":
		p.Langs = value
	case "level":
		p.Level = value
	case "days":
		p.Days = value
	case "contact":
		p.Contact = value
	case "first-timers":
		yes, ok := yesNo(value)
		if !ok && value != "" {
			return p, sprints.Refuse(sprints.Unclear, "Good for first-timers: yes or no?").Hint(again)
		}
		p.FirstTimers = yes
	case "setup":
		minutes, err := strconv.Atoi(value)
		if err != nil {
			minutes = sprints.Minutes(value)
		}
		if value != "" && (minutes <= 0 || minutes > 24*60) {
			return p, sprints.Refuse(sprints.Unclear, "How many minutes does setting up take?").Hint(again)
		}
		p.SetupMinutes = minutes
	case "state":
		state := stateOf(value)
		if state == "" {
			return p, sprints.Refuse(sprints.Unclear, "A project is open, full, paused or ended.").Hint(again)
		}
		p.State = state
	}
	return p, nil
}

func yesNo(s string) (yes, ok bool) {
	switch fold(s) {
	case "yes", "y", "true", "on", "yeah", "yep", "1":
		return true, true
	case "no", "n", "false", "off", "nope", "0":
		return false, true
	}
	return false, false
}

// shown is a field as it is now, in words.
func shown(p sprints.Project, field string) string {
	value := map[string]string{
		"summary": p.Summary, "langs": p.Langs, "level": p.Level, "days": p.Days, "contact": p.Contact, "name": p.Name,
		"first-timers": "no", "setup": "", "state": string(p.State),
	}[field]
	switch {
	case field == "first-timers" && p.FirstTimers:
		value = "yes"
	case field == "setup" && p.SetupMinutes > 0:
		value = strconv.Itoa(p.SetupMinutes) + " min"
	case field == "state" && p.State == sprints.Listed:
		value = "open"
	}
	if value == "" {
		return "empty"
	}
	return "“" + value + "”"
}

// nextField is the first field still empty that newcomers ask about most.
func nextField(p sprints.Project) string {
	switch {
	case p.Summary == "":
		return sample("summary")
	case p.Langs == "":
		return sample("langs")
	case p.SetupMinutes == 0:
		return sample("setup")
	case p.Days == "":
		return sample("days")
	}
	return ""
}
