package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// PasteKept is how long words too long for a line are kept as a page.
const PasteKept = 24 * time.Hour

// Paste is words of a person that are too long for some network, kept for a
// while as a page that only those who were given its address find.
type Paste struct {
	Token  string      // unguessable, of the page's address
	Source string      // chat.SourceKey of the message
	Who    chat.Handle // Network, ID and Nick of who said it
	Place  string      // where, as people know it: "Slack"
	Text   chat.Text
	At     time.Time // when it was said
	Until  time.Time
}

// Skipped are a person's words that some place did not get. Those told of
// together share a page: their Token.
type Skipped Paste

// PasteReader reads pages of long words.
type PasteReader interface {
	// Paste is the page with a token, ErrNotFound when there is none or its
	// time is over.
	Paste(token string) (Paste, error)
	// PasteOf is the page of a message, found by its SourceKey.
	PasteOf(source string) (Paste, error)
	// PastesBy is how many pages hold words of h.
	PastesBy(h chat.Handle) (int, error)
	// Skipped are the words of a page of skipped ones, by when they were said;
	// none when there is no such page or its time is over.
	Skipped(token string) ([]Skipped, error)
}

// PasteWriter keeps pages of long words.
type PasteWriter interface {
	PasteReader
	// SavePaste keeps p, in place of an earlier one of the same Source, whose
	// Token stays.
	SavePaste(p Paste) error
	// SaveSkipped adds words to their page; what is there stays.
	SaveSkipped([]Skipped) error
	// RewordSkipped replaces the words of a message on the pages of skipped ones.
	RewordSkipped(source string, words chat.Text) error
	// DropPaste removes the page of a message, if it has one, and its words from
	// the pages of skipped ones.
	DropPaste(source string) error
	// PrunePastes removes pages whose time was over at t and returns how many,
	// each of the skipped words counted.
	PrunePastes(t time.Time) (int, error)
}
