package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// wall is a clock that a test sets.
type wall struct {
	mu  sync.Mutex
	now time.Time
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wall) set(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = t
}

func (w *wall) At(time.Time) (<-chan struct{}, func()) { return nil, func() {} }

// afternoon is the third day of the sample, 15:50 at the venue.
func afternoon(t testing.TB) time.Time {
	return time.Date(2027, 5, 19, 15, 50, 12, 0, newYork(t))
}

func newYork(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// kit is a site over a real store, with a small bot that knows five commands.
type kit struct {
	t     testing.TB
	store *sqlite.Store
	clock *wall
	site  *web.Site
	base  string
	stop  func() // ends the site, once

	mu    sync.Mutex
	heard []chat.Message
	fail  error
}

func newStore(t testing.TB, clock sprints.Clock) *sqlite.Store {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "web.db"), sqlite.Options{Clock: clock, Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// start runs a site; fill puts data into the store before.
func start(t testing.TB, cfg web.Config, fill func(*kit)) *kit {
	k := &kit{t: t, clock: &wall{now: afternoon(t)}}
	k.store = newStore(t, k.clock)
	if fill != nil {
		fill(k)
	}
	var logged bytes.Buffer
	cfg.Store, cfg.Clock, cfg.Listen = k.store, k.clock, "127.0.0.1:0"
	cfg.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))
	site, err := web.Listen(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	k.site, k.base = site, "http://"+site.Addr()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ran := make(chan error, 1)
	go func() { ran <- site.Run(ctx, k.hear) }()
	k.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		k.stop()
		if t.Failed() && logged.Len() > 0 {
			t.Logf("log:\n%s", logged.String())
		}
	})
	for !site.Status().Up {
		select {
		case <-site.Changed():
		case err := <-ran:
			t.Fatal(err)
		}
	}
	return k
}

// names are a list of them that never changes.
func names(all ...string) func() []string { return func() []string { return all } }

func (k *kit) write(fn func(tx sprints.Tx) error) {
	k.t.Helper()
	if err := k.store.Write(k.t.Context(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) messages() []chat.Message {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]chat.Message(nil), k.heard...)
}

// hear is a bot small enough to read: what it is told goes to the store by the
// domain's own rules.
func (k *kit) hear(ctx context.Context, ms []chat.Message) ([]chat.Heard, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail != nil {
		return nil, k.fail
	}
	out := make([]chat.Heard, len(ms))
	err := k.store.Write(ctx, func(tx sprints.Tx) error {
		for i, m := range ms {
			first, err := tx.Heard(m)
			if err != nil {
				return err
			}
			out[i] = chat.Heard{First: first}
			if !first || !m.Addressed {
				continue
			}
			reply, err := answer(tx, m)
			if r := sprints.Refused(err); r != nil {
				reply, err = chat.Saying(chat.Plainly(r.Error())), nil
				for _, h := range r.Hints {
					reply.Lines = append(reply.Lines, chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(h)}})
				}
			}
			if err != nil {
				return err
			}
			out[i].Reply = &reply
		}
		return nil
	})
	for i, h := range out {
		if h.First {
			k.heard = append(k.heard, ms[i])
		}
	}
	return out, err
}

