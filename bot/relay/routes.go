package relay

import (
	"slices"

	"sprintbot/sprints/chat"
)

// Bridge joins places into one conversation.
type Bridge struct {
	Join    []chat.Place
	From    []chat.Place // of Join, those whose words are carried; nil: all
	To      []chat.Place // of Join, those that hear the others; nil: all
	Private bool         // organizers' own: nothing is announced there from elsewhere
	Ways    Ways
}

// Carries says that what is said in one place is heard in the other.
func (b Bridge) Carries(from, to chat.Place) bool {
	return from != to && among(b.From, b.Join, from) && among(b.To, b.Join, to)
}

func among(some, all []chat.Place, p chat.Place) bool {
	if some == nil {
		some = all
	}
	return slices.Contains(some, p)
}

// Routes says which places hear each other.
type Routes []Bridge

// Others are the places that hear what is said in p, each once, in the
// order of the configuration; none when p is not bridged.
func (r Routes) Others(p chat.Place) []chat.Place {
	var others []chat.Place
	p = p.Root()
	for _, b := range r {
		for _, q := range b.Join {
			if b.Carries(p, q) && !slices.Contains(others, q) {
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

// Organizing are the places of private bridges.
func (r Routes) Organizing() []chat.Place {
	var all []chat.Place
	for _, b := range r {
		if b.Private {
			all = append(all, b.Join...)
		}
	}
	return all
}

// Everywhere are the places that a public answer goes to: p and the places
// that hear it, or every bridged place when none does (a private word) or p is
// organizers' own. A private bridge is never among them.
func (r Routes) Everywhere(p chat.Place) []chat.Place {
	own := r.Organizing()
	if others := r.Others(p); others != nil && !slices.Contains(own, p.Root()) {
		return append([]chat.Place{p.Root()}, others...)
	}
	var all []chat.Place
	for _, b := range r {
		for _, q := range b.Join {
			if !b.Private && !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	return all
}

// heardFrom are the places of a network whose words are heard in p.
func (r Routes) heardFrom(network string, p chat.Place) []chat.Place {
	var all []chat.Place
	for _, b := range r {
		for _, q := range b.Join {
			if q.Network == network && b.Carries(q, p.Root()) && !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	return all
}
