package relay

import (
	"slices"

	"sprintbot/sprints/chat"
)

// Bridge joins places into one conversation.
type Bridge struct {
	Join []chat.Place
	Ways Ways
}

// Routes says which places hear each other.
type Routes []Bridge

// Others are the places that hear what is said in p, each once, in the
// order of the configuration; none when p is not bridged.
func (r Routes) Others(p chat.Place) []chat.Place {
	var others []chat.Place
	p = p.Root()
	for _, b := range r {
		if !slices.Contains(b.Join, p) {
			continue
		}
		for _, q := range b.Join {
			if q != p && !slices.Contains(others, q) {
				others = append(others, q)
			}
		}
	}
	return others
}

// Joins says that p is in a bridge.
func (r Routes) Joins(p chat.Place) bool {
	return slices.ContainsFunc(r, func(b Bridge) bool { return slices.Contains(b.Join, p.Root()) })
}

// Everywhere are the places that a public answer goes to: p and the places
// bridged with it, or every bridged place when p is not bridged (a private
// word).
func (r Routes) Everywhere(p chat.Place) []chat.Place {
	if others := r.Others(p); others != nil {
		return append([]chat.Place{p.Root()}, others...)
	}
	var all []chat.Place
	for _, b := range r {
		for _, q := range b.Join {
			if !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	return all
}
