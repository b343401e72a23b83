package web_test

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestEveryAnswerForbidsForeignAndInlineCode(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	for _, path := range []string{"/", "/p/larkfield", "/easy", "/lobby", "/signin", "/stored", "/screen/board", "/healthz", "/nothing", "/static/site.css", "/static/nothing"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, body := k.browser().do(req)
		h := res.Header
		if h.Get("Content-Security-Policy") != "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'" ||
			h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
		lacks(t, body, " style=", "<style", " onclick", "<script>")
	}
}

func TestScriptInAnyNameIsText(t *testing.T) {
	const bad = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
	k := start(t, web.Config{Lobby: web.Anonymous}, func(k *kit) {
		fillSample(k)
		k.write(func(tx sprints.Tx) error {
			id, err := tx.AddProject(sprints.Project{Slug: "bad", Name: bad, Summary: bad, Langs: bad, Level: bad, Days: bad, Contact: bad, State: sprints.Listed, At: tx.Now()})
			if err != nil {
				return err
			}
			room := sprints.Room{Code: bad, Name: bad, Floor: bad}
			if err := tx.SaveRoom(room); err != nil {
				return err
			}
			if err := tx.SaveTable(sprints.Table{Code: "<b>X", Room: room, Seats: 14}); err != nil {
				return err
			}
			if err := tx.UseTable("<b>X", id, 14); err != nil {
				return err
			}
			repo, err := tx.AddRepo(sprints.Repo{Project: id, Owner: "bad", Name: "bad", SyncedAt: tx.Now()})
			if err != nil {
				return err
			}
			_, err = tx.SaveIssue(sprints.Issue{Repo: repo, Number: 1, Title: bad, URL: "javascript:alert(3)", Labels: []string{"easy"}, Tier: 4, Open: true, SeenAt: tx.Now(), CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
			if err != nil {
				return err
			}
			_, err = tx.AddPage(sprints.Page{Project: id, URL: "javascript:alert(4)", Title: bad, Summary: bad})
			return err
		})
	})
	k.deliver(chat.Outgoing{Row: 1, To: chat.Place{Network: "lobby", Channel: web.Room}, Kind: chat.Said, As: &chat.Handle{Nick: bad}, From: bad,
		Reply: chat.Reply{Lines: []chat.Line{{Role: chat.Plain, Cells: []chat.Text{{{Text: bad, Bold: true}, {Text: "click", URL: "javascript:alert(5)"}}}}}}})
	b := k.browser()
	s := b.events("on=lobby,row,screen,seats:bad")
	for _, page := range []string{b.get("/"), b.get("/?more=1"), b.get("/p/bad"), b.get("/easy"), b.get("/lobby"), b.get("/screen/board"), b.get("/?q=" + url.QueryEscape(bad)), b.get("/p/" + url.PathEscape(bad))} {
		lacks(t, page, "<script>", "<img", "javascript:")
	}
	e, _ := s.next()
	if e.Refetch != true {
		t.Error("the stream began with", e)
	}
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {bad}})
	lacks(t, b.get("/lobby"), "<script>", "<img")
}

func TestAPostFromAnotherSiteDoesNothing(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	form := url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"here B4"}, "back": {"/"}}
	for _, path := range []string{"/do", "/lobby", "/signin", "/signout"} {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.base+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header, value)
			if res, _ := b.do(req); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s with %s: %s", path, header, res.Status)
			}
		}
	}
	if len(k.messages()) > 0 || k.sits("B4") != 5 {
		t.Error("something was done")
	}
}

func TestALocalPageAnswersToItsOwnNameOnly(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	for host, want := range map[string]int{"evil.example": http.StatusMisdirectedRequest, "evil.example:80": http.StatusMisdirectedRequest, "localhost:1": http.StatusOK, "[::1]:9": http.StatusOK} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		if res, _ := k.browser().do(req); res.StatusCode != want {
			t.Errorf("%s: %s", host, res.Status)
		}
	}
}

func TestFormsAreBounded(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	key := b.key(b.get("/p/larkfield"))
	if res, _ := b.post("/do", url.Values{"key": {key}, "do": {strings.Repeat("x", 40<<10)}}); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(res.Status)
	}
	if res, _ := b.post("/do", url.Values{"key": {key}, "do": {strings.Repeat("x", 600)}}); res.StatusCode != http.StatusBadRequest {
		t.Error(res.Status)
	}
	if res, _ := b.post("/do", url.Values{"do": {"here B4"}}); res.StatusCode != http.StatusBadRequest {
		t.Error(res.Status)
	}
	for _, back := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
		res, _ := b.post("/do", url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"help"}, "back": {back}})
		if to := res.Header.Get("Location"); !strings.HasPrefix(to, "/?r=") {
			t.Errorf("back to %s leads to %s", back, to)
		}
	}
	many := 0
	for range 20 {
		if res, _ := b.post("/do", url.Values{"key": {key}, "do": {"help"}}); res.StatusCode == http.StatusTooManyRequests {
			many++
		}
	}
	if many == 0 {
		t.Error("twenty forms at once were all taken")
	}
	if res, _ := k.browser().post("/do", url.Values{"key": {key}, "do": {"here B4"}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("a browser without a cookie: %s", res.Status)
	}
}

func TestATakenPortIsAnErrorAtTheStart(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	clock := &wall{now: afternoon(t)}
	if _, err := web.Listen(t.Context(), web.Config{Listen: l.Addr().String(), Store: newStore(t, clock), Clock: clock}); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Error(err)
	}
}
