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
type gap struct {
	place chat.Place
	over  bool
}

// gapOf is what a row waits for, and has its end wake the loop.
func (s *Sender) gapOf(w sprints.Queued) *gap {
	if w.Behind == nil {
		return nil
	}
	end := s.gaps(*w.Behind)
	if known := s.watched[end]; known != nil {
		return known[0]
	}
	g := &gap{place: *w.Behind}
	s.watch(end, g)
	return g
}

// watch has the end of a gap wake the loop; nil is over, perhaps since the
// store was read.
func (s *Sender) watch(end <-chan struct{}, g *gap) {
	if end == nil {
		s.later(func() { s.read = append(s.read, g) })
		return
	}
	s.watched[end] = append(s.watched[end], g)
	if len(s.watched[end]) > 1 {
		return
	}
	s.work.Go(func() {
		select {
		case <-end:
			s.later(func() {
				s.read = append(s.read, s.watched[end]...) // none, if they wait for another end by now
				delete(s.watched, end)
			})
		case <-s.ended:
		}
	})
}

// regard asks for all gaps anew: that of a network which was started again, or
// is gone, never ends.
func (s *Sender) regard() {
	for end, all := range s.watched {
		now := s.gaps(all[0].place)
		if now == end || ended(end) {
			continue
		}
		delete(s.watched, end)
		for _, g := range all {
			s.watch(now, g)
		}
	}
}

// ended says that a gap is over.
func ended(end <-chan struct{}) bool {
	select {
	case <-end:
		return true
	default:
		return false
	}
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
