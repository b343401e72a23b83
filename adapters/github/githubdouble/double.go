// Package githubdouble is a GitHub for tests: the few REST addresses that
// adapters/github asks, over a real socket, with pages, ETags, rate limits,
// renamed repositories, and faults on command. Its answers have the shapes that
// GitHub sends (a test compares them with recorded ones). Only tests import it;
// it checks no permissions but a token's presence.
package githubdouble

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Double is one running GitHub.
type Double struct {
	server *httptest.Server
	closed chan struct{}

	mu       sync.Mutex
	now      func() time.Time
	repos    []*Repo
	faults   []*Fault
	requests []Request
	limit    int // a window, 0: 60 without a token, 5,000 with one
	used     map[string]int
	resets   time.Time
	nextID   int64
	asked    chan struct{} // closed and made anew with each request
}

// Request is one question the Double was asked.
type Request struct {
	Method, Path string // path without /api/v3
	Query        url.Values
	Token        bool // an Authorization header came with it
	IfNoneMatch  string
	Status       int // answered, 0 while silent
}

// Start runs a Double on a free port of 127.0.0.1; Close ends it.
func Start() *Double {
	d := &Double{now: time.Now, used: map[string]int{}, closed: make(chan struct{}), asked: make(chan struct{}), nextID: 1000}
	d.server = httptest.NewServer(http.HandlerFunc(d.serve))
	return d
}

// URL is the address to give as the API's.
func (d *Double) URL() string { return d.server.URL }

// Close ends the Double; whoever waits for a silent answer gets none.
func (d *Double) Close() {
	close(d.closed)
	d.server.Close()
}

// SetClock gives the Double another time than the machine's.
func (d *Double) SetClock(now func() time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = now
}

// SetLimit sets how many questions an hour's window has, and begins a new one.
func (d *Double) SetLimit(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.limit, d.resets, d.used = n, time.Time{}, map[string]int{}
}

// Requests are all questions so far, oldest first.
func (d *Double) Requests() []Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.requests)
}

// Asked is closed with the next question.
func (d *Double) Asked() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// serve answers one question: faults first, then limits, then the answer and its ETag.
func (d *Double) serve(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, "/api/v3"), "/")
	d.mu.Lock()
	n := len(d.requests)
	token := r.Header.Get("Authorization") != ""
	d.requests = append(d.requests, Request{Method: r.Method, Path: path, Query: r.URL.Query(), Token: token, IfNoneMatch: r.Header.Get("If-None-Match")})
	close(d.asked)
	d.asked = make(chan struct{})
	if f := d.fault(path); f != nil {
		d.requests[n].Status = f.Status
		d.mu.Unlock()
		d.misbehave(w, r, f)
		return
	}
	status, body := d.answer(w, r, path)
	resource := "core"
	if strings.HasPrefix(path, "search/") {
		resource = "search"
	}
	tag := `W/"` + sum(body) + `"`
	if status == http.StatusOK && r.Method == http.MethodGet {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			status, body = http.StatusNotModified, nil
		}
	}
	if !d.count(w.Header(), resource, token, status) {
		w.Header().Del("ETag")
		status = http.StatusForbidden
		body = encode(map[string]string{"message": "API rate limit exceeded for 127.0.0.1.", "documentation_url": "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"})
	}
	d.requests[n].Status = status
	d.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// count spends one question of the window, and says whether there was one. A
// 304 is free with a token.
func (d *Double) count(h http.Header, resource string, token bool, status int) bool {
	now := d.now()
	if !now.Before(d.resets) {
		d.resets, d.used = now.Add(time.Hour).Truncate(time.Second), map[string]int{}
	}
	limit := d.limit
	switch {
	case resource == "search" && token:
		limit = 30
	case resource == "search":
		limit = 10
	case limit == 0 && token:
		limit = 5000
	case limit == 0:
		limit = 60
	}
	spent := d.used[resource] >= limit
	if !spent && !(token && status == http.StatusNotModified) {
		d.used[resource]++
	}
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(limit-d.used[resource]))
	h.Set("X-RateLimit-Used", strconv.Itoa(d.used[resource]))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(d.resets.Unix(), 10))
	h.Set("X-RateLimit-Resource", resource)
	return !spent
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:16])
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values
	}
	return b
}
