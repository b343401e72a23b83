package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// Pause is a place whose relays wait because an organizer said so: what was
// posted to it is not sent, what is said in it is not carried.
type Pause struct {
	Place       chat.Place
	At          time.Time
	Skipped     int       // lines said there since and not carried
	First, Last time.Time // when the first and the last of them were said
}

// Ignored is another relay that speaks in our channels: what it says is
// neither carried nor obeyed. Who is an id, "account:NAME", or a nick in which
// * stands for anything.
type Ignored struct {
	Network, Who string
	At           time.Time
}

// Traffic is how a place stands, for people who look after the bridge.
type Traffic struct {
	Queue
	Heard   time.Time     // newest words heard there, zero none
	Sent    time.Time     // newest words that arrived there, zero none
	Paused  time.Time     // since when its relays wait, zero they do not
	Learned time.Duration // one part each, as the network's refusals there have taught; 0 nothing
}

// NetworkState is how a network is, as the running bot last said: for those
// who look beside it, and for its next start.
type NetworkState struct {
	Name    string
	Status  chat.Status   // Last is not kept
	Pace    chat.Pace     // Every and PlaceEvery alone are kept
	Learned time.Duration // one message each, as the server's refusals have taught; 0 nothing
	Told    time.Time     // when organizers were told that it gave up; zero: they need not hear that it is back
	At      time.Time
}

// BridgeReader reads how bridges are.
type BridgeReader interface {
	FloodReader
	Pauses() ([]Pause, error)
	Ignored() ([]Ignored, error)
	// Trusted are who an organizer says is no relay, named as who is ignored.
	Trusted() ([]Ignored, error)
	// Traffic is every channel heard or spoken in, and private conversations
	// in which something waits or is dead, by network and channel. Its cost does
	// not grow with what was sent.
	Traffic() ([]Traffic, error)
	// Networks are all whose state was saved last, by name.
	Networks() ([]NetworkState, error)
}

// BridgeWriter changes them.
type BridgeWriter interface {
	BridgeReader
	FloodWriter
	// PauseBridge makes a place's relays wait; first is false where they did.
	PauseBridge(place chat.Place) (first bool, err error)
	// ResumeBridge ends a pause and says what it was, ErrNotFound if there is none.
	ResumeBridge(place chat.Place) (Pause, error)
	// SkipLine counts a line said at an instant in a paused place.
	SkipLine(place chat.Place, said time.Time) error
	// Ignore adds to what is ignored, and takes it out of what is trusted; first
	// is false where it was there.
	Ignore(network, who string) (first bool, err error)
	// Heed takes it back; there is false where it was not ignored.
	Heed(network, who string) (there bool, err error)
	// SaveNetworks replaces what is kept of networks; At is the write's instant.
	SaveNetworks([]NetworkState) error
	// Trust adds to what is trusted; first is false where it was there.
	Trust(network, who string) (first bool, err error)
	// Revive makes a place's dead rows wait again behind all others, the zero
	// place every one's, with as much time as they had. Rows whose words were
	// removed are over, as if they had expired, and are counted as gone.
	Revive(place chat.Place) (again, gone int, err error)
}
