package irc

import "sprintbot/sprints/chat"

// answers is the id of the line that l says it answers, "" if it says none.
func answers(l line) string {
	if of := l.tags["+reply"]; of != "" {
		return of
	}
	return l.tags["+draft/reply"]
}

// redacted tells that a line was taken back, where the server has that.
func (s *session) redacted(l line) {
	r := s.rooms[s.folding.fold(l.param(0))]
	of := l.param(1)
	if s.folding.same(l.nick, s.nick) {
		s.tookBack(l, of)
		return
	}
	if r == nil || !r.joined || of == "" || l.nick == "" {
		return
	}
	m := chat.Message{
		ID: of + ":redacted", In: chat.Place{Network: s.n.cfg.Name, Channel: r.name}, At: l.at, Kind: chat.Deleted, Of: of,
	}
	m.From = s.speaker(l, s.handle(s.see(l)))
	s.hear(r, m)
}
