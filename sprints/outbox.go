package sprints

import (
	"fmt"
	"time"

	"sprintbot/sprints/chat"
)

// Queued is a row of the outbox that waits to be sent.
type Queued struct {
	chat.Outgoing
	Attempted time.Time // when it may first have gone out, zero never
	Mark      string    // newest id known in its place at that moment
	Confirmed int       // parts whose receipt is stored
	Joined    int64     // row in whose post this one goes, 0 it goes by itself
}

// Outside is why what waits for a place waits that is not in the configuration
// any more.
const Outside = "not in the configuration any more"

// Queue is how a place stands in the outbox.
type Queue struct {
	Place   chat.Place
	Waiting int       // rows that may go by now
	Oldest  time.Time // since when one of them may; zero none waits
	Held    time.Time // not before, zero now
	Reason  string    // last error there, "" none
	Dead    int
	Undone  int // edits and deletions among the dead: their message stands as it was
}

// Absent says that what waits is for somebody who is not there to hear it, which
// nobody else need look after.
func (q Queue) Absent() bool {
	_, direct := q.Place.DirectID()
	return direct && q.Reason != ""
}

// Refused is what was refused there for good, "" if nothing was: "3 refused for
// good, 1 of them edits or deletions".
func (q Queue) Refused() string {
	switch {
	case q.Dead == 0:
		return ""
	case q.Undone == 0:
		return fmt.Sprintf("%d refused for good", q.Dead)
	case q.Undone == q.Dead:
		return fmt.Sprintf("%d refused for good, edits or deletions", q.Dead)
	}
	return fmt.Sprintf("%d refused for good, %d of them edits or deletions", q.Dead, q.Undone)
}

// OutboxReader reads the outbox.
type OutboxReader interface {
	// Waiting are a network's waiting rows with a number above after, oldest
	// first, at most limit. Its cost does not grow with what was sent.
	Waiting(network string, after int64, limit int) ([]Queued, error)
	// WaitingIn are the same of one place, with its threads.
	WaitingIn(place chat.Place, after int64, limit int) ([]Queued, error)
	// Queues are all places with waiting or dead rows.
	Queues() ([]Queue, error)
	// Counterparts are where a heard message was sent to, oldest first, with
	// the edits of it that were posted; not what was withdrawn or has expired.
	Counterparts(source string) ([]Counterpart, error)
	// Carried are the rows that became the message with that receipt in a
	// channel: none if it is not the bot's, several if they share a post.
	Carried(channel chat.Place, receipt string) ([]Counterpart, error)
	// Posted says whether a row with that key was ever posted.
	Posted(key string) (bool, error)
	// Together are the rows that share a post with row, the first one first, or
	// row alone; none if there is no such row.
	Together(row int64) ([]Counterpart, error)
}

// Counterpart is a message that a row became on another network.
type Counterpart struct {
	Place   chat.Place
	ID      string // receipt id of the row's first part
	Sent    bool
	Waiting bool // neither sent nor dead
	Row     int64
	Key     string
	Parts   int            // how many parts it has, 0 not known
	Posts   []string       // receipt ids of its parts, in order, as far as they are known
	At      time.Time      // when it was posted, or could be sent first where that is later
	Out     *chat.Outgoing // with the words as they are shown now; nil once they are removed
}

// OutboxWriter changes the outbox.
type OutboxWriter interface {
	OutboxReader
	// Post appends a row; first is false when its Key was posted before.
	Post(out chat.Outgoing) (row int64, first bool, err error)
	// Attempt marks rows that may be on the wire from now on. Slack needs it
	// before the call, to know what to look up after a crash.
	Attempt(rows []int64, mark string) error
	// Join records that rows go in one post, the first of them leading; a row
	// alone goes by itself from now on.
	Join(rows []int64) error
	// Reword replaces the words of a row that has not been blanked, and the
	// address of their page.
	Reword(row int64, words chat.Reply, page string) error
	// Unquote takes the words of a heard message, which were taken back, out of
	// what waiting rows quote of it (Outgoing.Quotes), and returns those rows.
	Unquote(source string) ([]Counterpart, error)
	// Withdraw ends waiting rows whose words nobody wants to be sent any more,
	// and removes the words.
	Withdraw(rows []int64) error
	// Confirm stores how many parts of a row are known to have arrived, with
	// the newest receipt; when all have, the row is sent.
	Confirm(row int64, confirmed, of int, receipt chat.Receipt) error
	// Posts stores the receipt ids of the parts that a row, and all that share
	// its post, have now, in order; "" is one that is not known, or known already.
	Posts(row int64, ids []string) error
	// Kill makes a row dead: its words will never be taken.
	Kill(row int64, reason string) error
	// Hold records that a place waits and why, for those who look after the
	// bot; a zero until ends it. What waits, the sender knows.
	Hold(place chat.Place, until time.Time, reason string) error
	// Learned keeps the pace that refusals in a place have taught, one part each;
	// 0 is none.
	Learned(place chat.Place, every time.Duration) error
	// Expire ends waiting rows whose time is over. The sender, which alone knows
	// what is on the wire, says which.
	Expire(rows []int64) error
	// Blank removes the words of rows sent, dead or expired before t.
	Blank(t time.Time) (int, error)
	// BlankAlone is Blank without the rows that share a post: an edit of one
	// makes the post anew of the words of all.
	BlankAlone(t time.Time) (int, error)
}
