package web_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"sprintbot/adapters/web"
)

// stream is an open stream of events.
type stream struct {
	t     testing.TB
	lines *bufio.Scanner
	id    string
}

type event struct {
	Time    string
	HTML    [][2]string
	Fresh   []string
	Refetch bool
}

func (b *browser) events(query string) *stream {
	b.k.t.Helper()
	req, err := http.NewRequestWithContext(b.k.t.Context(), http.MethodGet, b.k.base+"/events?"+query, nil)
	if err != nil {
		b.k.t.Fatal(err)
	}
	res, err := b.c.Do(req)
	if err != nil {
		b.k.t.Fatal(err)
	}
	b.k.t.Cleanup(func() { _ = res.Body.Close() })
	if ct := res.Header.Get("Content-Type"); ct != "text/event-stream" {
		b.k.t.Fatalf("%s: %s", res.Status, ct)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 4<<20)
	return &stream{t: b.k.t, lines: lines}
}

// next waits for one event; ok is false at the stream's end.
func (s *stream) next() (e event, ok bool) {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			s.id = id
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				s.t.Fatal(err)
			}
			return e, true
		}
	}
	return e, false
}

// until waits for an event that changes a piece, and returns its HTML.
func (s *stream) until(id string) string {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("the stream ended before %s came: %v", id, errors.Join(s.lines.Err()))
		}
		for _, h := range e.HTML {
			if h[0] == id {
				return h[1]
			}
		}
	}
}

func TestTheStreamTellsWhatChangedAndNothingElse(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	s := k.browser().events("on=row,totals")
	e, _ := s.next()
	if !e.Refetch || e.Time != "15:50" || len(e.HTML) > 0 {
		t.Errorf("a page told nothing yet is told %+v", e)
	}
	k.sitDown("irc", "account:ada", "B4")
	e, _ = s.next()
	var ids []string
	for _, h := range e.HTML {
		ids = append(ids, h[0])
	}
	if got := strings.Join(ids, " "); got != "row:larkfield totals" {
		t.Errorf("told of %s", got)
	}
}
