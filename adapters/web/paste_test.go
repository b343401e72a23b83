package web_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/web"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestLongWordsArePagesThatOnlyTheirAddressFinds(t *testing.T) {
	const token = "kH2vQ9xL0pTz4mBs7nYc1A"
	k := start(t, web.Config{URL: "https://sprints.example.org"}, func(k *kit) {
		k.write(func(tx sprints.Tx) error {
			day := sprints.DayOf(k.clock.Now(), newYork(t))
			if err := tx.SetEvent(sprints.Event{Name: "PyCon", Zone: newYork(t), First: day, Last: day}); err != nil {
				return err
			}
			return tx.SavePaste(sprints.Paste{
				Token: token, Source: "s", Who: chat.Handle{Network: "pycon", ID: "U1", Nick: "<i>grace\u202e"}, Place: "Slack",
				Text: chat.Text{{Text: "look <script>alert(1)</script>\n"}, {Text: "x := 1\n\ny := 2", Code: true, Pre: true}},
				At:   tx.Now(), Until: tx.Now().Add(sprints.PasteKept),
			})
		})
	})
	get := func(path string) (*http.Response, string) {
		t.Helper()
		r, err := http.Get(k.base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r, string(body)
	}
	r, body := get("/t/" + token)
	if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("X-Robots-Tag"), "noindex") || r.Header.Get("Cache-Control") != "no-store" ||
		r.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	for _, want := range []string{"look &lt;script&gt;", "x := 1\n\ny := 2", "&lt;i&gt;grace", "on Slack", "Wed 19 May 15:50", "Thu 20 May 15:50"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "<script>alert") || strings.Contains(body, "\u202e") {
		t.Error("words of people are not escaped")
	}
	if _, board := get("/"); strings.Contains(board, token) {
		t.Error("the board leads to it")
	}
	for _, path := range []string{"/t/" + token[:21], "/t/", "/t/x"} {
		if r, _ := get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
	k.clock.set(k.clock.Now().Add(24 * time.Hour))
	if r, body := get("/t/" + token); r.StatusCode != http.StatusNotFound || !strings.Contains(body, "not here any more") {
		t.Errorf("a day later: %d", r.StatusCode)
	}
}

func TestSkippedMessagesAreAPageThatOnlyItsAddressFinds(t *testing.T) {
	const token = "sK2vQ9xL0pTz4mBs7nYc1A"
	k := start(t, web.Config{URL: "https://sprints.example.org"}, func(k *kit) {
		k.write(func(tx sprints.Tx) error {
			day := sprints.DayOf(k.clock.Now(), newYork(t))
			if err := tx.SetEvent(sprints.Event{Name: "PyCon", Zone: newYork(t), First: day, Last: day}); err != nil {
				return err
			}
			word := func(source, nick, words string) sprints.Skipped {
				return sprints.Skipped{Token: token, Source: source, Who: chat.Handle{Network: "libera", ID: nick, Nick: nick}, Place: "IRC",
					Text: chat.Plainly(words), At: tx.Now(), Until: tx.Now().Add(sprints.PasteKept)}
			}
			return tx.SaveSkipped([]sprints.Skipped{word("1", "<b>ada\u202e", "look <script>alert(1)</script>"), word("2", "bob", "I saw")})
		})
	})
	b := k.browser()
	page := b.get("/t/" + token)
	contains(t, page, "Skipped messages", "&lt;b&gt;ada", "look &lt;script&gt;", "I saw", "on IRC, Wed 15:50", "Thu 20 May 15:50")
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "\u202e") {
		t.Error("words of people are not escaped")
	}
	if strings.Contains(b.get("/"), token) {
		t.Error("the board leads to it")
	}
}
