package irc

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

// markMargin is how far before the mark old words are still given, where keys
// tell what was heard: some servers keep whole seconds only.
const markMargin = 2 * time.Second

// mark is how far a channel has been heard.
type mark struct {
	id    string
	at    time.Time
	first time.Time // before it the bot was not there
}

// playback is an open batch of old words.
type playback struct {
	lines []line
	label string
	room  *room // nil where it is none of ours
}

// batch follows batches: old words played back, and what answers a label.
func (s *session) batch(l line) {
	ref := l.param(0)
	if len(ref) < 2 {
		return // one without a name would hold every line that is in none
	}
	if opened, ok := strings.CutPrefix(ref, "+"); ok {
		switch outer, kind := s.playbacks[l.tags["batch"]], l.param(1); {
		case outer != nil: // one inside the other is of the other
			s.playbacks[opened] = outer
		case strings.HasSuffix(kind, "chathistory") || kind == "znc.in/playback":
			s.playbacks[opened] = &playback{label: l.tags["label"], room: s.rooms[s.folding.fold(l.param(2))]}
		case l.tags["label"] != "":
			s.labels[opened] = l.tags["label"]
		}
		return
	}
	if closed, ok := strings.CutPrefix(ref, "-"); ok {
		old := s.playbacks[closed]
		delete(s.playbacks, closed)
		delete(s.labels, closed)
		if old != nil && l.tags["batch"] == "" {
			s.playedBack(old)
		}
	}
}

// playedBack takes a whole batch of old words: the page that was asked for, or
// what the server plays unasked, which is of use only where no page can be read.
func (s *session) playedBack(old *playback) {
	r, g := old.room, s.gap
	switch {
	case s.seen(old.label, old.lines, nil):
	case r == nil || !r.joined:
	case g != nil && g.room == r && !g.asked.IsZero() && old.label == g.label:
		s.page(old.lines)
	case r.holding: // better than nothing, should no page come
		r.spare = old.lines
	default:
		s.playBack(r, old.lines)
	}
}

// saidBefore says that words are older than our stay in the channel: they are
// played back, by a server that does not say so.
func (s *session) saidBefore(r *room, l line) bool {
	return l.tags["time"] != "" && l.at.Before(r.since)
}

// inOrder sorts lines by the time they were said.
func inOrder(lines []line) {
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
}

// playBack hears old words.
func (s *session) playBack(r *room, lines []line) {
	inOrder(lines)
	for _, l := range lines {
		if m, ok := s.old(r, l); ok {
			s.put(r, m)
		}
	}
}

// old is what an old line says that is newer than the channel's mark and not
// our own.
func (s *session) old(r *room, l line) (chat.Message, bool) {
	if l.command != "PRIVMSG" && l.command != "NOTICE" || len(l.params) < 2 || l.host == "" || l.nick == "" || l.nick[0] == '*' ||
		l.tags["time"] == "" || s.rooms[s.folding.fold(l.param(0))] != r || s.ours(l) || !s.news(r, l) {
		return chat.Message{}, false
	}
	if strings.HasPrefix(l.text(), "\x01") && !strings.HasPrefix(l.text(), "\x01ACTION ") {
		return chat.Message{}, false
	}
	m, ok := s.message(l)
	if !ok {
		return chat.Message{}, false
	}
	m.ID = keyOf(l)
	m.From = s.speaker(l, s.once(l))
	m.Ago = max(time.Since(l.at)-s.skew, time.Millisecond)
	return m, true
}

// news says that an old line is newer than what was heard. Where it has a key
// of the server's the store knows whether it was heard: a little before the
// mark may be too.
func (s *session) news(r *room, l line) bool {
	id, last := l.tags["msgid"], s.n.marks[r.name]
	switch {
	case last.at.IsZero() || l.at.Before(last.first.Truncate(time.Second)): // some servers keep whole seconds only
		return false
	case id == "" || last.id == "":
		return l.at.After(last.at)
	}
	return id != last.id && !l.at.Before(last.at.Add(-markMargin))
}

// put gives words to whoever keeps them, and moves the channel's mark.
func (s *session) put(r *room, m chat.Message) {
	if !s.n.heard.Put(m) || r == nil || m.Kind != chat.Said && m.Kind != chat.Action {
		return
	}
	if last := s.n.marks[r.name]; !m.At.Before(last.at) {
		s.n.marks[r.name] = mark{id: m.ID, at: m.At, first: last.first}
	}
}

// keyOf is the key of a line that is played back: the server's, or one made of
// when it was said, by whom, and what.
func keyOf(l line) string {
	if id := l.tags["msgid"]; id != "" {
		return id
	}
	sum := sha256.Sum256([]byte(strconv.FormatInt(l.at.UnixMilli(), 10) + "\x00" + l.nick + "\x00" + l.command + "\x00" + l.text()))
	return fmt.Sprintf("said-%x", sum[:12])
}

// ours says that an old line is one of our own. The account tells where there
// is one; else the nick, also one that stood in for a taken one.
func (s *session) ours(l line) bool {
	if account := l.tags["account"]; account != "" && s.known != "" {
		return s.folding.same(account, s.known)
	}
	if s.folding.same(l.nick, s.nick) {
		return true
	}
	for _, suffix := range collisions {
		if s.folding.same(l.nick, s.n.cfg.Nick+suffix) {
			return true
		}
	}
	return false
}

// once is who said an old line: an account where the line names one, somebody
// who is still there under the same nick, user and host, or else a guest who
// has left.
func (s *session) once(l line) chat.Handle {
	if account := l.tags["account"]; account != "" && s.caps["account-tag"] {
		return s.handle(&person{nick: l.nick, account: account})
	}
	if p := s.people[s.folding.fold(l.nick)]; p != nil && len(p.channels) > 0 && p.user == l.user && p.host == l.host &&
		(p.account == "" || !s.caps["account-tag"]) {
		return s.handle(p)
	}
	sum := sha256.Sum256([]byte(l.nick + "!" + l.user + "@" + l.host))
	return chat.Handle{Network: s.n.cfg.Name, ID: fmt.Sprintf("guest:%s-%x:%s", s.id, sum[:4], s.folding.fold(l.nick)), Nick: l.nick}
}
