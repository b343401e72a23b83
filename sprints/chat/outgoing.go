package chat

import (
	"errors"
	"slices"
	"time"
)

// Lane ranks what waits for one place: a lower one goes first.
type Lane int

// The lanes of a place.
const (
	Answers       Lane = iota // replies to commands, direct messages
	Announcements             // what goes to every place at a stated time
	Relays                    // words of people, carried across
)

// Outgoing is one thing to say: a row of the outbox.
type Outgoing struct {
	Row       int64         `json:"-"`                // the row's number, set by the store
	Key       string        `json:"-"`                // unique for ever: posting it twice is posting it once
	To        Place         `json:"to"`               // where
	Lane      Lane          `json:"-"`                //
	Kind      Kind          `json:"kind"`             // Said or Action; Edited and Deleted change the message named by Of
	As        *Handle       `json:"as,omitempty"`     // the person whose words are relayed; nil when the bot speaks
	From      string        `json:"from,omitempty"`   // the network those words came from, as people know it ("IRC", "Slack")
	Doubt     bool          `json:"doubt,omitempty"`  // As goes by a name that may be taken for an organizer's, the bot's or a linked person's, and nobody has confirmed that it is theirs
	Reply     Reply         `json:"reply"`            // the words; a relay is Plain lines
	Of        string        `json:"of,omitempty"`     // receipt id or Message.ID on To.Network of the message this edits, deletes or replies to; of a Reacted the SourceKey of what is reacted to
	Return    string        `json:"return,omitempty"` // the adapter's own token, from Message.Return
	Source    string        `json:"-"`                // SourceKey of the message relayed, "" if none: finds the counterpart of an edit
	About     int64         `json:"about,omitempty"`  // row whose message this edits, deletes or replies to; the sender makes Of of it
	OfKey     string        `json:"-"`                // Key and number of parts of the row whose message this edits or deletes
	OfParts   int           `json:"-"`
	OfPosts   []string      `json:"-"`                // receipt ids of these parts, in order; "" and what is missing are not known
	Home      *Place        `json:"home,omitempty"`   // of a relay: where its words were said, if in a thread, or if several places of that network are heard in To
	Unsent    bool          `json:"unsent,omitempty"` // an Edited or Deleted for words that still wait, and no others
	Quiet     bool          `json:"quiet,omitempty"`  // a Deleted that is not said where the words can't be taken back
	Was       *Reply        `json:"was,omitempty"`    // of an Edited: the words shown now; where they can't be changed the difference is enough. nil: say the new ones whole
	Re        Text          `json:"re,omitempty"`     // whom and what it answers ("re ada: "), for networks without threads
	Quotes    string        `json:"quotes,omitempty"` // SourceKey of the message whose words Re quotes, "" none
	OfAt      time.Time     `json:"of_at,omitzero"`   // of a Deleted: when the words it takes back were said, by the event's clocks; zero not known
	Page      string        `json:"page,omitempty"`   // address of the words as a page, for networks on which they are long
	Behind    *Place        `json:"behind,omitempty"` // it waits until all that was said in that place meanwhile is heard; nil: for nothing
	Near      time.Duration `json:"near,omitempty"`   // how soon after one another a person's lines may share a post; 0 never
	Together  []Outgoing    `json:"-"`                // the rows that share this post, itself first; nil: it is alone
	At        time.Time     `json:"at"`               // when the words were said
	Times     []time.Time   `json:"times,omitempty"`  // one or two that the words tell as read at At, on the sprint's clocks; the sender has them name another day
	NotBefore time.Time     `json:"-"`                // zero: at once
	Expires   time.Time     `json:"-"`                // not sent after; zero: never expires
}

// Words are what to say where a reply can't stand under what it replies to:
// Re in front of the words.
func (o Outgoing) Words() Reply {
	words := o.Reply
	if len(o.Re) == 0 || len(words.Lines) == 0 || len(words.Lines[0].Cells) == 0 {
		return words
	}
	words.Lines = slices.Clone(words.Lines)
	first := words.Lines[0]
	first.Cells = slices.Clone(first.Cells)
	first.Cells[0] = slices.Concat(o.Re, first.Cells[0])
	words.Lines[0] = first
	return words
}

