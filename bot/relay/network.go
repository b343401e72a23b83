// Package relay carries words between networks: which place a message goes to
// (routes), how it is attributed, and the sender that empties the outbox in
// order, at each network's pace, until the network confirms. bot wires it;
// it knows no platform, and it never answers commands.
package relay

import (
	"context"
	"time"

	"sprintbot/sprints/chat"
)

// Hear takes what was heard on a network, in order, 1 to 64 at a time. It
// returns after the commit; only then may the adapter acknowledge to the
// platform. On an error nothing was kept: the adapter does not acknowledge, or
// tries the same batch again.
type Hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)

// Network is one chat network as the relay sees it; every adapter is one.
type Network interface {
	// Name is the configured name, "libera".
	Name() string
	// Run connects, keeps connected, and gives what it hears to hear from one
	// goroutine, in order, until ctx ends (nil) or the network fails for good
	// (the reason, without secrets). The bot's own words, and those of known
	// relays, never reach hear. All its goroutines have ended when it returns.
	Run(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) error
	// Render makes the parts of a row: the same for the same row, at least one.
	Render(out chat.Outgoing) []chat.Part
	// Send puts one part on the wire and returns at once; done is called
	// exactly once, from any goroutine, when the network confirms or refuses:
	// with nil and a receipt; chat.ErrOffline (not connected, or the link died
	// before confirmation); *chat.RetryAfter; *chat.ErrPlace; *chat.ErrRefused;
	// any other error is tried again like ErrPlace. Parts given for one place
	// reach it in that order.
	Send(ctx context.Context, part chat.Part, done func(chat.Receipt, error))
	// Pace is how fast Send may be called now.
	Pace() chat.Pace
	// Status is how the network is.
	Status() chat.Status
	// Changed ticks (capacity 1) when Status or Pace changed: a network that
	// came up is written to at once.
	Changed() <-chan struct{}
}

// Finder is a Network that can look up whether a part it may have sent before
// a crash has arrived: after is the Mark stored at the attempt. Rows of other
// networks in that doubt are sent again.
type Finder interface {
	Find(ctx context.Context, part chat.Part, after string) (receipt chat.Receipt, found bool, err error)
	// Newest is the newest message id known in a place, stored at an attempt.
	Newest(place chat.Place) string
}

// Recaller is a Network that may be able to read back what it has said, as an
// IRC server with history: nothing is committed before the wire, and only what
// was unconfirmed when the link or the bot died is looked for.
type Recaller interface {
	// Recalls says that what was said in a place can be read back; else what may
	// have arrived there is said again. A network that is away can't tell and says
	// so: then Recall says chat.ErrOffline.
	Recalls(place chat.Place) bool
	// Recall looks for parts of one place among the bot's own words that stand
	// there since a moment of this machine's clock. It gives a receipt for each
	// part, one without ID for those that are not there. Words whose id known
	// says are another row's count as none of them.
	Recall(ctx context.Context, parts []chat.Part, since time.Time, known func(id string) bool) ([]chat.Receipt, error)
}

// Learner is a Network that goes slower than it was told to once its server
// showed that this is too fast.
type Learner interface {
	// Learned is that pace, one part each; 0 where nothing was learned.
	Learned() time.Duration
}

// Linker is a Network that can lead people to words said there.
type Linker interface {
	// Link is the address of a message, by its id and the thread it stands in, ""
	// for none; "" where it is not known.
	Link(id, thread string) string
}

// Mannered is a Network that says what can be done with words there.
type Mannered interface{ Manners() chat.Manners }

// MannersOf are the manners of networks, by name.
func MannersOf(networks []Network) map[string]chat.Manners {
	all := make(map[string]chat.Manners, len(networks))
	for _, n := range networks {
		if m, ok := n.(Mannered); ok {
			all[n.Name()] = m.Manners()
		}
	}
	return all
}

// Joiner is a Network that can say several people's lines in one post, each
// with its speaker: Render makes one part of a row with Together set.
type Joiner interface {
	// Joins says that next fits into the post of those before it.
	Joins(before []chat.Outgoing, next chat.Outgoing) bool
}

// Watcher is a Network on which a nick may become a stranger's, and which sees
// who is there.
type Watcher interface {
	// Gone says that h is seen to be there no more, by id. It may be called from
	// any goroutine.
	Gone(h chat.Handle) bool
}

// GoneFrom says that h is gone from its network, one of these, as far as that
// can be seen.
func GoneFrom(networks []Network, h chat.Handle) bool {
	for _, n := range networks {
		if w, ok := n.(Watcher); ok && n.Name() == h.Network {
			return w.Gone(h)
		}
	}
	return false
}
