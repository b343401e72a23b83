package sprints

import (
	"errors"
	"fmt"
)

// Refusal is an answer that a person reads when a thing can't be done: what
// stands in the way, and what to try next. It undoes the command and is no
// error of the program's.
type Refusal struct {
	Kind   RefusalKind
	Format string // a sentence; translated with Args
	Args   []any
	Hints  []string // runnable command lines, without door, each shown as a Try line
}

// RefusalKind lets callers tell refusals apart without reading their words.
type RefusalKind string

// The kinds of Refusal.
const (
	Unknown  RefusalKind = "unknown"   // no such thing
	Conflict RefusalKind = "conflict"  // somebody else's, full, already done
	NotYours RefusalKind = "not-yours" // needs a right
	Unclear  RefusalKind = "unclear"   // can't be read
	Closed   RefusalKind = "closed"    // not now
)

// Refuse makes a Refusal of one sentence.
func Refuse(kind RefusalKind, format string, args ...any) *Refusal {
	return &Refusal{Kind: kind, Format: format, Args: args}
}

// Hint adds a runnable next step.
func (r *Refusal) Hint(commands ...string) *Refusal {
	r.Hints = append(r.Hints, commands...)
	return r
}

// Error is the sentence, so that a Refusal travels as an error.
func (r *Refusal) Error() string { return fmt.Sprintf(r.Format, r.Args...) }

// Refused is the Refusal in err, nil if there is none.
func Refused(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}
