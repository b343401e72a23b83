package sprints

import (
	"time"

	"sprintbot/sprints/chat"
)

// Flood is what a breaker stopped of what was said in a place: what nobody has
// been told of yet, and how much is kept for pages.
type Flood struct {
	Place       chat.Place
	Lines       int       // stopped, and not told yet
	First, Last time.Time // when the first and the last of them were said
	Page        string    // token of the page with them, "" none
	Kept        int       // words kept for pages since Since
	Since       time.Time // zero: none were ever kept
	Told        time.Time // when others were told last, zero never
}

// FloodReader reads what breakers stopped.
type FloodReader interface {
	// Flood is a place's, with nothing in it but the place if there is none.
	Flood(place chat.Place) (Flood, error)
	// Floods are those of which something is not told yet, by place.
	Floods() ([]Flood, error)
}

// FloodWriter keeps it.
type FloodWriter interface {
	FloodReader
	// SaveFlood replaces what is kept of f's place.
	SaveFlood(f Flood) error
}
