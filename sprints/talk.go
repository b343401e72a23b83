package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// TalkReader looks up what was heard and what the bot asked and listed.
type TalkReader interface {
	// LastList is what was last listed to h, ErrNotFound when there is none or
	// it is older than its Until.
	LastList(h chat.Handle) (List, error)
	// OpenQuestion is what h was asked and has not answered, ErrNotFound if none.
	OpenQuestion(h chat.Handle) (Question, error)
	// Mark is the newest message heard in a place, ErrNotFound if none.
	Mark(p chat.Place) (Mark, error)
	// HeardBetween are the keys of words heard on a network that sort after from
	// and before to, the greatest first, at most so many. Keys are kept 7 days.
	HeardBetween(network, from, to string, most int) ([]HeardKey, error)
}

// HeardKey names a message that was heard.
type HeardKey struct {
	ID     string // Message.ID
	Thread string // Message.In.Thread, "" outside of any
}

// TalkWriter records what was heard, asked and listed.
type TalkWriter interface {
	TalkReader
	// Heard records m's key and thread for 7 days and its place's mark, unless m is Behind and
	// the place has one;
	// first is false for a redelivery. Words are not stored.
	Heard(m chat.Message) (first bool, err error)
	// PruneHeard deletes keys heard before t and returns how many.
	PruneHeard(t time.Time) (int, error)
	// SaveList replaces what was last listed to h.
	SaveList(h chat.Handle, l List) error
	// Ask replaces the open question of h.
	Ask(h chat.Handle, q Question) error
	// Answered removes the open question of h.
	Answered(h chat.Handle) error
}

// Mark is how far a place has been heard.
type Mark struct {
	Place chat.Place
	ID    string
	At    time.Time
	First time.Time // when what was first heard there was said: before it the bot was not there; zero is long ago
}

// List is what the bot listed to one person: "take 2" means Items[1], "more"
// shows what Rest still holds.
type List struct {
	Verb  string      `json:"verb"`           // the command that listed
	Items []string    `json:"items"`          // the argument that stands for each number
	Rest  []chat.Line `json:"rest,omitempty"` // lines not shown yet
	Until time.Time   `json:"until"`
}

// Question is what the bot asked one person: a bare word in private answers it.
type Question struct {
	Options map[string]string `json:"options"` // the word, and the command line it stands for ("yes" → "forget me confirmed")
	Until   time.Time         `json:"until"`
}
