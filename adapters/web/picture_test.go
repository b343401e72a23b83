package web_test

import (
	"net/http"
	"strings"
	"testing"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestAPictureIsSeenForADayByWhoHasItsAddress(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n and so on"
	var p *chat.Picture
	k := start(t, web.Config{Lobby: web.Anonymous}, func(k *kit) {
		fillSample(k)
		k.write(func(tx sprints.Tx) (err error) {
			p, err = sprints.KeepPicture(tx, "https://sprints.example.org", "Who came", `67 on <Monday>`, []byte(png))
			return err
		})
	})
	at := strings.TrimPrefix(p.URL, "https://sprints.example.org")
	get := func(path string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, k.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return k.browser().do(req)
	}
	res, body := get(at)
	if res.StatusCode != http.StatusOK || body != png || res.Header.Get("Content-Type") != "image/png" || res.Header.Get("X-Robots-Tag") == "" {
		t.Errorf("%s, %v, %q", res.Status, res.Header, body)
	}
	for _, other := range []string{strings.TrimSuffix(at, ".png"), "/picture/x.png", "/picture/.png"} {
		if res, _ := get(other); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", other, res.Status)
		}
	}
	k.deliver(chat.Outgoing{Row: 1, To: chat.Place{Network: "lobby", Channel: web.Room}, Kind: chat.Said,
		Reply: chat.Reply{Lines: []chat.Line{{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("A quarter fewer.")}}}, Picture: p}})
	contains(t, k.browser().get("/lobby"), `<figure><img src="`+at+`" alt="67 on &lt;Monday&gt;"><figcaption>Who came</figcaption></figure>`)
	k.clock.set(k.clock.Now().Add(sprints.PictureKept))
	if res, _ := get(at); res.StatusCode != http.StatusNotFound {
		t.Errorf("after a day: %s", res.Status)
	}
}
