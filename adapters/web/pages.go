package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

//go:embed templates/*.html
var templateFS embed.FS

// saidView is an answer with the form that its buttons need.
type saidView struct {
	Answer    *answer
	Key, Back string
}

// cardView is an issue's card with the form that takes it.
type cardView struct {
	issue
	Key, Back string
	May       bool
	Own       bool // on its project's page: no need to say where
}

// pages are the templates.
type pages struct{ t *template.Template }

func parsePages(f *files) (*pages, error) {
	t, err := template.New("").Funcs(template.FuncMap{
		"file":  func(name string) string { return f.name[name] },
		"count": count,
		"about": about,
		"date":  date,
		"pips":  pips,
		"wide":  func(ps []pip) int { return len(ps)*12 - 2 },
		"bar":   bar,
		"join":  strings.Join,
		"size":  plateSize,
		// What the panel of a seat has its own buttons for.
		"shownAlready": func(try string) bool { return try == "bye" || try == "show yes" || try == "show no" },
		"said":         func(a *answer, key, back string) saidView { return saidView{a, key, back} },
		"card":         func(i issue, key, back string, may, own bool) cardView { return cardView{i, key, back, may, own} },
	}).ParseFS(templateFS, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return &pages{t}, nil
}

// piece renders a part of a page.
func (p *pages) piece(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := p.t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("render %s: %w", name, err)
	}
	return template.HTML(bytes.TrimSpace(b.Bytes())), nil // #nosec G203 -- html/template escaped it
}

// must is piece for parts whose data can't fail them; a fault leaves them empty.
func (p *pages) must(name string, data any) template.HTML {
	html, err := p.piece(name, data)
	if err != nil {
		return ""
	}
	return html
}

// frame is what every page has around it.
type frame struct {
	*shown
	Title string
	Nav   string // which part of the site it is
	On    string // pieces the page shows, for the stream
	At    place  // how far the page has been told
	Lobby LobbyMode
	Stamp string // when the board was read, to the second
	Short string // the address people can type
	Chats string // where else sprintbot can be talked to, "Slack and IRC"
}

func (s *Site) frame(title, nav string) frame {
	b := s.board.Load()
	return frame{shown: b, Title: title, Nav: nav, On: "banner", At: place{rev: b.Rev}, Lobby: s.cfg.Lobby, Chats: people(s.cfg.Readers(), 0),
		Stamp: b.At.In(b.Event.Zone).Format("15:04:05"), Short: strings.TrimPrefix(strings.TrimPrefix(s.URL(), "https://"), "http://")}
}

// Day is "Day 3 of 4, Wed 19 May", or what it is outside of the event.
func (f frame) Day() string {
	switch {
	case !f.Known:
		return ""
	case f.Phase == notYet:
		return "Starts " + date(f.Event.First)
	case f.Phase == over:
		return "Ended " + date(f.Event.Last)
	}
	return "Day " + itoa(f.Number) + " of " + itoa(f.Event.Days()) + ", " + date(f.Today)
}

// EventName is what the event is called.
func (f frame) EventName() string {
	if f.Event.Name == "" {
		return "Sprint"
	}
	return f.Event.Name
}

// Example is a table that can be sat down at, for an example; "" if none is.
func (b *board) Example() string {
	for _, r := range b.Rows {
		if r.Open() {
			return r.Tables[0].Code
		}
	}
	return ""
}

// Over says that the event has ended.
func (f frame) Over() bool { return f.Phase == over }

// Before says that it has not begun.
func (f frame) Before() bool { return f.Phase == notYet }

// Begins is when it does.
func (f frame) Begins() string { return date(f.Event.First) }

func (s *Site) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	html, err := s.pages.piece(name, data)
	if err != nil {
		s.log.Error("a page can't be made", "page", name, "error", err)
		http.Error(w, "This page can't be shown just now. The board may: /", http.StatusInternalServerError)
		return
	}
	s.write(w, r, status, []byte(html))
}

func (s *Site) write(w http.ResponseWriter, _ *http.Request, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.log.Debug("a page was cut off", "error", err)
	}
}

// problem is a page of one sentence and a next step.
func (s *Site) problem(w http.ResponseWriter, r *http.Request, status int, what, next string) {
	s.render(w, r, status, "problem", struct {
		frame
		What, Next string
		SignIn     bool
	}{s.frame("Not done", ""), what, next, status == http.StatusForbidden && s.cfg.Lobby != Anonymous})
}

// boardView is the board's page.
type boardView struct {
	frame
	Search  search
	Found   []row
	Chosen  string
	Filters []filter
}

func (s *Site) getBoard(w http.ResponseWriter, r *http.Request) {
	q := parseSearch(r.URL.Query())
	b := s.board.Load()
	key := q.key()
	w.Header().Set("Cache-Control", "no-cache")
	b.mu.Lock()
	body := b.cache[key]
	b.mu.Unlock()
	if key == "" || body == nil {
		f := s.frame(s.eventName(b), "projects")
		f.On = "row,totals,rooms,banner,count"
		html, err := s.pages.piece("board", boardView{frame: f, Search: q, Found: q.apply(b.Rows), Chosen: q.Chosen(), Filters: filters})
		if err != nil {
			s.log.Error("the board can't be made", "error", err)
			http.Error(w, "The board can't be shown just now. Try again in a minute.", http.StatusInternalServerError)
			return
		}
		body = []byte(html)
		if key != "" && f.shown == b {
			b.mu.Lock()
			b.cache[key] = body
			b.mu.Unlock()
		}
	}
	s.write(w, r, http.StatusOK, body)
}

func (s *Site) eventName(b *shown) string {
	if b.Event.Name == "" {
		return "Projects"
	}
	return "Projects, " + b.Event.Name
}

// screenView is the board for a projector.
type screenView struct {
	frame
	Pages  [][]row
	PerCol int
	Light  bool
}

func (s *Site) getScreen(w http.ResponseWriter, r *http.Request) {
	v := screenView{frame: s.frame("Find your table", "screen"), PerCol: 6, Light: r.URL.Query().Get("theme") == "light"}
	v.On = "screen,screenhead,screenfoot"
	if r.URL.Query().Get("rows") == "4" {
		v.PerCol = 4
	}
	rows := v.Rows
	for len(rows) > 0 {
		n := min(len(rows), 2*v.PerCol)
		v.Pages = append(v.Pages, rows[:n])
		rows = rows[n:]
	}
	s.render(w, r, http.StatusOK, "screenboard", v)
}

func (s *Site) getMap(w http.ResponseWriter, r *http.Request) {
	v := struct{ frame }{s.frame("Map by room", "map")}
	v.On = "map,banner"
	s.render(w, r, http.StatusOK, "mappage", v)
}

func (s *Site) getStored(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, http.StatusOK, "stored", struct {
		frame
		CookieDays, Kept int
	}{s.frame("What we store", "stored"), cookieDays, lobbyKept})
}
