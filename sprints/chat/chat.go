// Package chat holds the words for what is said on any network: who said
// what, where, and what the bot answers. Adapters translate between these
// values and their platform; rules and commands know nothing else of networks.
// It uses the standard library only, performs no I/O and decides nothing.
package chat

import (
	"log/slog"
	"strings"
	"time"
)

// Place is somewhere words can stand: a channel of a network, or a thread in
// it, or the private conversation with one person (see Direct).
type Place struct {
	Network string `json:"network"`          // configured name, as "libera"
	Channel string `json:"channel"`          // the network's own id: "#sprints", "C024BE91L", or "@" and a Handle.ID
	Thread  string `json:"thread,omitempty"` // the network's id of the thread's root, "" for the channel itself
}

// Direct is the private conversation with h on h's network.
func Direct(h Handle) Place { return Place{Network: h.Network, Channel: "@" + h.ID} }

// DirectID returns the Handle.ID of the person whose private conversation p
// is, and false where p is a channel.
func (p Place) DirectID() (string, bool) { return strings.CutPrefix(p.Channel, "@") }

// Root is p without its thread: order and pace are kept for a whole channel.
func (p Place) Root() Place { p.Thread = ""; return p }

// String is "network #channel", as configuration names a place.
func (p Place) String() string { return p.Network + " " + p.Channel }

// LogValue is how logs name a place: a private conversation without the person.
func (p Place) LogValue() slog.Value {
	if _, direct := p.DirectID(); direct {
		return slog.StringValue(p.Network + " in private")
	}
	return slog.StringValue(p.String())
}

// Handle is one person's (or bot's) identity on one network.
type Handle struct {
	Network string `json:"network"`
	ID      string `json:"id"`                // stable key: Slack user id, "account:ada", "guest:…" for one connection, a browser token's hash
	Nick    string `json:"nick,omitempty"`    // what people see; never decides anything
	Account string `json:"account,omitempty"` // services account where the network has them
	Bot     bool   `json:"bot,omitempty"`     // a bot or app: relayed, never obeyed
}

// Guest says that the network vouches for this identity only as long as its
// connection lasts.
func (h Handle) Guest() bool { return strings.HasPrefix(h.ID, "guest:") }

// Kind is what happened in a place.
type Kind string

// The kinds of Message and Outgoing.
const (
	Said    Kind = "said"
	Action  Kind = "action" // "/me waves": Text is "waves"
	Edited  Kind = "edited" // Of names the message whose words Text replaces
	Deleted Kind = "deleted"
	Reacted Kind = "reacted"
	Joined  Kind = "joined"
	Left    Kind = "left"
	Topic   Kind = "topic"
	Renamed Kind = "renamed" // From is called so now; no words, and In is their private conversation
)

// Message is one thing that was heard.
type Message struct {
	ID        string        // key of the message on its network: a redelivery has the same; see reliability rules of each adapter
	In        Place         // where; Direct(From) for a private word
	From      Handle        // who
	At        time.Time     // when, by the network's clock where it tells, else ours
	Ago       time.Duration // how long ago, by that same clock, when it comes late (played back, fetched after a gap); 0 when as it is said
	Text      Text          // the words; for a command without the door in front of it
	Kind      Kind
	Of        string    // ID of the message that this edits, deletes, reacts or replies to; "" if none
	Under     string    // of an Edited: ID of the message in whose thread the words stand, "" in none
	OfAt      time.Time // when the words that this edits or deletes were said, zero where it is not told
	Addressed bool      // said to the bot: Text is a command line
	Door      string    // what the adapter took off in front of Text ("!", "sprintbot: "): Door+Text is what was said
	Direct    bool      // said in private
	Return    string    // opaque token of the adapter's own (a response URL, a trigger); goes back to it in Outgoing.Return
	Behind    bool      // heard before what was said earlier in its place is fetched: what is relayed of it waits for that
	Inline    bool      // the adapter gives the reply itself from hear's result (web forms, console); no row is sent
}

// Line is what was said, door included, as plain words.
func (m Message) Line() string { return m.Door + m.Text.Plain() }

// Heard is what came of one Message.
type Heard struct {
	First bool   // false: a redelivery, nothing was done
	Reply *Reply // the answer to an Inline message, nil if there is none
}
