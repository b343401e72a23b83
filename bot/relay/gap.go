package relay

import (
	"context"

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

// gap is what rows wait for that came out of turn.
type gap struct{ over bool }

// gapOf is what a row waits for, and has its end wake the loop.
func (s *Sender) gapOf(w sprints.Queued) *gap {
	if w.Behind == nil {
		return nil
	}
	end := s.gaps(*w.Behind)
	if end == nil { // over, perhaps since the store was read
		g := &gap{}
		s.later(func() { s.read = append(s.read, g) })
		return g
	}
	g := s.watched[end]
	if g == nil {
		g = &gap{}
		s.watched[end] = g
		s.work.Go(func() {
			select {
			case <-end:
				s.later(func() {
					delete(s.watched, end)
					s.read = append(s.read, g)
				})
			case <-s.ended:
			}
		})
	}
	return g
}

// release lets rows go whose gap is over, once those that the gap held are
// taken from the store: they go first.
func (s *Sender) release(ctx context.Context) {
	if len(s.read) == 0 {
		return
	}
	read := s.read
	s.read = nil
	if s.load(ctx); !s.reload.IsZero() {
		s.read = append(s.read, read...)
		return
	}
	for _, g := range read {
		g.over = true
	}
}
