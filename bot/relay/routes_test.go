package relay_test

import (
	"fmt"
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

func TestWhoHearsWhom(t *testing.T) {
	at := func(n string) chat.Place { return chat.Place{Network: n, Channel: "#c"} }
	a, b, c, d, e, f, x, y := at("a"), at("b"), at("c"), at("d"), at("e"), at("f"), at("x"), at("y")
	routes := relay.Routes{
		{Join: []chat.Place{a, b}},
		{Join: []chat.Place{a, c}},
		{Join: []chat.Place{d, e, f}, From: []chat.Place{d}, To: []chat.Place{e, f}},
		{Join: []chat.Place{x, y}, Private: true},
	}
	for _, want := range []struct {
		p                  chat.Place
		others, everywhere []chat.Place
	}{
		{a, []chat.Place{b, c}, []chat.Place{a, b, c}},
		{b, []chat.Place{a}, []chat.Place{b, a}},
		{d, []chat.Place{e, f}, []chat.Place{d, e, f}},
		{e, nil, []chat.Place{a, b, c, d, e, f}}, // nobody hears it there: as a private word
		{x, []chat.Place{y}, []chat.Place{a, b, c, d, e, f}},
		{at("z"), nil, []chat.Place{a, b, c, d, e, f}},
	} {
		if got := routes.Others(want.p); fmt.Sprint(got) != fmt.Sprint(want.others) {
			t.Errorf("%s is heard in %v, want %v", want.p, got, want.others)
		}
		if got := routes.Everywhere(want.p); fmt.Sprint(got) != fmt.Sprint(want.everywhere) {
			t.Errorf("what is announced in %s goes to %v, want %v", want.p, got, want.everywhere)
		}
	}
	if got := routes.Organizing(); fmt.Sprint(got) != fmt.Sprint([]chat.Place{x, y}) {
		t.Errorf("organizers are at %v", got)
	}
}
