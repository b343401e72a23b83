package commands

func projectCommands() []Command { return nil }
