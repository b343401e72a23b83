package commands

import "slices"

// topic is a group of commands that help shows in one line.
type topic struct {
	Name     string
	Commands []Command
}

// topics are all commands as help groups them.
func topics() []topic {
	return []topic{
		{"Projects", projectCommands()},
		{"Tables", tableCommands()},
		{"Issues", issueCommands()},
		{"Seats", seatCommands()},
		{"You", personCommands()},
		{"Counts", attendanceCommands()},
		{"Else", helpCommands()},
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
