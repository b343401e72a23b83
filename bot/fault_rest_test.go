package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// rest is what a program holds when nothing is under way.
type rest struct {
	goroutines int
	heap       float64        // MiB in use after a collection
	by         map[string]int // goroutines by the function of ours that each began with
}

func (r rest) String() string { return fmt.Sprintf("%d goroutines, %.1f MiB", r.goroutines, r.heap) }

const (
	restGoroutines = 1 // that comes or goes by itself: two lost connections that each leave one behind show
	restWithin     = 20 * time.Second
)

// restHeap is how many MiB caches may gain in a test.
func restHeap() float64 {
	if inFull() {
		return 3
	}
	return 1
}

// debugDoor opens the program's door for counts at its next start.
func (p *program) debugDoor() {
	p.env = append(p.env, "SPRINTBOT_DEBUG="+filepath.Join(p.dir, "debug"))
}

// rest asks the program through its door; false says that it did not answer.
func (p *program) rest() (r rest, ok bool) {
	r.by = map[string]int{}
	n, began := 0, ""
	ok = p.debug("goroutine?debug=1", func(line string) {
		switch f := strings.Fields(line); {
		case r.goroutines == 0:
			_, _ = fmt.Sscanf(line, "goroutine profile: total %d", &r.goroutines)
		case len(f) > 2 && f[0] == "#":
			if strings.Contains(f[2], "sprintbot/") || !strings.Contains(began, "sprintbot/") {
				began, _, _ = strings.Cut(f[2], "+")
			}
		case len(f) > 1 && f[1] == "@":
			n, _ = strconv.Atoi(f[0])
		case len(f) == 0 && n > 0: // the end of a stack
			r.by[began] += n
			n, began = 0, ""
		}
	}) && p.debug("heap?gc=1&debug=1", func(line string) {
		var bytes float64
		if _, err := fmt.Sscanf(line, "# HeapAlloc = %f", &bytes); err == nil {
			r.heap = bytes / (1 << 20)
		}
	})
	return r, ok && r.goroutines > 0 && r.heap > 0
}

// debug reads a profile line by line.
func (p *program) debug(profile string, line func(string)) bool {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(p.dir, "debug"))
		},
	}}
	resp, err := client.Get("http://bot/debug/pprof/" + profile)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line(strings.TrimSpace(lines.Text()))
	}
	return lines.Err() == nil && resp.StatusCode == http.StatusOK
}

// since is which goroutines are more than before.
func (r rest) since(before rest) map[string]int {
	more := map[string]int{}
	for began, n := range r.by {
		if n > before.by[began] {
			more[began] = n - before.by[began]
		}
	}
	return more
}

// restful is what the program holds now: the least of two looks, for the first
// finds what only the second collection frees. The page, which is served last,
// has answered by then: nothing of the program is still to begin.
func (p *program) restful() rest {
	p.t.Helper()
	if _, _, err := p.health(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	first, ok := p.rest()
	second, again := p.rest()
	if !ok || !again {
		p.t.Fatal("the bot's door does not answer")
	}
	r := rest{heap: min(first.heap, second.heap), by: map[string]int{}}
	for began, n := range first.by { // what is in one of them alone comes and goes
		if strings.HasPrefix(began, "net/http.(*") { // of those who ask, and connections that are kept for a while
			continue
		}
		r.by[began] = min(n, second.by[began])
		r.goroutines += r.by[began]
	}
	return r
}

// rests waits until the program is back at what it held before a fault.
func (p *program) rests(before rest) {
	p.t.Helper()
	tick, end := time.NewTicker(100*time.Millisecond), time.After(restWithin)
	defer tick.Stop()
	for {
		now := p.restful()
		more := 0
		for _, n := range now.since(before) {
			more = max(more, n)
		}
		if max(more, now.goroutines-before.goroutines) <= restGoroutines && now.heap <= before.heap+restHeap() {
			p.t.Logf("at rest before: %v; after: %v %v", before, now, now.since(before))
			return
		}
		select {
		case <-tick.C:
		case <-end:
			p.t.Errorf("never back at rest: %v before, %v now %v", before, now, now.since(before))
			return
		}
	}
}

// healthy waits until the program says of itself what is expected: words of a
// problem, or "" that all is well.
func (p *program) healthy(ctx context.Context, t *testing.T, problem string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		status, words, err := p.health(ctx)
		if err != nil {
			t.Fatalf("/healthz never said %q: %v", problem, err)
		}
		if problem == "" && status == http.StatusOK || problem != "" && status != http.StatusOK && strings.Contains(words, problem) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("/healthz never said %q, but %d %s", problem, status, words)
		}
	}
}

// health is what /healthz answers.
func (p *program) health(ctx context.Context) (status int, words string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.address+"/healthz", nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), err
}
