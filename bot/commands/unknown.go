package commands

import (
	"strings"
	"unicode"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// unknown answers what is no command: with what may have been meant, or with a
// welcome.
func (c *Call) unknown(v sprints.View, table []Command, line string, p Parsed) ([]chat.Line, error) {
	words := split(line)
	if len(words) == 0 || fold(line) == "" || greeting(fold(words[0].text)) {
		return c.welcome(v)
	}
	if polite(words[0].text) || fold(words[0].text) == "thank" {
		return []chat.Line{c.Say("Gladly."), c.Try("help")}, nil
	}
	if spoken(words) && len(p.Near) == 0 {
		return []chat.Line{
			c.Say("I know a few words only; people here know the rest. These words are a good start:"),
			c.Try("projects"), c.Try("easy"), c.Try("help"),
		}, nil
	}
	if bare := strings.TrimLeft(line, ":./\\"); bare != line && bare != "" && unicode.IsLetter([]rune(bare)[0]) {
		if q := Parse(table, bare); q.Command != nil {
			return []chat.Line{c.Say("Just the words are enough here, without %q in front.", line[:len(line)-len(bare)]), c.Try(sprints.OneLine(bare))}, nil
		}
	}
	if len(p.Near) > 0 {
		format := "I do not know %q. Did you mean one of these?"
		if p.Guess {
			format = "%q could be one of these:"
		} else if len(p.Near) == 1 {
			format = "I do not know %q. Did you mean this?"
		}
		return c.offer(format, p.Typed, p.Near...), nil
	}
	if len(words) == 1 {
		address := words[0].text
		if owner, name, ok := sprints.ParseRepo(address); ok && strings.Count(address, "/") <= 4 {
			return c.offer("What shall I do with %q?", address, "project new "+owner+"/"+name, "repo add "+owner+"/"+name), nil
		}
		if strings.Contains(address, "://") {
			return c.offer("What shall I do with %q?", address, "take "+address, "page "+address), nil
		}
	}
	switch at, err := tableOrProject(v, nil, line); {
	case err == nil && at.Project != nil:
		return c.offer("%s is a project here. You could say:", at.Project.Name, "project show "+at.Project.Slug, "here "+at.Project.Slug, "easy "+at.Project.Slug), nil
	case err == nil:
		return c.offer("%s is a table here. You could say:", at.Table.Code, "here "+at.Table.Code, "who "+at.Table.Code), nil
	case sprints.Refused(err) == nil:
		return nil, err
	}
	return c.offer("I do not know %q. These always work:", words[0].text, "projects", "easy", "help"), nil
}

// offer is a sentence about a word, and lines to try.
func (c *Call) offer(format, word string, tries ...string) []chat.Line {
	lines := []chat.Line{c.Say(format, shortened(word))}
	for _, t := range tries {
		lines = append(lines, c.Try(t))
	}
	return lines
}

func greeting(word string) bool {
	switch word {
	case "hi", "hello", "hey", "hallo", "hola", "ciao", "hej", "moin", "salut", "hiya", "yo", "start",
		"good", "greetings", "cheers":
		return true
	}
	return false
}

// welcome is what a newcomer reads first.
func (c *Call) welcome(v sprints.EventReader) ([]chat.Line, error) {
	e, err := v.Event()
	if err != nil {
		return nil, err
	}
	return []chat.Line{
		c.Say("Hi. I help you find a table and a first issue at %s.", e.Name),
		c.Try("projects"), c.Try("easy"), c.Try("help"),
		c.privacy(chat.Hint),
	}, nil
}
