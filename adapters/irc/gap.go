package irc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// What was said while this side was away comes back in batches: as the answer
// to CHATHISTORY where the server has it, or unasked after a JOIN. Only what is
// newer than the channel's mark is heard, in the order it was said, before the
// live words.

const (
	pageLines = 100  // of one answer, where the server sets no other most
	pagesMost = 200  // of one gap
	heldMost  = 1024 // live words that wait for a gap, in one channel
	batchMost = 4096 // lines of one batch, whatever the server sends
)

// gap is the reading of one channel's gap.
type gap struct {
	room  *room
	label string
	asked time.Time // zero: the next page is still to be asked for
	from  mark      // the page is what came after it
	pages int
	seen  map[string]bool // keys of the page before
}

// recall learns how far each channel was heard, before the first connection.
func (n *Network) recall(ctx context.Context) error {
	if n.cfg.Mark == nil {
		return nil
	}
	channels, _ := n.serves()
	for _, name := range channels {
		if _, known := n.marks[name]; known {
			continue
		}
		heard, err := n.cfg.Mark(ctx, chat.Place{Network: n.cfg.Name, Channel: name})
		if errors.Is(err, sprints.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("how far %s was heard: %w", name, err)
		}
		n.marks[name] = mark{id: heard.ID, at: heard.At, first: heard.First}
	}
	return nil
}

// history says whether the server can be asked for old words.
func (s *session) history() bool {
	return (s.caps["draft/chathistory"] || s.caps["chathistory"]) && s.caps["batch"] && s.caps["server-time"]
}

// entered begins a stay in a channel. The first one ever has no gap: nothing
// before it is heard.
func (s *session) entered(r *room, l line) {
	r.since, r.holding, r.held, r.spare = time.Time{}, false, nil, nil
	if l.tags["time"] == "" {
		return
	}
	r.since, s.skew = l.at, time.Since(l.at)
	if _, known := s.n.marks[r.name]; !known {
		s.n.marks[r.name] = mark{at: l.at, first: l.at}
		return
	}
	r.holding = s.history()
}

// readGap has a channel's gap read when it is its turn. Who is in the channel
// is known by then.
func (s *session) readGap(r *room) {
	if r.holding && (s.gap == nil || s.gap.room != r) && !slices.Contains(s.gaps, r) {
		s.gaps = append(s.gaps, r)
		s.nextGap()
	}
}

// leaveGap drops what waited for a channel's gap: we are out of it, and find
// the words in its history when we are back.
func (s *session) leaveGap(r *room) {
	r.holding, r.held, r.spare = false, nil, nil
	s.gaps = slices.DeleteFunc(s.gaps, func(g *room) bool { return g == r })
	if s.gap != nil && s.gap.room == r {
		s.gap = nil
		s.nextGap()
	}
}

// nextGap begins with the next channel in turn.
func (s *session) nextGap() {
	if s.gap != nil || len(s.gaps) == 0 {
		return
	}
	r := s.gaps[0]
	s.gaps = s.gaps[1:]
	from := s.n.marks[r.name]
	from.at = from.at.Add(-markMargin)
	s.gap = &gap{room: r, from: from}
	s.askPage()
}

// askPage asks for the next page, once there is room for it.
func (s *session) askPage() {
	g := s.gap
	if s.n.heard.Waiting() > queued/2 {
		g.asked = time.Time{}
		return // the tick asks again
	}
	g.asked, g.pages, g.label = time.Now(), g.pages+1, ""
	tag := ""
	if s.caps["labeled-response"] {
		g.label = "history-" + r36(g.asked.UnixNano())
		tag = "@label=" + g.label + " "
	}
	from := "timestamp=" + g.from.at.UTC().Format("2006-01-02T15:04:05.000Z")
	if types := s.options["MSGREFTYPES"]; types != "" && !strings.Contains(types, "timestamp") && g.from.id != "" {
		from = "msgid=" + g.from.id
	}
	s.link.send(fmt.Sprintf("%sCHATHISTORY AFTER %s %s %d", tag, g.room.name, from, s.pageMost()))
}

// pageMost is how many lines may be asked for at once.
func (s *session) pageMost() int {
	if n, err := strconv.Atoi(s.options["CHATHISTORY"]); err == nil && n > 0 {
		return min(pageLines, n)
	}
	return pageLines
}

func r36(n int64) string { return strconv.FormatInt(n, 36) }

// page takes one page of a gap, and asks for the next until none brings
// anything new.
func (s *session) page(lines []line) {
	g := s.gap
	inOrder(lines)
	seen := map[string]bool{}
	fresh := lines[:0:0]
	for _, l := range lines {
		key := keyOf(l)
		if seen[key] = true; !g.seen[key] {
			fresh = append(fresh, l)
		}
	}
	if len(fresh) == 0 {
		s.endGap()
		return
	}
	s.playBack(g.room, fresh)
	last := fresh[len(fresh)-1]
	g.seen, g.from = seen, mark{id: last.tags["msgid"], at: last.at.Add(-time.Millisecond)}
	if g.pages >= pagesMost {
		s.n.log.Warn("more was said while away than is read back", "channel", g.room.name, "pages", g.pages)
		s.endGap()
		return
	}
	s.askPage()
}

// endGap lets the live words of the channel go.
func (s *session) endGap() {
	r := s.gap.room
	s.gap = nil
	s.release(r)
	s.nextGap()
}

func (s *session) release(r *room) {
	r.holding = false
	for _, m := range r.held {
		s.put(r, m)
	}
	r.held, r.spare = nil, nil
}

// hold keeps live words until the gap before them is read.
func (s *session) hold(r *room, m chat.Message) {
	if r.held = append(r.held, m); len(r.held) >= heldMost {
		s.giveUp(r, "too much is said meanwhile")
	}
}

// giveUp goes on without the rest of a gap.
func (s *session) giveUp(r *room, why string) {
	s.n.log.Warn("what was said while away can't be read", "channel", r.name, "why", why)
	s.gaps = slices.DeleteFunc(s.gaps, func(g *room) bool { return g == r })
	s.playBack(r, r.spare)
	if s.gap != nil && s.gap.room == r {
		s.endGap()
		return
	}
	s.release(r)
}

// noHistory takes the server's no to a question for old words.
func (s *session) noHistory(l line) {
	if s.seen(l.tags["label"], nil, errors.New("the server gives no history")) {
		s.blind = true
		return
	}
	command := l.param(0)
	if l.command == "421" {
		command = l.param(1)
	}
	if command == "CHATHISTORY" && s.gap != nil && !s.gap.asked.IsZero() {
		s.giveUp(s.gap.room, "the server gives no history")
	}
}

// watchGaps asks again for what had no room, and gives up what is not answered.
func (s *session) watchGaps(now time.Time) {
	if g := s.gap; g != nil {
		switch {
		case g.asked.IsZero():
			s.askPage()
		case now.Sub(g.asked) > s.n.limits.gap:
			s.giveUp(g.room, "the server gives no answer")
		}
	}
	for _, r := range s.rooms {
		if r.holding && !r.named && now.Sub(r.asked) > s.n.limits.joins {
			s.giveUp(r, "the server does not say who is there")
		}
	}
}
