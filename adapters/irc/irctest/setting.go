package irctest

import "cmp"

// Option changes how a real server is set up.
type Option func(*setting)

type setting struct {
	fines bool
	most  int
}

// WithFines leaves the server's own limits against floods as they are; else
// there are none.
func WithFines() Option { return func(s *setting) { s.fines = true } }

// WithChannels lets nobody into more channels than that; InspIRCd only.
func WithChannels(most int) Option { return func(s *setting) { s.most = most } }

func chosen(options []Option) (s setting) {
	for _, o := range options {
		o(&s)
	}
	return s
}

func (s setting) channels() int { return cmp.Or(s.most, 1000) }

// unless is what takes the server's limits away, where they shall be.
func (s setting) unless(lifted string) string {
	if s.fines {
		return ""
	}
	return lifted
}
