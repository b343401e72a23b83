package commands

func seatCommands() []Command { return nil }
