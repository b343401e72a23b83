package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sprintbot/adapters/web"
	"sprintbot/sprints/chat"
)

func TestWordsInTheLobbyAreHeardAndShown(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous, Readers: names("the console")}, fillSample)
	b, other := k.browser(), k.browser()
	page := b.get("/lobby")
	contains(t, page, "Read by people on the console, and on this page.", "You speak as <b><bdi>visitor ")
	other.get("/lobby")
	s := other.events("on=lobby")
	s.next()
	res, _ := b.post("/lobby", url.Values{"key": {b.key(page)}, "say": {"hello  all\n"}})
	if res.Header.Get("Location") != "/lobby#say" {
		t.Error(res.Header.Get("Location"))
	}
	m := k.messages()[0]
	if m.Addressed || m.Direct || m.Text.Plain() != "hello all" || m.In != (chat.Place{Network: "lobby", Channel: "#lobby"}) || !strings.HasPrefix(m.From.Nick, "visitor ") {
		t.Errorf("heard %+v", m)
	}
	contains(t, other.get("/lobby"), "hello all")
	e, ok := s.next()
	if !ok || len(e.HTML) != 1 || !strings.Contains(e.HTML[0][1], "hello all") {
		t.Errorf("the other page is told %+v", e)
	}
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {"/me waves"}})
	if m := k.messages()[1]; m.Kind != chat.Action || m.Text.Plain() != "waves" {
		t.Errorf("heard %+v", m)
	}
}

func TestACommandInTheLobbyIsAnsweredToThatBrowserOnly(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b, other := k.browser(), k.browser()
	for i, line := range []string{"!easy", "sprintbot: easy", "@sprintbot easy", "Sprintbot, easy"} {
		b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {line}})
		m := k.messages()[i]
		if !m.Addressed || !m.Inline || m.Direct || m.Text.Plain() != "easy" || m.Line() != line {
			t.Errorf("%q is heard as %+v", line, m)
		}
	}
	contains(t, b.get("/lobby"), "Easy issues:", `value="here B4"`, "You sent <b>easy</b>")
	lacks(t, other.get("/lobby"), "Easy issues:")
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {"sprintbot is nice"}})
	if m := k.messages()[4]; m.Addressed {
		t.Errorf("words about the bot are a command: %+v", m)
	}
	for i, line := range []string{"! really", "!! really", "!1"} {
		b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {line}})
		if m := k.messages()[5+i]; m.Addressed || m.Line() != line {
			t.Errorf("%q is a command: %+v", line, m)
		}
	}
}

func TestRowsForTheLobbyAndForOneBrowserArrive(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b := k.browser()
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {"hi"}})
	me := k.messages()[0].From
	k.talk()
	room := chat.Place{Network: "lobby", Channel: web.Room}
	words := func(s string) chat.Reply { return chat.Saying(chat.Plainly(s)) }
	first := k.deliver(chat.Outgoing{Row: 7, To: room, Kind: chat.Said, As: &chat.Handle{Nick: "heron"}, From: "IRC", Reply: words("sevn")})
	k.deliver(chat.Outgoing{Row: 7, To: room, Kind: chat.Said, As: &chat.Handle{Nick: "heron"}, From: "IRC", Reply: words("sevn")})
	if n := strings.Count(b.get("/lobby"), "sevn"); n != 1 {
		t.Errorf("a row sent twice is shown %d times", n)
	}
	k.deliver(chat.Outgoing{Row: 8, To: room, Kind: chat.Edited, Of: first.ID, As: &chat.Handle{Nick: "her\x07o\u202en"}, From: "I\nRC", Reply: words("seven")})
	page := b.get("/lobby")
	contains(t, page, "seven", "<span>IRC</span>", "Anyone with a spare USB-C charger in 302?")
	lacks(t, page, "sevn")
	k.deliver(chat.Outgoing{Row: 9, To: room, Kind: chat.Deleted, Of: first.ID})
	lacks(t, b.get("/lobby"), "seven")
	for _, of := range []string{first.ID, "say-1"} { // what is gone from the log stays gone
		k.deliver(chat.Outgoing{Row: 9, To: room, Kind: chat.Edited, Of: of, As: &chat.Handle{Nick: "heron"}, Reply: words("octothorpe")})
	}
	lacks(t, b.get("/lobby"), "octothorpe")
	k.deliver(chat.Outgoing{Row: 10, To: chat.Direct(me), Kind: chat.Said, Reply: words("Your page was read.")})
	contains(t, b.get("/lobby"), "Your page was read.")
	lacks(t, k.browser().get("/lobby"), "Your page was read.")
}

