package irc

import (
	"strings"
	"sync"

	"sprintbot/sprints/chat"
)

// leftMost bounds how many are remembered as gone; the rest are taken for gone
// when nobody is seen by their nick.
const leftMost = 10000

// leavers are the ids of people who were seen to leave, until they are seen
// again. They outlast connections, and are asked for from any goroutine.
type leavers struct {
	mu  sync.Mutex
	ids map[string]bool
}

// keep notes whether an id is gone.
func (l *leavers) keep(id string, gone bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !gone {
		delete(l.ids, id)
		return
	}
	if l.ids == nil || len(l.ids) >= leftMost {
		l.ids = map[string]bool{}
	}
	l.ids[id] = true
}

func (l *leavers) has(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids[id]
}

// Gone says that h, once of this network, is seen to be in none of its channels
// that the bot is in, so that h's nick may be somebody else's: until the account
// is seen again, for good for a guest. While it can't be seen, it is as it was.
// It may be called from any goroutine.
func (n *Network) Gone(h chat.Handle) bool {
	n.mu.Lock()
	s := n.now
	n.mu.Unlock()
	if s != nil {
		gone, sure := false, false
		s.locked(func() { gone, sure = s.isGone(h) })
		if sure {
			n.left.keep(h.ID, gone)
			return gone
		}
	}
	return n.left.has(h.ID)
}

// isGone is Gone as this connection sees it; not sure where it can't tell.
func (s *session) isGone(h chat.Handle) (gone, sure bool) {
	in := 0
	for _, r := range s.rooms {
		if r.joined {
			if in++; !r.named {
				return false, false
			}
		}
	}
	if !s.ready || in == 0 {
		return false, false
	}
	account, has := strings.CutPrefix(h.ID, "account:")
	is := func(p *person) bool {
		return p != nil && len(p.channels) > 0 && (has && p.account != "" && s.folding.same(p.account, account) || p.guest == h.ID)
	}
	p := s.people[s.folding.fold(h.Nick)]
	if is(p) { // mostly, and found without going through all
		return false, true
	}
	for _, other := range s.people {
		if is(other) {
			return false, true
		}
	}
	if strings.HasPrefix(h.ID, "guest:"+s.id) {
		return true, true
	}
	// Somebody who was there before us, and of whom no account is known, may be them.
	return true, p == nil || len(p.channels) == 0 || p.took || has && p.asked
}

// logged notes what the server says of a person's account, "" none.
func (s *session) logged(p *person, account string) {
	if p.account, p.asked = account, true; account != "" {
		s.n.left.keep("account:"+s.folding.fold(account), false)
	}
}

// leftUs notes that somebody is in no channel of ours any more.
func (s *session) leftUs(p *person) {
	if p != nil && (p.account != "" || p.guest != "") {
		s.n.left.keep(s.handle(p).ID, true)
	}
}
