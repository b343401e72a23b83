package irc

import (
	"context"
	"maps"
	"time"

	"sprintbot/sprints/chat"
)

// serving is which channels are joined, and their keys.
type serving struct {
	channels []string
	keys     map[string]string
}

// serves are the channels and their keys now.
func (n *Network) serves() (channels []string, keys map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.served.channels, n.served.keys
}

// Serve changes which channels are joined, and their keys, as in Config, which
// must be such as New takes; nothing else of the connection changes. It may be
// called from any goroutine, also before and after Run.
func (n *Network) Serve(ctx context.Context, channels []string, keys map[string]string) {
	marks := n.marked(ctx, channels)
	n.mu.Lock()
	n.served = serving{channels, keys}
	s := n.now
	n.mu.Unlock()
	if s != nil {
		s.locked(func() { s.serve(channels, marks) })
	}
}

// marked is how far channels were heard, as far as that can be read.
func (n *Network) marked(ctx context.Context, channels []string) map[string]mark {
	marks := map[string]mark{}
	if n.cfg.Mark == nil {
		return marks
	}
	for _, name := range channels {
		if heard, err := n.cfg.Mark(ctx, chat.Place{Network: n.cfg.Name, Channel: name}); err == nil {
			marks[name] = mark{id: heard.ID, at: heard.At, first: heard.First}
		}
	}
	return marks
}

// serve leaves the channels that are served no more, and asks for the new ones.
func (s *session) serve(channels []string, marks map[string]mark) {
	if s.over {
		return // the next connection begins with them
	}
	before := maps.Clone(s.rooms)
	for _, name := range channels {
		key := s.folding.fold(name)
		if r := before[key]; r == nil {
			s.rooms[key] = &room{name: name}
			if _, known := s.n.marks[name]; !known && !marks[name].at.IsZero() {
				s.n.marks[name] = marks[name]
			}
		} else if r.name = name; !r.joined {
			r.asked = time.Time{} // it may have another key
		}
		delete(before, key)
	}
	for key, r := range before {
		if r.joined || !r.asked.IsZero() { // the answer to a JOIN may be under way
			s.link.send("PART " + r.name)
		}
		if r.joined {
			s.parted(s.nick, r.name, "served no more")
		}
		delete(s.rooms, key)
	}
	s.joinDue(time.Now())
	s.announce()
}
