package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// Threaded is somebody's last word in a thread of a channel.
type Threaded struct {
	Who  chat.Handle // Network, ID and Nick
	In   chat.Place  // with its Thread
	Last time.Time
}

// ThreadReader tells who talks in which thread.
type ThreadReader interface {
	// Threads are those who spoke last in a thread of a channel after since, and
	// not outside of it since then; the newest first.
	Threads(channel chat.Place, since time.Time) ([]Threaded, error)
}

// ThreadWriter remembers who talks in which thread.
type ThreadWriter interface {
	ThreadReader
	// Spoke keeps where in its channel h spoke last, and when: in a thread, or
	// outside of any, which forgets the thread before.
	Spoke(h chat.Handle, in chat.Place, at time.Time) error
	// PruneThreads forgets what was last said before t and returns how many.
	PruneThreads(t time.Time) (int, error)
}
