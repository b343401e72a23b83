package commands

import (
	"errors"
	"slices"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// What the table's examples name. Where an answer shows one, something that is
// there stands in its place.
const (
	someProject = "copperkettle"
	someTable   = "B4"
	ownTable    = "A1"
	someRoom    = "302"
	someNetwork = "libera"
)

// example is the first of some examples that can be said here: one that names
// no project before one of the asker's own, or else the first listed. It is ""
// where what they name is not there.
func (c *Call) example(v sprints.View, examples []string) (string, error) {
	var about string
	for _, line := range examples {
		line, err := c.placed(v, line)
		if err != nil {
			return "", err
		}
		if line == "" {
			continue
		}
		if !names(line, someProject) {
			return line, nil
		}
		if about == "" {
			about = line
		}
	}
	if about == "" {
		return "", nil
	}
	p, err := c.someProject(v)
	if err != nil || p == "" {
		return "", err
	}
	return put(about, someProject, p), nil
}

// placed is an example with a table and a room of this venue, "" if it has
// none, and with a network that is bridged here.
func (c *Call) placed(v sprints.TableReader, line string) (string, error) {
	if there := c.bridgePlaces(); names(line, someNetwork) && len(there) > 0 &&
		!slices.ContainsFunc(there, func(p chat.Place) bool { return p.Network == someNetwork }) {
		line = put(line, someNetwork, there[0].Network)
	}
	for _, code := range []string{someTable, ownTable} {
		if !names(line, code) {
			continue
		}
		switch _, err := v.Table(code); {
		case errors.Is(err, sprints.ErrNotFound):
			all, err := v.Tables()
			if err != nil || len(all) == 0 {
				return "", err
			}
			line = put(line, code, all[0].Code)
		case err != nil:
			return "", err
		}
	}
	if names(line, someRoom) {
		rooms, err := v.Rooms()
		if err != nil || len(rooms) == 0 {
			return "", err
		}
		for _, r := range rooms {
			if r.Code == someRoom {
				return line, nil
			}
		}
		line = put(line, someRoom, rooms[0].Code)
	}
	return line, nil
}

// someProject is the short name of the asker's project, else of the first that
// is listed, "" if there is none.
func (c *Call) someProject(v sprints.View) (string, error) {
	var own []sprints.Project
	switch p, err := c.Person(v); {
	case err == nil:
		if own, err = v.LedBy(p.ID); err != nil {
			return "", err
		}
	case !errors.Is(err, sprints.ErrNotFound):
		return "", err
	}
	all, err := v.Projects()
	if err != nil {
		return "", err
	}
	for _, p := range append(own, all...) {
		if p.State != sprints.Ended {
			return p.Slug, nil
		}
	}
	return "", nil
}

// names says that a word, or the word and an issue's number, is in a line.
func names(line, word string) bool { return put(line, word, "") != line }

// put puts another word in the place of one.
func put(line, word, other string) string {
	words := strings.Fields(line)
	for i, w := range words {
		if rest, ok := strings.CutPrefix(w, word); ok && (rest == "" || rest[0] == '#') {
			words[i] = other + rest
		}
	}
	return strings.Join(words, " ")
}
