package web_test

import (
	"net/url"
	"testing"

	"sprintbot/adapters/web"
	"sprintbot/sprints/chat"
)

func TestWhoIsForgottenIsNotInTheLobbyAnyMore(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	b, other := k.browser(), k.browser()
	say := func(words string) {
		t.Helper()
		b.post("/lobby", url.Values{"key": {b.key(b.get("/lobby"))}, "say": {words}})
	}
	say("!easy")
	say("xyzzy from the lobby")
	ada, lin := chat.Handle{Network: "libera", ID: "account:ada", Nick: "wizada"}, chat.Handle{Network: "pycon", ID: "U2", Nick: "lin"}
	room := chat.Place{Network: "lobby", Channel: web.Room}
	k.deliver(chat.Outgoing{Row: 901, To: room, Kind: chat.Said, As: &ada, From: "IRC", Reply: chat.Saying(chat.Plainly("xyzzy from IRC"))})
	k.deliver(chat.Outgoing{Row: 902, To: room, Kind: chat.Said, As: &lin, From: "Slack", Quotes: "libera\x1f1",
		Re: chat.Text{{Text: "re "}, {Text: "wizada", Who: &ada}, {Text: " \""}, {Text: "xyzzy"}, {Text: "\": "}}, Reply: chat.Saying(chat.Plainly("why not"))})
	contains(t, other.get("/lobby"), "xyzzy from the lobby", "xyzzy from IRC", "why not")
	s := other.events("on=lobby")
	s.next()
	k.site.Forget([]chat.Handle{k.messages()[0].From, ada})
	page := other.get("/lobby")
	contains(t, page, "why not", "taken back", "somebody")
	lacks(t, page, "xyzzy", "<b><bdi>wizada")
	if e, ok := s.next(); !ok || len(e.HTML) != 3 {
		t.Errorf("an open page is told %+v", e)
	}
	lacks(t, b.get("/lobby"), "xyzzy", "Easy issues:")
}
