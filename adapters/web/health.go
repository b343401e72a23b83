package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// How long a thing may be ill before /healthz says so.
const (
	downTooLong    = 5 * time.Minute
	waitTooLong    = 15 * time.Minute
	healthKept     = 3 * time.Second // one look serves all who ask meanwhile
	healthPatience = 3 * time.Second
)

// healthCheck keeps the last look.
type healthCheck struct {
	mu   sync.Mutex
	last health
	at   time.Time
}

// health is what /healthz tells.
type health struct {
	OK       bool                     `json:"ok"`
	Problems []string                 `json:"problems"`
	Store    string                   `json:"store"` // "writable", or what is wrong
	Networks map[string]networkHealth `json:"networks"`
	Waiting  int                      `json:"waiting"`          // rows to be sent
	Oldest   string                   `json:"oldest,omitempty"` // how long the oldest of them has waited
	Dead     int                      `json:"dead"`             // rows that no network took
	Board    time.Time                `json:"board"`            // when it was last read
}

type networkHealth struct {
	Up    bool      `json:"up"`
	Since time.Time `json:"since"`
	Last  time.Time `json:"last,omitzero"`
	Note  string    `json:"note,omitempty"`
}

// getHealth answers 200 when all is well and 503 when a person should look.
func (s *Site) getHealth(w http.ResponseWriter, r *http.Request) {
	h := s.look(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !h.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(h); err != nil {
		s.log.Debug("a health answer was cut off", "error", err)
	}
}

func (s *Site) look(ctx context.Context) health {
	s.health.mu.Lock()
	defer s.health.mu.Unlock()
	if time.Since(s.health.at) < healthKept {
		return s.health.last
	}
	ctx = context.WithoutCancel(ctx)
	writing, written := context.WithTimeout(ctx, healthPatience)
	defer written()
	h := health{Problems: []string{}, Store: "writable", Networks: map[string]networkHealth{}}
	now := s.cfg.Clock.Now()
	if b := s.board.Load(); b != nil {
		h.Board = b.At
	}
	if err := s.cfg.Store.Write(writing, func(sprints.Tx) error { return nil }); err != nil {
		h.Store = "not writable"
		h.Problems = append(h.Problems, "the store can't be written")
		s.log.Error("the store can't be written", "error", err)
	}
	reading, read := context.WithTimeout(ctx, healthPatience) // a write that waited must not count against it
	defer read()
	statuses := s.statuses()
	err := s.cfg.Store.Read(reading, func(v sprints.View) error {
		queues, err := v.Queues()
		var oldest time.Duration
		for _, q := range queues {
			h.Waiting += q.Waiting
			h.Dead += q.Dead
			if _, there := statuses[q.Place.Network]; q.Waiting > 0 && !q.Oldest.IsZero() && (there || s.cfg.Status == nil) && q.Reason != sprints.Outside && !q.Absent() { // that a network or a place was taken out, or somebody went away, is no illness
				oldest = max(oldest, v.Now().Sub(q.Oldest))
			}
		}
		if h.Waiting > 0 {
			h.Oldest = oldest.Round(time.Second).String()
		}
		if oldest > waitTooLong {
			h.Problems = append(h.Problems, "words have waited "+span(oldest)+" to be sent")
		}
		return err
	})
	if err != nil {
		h.Store = "not readable"
		h.Problems = append(h.Problems, "the store can't be read")
		s.log.Error("the store can't be read", "error", err)
	}
	for name, st := range statuses {
		h.Networks[name] = networkHealth{st.Up, st.Since, st.Last, st.Note}
		switch {
		case st.Fatal:
			h.Problems = append(h.Problems, name+" gave up: "+st.Note)
		case !st.Up && now.Sub(st.Since) > downTooLong:
			h.Problems = append(h.Problems, name+" has been away for "+span(now.Sub(st.Since)))
		}
	}
	h.OK = len(h.Problems) == 0
	s.health.last, s.health.at = h, time.Now()
	return h
}

func (s *Site) statuses() map[string]chat.Status {
	all := map[string]chat.Status{}
	if s.cfg.Status != nil {
		all = s.cfg.Status()
	}
	if _, ok := all[s.cfg.Name]; !ok {
		with := map[string]chat.Status{s.cfg.Name: s.Status()}
		for n, st := range all {
			with[n] = st
		}
		return with
	}
	return all
}
