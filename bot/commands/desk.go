package commands

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime/debug"
	"strings"
	"unicode"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Answer parses what was said, asks the gate, and runs the command in a
// savepoint of tx. A refusal undoes the command and becomes the reply; any
// other error of the command becomes a neutral sentence with a reference
// number that is also in the log. The error returned is the store's.
func (d *Desk) Answer(ctx context.Context, tx sprints.Tx, m chat.Message) (Outcome, error) {
	if m.From.Bot || m.Kind != chat.Said && m.Kind != "" {
		return Outcome{Ignored: true}, nil
	}
	table := Table()
	call := &Call{Desk: d, From: m.From, In: m.In, Direct: unseen(m)}
	line := seen(m.Text.Command())
	if call.Direct {
		answer, reply, err := call.answered(tx, line)
		if err != nil || !reply.Silent() {
			return Outcome{Reply: reply}, err
		}
		if answer != "" {
			line, call.confirmed = answer, true
		} else if line, err = listed(tx, m.From, line); err != nil {
			return Outcome{}, err
		}
	}
	p := Parse(table, line)
	if p.Command == nil || p.Guess && stray(m) && len(fold(p.Typed)) < 3 {
		if stray(m) && (len(p.Near) == 0 || p.Guess) {
			return Outcome{Ignored: true}, nil
		}
		lines, err := call.unknown(tx, table, line, p)
		return Outcome{Reply: chat.Reply{Private: true, Lines: lines}}, err
	}
	call.Command, call.Args = p.Command, p.Args
	if call.Direct && !call.confirmed {
		// A real command sets aside what was asked before it.
		if err := setAside(tx, m.From); err != nil {
			return Outcome{}, err
		}
	}
	reply, refused, err := d.run(ctx, tx, call, m)
	if err != nil {
		return Outcome{}, err
	}
	reply.Private = true
	if reply.Lines, err = call.cut(tx, reply.Lines); err != nil {
		return Outcome{}, err
	}
	if refused {
		call.forgot = nil
	}
	return Outcome{Reply: reply, Refused: refused, Announce: call.announced, Reload: call.reload && !refused, Forgot: call.forgot}, nil
}

// unseen says that nobody but the asker sees what was said.
func unseen(m chat.Message) bool {
	return m.Direct || m.Inline || strings.HasPrefix(m.Door, "/")
}

// stray says that a channel line may have been meant for people: "!wow". One
// that calls the bot by name was meant for the bot.
func stray(m chat.Message) bool {
	return !unseen(m) && !strings.ContainsFunc(m.Door, unicode.IsLetter)
}

// run is the command behind the gate, in a savepoint. What it may answer is
// in the reply; the error is the store's.
func (d *Desk) run(ctx context.Context, tx sprints.Tx, call *Call, m chat.Message) (reply chat.Reply, no bool, err error) {
	err = tx.Try(func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		if err := call.gate(tx); err != nil {
			return err
		}
		reply, err = call.Command.Run(ctx, tx, call)
		return err
	})
	refused := sprints.Refused(err)
	switch {
	case err == nil:
	case refused != nil:
		reply, call.announced, call.met = call.refusal(refused), nil, false
	case errors.Is(err, sprints.ErrUnavailable), ctx.Err() != nil:
		return chat.Reply{}, false, err
	default:
		ref := reference(m)
		d.Log.Error("command failed", "verb", call.Command.Name, "reference", ref, "err", err)
		call.announced, call.met = nil, false
		return chat.Reply{Lines: []chat.Line{
			call.Say("That went wrong on my side; nothing was changed. It is noted as %s, for an organizer who asks.", ref),
			call.Try("status"),
		}}, true, nil
	}
	return reply, refused != nil, call.audit(tx, refused)
}

// reference is a short name for a failed message, the same here and in the log.
func reference(m chat.Message) string {
	h := fnv.New32a()
	h.Write([]byte(chat.SourceKey(m.In.Network, m.ID)))
	return fmt.Sprintf("%06x", h.Sum32()&0xffffff)
}

// refusal is a Refusal as the asker reads it: a sentence and what to try next.
func (c *Call) refusal(r *sprints.Refusal) chat.Reply {
	lines := []chat.Line{c.Say(r.Format, r.Args...)}
	for _, h := range r.Hints {
		lines = append(lines, c.Try(h))
	}
	if len(r.Hints) == 0 {
		lines = append(lines, c.Try("help "+c.Command.Name))
	}
	return chat.Reply{Lines: lines}
}

// gate refuses what the asker may not, or what can't be meant.
func (c *Call) gate(v sprints.View) error {
	cmd := c.Command
	if cmd.Private && !c.Direct {
		return sprints.Refuse(sprints.Closed, "%q is between the two of us: say it to me in private.", cmd.Name).Hint(cmd.Name)
	}
	if cmd.Access == Organizer {
		switch ok, err := c.Organizer(v); {
		case err != nil:
			return err
		case !ok && c.From.Guest():
			return sprints.Refuse(sprints.NotYours,
				"Only an organizer may say %q, and a nick alone proves nothing: log in to your account, or say link where you are known.", cmd.Name).Hint("help")
		case !ok:
			return sprints.Refuse(sprints.NotYours, "Only an organizer may say %q.", cmd.Name).Hint("help")
		}
		c.right = "organizer"
	}
	if n := len(c.Args); n < cmd.Min || cmd.Max >= 0 && n > cmd.Max {
		r := sprints.Refuse(sprints.Unclear, "It goes like this: %s", strings.TrimSpace(cmd.Name+" "+cmd.Usage))
		example, err := c.example(v, cmd.Examples)
		if err != nil {
			return err
		}
		if example != "" {
			r.Hint(example)
		}
		return r
	}
	return nil
}

// audit leaves a trace of what was done or refused by a right.
func (c *Call) audit(tx sprints.Tx, refused *sprints.Refusal) error {
	switch {
	case refused == nil && c.right != "":
	case refused != nil && refused.Kind == sprints.NotYours:
		c.right = "anyone"
	default:
		return nil
	}
	a := sprints.Audit{At: tx.Now(), Role: c.right, Verb: c.Command.Name, Object: c.object, Refused: refused != nil}
	switch p, err := c.Person(tx); {
	case err == nil:
		a.Person = p.ID
	case !errors.Is(err, sprints.ErrNotFound):
		return err
	}
	return tx.AddAudit(a)
}
