package web

import (
	"context"
	"html/template"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Name is the configured name of the network.
func (s *Site) Name() string { return s.cfg.Name }

// Status is whether pages are served.
func (s *Site) Status() chat.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Changed ticks when Status changed.
func (s *Site) Changed() <-chan struct{} { return s.changed }

// Pace has no limit: what is sent goes to memory, and pages take it from there.
func (s *Site) Pace() chat.Pace { return chat.Pace{} }

// Manners of the lobby: what was said there can be changed.
func (s *Site) Manners() chat.Manners { return chat.Manners{Rewrites: true} }

// Render makes one part of a row: its words as HTML, escaped.
func (s *Site) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: string(replyHTML(out.Words()))}}
}

// Send puts a row into the lobby, or into the drawer of one browser, where
// that browser's pages show it. It has arrived when it is there.
func (s *Site) Send(_ context.Context, part chat.Part, done func(chat.Receipt, error)) {
	out := part.Out
	if !s.Status().Up {
		done(chat.Receipt{}, chat.ErrOffline)
		return
	}
	now := s.cfg.Clock.Now()
	if id, direct := out.To.DirectID(); direct {
		s.drawers.put(id, answer{Key: "row-" + itoa(int(out.Row)), At: now, Reply: out.Reply})
		s.hub.wake()
		done(chat.Receipt{At: now}, nil)
		return
	}
	if out.To.Channel != Room || s.cfg.Lobby == Off {
		done(chat.Receipt{}, &chat.ErrRefused{Reason: "the page has no room " + out.To.Channel})
		return
	}
	at := out.At
	if at.IsZero() {
		at = now
	}
	line := saying{Row: out.Row, At: at, Body: template.HTML(part.Body), Action: out.Kind == chat.Action, Banner: out.Lane == chat.Announcements && !out.Relayed()} // #nosec G203 -- made by Render
	if out.As != nil {
		line.who = chat.Handle{Network: out.As.Network, ID: out.As.ID}
		line.Nick, line.From, line.Bot = sprints.OneLine(out.As.Nick), sprints.OneLine(out.From), out.As.Bot
		if caveat := out.Caveat(); caveat != "" {
			line.From = strings.TrimPrefix(line.From+", "+caveat, ", ")
		}
	} else {
		line.Nick, line.Bot = "sprintbot", true
		line.Words = sentences(out.Reply.Plain())
	}
	if out.Quotes != "" && len(out.Re) > 1 && out.Re[1].Who != nil {
		who := *out.Re[1].Who
		line.quotes = chat.Handle{Network: who.Network, ID: who.ID}
		out.Unquote()
		line.unquoted = replyHTML(out.Words())
	}
	var id string
	switch out.Kind {
	case chat.Deleted:
		id = s.lobby.remove(out.Of)
	case chat.Edited:
		id = s.lobby.edit(out.Of, line)
	default:
		id = s.lobby.add(line)
	}
	s.hub.wake()
	done(chat.Receipt{ID: id, At: now}, nil)
}

// Forget takes what people said out of the lobby, and what their browsers were
// answered out of their drawers. It may be called from any goroutine.
func (s *Site) Forget(who []chat.Handle) {
	for _, h := range who {
		s.lobby.forget(h)
		if h.Network == s.cfg.Name {
			s.drawers.empty(h.ID)
		}
	}
	s.hub.wake()
}

// sentences are lines made one: a full stop ends each that nothing else does.
func sentences(lines string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(lines, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if so := b.String(); so != "" {
			if !strings.ContainsAny(so[len(so)-1:], ".!?:;,") && !strings.HasSuffix(so, "…") {
				b.WriteByte('.')
			}
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}
