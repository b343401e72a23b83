// Package commands is the one table of what can be said to the bot, the parser
// and the gate in front of it, and a file of handlers for each topic. hear
// calls it with every message addressed to the bot, whatever the door; it
// never touches a network: slow facts are rows that jobs keep fresh.
//
// Every answer has at most six lines, on every network: what is longer keeps
// its first five, and ends in "more", which shows the next ones for ten
// minutes. So nobody is flooded where six lines are much, and a handler never
// counts lines; where there is a page, its address goes first.
package commands

import (
	"context"
	"log/slog"

	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

// Access is who may run a command.
type Access int

// The rights, each including the ones above it.
const (
	Anyone Access = iota
	Lead          // of the project that is named; handlers check it by call.MustLead
	Organizer
)

// Command is one row of the table: parsing, help, docs/commands.md, Slack's
// manifest and the gate all come from it.
type Command struct {
	Name     string   // "table claim": one or two words
	Aliases  []string // synonyms, "assign"
	Usage    string   // arguments, "B4 [seats 8]"
	Summary  string   // one sentence, for help
	Detail   string   // what it stores and who sees it, for help VERB; may be ""
	Examples []string // whole command lines; a test runs each through the real gate
	Access   Access
	Private  bool // refused in channels: what it says or asks is for one person
	Min, Max int  // number of arguments; Max -1 takes any number
	Free     bool // arguments are free words, kept as typed with their full stop
	Run      func(ctx context.Context, tx sprints.Tx, call *Call) (chat.Reply, error)
}

// Desk answers what is said to the bot. Its fields are set once, by bot.
type Desk struct {
	// Organizer says whether an identity is configured as an organizer's.
	Organizer func(network, key string) bool
	// PageURL is the address people are sent to, "" without a page.
	PageURL string
	// Status tells how the networks are, by name.
	Status func() map[string]chat.Status
	// Chart keeps the chart of the days' attendance and gives it as an answer
	// carries it: nil where there is nothing to see. nil: there are no charts.
	Chart func(tx sprints.Tx, e sprints.Event, days []attendance.Day) (*chat.Picture, error)
	// Bridging is what commands about bridges work with; its zero value has none.
	Bridging Bridging
	Log      *slog.Logger
}

// Outcome is what came of an addressed message.
type Outcome struct {
	// Reply goes to the asker, in private (inline where the door takes it).
	Reply chat.Reply
	// Announce goes to every place of the bridge the words were said in, or of
	// all bridges when said in private, once.
	Announce []chat.Reply
	// Refused: the reply says why nothing was done, and what to try instead.
	Refused bool
	// Reload: the configuration is to be read again, once this is kept.
	Reload bool
	// Forgot are who was forgotten: what else remembers them is to forget them,
	// once this is kept.
	Forgot []chat.Handle
	// Ignored: not a command and nothing close to one (a stray "!word" in a
	// channel): the bot stays silent and the words are relayed as said.
	Ignored bool
}
