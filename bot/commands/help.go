package commands

func helpCommands() []Command { return nil }
