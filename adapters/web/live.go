package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sprintbot/sprints"
)

// shown is a board with its pieces rendered: what pages are put together from
// and what open pages are sent when it changes.
type shown struct {
	*board
	Rev     int
	frags   map[string]template.HTML
	history []change // oldest first
	gone    []gone

	mu    sync.Mutex
	cache map[string][]byte // whole pages that are the same for everybody
}

// change is what one revision changed.
type change struct {
	rev   int
	ids   []string
	fresh []string // slugs of new projects
}

// gone is an issue that was free a moment ago.
type gone struct {
	id string
	at time.Time
}

const (
	historyKept = 64
	goneKept    = 10 * time.Minute
	bannerTime  = 20 * time.Minute // how long an announcement stands
)

// Frag is a rendered piece by its id.
func (b *shown) Frag(id string) template.HTML { return b.frags[id] }

// refresh reads the board and tells open pages what changed. Of many callers
// at once, one reads for all that came before it began.
func (s *Site) refresh(ctx context.Context) error {
	mine := s.asked.Add(1)
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.read >= mine {
		return nil
	}
	covers := s.asked.Load()
	var next *board
	err := s.cfg.Store.Read(ctx, func(v sprints.View) (err error) {
		next, err = readBoard(v)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the board: %w", err)
	}
	b, err := s.show(next, s.board.Load())
	if err != nil {
		return err
	}
	s.board.Store(b)
	s.read = covers
	s.hub.wake()
	return nil
}

// show renders what differs from the board before.
func (s *Site) show(next *board, prev *shown) (*shown, error) {
	b := &shown{board: next, frags: map[string]template.HTML{}, cache: map[string][]byte{}}
	before := map[string]row{}
	if prev != nil {
		b.Rev, b.history = prev.Rev, prev.history
		for _, r := range prev.Rows {
			before[r.Slug] = r
		}
	} else {
		b.Rev = int(time.Now().UnixMilli())
	}
	ch := change{rev: b.Rev + 1}
	var errs []error
	render := func(id, name string, data any) {
		html, err := s.pages.piece(name, data)
		errs = append(errs, err)
		b.frags[id] = html
	}
	for _, r := range b.Rows {
		old, known := before[r.Slug]
		ids := []string{"row:" + r.Slug, "screen:" + r.Slug, "seats:" + r.Slug}
		if known && old.same(r) && prev.Phase == b.Phase {
			for _, id := range ids {
				b.frags[id] = prev.frags[id]
			}
			continue
		}
		if !known {
			ch.fresh = append(ch.fresh, r.Slug)
		}
		data := struct {
			row
			Over bool
		}{r, b.Phase == over}
		render(ids[0], "row", data)
		render(ids[1], "screenrow", data)
		render(ids[2], "seats", data)
	}
	banner, has := s.lobby.banner(b.At.Add(-bannerTime))
	words, rest, cut := strings.Cut(banner.Words, ". ")
	if cut {
		words += "."
	}
	view := struct {
		*shown
		Banner                bool
		Words, Rest, Bannered string
	}{b, has, words, rest, b.clock(banner.At)}
	for _, id := range []string{"totals", "rooms", "banner", "screenhead", "screenfoot", "easyhead"} {
		render(id, id, view)
	}
	for _, f := range filters {
		b.frags["count:"+f.Key] = template.HTML(itoa(f.count(b.board))) // #nosec G203 -- a number
	}
	s.showGone(b, prev, render)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for id, html := range b.frags {
		if prev == nil || prev.frags[id] != html {
			ch.ids = append(ch.ids, id)
		}
	}
	if len(ch.ids) > 0 {
		b.Rev = ch.rev
		slices.Sort(ch.ids)
		b.history = append(slices.Clone(b.history), ch)
		if over := len(b.history) - historyKept; over > 0 {
			b.history = b.history[over:]
		}
	}
	return b, nil
}

// showGone leaves, where a free issue stood, the word that it was taken and
// the one most like it.
func (s *Site) showGone(b, prev *shown, render func(id, name string, data any)) {
	if prev == nil {
		return
	}
	free := map[sprints.IssueID]bool{}
	for _, i := range b.Issues {
		free[i.ID] = true
	}
	for _, g := range prev.gone {
		n, _ := strconv.Atoi(strings.TrimPrefix(g.id, "issue:"))
		if b.At.Sub(g.at) < goneKept && !free[sprints.IssueID(n)] {
			b.gone = append(b.gone, g)
			b.frags[g.id] = prev.frags[g.id]
		}
	}
	for _, i := range prev.Issues {
		if free[i.ID] {
			continue
		}
		id := "issue:" + itoa(int(i.ID))
		b.gone = append(b.gone, gone{id, b.At})
		render(id, "gone", struct {
			issue
			Like *issue
		}{i, alike(i, b.Issues)})
	}
}

// alike is the free issue most like i.
func alike(i issue, free []issue) *issue {
	easy := make([]sprints.EasyIssue, len(free))
	for n, f := range free {
		easy[n] = f.easy
	}
	like, ok := sprints.Nearest(easy, i.easy)
	if !ok {
		return nil
	}
	n := slices.IndexFunc(free, func(f issue) bool { return f.ID == like.Issue.ID })
	return &free[n]
}

// since are the pieces changed after a revision; all is false if that is
// longer ago than is remembered.
func (b *shown) since(rev int) (ids, fresh []string, all bool) {
	if rev == b.Rev {
		return nil, nil, true
	}
	if len(b.history) == 0 || rev > b.Rev || rev < b.history[0].rev {
		return nil, nil, false
	}
	for _, ch := range b.history {
		if ch.rev > rev {
			ids, fresh = append(ids, ch.ids...), append(fresh, ch.fresh...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), fresh, true
}

// hub wakes the streams of open pages.
type hub struct {
	mu   sync.Mutex
	subs map[chan struct{}]bool
}

// streamsMax bounds the open streams; pages without one ask now and then.
const streamsMax = 20000

func newHub() *hub { return &hub{subs: map[chan struct{}]bool{}} }

func (h *hub) join() chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subs) >= streamsMax {
		return nil
	}
	c := make(chan struct{}, 1)
	h.subs[c] = true
	return c
}

func (h *hub) leave(c chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, c)
}