func answer(tx sprints.Tx, m chat.Message) (chat.Reply, error) {
	verb, arg, _ := strings.Cut(m.Text.Plain(), " ")
	switch verb {
	case "here":
		t, err := tx.Table(arg)
		if err != nil {
			return chat.Reply{}, sprints.Refuse(sprints.Unknown, "I know no table called %q.", arg).Hint("projects")
		}
		spot, err := sprints.SpotAt(tx, t)
		if err != nil {
			return chat.Reply{}, err
		}
		p, err := tx.Meet(m.From)
		if err != nil {
			return chat.Reply{}, err
		}
		s, err := sprints.SitDown(tx, p.ID, m.From, spot)
		return chat.Saying(chat.Plainly("You sit at " + s.Seat.Table + ".")), err
	case "bye":
		p, err := tx.PersonOf(m.From)
		if err != nil {
			return chat.Reply{}, err
		}
		_, _, err = sprints.Leave(tx, p.ID)
		return chat.Saying(chat.Plainly("Bye.")), err
	case "take":
		p, err := tx.Meet(m.From)
		if err != nil {
			return chat.Reply{}, err
		}
		full, n, _ := strings.Cut(arg, "#")
		owner, name, _ := strings.Cut(full, "/")
		repo, err := tx.RepoByName(owner, name)
		if err != nil {
			return chat.Reply{}, err
		}
		var number int
		if _, err := fmt.Sscan(n, &number); err != nil {
			return chat.Reply{}, err
		}
		issue, err := tx.IssueByNumber(repo.ID, number)
		if err != nil {
			return chat.Reply{}, err
		}
		_, err = sprints.Take(tx, p.ID, issue.ID)
		return chat.Saying(chat.Plainly("Yours until 18:50.")), err
	case "link":
		c, err := tx.TakeLinkCode(arg)
		if errors.Is(err, sprints.ErrNotFound) {
			return chat.Saying(chat.Plainly("I know no such code. Send link for a new one.")), nil
		}
		if err != nil {
			return chat.Reply{}, err
		}
		p, err := tx.Meet(m.From)
		if err != nil {
			return chat.Reply{}, err
		}
		return chat.Saying(chat.Plainly("Linked.")), tx.JoinPersons(c.Person, p.ID)
	}
	return chat.Reply{Lines: []chat.Line{
		{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("Easy issues:")}},
		{Role: chat.Try, Cells: []chat.Text{chat.Plainly("here B4")}},
	}}, nil
}

// browser is a visitor with a cookie jar that does not follow redirects.
type browser struct {
	k   *kit
	jar http.CookieJar
	c   *http.Client
}

func (k *kit) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		k.t.Fatal(err)
	}
	b := &browser{k: k, jar: jar}
	b.c = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return b
}

func (b *browser) do(req *http.Request) (*http.Response, string) {
	b.k.t.Helper()
	res, err := b.c.Do(req)
	if err != nil {
		b.k.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		b.k.t.Fatal(err)
	}
	return res, string(body)
}

func (b *browser) get(path string) string {
	b.k.t.Helper()
	req, err := http.NewRequestWithContext(b.k.t.Context(), http.MethodGet, b.k.base+path, nil)
	if err != nil {
		b.k.t.Fatal(err)
	}
	_, body := b.do(req)
	return body
}

func (b *browser) post(path string, form url.Values) (*http.Response, string) {
	b.k.t.Helper()
	req, err := http.NewRequestWithContext(b.k.t.Context(), http.MethodPost, b.k.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.k.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// key is the token of the first form on a page.
func (b *browser) key(page string) string {
	b.k.t.Helper()
	m := keyField.FindStringSubmatch(page)
	if m == nil {
		b.k.t.Fatalf("no form on the page:\n%s", page)
	}
	return m[1]
}

// sitDown seats somebody as a command on another network does.
func (k *kit) sitDown(network, id, code string) {
	k.t.Helper()
	k.write(func(tx sprints.Tx) error {
		h := chat.Handle{Network: network, ID: id, Nick: "ada"}
		p, err := tx.Meet(h)
		if err != nil {
			return err
		}
		table, err := tx.Table(code)
		if err != nil {
			return err
		}
		spot, err := sprints.SpotAt(tx, table)
		if err != nil {
			return err
		}
		_, err = sprints.SitDown(tx, p.ID, h, spot)
		return err
	})
}

// sits says how many people sit at a table.
func (k *kit) sits(code string) int {
	k.t.Helper()
	var n int
	err := k.store.Read(k.t.Context(), func(v sprints.View) error {
		ev, err := v.Event()
		if err != nil {
			return err
		}
		seated, err := v.Seated(ev.Today(v.Now()))
		n = seated.ByTable[code]
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func contains(t testing.TB, page string, pieces ...string) {
	t.Helper()
	for _, p := range pieces {
		if !strings.Contains(page, p) {
			t.Errorf("the page lacks %q:\n%s", p, page)
		}
	}
}

func lacks(t testing.TB, page string, pieces ...string) {
	t.Helper()
	for _, p := range pieces {
		if strings.Contains(page, p) {
			t.Errorf("the page has %q", p)
		}
	}
}
