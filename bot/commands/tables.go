package commands

func tableCommands() []Command { return nil }
