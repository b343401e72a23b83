package commands

import (
	"context"
	"errors"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// answerLines is how many lines an answer has at most, "more" included.
const answerLines = 6

// cut keeps the lines of an answer that are shown now and stores the rest for
// "more". The numbers of an earlier list stay good for "take 2".
func (c *Call) cut(tx sprints.Tx, lines []chat.Line) ([]chat.Line, error) {
	most := answerLines
	if c.met {
		most--
	}
	if len(lines) > most {
		l, err := tx.LastList(c.From)
		if err != nil && !errors.Is(err, sprints.ErrNotFound) {
			return nil, err
		}
		l.Rest = lines[most-1:]
		l.Until = tx.Now().Add(askTime)
		if l.Verb == "" {
			l.Verb = c.Command.Name
		}
		if err := tx.SaveList(c.From, l); err != nil {
			return nil, err
		}
		lines = append(lines[:most-1:most-1], c.Try("more"))
	}
	if c.met {
		lines = append(lines, c.privacy(chat.Hint))
	}
	return lines, nil
}

// more shows the lines that the last answer had no room for.
func more(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	l, err := tx.LastList(call.From)
	if err != nil && !errors.Is(err, sprints.ErrNotFound) {
		return chat.Reply{}, err
	}
	if err != nil || len(l.Rest) == 0 {
		return chat.Reply{}, sprints.Refuse(sprints.Unknown, "There is nothing more to show.").Hint("help")
	}
	rest := l.Rest
	l.Rest = nil
	if err := tx.SaveList(call.From, l); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(rest...)
}
