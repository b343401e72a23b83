package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

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
