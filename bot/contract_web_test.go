package main

import (
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/adapters/web"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// webRoom is the page's lobby with a browser a person. The page bounds how
// much one browser may send, so there are twelve.
type webRoom struct {
	t        *testing.T
	site     *web.Site
	browsers map[string]*http.Client
}

func webStand(t *testing.T) stand {
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "contract.db"), sqlite.Options{Clock: sprints.System{}, Log: log, Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	day := sprints.DayOf(time.Now(), time.UTC)
	err = store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.SetEvent(sprints.Event{Name: "Contract", Zone: time.UTC, First: day, Last: day.Add(3)})
	})
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.Listen(t.Context(), web.Config{Name: "lobby", Listen: "127.0.0.1:0", Lobby: web.Anonymous, Store: store, Clock: sprints.System{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return &webRoom{t: t, site: site, browsers: map[string]*http.Client{}}
}

func (s *webRoom) network() relay.Network { return s.site }
func (s *webRoom) room() chat.Place       { return chat.Place{Network: "lobby", Channel: web.Room} }
func (s *webRoom) people() []string {
	return []string{"ada", "grace", "kim", "lin", "noor", "olu", "pat", "rui", "sol", "tam", "uma"}
}

// browser is somebody's, with a name for the lobby.
func (s *webRoom) browser(who string) *http.Client {
	s.t.Helper()
	if c := s.browsers[who]; c != nil {
		return c
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := &http.Transport{}
	s.t.Cleanup(transport.CloseIdleConnections)
	s.browsers[who] = &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.post(who, "/lobby/name", "name", who)
	return s.browsers[who]
}

func (s *webRoom) do(c *http.Client, req *http.Request) (int, string) {
	s.t.Helper()
	res, err := c.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func (s *webRoom) lobby(who string) string {
	s.t.Helper()
	c := s.browser(who)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.site.URL()+"/lobby", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	_, page := s.do(c, req)
	return page
}

var webKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// post fills in a form of the lobby, and waits where the page says to.
func (s *webRoom) post(who, path, field, words string) bool {
	s.t.Helper()
	key := webKey.FindStringSubmatch(s.lobby(who))
	if key == nil {
		s.t.Fatal("the lobby has no form")
	}
	form := url.Values{"key": {key[1]}, field: {words}, "back": {"/lobby"}}.Encode()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.site.URL()+path, strings.NewReader(form))
		if err != nil {
			s.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		switch status, page := s.do(s.browser(who), req); status {
		case http.StatusSeeOther:
			return true
		case http.StatusServiceUnavailable:
			if !strings.Contains(page, "That was not kept") {
				s.t.Errorf("what was not kept is told so: %s", page)
			}
			return false
		case http.StatusTooManyRequests:
			<-again.C
		default:
			s.t.Fatalf("%s of %q: %d\n%s", path, words, status, page)
		}
	}
}

func (s *webRoom) say(who, words string) bool       { return s.post(who, "/lobby", "say", words) }
func (s *webRoom) act(who, words string) bool       { return s.post(who, "/lobby", "say", "/me "+words) }
func (s *webRoom) sayDirect(who, words string) bool { return s.post(who, "/do", "do", words) }

var (
	webSaying = regexp.MustCompile(`(?s)<li id="say-\d+"( class="bot")?><p class="by"><b><bdi>(.*?)</bdi></b> (?:<span>([^<]*)</span> )?<span>[^<]*</span></p><div class="what">(.*?)</div></li>`)
	webMine   = regexp.MustCompile(`(?s)<li id="mine-\d+"><p class="by">.*?</p><div class="what">(.*?)</div>`)
	webBreak  = regexp.MustCompile(`<br>|</p>\s*<p`)
	webTag    = regexp.MustCompile(`<[^>]*>`)
)

// seen is a piece of a page as people read it.
func seen(piece string) string {
	return html.UnescapeString(webTag.ReplaceAllString(webBreak.ReplaceAllString(piece, "\n$0"), ""))
}

func (s *webRoom) shown() []posted {
	var all []posted
	for _, m := range webSaying.FindAllStringSubmatch(s.lobby("grace"), -1) {
		bot, nick, from, what := m[1] != "", seen(m[2]), seen(m[3]), m[4]
		if bot || from != "" {
			all = append(all, posted{by: strings.TrimSpace(nick + " " + from), words: seen(what)})
		}
	}
	return all
}

func (s *webRoom) told(who string) []string {
	var all []string
	for _, m := range webMine.FindAllStringSubmatch(s.lobby(who), -1) {
		all = append(all, seen(m[1]))
	}
	return all
}

func (s *webRoom) pieces(chat.Part) int { return 1 }
func (s *webRoom) tells()               {}
