package main

import (
	"fmt"
	"strings"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// ours says that m, which comes late, is what the bot has said there itself: an
// adapter knows its own words by the name that it has now.
func ours(tx sprints.OutboxReader, m chat.Message) (bool, error) {
	if m.Ago == 0 || m.Kind != chat.Said && m.Kind != chat.Action {
		return false, nil
	}
	rows, err := tx.Carried(m.In.Root(), m.ID)
	return len(rows) > 0, err
}

// fresh is how old a command may be when it is heard, to be run.
const fresh = 5 * time.Minute

// tooLate answers a command that was said while the bot was away and is too
// old to run: whoever said it has gone on since. Words that are no command are
// not its business, nor are a bot's.
func tooLate(m chat.Message) (chat.Reply, bool) {
	if m.Ago <= fresh || m.From.Bot {
		return chat.Reply{}, false
	}
	line := strings.TrimSpace(m.Text.Command())
	p := commands.Parse(commands.Table(), line)
	if p.Command == nil {
		if !m.Direct {
			return chat.Reply{}, false
		}
		line = "help"
	}
	minutes := int(m.Ago / time.Minute)
	said := fmt.Sprintf("That was said %d minutes ago, while I was away; say it again if you still want it.", minutes)
	return chat.Reply{Private: true, Lines: []chat.Line{
		{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(said)}},
		{Role: chat.Try, Cells: []chat.Text{chat.Plainly(line)}},
	}}, true
}
