package relay

import (
	"time"

	"sprintbot/sprints/chat"
)

// Edits is how an edit is shown where words can't be changed.
type Edits string

// The ways to show an edit; the zero value is Short.
const (
	Short Edits = "short" // a small change as s/old/new/, else the new words
	Full  Edits = "full"  // the new words, marked as edited
	Off   Edits = "off"   // not at all
)

// Ways are the settings of one bridge; the zero value is the default of each.
type Ways struct {
	Edits       Edits
	EditsWithin time.Duration // edits and notices of older words are shown only where they can be changed; 0: 5 minutes
	Deletes     bool          // say that words were taken back where they can't be
	Flat        bool          // replies in threads stay on networks with threads
	Threads     time.Duration // how long a thread counts as going on; 0: 10 minutes
	JoinLines   time.Duration // a person's lines so soon after one another share a post when they wait; 0: 2 seconds, less: never
	Reactions   bool          // reactions, joins and leaves, topics: summed up over a minute
	Joins       bool
	Topics      bool
}

// Defaults of a bridge.
const (
	DefaultEditsWithin = 5 * time.Minute
	DefaultThreads     = 10 * time.Minute
	DefaultJoinLines   = 2 * time.Second
)

func (w Ways) edits() Edits {
	if w.Edits == "" {
		return Short
	}
	return w.Edits
}

func (w Ways) editsWithin() time.Duration { return orElse(w.EditsWithin, DefaultEditsWithin) }
func (w Ways) threads() time.Duration     { return orElse(w.Threads, DefaultThreads) }
func (w Ways) joinLines() time.Duration   { return max(0, orElse(w.JoinLines, DefaultJoinLines)) }

func orElse(d, usual time.Duration) time.Duration {
	if d == 0 {
		return usual
	}
	return d
}

// between are the ways of the bridge that carries words from one place to
// another, false where none does.
func (r Routes) between(from, to chat.Place) (Ways, bool) {
	from, to = from.Root(), to.Root()
	for _, b := range r {
		if b.Carries(from, to) {
			return b.Ways, true
		}
	}
	return Ways{}, false
}
