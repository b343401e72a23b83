// Package sprints is the domain of a sprint coordination bot: its nouns, the
// rules about them, the refusals people read, and the contract of the store
// that keeps it all. Commands, jobs, pages and adapters call it; it imports
// the standard library and its own subpackages only, and performs no I/O.
package sprints

import (
	"context"
	"errors"
	"time"
)

// ErrNotFound is what readers of one thing return when it is not there.
var ErrNotFound = errors.New("not found")

// ErrNested is returned by a Write inside a Write.
var ErrNested = errors.New("a write inside a write")

// ErrUnavailable is wrapped by every error that says the store itself can't
// keep anything now (disk full, read-only, damaged), whatever is asked of it.
// What was being stored must be offered again, not dropped.
var ErrUnavailable = errors.New("the store can't be written now")

// Store keeps everything. storetest holds the contract every store must pass.
type Store interface {
	// Read runs fn on one unchanging state. Many reads run at once.
	Read(ctx context.Context, fn func(View) error) error
	// Write runs fn, all or nothing. Calls waiting at one instant share a
	// commit, each in a savepoint of its own, and return after that commit. ctx
	// ends only the wait for a turn. fn may run again if the shared commit must
	// be repeated, so it changes nothing but what tx gives it. A Write inside a
	// Write returns ErrNested.
	Write(ctx context.Context, fn func(Tx) error) error
	// WriteSoon is Write for what can wait a little: it rides in the next
	// commit, and gets one of its own when none came within that time. Who waits
	// no longer calls Write, with nothing to do if need be.
	WriteSoon(ctx context.Context, within time.Duration, fn func(Tx) error) error
	// Changes is a channel of the caller's own, capacity 1, that gets a tick
	// after each commit until ctx ends.
	Changes(ctx context.Context) <-chan struct{}
}

// View is what may be read. Each noun's part is declared in the noun's file;
// a rule takes the narrowest part that it needs.
type View interface {
	Clocked
	EventReader
	PersonReader
	ProjectReader
	PageReader
	RepoReader
	IssueReader
	ClaimReader
	TableReader
	SeatReader
	CountReader
	TalkReader
	OutboxReader
	ThreadReader
	PasteReader
	PictureReader
	BridgeReader
	JobReader
	AuditReader
}

// Tx is a View that may also write.
type Tx interface {
	View
	EventWriter
	PersonWriter
	ProjectWriter
	PageWriter
	RepoWriter
	IssueWriter
	ClaimWriter
	TableWriter
	SeatWriter
	CountWriter
	TalkWriter
	OutboxWriter
	ThreadWriter
	PasteWriter
	PictureWriter
	BridgeWriter
	JobWriter
	AuditWriter
	// Try runs fn in a savepoint: its error undoes what fn wrote, and nothing
	// else, and is returned.
	Try(fn func() error) error
}

// Clocked tells the instant of a View, fixed at its start.
type Clocked interface{ Now() time.Time }
