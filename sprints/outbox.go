package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// Queued is a row of the outbox that waits to be sent.
type Queued struct {
	chat.Outgoing
	Attempted time.Time // when it may first have gone out, zero never
	Mark      string    // newest id known in its place at that moment
	Confirmed int       // parts whose receipt is stored
}

// Queue is how a place stands in the outbox.
type Queue struct {
	Place   chat.Place
	Waiting int
	Oldest  time.Time // of those waiting
	Held    time.Time // not before, zero now
	Reason  string    // last error there, "" none
	Dead    int
}

// OutboxReader reads the outbox.
type OutboxReader interface {
	// Waiting are a network's waiting rows with a number above after, oldest
	// first, at most limit. Its cost does not grow with what was sent.
	Waiting(network string, after int64, limit int) ([]Queued, error)
	// Queues are all places with waiting or dead rows.
	Queues() ([]Queue, error)
	// Counterparts are where a heard message was sent to: its receipts.
	Counterparts(source string) ([]Counterpart, error)
}

// Counterpart is a message that a row became on another network.
type Counterpart struct {
	Place chat.Place
	ID    string // receipt id of the row's first part
	Sent  bool
	Row   int64
}

// OutboxWriter changes the outbox.
type OutboxWriter interface {
	OutboxReader
	// Post appends a row; first is false when its Key was posted before.
	Post(out chat.Outgoing) (row int64, first bool, err error)
	// Attempt marks rows that may be on the wire from now on. Slack needs it
	// before the call, to know what to look up after a crash.
	Attempt(rows []int64, mark string) error
	// Confirm stores how many parts of a row are known to have arrived, with
	// the newest receipt; when all have, the row is sent.
	Confirm(row int64, confirmed, of int, receipt chat.Receipt) error
	// Kill makes a row dead: its words will never be taken.
	Kill(row int64, reason string) error
	// Hold records that a place waits and why, for those who look after the
	// bot; a zero until ends it. What waits, the sender knows.
	Hold(place chat.Place, until time.Time, reason string) error
	// Expire ends waiting rows whose time is over. The sender, which alone knows
	// what is on the wire, says which.
	Expire(rows []int64) error
	// Blank removes the words of rows sent, dead or expired before t.
	Blank(t time.Time) (int, error)
}