func TestAnAnnouncementStandsOnEveryPage(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	s := k.browser().events("on=banner")
	s.next()
	k.deliver(chat.Outgoing{Row: 1, To: chat.Place{Network: "lobby", Channel: web.Room}, Lane: chat.Announcements, Kind: chat.Said,
		Reply: chat.Saying(chat.Plainly("Cake in the Atrium at 16:00. Sit with someone new."))})
	k.sitDown("irc", "account:ada", "B4")
	contains(t, s.until("banner"), "<strong>Cake in the Atrium at 16:00.</strong> Sit with someone new.", "(15:50)")
	contains(t, k.browser().get("/p/larkfield"), "Cake in the Atrium")
	lines := chat.Reply{Lines: []chat.Line{
		{Role: chat.Title, Cells: []chat.Text{chat.Plainly("Larkfield: Names the bird you just heard")}},
		{Cells: []chat.Text{chat.Plainly("Larkfield sits at B4, Room 301.")}},
		{Cells: []chat.Text{chat.Plainly("More: https://wiki.example.org/Larkfield")}},
	}}
	k.deliver(chat.Outgoing{Row: 2, To: chat.Place{Network: "lobby", Channel: web.Room}, Lane: chat.Announcements, Kind: chat.Said, Reply: lines})
	k.sitDown("irc", "account:bob", "B4")
	contains(t, s.until("banner"), "<strong>Larkfield: Names the bird you just heard.</strong> Larkfield sits at B4, Room 301. More: https://wiki.example.org/Larkfield <small>")
}

func TestNobodyWearsTheNameOfTheBotOrOfALead(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous, Reserved: names("Ada")}, fillSample)
	b := k.browser()
	for _, name := range []string{"sprintbot", "SprintB0t", "ѕрrintbot", "s p r i n t b o t", "wren", "Wrеn", "ada", "\u202eada", "visitor 7", "", "!!!", strings.Repeat("x", 30), "<b>", "аdа"} {
		res, page := b.post("/lobby/name", url.Values{"key": {b.key(b.get("/lobby"))}, "name": {name}})
		if res.StatusCode == 429 {
			b = k.browser()
			res, page = b.post("/lobby/name", url.Values{"key": {b.key(b.get("/lobby"))}, "name": {name}})
		}
		if res.StatusCode != 400 || !strings.Contains(page, `class="error"`) {
			t.Errorf("%q is taken: %s", name, res.Status)
		}
	}
	b = k.browser()
	if res, _ := b.post("/lobby/name", url.Values{"key": {b.key(b.get("/lobby"))}, "name": {"Zoë  K"}}); res.StatusCode != 303 {
		t.Error(res.Status)
	}
	contains(t, b.get("/lobby"), "You speak as <b><bdi>Zoë K</bdi></b>")
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {"hi"}})
	if n := k.messages()[0].From.Nick; n != "Zoë K" {
		t.Error(n)
	}
	contains(t, b.get("/lobby"), "You speak as <b><bdi>Zoë K</bdi></b>") // also after speaking
	other := k.browser()
	if res, _ := other.post("/lobby/name", url.Values{"key": {other.key(other.get("/lobby"))}, "name": {"zoe k"}}); res.StatusCode != 400 {
		t.Error("a name in use is given to somebody else")
	}
}

