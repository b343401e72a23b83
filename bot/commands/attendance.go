package commands

func attendanceCommands() []Command { return nil }
