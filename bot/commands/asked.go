package commands

import (
	"errors"
	"strconv"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// askTime is how long a question or a list waits for its answer.
const askTime = 10 * time.Minute

// ask makes a bare "yes" in private stand for this command line, which then
// runs with call.confirmed set; anything else leaves all as it is.
func (c *Call) ask(tx sprints.Tx, line string) error {
	return tx.Ask(c.From, sprints.Question{
		Options: map[string]string{"yes": line},
		Until:   tx.Now().Add(askTime),
	})
}

// openQuestion is what h was asked, ErrNotFound once its time is over.
func openQuestion(v sprints.Tx, h chat.Handle) (sprints.Question, error) {
	q, err := v.OpenQuestion(h)
	if err == nil && !v.Now().Before(q.Until) {
		return q, sprints.ErrNotFound
	}
	return q, err
}

func setAside(tx sprints.Tx, h chat.Handle) error {
	_, err := tx.OpenQuestion(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.Answered(h)
}

// answered takes a bare word as the answer to the open question: the command
// line it stands for, or the reply that closes the matter, or neither.
func (c *Call) answered(tx sprints.Tx, line string) (command string, reply chat.Reply, err error) {
	word := fold(line)
	yesno := word
	switch word {
	case "y", "yes", "yeah", "yep", "yes please", "ok", "okay", "sure":
		yesno = "yes"
	case "n", "no", "nope", "no thanks", "cancel", "better not":
		yesno = "no"
	}
	q, err := openQuestion(tx, c.From)
	if errors.Is(err, sprints.ErrNotFound) {
		if yesno == "yes" || yesno == "no" {
			reply, err = c.Answer(c.Say("I have asked you nothing that is still open."), c.Try("help"))
			return "", reply, err
		}
		return "", chat.Reply{}, nil
	}
	if err != nil {
		return "", chat.Reply{}, err
	}
	command, ok := q.Options[word]
	if !ok {
		command, ok = q.Options[yesno]
	}
	switch {
	case ok:
		return command, chat.Reply{}, tx.Answered(c.From)
	case yesno == "no":
		if err := tx.Answered(c.From); err != nil {
			return "", chat.Reply{}, err
		}
		reply, err = c.Answer(c.Say("Good, all stays as it is."))
		return "", reply, err
	}
	return "", chat.Reply{}, nil
}

// listed makes a bare number after a list of issues a "take" of that issue.
func listed(v sprints.TalkReader, h chat.Handle, line string) (string, error) {
	n, err := strconv.Atoi(fold(line))
	if err != nil {
		return line, nil
	}
	l, err := v.LastList(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return line, nil
	}
	if err == nil && l.Verb == "easy" && n >= 1 && n <= len(l.Items) {
		return "take " + strconv.Itoa(n), nil
	}
	return line, err
}
