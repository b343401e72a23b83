package web_test

import (
	"fmt"
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

// signsIn posts a code as a new browser that a proxy says is at from.
func (k *kit) signsIn(code string, from ...string) int {
	k.t.Helper()
	form := url.Values{"key": {strings.Repeat("k", 22)}, "code": {code}}
	req, err := http.NewRequestWithContext(k.t.Context(), http.MethodPost, k.base+"/signin", strings.NewReader(form.Encode()))
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, f := range from {
		req.Header.Add("X-Forwarded-For", f)
	}
	res, _ := k.browser().do(req)
	return res.StatusCode
}

func TestWrongCodesOfOneAddressLockNobodyElse(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn, URL: "https://sprints.example.org"}, fillSample)
	k.ada("123456")
	for i := range 40 {
		want := http.StatusBadRequest
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		// What stands before the last is what the visitor wrote.
		if got := k.signsIn("000000", fmt.Sprintf("192.0.2.%d", i), fmt.Sprintf("198.51.100.9, 203.0.113.%d", i)); got != want {
			t.Fatalf("wrong code %d: %d, want %d", i, got, want)
		}
	}
	if got := k.signsIn("123456", "203.0.113.200"); got != http.StatusTooManyRequests {
		t.Errorf("from the same /24: %d", got)
	}
	if got := k.signsIn("123456", "203.0.114.1"); got != http.StatusSeeOther {
		t.Errorf("from elsewhere: %d", got)
	}
	k.ada("234567")
	for range 11 {
		k.signsIn("000000", "2001:db8:1:2::9")
	}
	if got := k.signsIn("234567", "2001:db8:1:2:ffff::1"); got != http.StatusTooManyRequests {
		t.Errorf("from the same /64: %d", got)
	}
	if got := k.signsIn("234567", "2001:db8:1:3::9"); got != http.StatusSeeOther {
		t.Errorf("from another /64: %d", got)
	}
}

func TestWithoutAPublicAddressAHeaderSaysNothing(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn}, fillSample)
	for i := range 10 {
		k.signsIn("000000", fmt.Sprintf("203.0.%d.1", i))
	}
	if got := k.signsIn("000000", "198.51.100.1"); got != http.StatusTooManyRequests {
		t.Errorf("an eleventh wrong code of this machine: %d", got)
	}
}

func TestWrongCodesFromEverywhereOnlySlow(t *testing.T) {
	k := start(t, web.Config{Lobby: web.SignedIn, URL: "https://sprints.example.org"}, fillSample)
	k.ada("123456")
	for i := range 100 {
		if got := k.signsIn("000000", fmt.Sprintf("203.0.%d.1", i)); got != http.StatusBadRequest {
			t.Fatalf("wrong code %d: %d", i, got)
		}
	}
	began := time.Now()
	if got := k.signsIn("123456", "198.51.100.1"); got != http.StatusSeeOther {
		t.Errorf("the right code: %d", got)
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("after a hundred wrong codes the next took %v", took)
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
