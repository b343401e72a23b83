package commands

import "slices"

// topic is a group of commands that help shows in one line; six are the most
// that an answer has room for.
type topic struct {
	Name     string
	Commands []Command
}

// topics are all commands as help groups them.
func topics() []topic {
	return []topic{
		{"Projects", projectCommands()},
		{"Seats", append(seatCommands(), tableCommands()...)},
		{"Issues", issueCommands()},
		{"Counts", attendanceCommands()},
		{"You", slices.Concat(personCommands(), helpCommands(), bridgeCommands())},
	}
}

// Table is every command, in the order help lists them.
func Table() []Command {
	var all []Command
	for _, t := range topics() {
		all = append(all, t.Commands...)
	}
	return slices.Clip(all)
}