func (h *hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// place is how far a page has been told.
type place struct{ rev, said, mine int }

func (p place) String() string { return fmt.Sprintf("%d.%d.%d", p.rev, p.said, p.mine) }

func parsePlace(s string) (p place, ok bool) {
	n, err := fmt.Sscanf(s, "%d.%d.%d", &p.rev, &p.said, &p.mine)
	return p, err == nil && n == 3
}

// news is one event of the stream. HTML is pairs of a piece's id and its HTML.
type news struct {
	Time    string      `json:"time"`
	HTML    [][2]string `json:"html,omitempty"`
	Fresh   []string    `json:"fresh,omitempty"`
	Refetch bool        `json:"refetch,omitempty"` // too much happened: the page fetches itself
}

// events streams what changes. ?on= names the pieces, or groups of them, that
// the page shows; ?at= (later Last-Event-ID) is how far it has been told.
func (s *Site) events(w http.ResponseWriter, r *http.Request) {
	at, ok := parsePlace(r.Header.Get("Last-Event-ID"))
	if !ok {
		at, _ = parsePlace(r.URL.Query().Get("at"))
	}
	on := map[string]bool{}
	for _, id := range strings.SplitN(r.URL.Query().Get("on"), ",", 20) {
		on[id] = true
	}
	v := s.visitor(r)
	if on["lobby"] && !s.mayTalk(v) {
		delete(on, "lobby")
	}
	wake := s.hub.join()
	if wake == nil {
		http.Error(w, "Too many pages are open. This one will ask now and then.", http.StatusServiceUnavailable)
		return
	}
	defer s.hub.leave(wake)

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold lines back
	rc := http.NewResponseController(w)
	if err := rc.SetReadDeadline(time.Time{}); err != nil {
		s.log.Debug("a stream keeps its read deadline", "error", err)
	}
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	first := true
	for {
		n, to := s.newsSince(at, on, v)
		if first || to != at || n.Refetch || len(n.HTML) > 0 {
			if !writeNews(w, rc, n, to) {
				return
			}
		}
		at, first = to, false
		select {
		case <-r.Context().Done():
			return
		case <-s.stopping:
			return
		case <-wake:
		case <-beat.C:
			first = true // the time itself is news
		}
	}
}

func (s *Site) newsSince(at place, on map[string]bool, v visitor) (news, place) {
	b := s.board.Load()
	n, to := news{}, at
	if b == nil {
		return n, to
	}
	n.Time = b.clock(s.cfg.Clock.Now())
	ids, fresh, all := b.since(at.rev)
	to.rev = b.Rev
	n.Refetch = !all
	for _, id := range ids {
		group, _, _ := strings.Cut(id, ":")
		if on[group] || on[id] {
			n.HTML = append(n.HTML, [2]string{id, string(b.frags[id])})
		}
	}
	if on["row"] {
		n.Fresh = fresh
	}
	if on["lobby"] {
		said, version, all := s.lobby.since(at.said)
		to.said = version
		n.Refetch = n.Refetch || !all
		for _, e := range said {
			n.HTML = append(n.HTML, [2]string{sayingID(e.N), string(s.pages.must("saying", s.sayingView(b, e)))})
		}
		for _, a := range s.drawers.since(v.ID, at.mine) {
			to.mine = a.N
			n.HTML = append(n.HTML, [2]string{"mine-" + itoa(a.N), string(s.pages.must("mine", s.answerView(b, a, "/lobby")))})
		}
	}
	if n.Refetch {
		n.HTML, n.Fresh = nil, nil
	}
	return n, to
}

func writeNews(w http.ResponseWriter, rc *http.ResponseController, n news, at place) bool {
	data, err := json.Marshal(n)
	if err != nil {
		return false
	}
	if err := rc.SetWriteDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return false
	}
	if _, err := fmt.Fprintf(w, "id: %s\ndata: %s\n\n", at, data); err != nil {
		return false
	}
	return rc.Flush() == nil
}
