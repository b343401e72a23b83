package main

import (
	"errors"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// overtakes is how much older than the newest words of a place the words may
// be that an edit or deletion has overtaken: a network brings again what it
// could not deliver for so long.
const overtakes = 10 * time.Minute

// overtaken is m, or, where m changes words that have not come yet, what it
// stands for: an edit is the words themselves, and they are a redelivery when
// they come. So are words that are taken back before they come.
func overtaken(tx sprints.Tx, m chat.Message) (chat.Message, error) {
	if m.Kind != chat.Edited && m.Kind != chat.Deleted || m.Of == "" || m.OfAt.IsZero() {
		return m, nil
	}
	mark, err := tx.Mark(m.In)
	switch {
	case errors.Is(err, sprints.ErrNotFound):
		return m, nil // the bot has heard nothing there, so it was not there
	case err != nil:
		return m, err
	case m.OfAt.Before(mark.At.Add(-overtakes)), m.OfAt.Before(mark.First):
		return m, nil
	}
	words := m
	words.ID, words.At, words.Kind, words.Of, words.Under = m.Of, m.OfAt, chat.Said, m.Under, ""
	first, err := tx.Heard(words)
	if err != nil || !first || m.Kind == chat.Deleted {
		return m, err
	}
	return words, nil
}

// resaid is m, or, where m makes words of what was answered as a command and
// went nowhere, those words: they are new to the others. A later edit finds
// where they went.
func resaid(tx sprints.OutboxReader, m chat.Message) (chat.Message, error) {
	if m.Kind != chat.Edited || m.Addressed || m.Direct || m.Of == "" {
		return m, nil
	}
	source := chat.SourceKey(m.In.Network, m.Of)
	carried, err := tx.Counterparts(source)
	if err != nil || carried != nil {
		return m, err
	}
	answered, err := tx.Posted(answerKey(source))
	if answered {
		m.ID, m.Kind, m.Of, m.Under = m.Of, chat.Said, m.Under, ""
	}
	return m, err
}