// Unquote takes the words that Re quotes out of it: they were taken back.
func (o *Outgoing) Unquote() {
	if o.Quotes != "" && len(o.Re) > 2 { // whom it answers stands first
		o.Re = append(slices.Clone(o.Re[:2]), Span{Text: ": "})
	}
	o.Quotes = ""
}

// TookBack says of a Deleted which words were taken back, without them: "took
// back what they said at 14:02".
func (o Outgoing) TookBack() string {
	if o.OfAt.IsZero() {
		return "took back a line"
	}
	at := o.OfAt.Format("at 15:04")
	if !o.At.IsZero() && o.At.In(o.OfAt.Location()).Format(time.DateOnly) != o.OfAt.Format(time.DateOnly) {
		at = o.OfAt.Format("on Mon at 15:04")
	}
	return "took back what they said " + at
}

// SourceKey names a heard message over all networks.
func SourceKey(network, id string) string { return network + "\x1f" + id }

// Relayed says that these are a person's words and not the bot's.
func (o Outgoing) Relayed() bool { return o.As != nil }

// Caveat is what readers must know of the speaker's name, in words that stand
// behind it; "" is nothing.
func (o Outgoing) Caveat() string {
	switch {
	case o.As == nil:
		return ""
	case o.Doubt:
		return "unconfirmed"
	case Mixed(o.As.Nick):
		return "mixed letters"
	}
	return ""
}

// Part is one thing to put on a network's wire: an IRC line, a Slack post.
// Render makes the parts of an Outgoing, always the same for the same row.
type Part struct {
	Out  Outgoing
	N    int    // 0-based number of this part
	Of   int    // how many parts the row has
	Body string // the adapter's own: a line of text, a JSON payload
}

// Receipt is the network's word that a Part arrived.
type Receipt struct {
	ID string    // the network's id of what was said (Slack ts, IRC msgid), "" where it gives none
	At time.Time // by the network's clock, else ours
}

// Manners are what can be done with words on a network; the zero value is one
// where they are said, one after the other, and stay.
type Manners struct {
	Rewrites bool // Edited and Deleted change what was said; elsewhere they are said
	Threads  bool // a reply can stand under what it replies to
	Retracts bool // where Rewrites is false: the server may take a Deleted's words back; else it is said, unless it is Quiet
	Short    bool // many lines are a burden: they are shown as a link to a page
}

// Pace is how fast a network may be spoken to. Zero values are no limit.
type Pace struct {
	Burst      int           // parts over the whole network that may go at once
	Every      time.Duration // then one part each
	PlaceBurst int           // the same for each channel
	PlaceEvery time.Duration
	Window     int // parts unconfirmed at most in one place
	Flight     int // parts unconfirmed at most over the network; 0 is no limit
}

// Status is how a network is, for people who look after it.
type Status struct {
	Up    bool      // words can be sent now
	Since time.Time // of this state
	Last  time.Time // when anything was last heard from the network
	Note  string    // the state in words, no secrets: "connected as sprintbot", "password refused"
	Fatal bool      // it gave up; a person must act
	Lacks bool      // it is up, but not for all it is configured for, until a person acts: Note says for what and why
}

// ErrOffline says that the network is away: the row waits and no attempt counts.
var ErrOffline = errors.New("the network is away")

// ErrPlace says that the place cannot be spoken in now: it waits, with all
// that is behind the row. The Reason is kept and shown: a code and the adapter's
// own words, never the network's, which may repeat what was said.
type ErrPlace struct{ Reason string }

// PlaceRefuses stands before the Reason in an ErrPlace's words, and so in why a
// place is held.
const PlaceRefuses = "the place refuses: "

func (e *ErrPlace) Error() string { return PlaceRefuses + e.Reason }

// ErrRefused says that these words will never be taken: the row is dead. Its
// Reason is made as that of ErrPlace.
type ErrRefused struct {
	Reason string
	Nobody bool // they went nowhere: who could hear them is gone for good. The row is over, and nothing to be looked after
}

func (e *ErrRefused) Error() string { return "the words are refused: " + e.Reason }

// RetryAfter says that the place must wait so long; no attempt counts.
type RetryAfter struct {
	Wait    time.Duration
	TooFast bool // it was spoken to too fast: the pace is to blame
}

func (e *RetryAfter) Error() string { return "asked to wait " + e.Wait.String() }
