package commands

func personCommands() []Command { return nil }
