package relay

import (
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Gapped is a Network that fetches what was said while nobody listened.
type Gapped interface {
	// Gap is closed once all that was said in place meanwhile is heard; nil when
	// there is nothing to wait for.
	Gap(place chat.Place) <-chan struct{}
}

// GapsOf asks the network of a place for its gap.
func GapsOf(networks []Network) func(chat.Place) <-chan struct{} {
	byName := map[string]Gapped{}
	for _, n := range networks {
		if g, ok := n.(Gapped); ok {
			byName[n.Name()] = g
		}
	}
	return func(p chat.Place) <-chan struct{} {
		if g := byName[p.Network]; g != nil {
			return g.Gap(p.Root())
		}
		return nil
	}
}

// WaitFor has rows that are Behind wait for the gap of the place they come
// from. It is called before Run.
func (s *Sender) WaitFor(gaps func(chat.Place) <-chan struct{}) { s.gaps = gaps }

// gapOf is what a row waits for, and has its end wake the loop.
func (s *Sender) gapOf(w sprints.Queued) <-chan struct{} {
	if w.Behind == nil {
		return nil
	}
	gap := s.gaps(*w.Behind)
	if gap != nil && !s.watched[gap] {
		s.watched[gap] = true
		s.work.Go(func() {
			select {
			case <-gap:
				s.later(func() { delete(s.watched, gap) })
			case <-s.ended:
			}
		})
	}
	return gap
}
