package commands

func issueCommands() []Command { return nil }
