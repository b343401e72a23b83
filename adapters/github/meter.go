package github

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sprintbot/sprints"
)

// What GitHub publishes about its limits changes; what an answer's headers say
// goes first. (docs.github.com: "Rate limits for the REST API".)
const (
	secondaryWait = time.Minute   // where a secondary limit names no time
	longestWait   = 2 * time.Hour // no header makes us wait longer
	mostBytes     = 32 << 20      // of one answer
	peekBytes     = 64 << 10      // of a refusal's words
	limitWords    = "GitHub takes no more questions from me for now."
)

// meter adds the token, reads what every answer says of limits, and turns an
// answer that is one into a Trouble. It hides those headers from the library,
// which would otherwise refuse questions by itself, by the machine's clock, and
// knows only half of the answers that are limits.
type meter struct {
	next  *http.Transport
	host  string
	token string

	mu   sync.Mutex
	core sprints.Budget
}

// RoundTrip asks once.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.token != "" && req.URL.Host == m.host {
		req = req.Clone(req.Context())
		req.Header.Set("Authorization", "Bearer "+m.token)
	}
	resp, err := m.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	left, reset, known := m.read(resp.Header)
	if t, body := limited(resp, left, reset, known); t != nil {
		resp.Body.Close()
		return nil, t
	} else if body != nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, mostBytes), resp.Body}
	return resp, nil
}

// read takes the limit headers out of h.
func (m *meter) read(h http.Header) (left int, reset time.Duration, known bool) {
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, errLeft := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	unix, errReset := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	known = errLimit == nil && errLeft == nil && errReset == nil
	if known {
		now, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		reset = min(max(time.Unix(unix, 0).Sub(now), 0), longestWait)
		if r := h.Get("X-RateLimit-Resource"); r == "" || r == "core" {
			m.mu.Lock()
			m.core = sprints.Budget{Known: true, Limit: limit, Remaining: left, Reset: reset}
			m.mu.Unlock()
		}
	}
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		h.Del(name)
	}
	return left, reset, known
}

func (m *meter) budget() sprints.Budget {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.core
}

// limited says whether an answer is a limit: 429 always, 403 if its headers or
// words say so. body is what was read of a 403 that is none.
func limited(resp *http.Response, left int, reset time.Duration, known bool) (t *sprints.Trouble, body []byte) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusForbidden {
		return nil, nil
	}
	after, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	body, _ = io.ReadAll(io.LimitReader(resp.Body, peekBytes))
	words := bytes.ToLower(body)
	secondary := bytes.Contains(words, []byte("secondary rate limit")) || bytes.Contains(words, []byte("secondary-rate-limits")) ||
		bytes.Contains(words, []byte("abuse detection"))
	t = &sprints.Trouble{Kind: sprints.Limited, Words: limitWords, Status: resp.StatusCode}
	switch {
	case err == nil && after >= 0:
		t.Wait = time.Duration(after) * time.Second
	case known && left == 0:
		t.Wait = reset
	case secondary || resp.StatusCode == http.StatusTooManyRequests:
		t.Wait = secondaryWait
	default:
		return nil, body
	}
	// A second more, as the host counts in whole ones.
	t.Wait = min(t.Wait+time.Second, longestWait)
	t.Err = fmt.Errorf("status %d, secondary %t, wait %s", t.Status, secondary, t.Wait)
	return t, nil
}
