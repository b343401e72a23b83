package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// staff knows by what names organizers and the bot go, so that nobody else can
// pass for them unnoticed. Its methods may be called from any goroutine.
type staff struct {
	mu    sync.Mutex
	own   []string               // the bot's names
	kept  []string               // names of organizers, as the store and the configuration know them
	heard map[chat.Handle]string // what organizers who spoke are called, by network and id; lost at a restart
	looks map[string]bool        // of all these names
}

func newStaff() *staff {
	s := &staff{own: []string{"sprintbot"}, heard: map[chat.Handle]string{}}
	s.settle()
	return s
}

// settle makes the looks anew. The lock is held, or s is nobody else's yet.
func (s *staff) settle() {
	s.looks = map[string]bool{}
	for _, name := range s.all() {
		for _, l := range chat.Looks(name) {
			s.looks[l] = true
		}
	}
}

func (s *staff) all() []string {
	return slices.Concat(s.own, s.kept, slices.Sorted(maps.Values(s.heard)))
}

// names are all that nobody else may be called by on the page.
func (s *staff) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all()
}

// saw keeps what an organizer is called.
func (s *staff) saw(h chat.Handle) {
	key := chat.Handle{Network: h.Network, ID: h.ID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.Nick != "" && s.heard[key] != h.Nick {
		s.heard[key] = h.Nick
		s.settle()
	}
}

// looksLike says that a name may be taken for one of these.
func (s *staff) looksLike(name string) bool {
	looks := chat.Looks(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(looks, func(l string) bool { return s.looks[l] })
}

// know takes the names of the bot and of the organizers: of those the
// configuration names, all that the store knows them by.
func (s *staff) know(v sprints.PersonReader, own []string, organizers []Organizer) error {
	var kept []string
	for _, o := range organizers {
		if account, ok := strings.CutPrefix(o.Key, "account:"); ok {
			kept = append(kept, account)
		}
		p, err := v.PersonOf(chat.Handle{Network: o.Network, ID: o.Key})
		if errors.Is(err, sprints.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		ids, err := v.Identities(p.ID)
		if err != nil {
			return err
		}
		kept = append(kept, p.Nick)
		for _, id := range ids {
			kept = append(kept, id.Nick)
		}
	}
	kept = slices.DeleteFunc(kept, func(name string) bool { return name == "" })
	slices.Sort(kept)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own, s.kept = own, slices.Compact(kept)
	maps.DeleteFunc(s.heard, func(h chat.Handle, _ string) bool { // who is no organizer any more
		return !slices.ContainsFunc(organizers, func(o Organizer) bool {
			return o.Network == h.Network && strings.EqualFold(o.Key, h.ID)
		})
	})
	s.settle()
	return nil
}

// doubts says that h, as shown on a network, goes by a name that may be taken
// for an organizer's or the bot's, and is not known to be an organizer: neither
// is this identity one's nor another that is linked with it; or that h is a
// namesake. It is called inside hear.
func (e *ear) doubts(v sprints.PersonReader, h chat.Handle, there string) (bool, error) {
	if e.desk.Organizer(h.Network, h.ID) {
		return false, nil
	}
	if !e.guard.staff.looksLike(h.Nick) {
		return namesake(v, h, there, e.carrier.Gone)
	}
	p, err := v.PersonOf(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	ids, err := v.Identities(p.ID)
	return err == nil && !slices.ContainsFunc(ids, func(i sprints.Identity) bool { return e.desk.Organizer(i.Network, i.Key) }), err
}

// reserved are names that no visitor of the lobby may wear, as of now.
func (b *bot) reserved() []string { return b.ear.guard.staff.names() }

// readers are who else reads the lobby, as of now.
func (b *bot) readers() []string { return b.ear.guard.names.Load().readers }

// doubted is doubts for those outside hear, as of now.
func (b *bot) doubted(ctx context.Context, h chat.Handle) (doubt bool, err error) {
	b.ear.mu.RLock()
	defer b.ear.mu.RUnlock()
	err = b.store.Read(ctx, func(v sprints.View) (err error) {
		doubt, err = b.ear.doubts(v, h, h.Network)
		return err
	})
	return doubt, err
}