// A reload changes who organizes and which networks read along.
func TestTheLobbyKnowsItsNamesAsTheyAreNow(t *testing.T) {
	var reserved, readers atomic.Pointer[[]string]
	reserved.Store(&[]string{})
	readers.Store(&[]string{"IRC"})
	k := start(t, web.Config{Lobby: web.Anonymous, Reserved: func() []string { return *reserved.Load() }, Readers: func() []string { return *readers.Load() }}, fillSample)
	contains(t, k.browser().get("/lobby"), "Read by people on IRC, and on this page.")
	reserved.Store(&[]string{"Grace"})
	readers.Store(&[]string{"Slack", "IRC"})
	b := k.browser()
	if res, _ := b.post("/lobby/name", url.Values{"key": {b.key(b.get("/lobby"))}, "name": {"grасe"}}); res.StatusCode != 400 {
		t.Error(res.Status)
	}
	contains(t, b.get("/lobby"), "Read by people on Slack and IRC, and on this page.")
}

func TestANameThatPassesForAnOrganizersSaysSoInTheLobby(t *testing.T) {
	doubted := func(_ context.Context, h chat.Handle) (bool, error) { return h.Nick == "Grace", nil }
	k := start(t, web.Config{Lobby: web.Anonymous, Doubted: doubted}, fillSample)
	b := k.browser()
	b.post("/lobby/name", url.Values{"key": {b.key(b.get("/lobby"))}, "name": {"Grace"}})
	b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {"hi from here"}})
	k.deliver(chat.Outgoing{Row: 1, To: chat.Place{Network: "lobby", Channel: web.Room}, As: &chat.Handle{Network: "libera", ID: "guest:1", Nick: "Grаce"},
		From: "IRC", Doubt: true, Lane: chat.Relays, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi from there"))})
	contains(t, b.get("/lobby"), "<b><bdi>Grace</bdi></b> <span>unconfirmed</span>", "<b><bdi>Grаce</bdi></b> <span>IRC, unconfirmed</span>")
}

func TestWordsOfAnotherDayAreShownWithIt(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	said := k.clock.Now()
	k.deliver(chat.Outgoing{Row: 1, To: chat.Place{Network: "lobby", Channel: web.Room}, Kind: chat.Said, As: &chat.Handle{Network: "libera", ID: "1", Nick: "ada"},
		At: said.Add(-24 * time.Hour), Reply: chat.Saying(chat.Plainly("yesterday"))})
	k.deliver(chat.Outgoing{Row: 2, To: chat.Place{Network: "lobby", Channel: web.Room}, Kind: chat.Said, As: &chat.Handle{Network: "libera", ID: "1", Nick: "ada"},
		At: said, Reply: chat.Saying(chat.Plainly("today"))})
	zone := newYork(t)
	contains(t, k.browser().get("/lobby"), "<span>"+said.Add(-24*time.Hour).In(zone).Format("Mon 2 Jan 15:04")+"</span>", "<span>"+said.In(zone).Format("15:04")+"</span>")
}

func TestTheLobbyIsAbsentWhenOff(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Off}, fillSample)
	lacks(t, k.browser().get("/"), `href="/lobby"`)
	contains(t, k.browser().get("/lobby"), "There is no page here.")
	var refused *chat.ErrRefused
	for _, p := range k.site.Render(chat.Outgoing{To: chat.Place{Network: "lobby", Channel: web.Room}, Reply: chat.Saying(chat.Plainly("x"))}) {
		k.site.Send(t.Context(), p, func(_ chat.Receipt, err error) {
			if !errors.As(err, &refused) {
				t.Error(err)
			}
		})
	}
}

func TestTheStopEndsStreamsAndIsOffline(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	s := k.browser().events("on=row")
	s.next()
	k.stop()
	for {
		if _, ok := s.next(); !ok {
			break
		}
	}
	k.site.Send(context.WithoutCancel(t.Context()), chat.Part{Out: chat.Outgoing{To: chat.Place{Network: "lobby", Channel: web.Room}}}, func(_ chat.Receipt, err error) {
		if !errors.Is(err, chat.ErrOffline) {
			t.Error(err)
		}
	})
}
