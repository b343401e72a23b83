package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// ada is known from IRC and has asked for a code, which the kit's link takes
// as it is.
func (k *kit) ada(code string) sprints.PersonID {
	k.t.Helper()
	var id sprints.PersonID
	k.write(func(tx sprints.Tx) error {
		p, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"})
		if err != nil {
			return err
		}
		id = p.ID
		return tx.AddLinkCode(sprints.LinkCode{Hash: code, Person: p.ID, Until: tx.Now().Add(10 * time.Minute)})
	})
	return id
}

func cookie(b *browser, k *kit) string {
	u, err := url.Parse(k.base)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, c := range b.jar.Cookies(u) {
		if c.Name == "sprintbot-browser" {
			return c.Value
		}
	}
	return ""
}

func TestACodeSignsInAndRotatesTheSession(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn}, fillSample)
	k.ada("123456")
	b := k.browser()
	page := b.get("/signin?back=/p/larkfield")
	contains(t, page, "Sign in with a code", `inputmode="numeric"`, `autocomplete="one-time-code"`)
	// A cookie that somebody planted before the sign-in is worth nothing after it.
	u, _ := url.Parse(k.base)
	planted := strings.Repeat("p", 22)
	b.jar.SetCookies(u, []*http.Cookie{{Name: "sprintbot-browser", Value: planted, Path: "/"}})
	res, _ := b.post("/signin", url.Values{"key": {b.key(page)}, "code": {"123 456"}, "back": {"/p/larkfield"}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/p/larkfield" {
		t.Fatalf("%s to %s", res.Status, res.Header.Get("Location"))
	}
	if c := cookie(b, k); c == planted || c == "" {
		t.Errorf("the cookie is %q", c)
	}
	for _, c := range res.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("cookie %+v", c)
		}
	}
	contains(t, b.get("/p/larkfield"), "I’m sitting here")
	contains(t, b.get("/signin"), "You are signed in as <bdi>ada</bdi>")
	contains(t, b.get("/lobby"), "You speak as <b><bdi>ada</bdi></b>")
	thief := k.browser()
	thief.jar.SetCookies(u, []*http.Cookie{{Name: "sprintbot-browser", Value: planted, Path: "/"}})
	lacks(t, thief.get("/p/larkfield"), "I’m sitting here")
	// The code is used up.
	res, body := thief.post("/signin", url.Values{"key": {thief.key(thief.get("/signin"))}, "code": {"123456"}})
	if res.StatusCode != http.StatusBadRequest {
		t.Error(res.Status)
	}
	contains(t, body, "I know no such code.")
	b.post("/signout", nil)
	lacks(t, b.get("/p/larkfield"), "I’m sitting here")
}

func TestCodesCanNotBeGuessedFast(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn}, fillSample)
	k.ada("123456")
	b := k.browser()
	refused := false
	for range 15 {
		res, _ := b.post("/signin", url.Values{"key": {b.key(b.get("/signin"))}, "code": {"000000"}})
		refused = refused || res.StatusCode == http.StatusTooManyRequests
		b = k.browser() // a new browser each time does not help
	}
	if !refused {
		t.Error("fifteen wrong codes were all looked at")
	}
	if res, _ := b.post("/signin", url.Values{"key": {strings.Repeat("k", 22)}, "code": {"123456"}}); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the right code behind fifteen wrong ones: %s", res.Status)
	}
}

func TestSigningInKeepsTheSeatOfTheBrowser(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	ada := k.ada("123456")
	b := k.browser()
	b.post("/do", url.Values{"key": {b.key(b.get("/p/larkfield"))}, "do": {"here B4"}, "back": {"/p/larkfield"}})
	before := cookie(b, k)
	if res, body := b.post("/signin", url.Values{"key": {b.key(b.get("/signin"))}, "code": {"123456"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status, body)
	}
	if n := k.sits("B4"); n != 6 {
		t.Errorf("%d sit at B4", n)
	}
	err := k.store.Read(t.Context(), func(v sprints.View) error {
		_, err := v.OpenSeat(ada)
		return err
	})
	if err != nil {
		t.Errorf("ada's seat: %v", err)
	}
	contains(t, b.get("/p/larkfield"), "You are at table B4")
	old := k.browser()
	u, _ := url.Parse(k.base)
	old.jar.SetCookies(u, []*http.Cookie{{Name: "sprintbot-browser", Value: before, Path: "/"}})
	lacks(t, old.get("/p/larkfield"), "You are at table B4")
}

func TestCookiesAreSecureBehindHTTPS(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous, URL: "https://sprints.example.org/"}, fillSample)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+"/lobby", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "sprints.example.org"
	res, _ := k.browser().do(req)
	if len(res.Cookies()) != 1 || !res.Cookies()[0].Secure || res.Cookies()[0].Name != "__Host-sprintbot-browser" {
		t.Errorf("cookies %v", res.Cookies())
	}
	if k.site.URL() != "https://sprints.example.org" {
		t.Error(k.site.URL())
	}
}
