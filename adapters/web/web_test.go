package web_test

import (
	"strings"
	"testing"

	"sprintbot/adapters/web"
)

func TestTheBoardShowsEveryProjectWithItsTableAndSeats(t *testing.T) {
	k := start(t, web.Config{Lobby: web.Anonymous}, fillSample)
	page := k.browser().get("/")
	contains(t, page, "Sample data. Nobody here is real.", "Day 3 of 4, Wed 19 May", "<b>61 people</b> at 12 projects.", "<b>33 free seats</b>: any of them is yours.",
		`href="/p/larkfield"`, "Names the bird you just heard", "Room 301", "As of 15:50:12")
	if copper, wind := strings.Index(page, "Copperkettle"), strings.Index(page, "Windowbox"); copper < 0 || wind < copper {
		t.Error("projects are not listed from A to Z")
	}
	if n := strings.Count(page, `class="boxed">Full<`); n != 2 {
		t.Errorf("%d projects are full, want 2", n)
	}
}
