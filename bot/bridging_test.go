package main

import (
	"slices"
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

func TestAPlaceOfTwoBridgesIsListedOnce(t *testing.T) {
	a, b, c := chat.Place{Network: "libera", Channel: "#a"}, chat.Place{Network: "pycon", Channel: "#a"}, chat.Place{Network: "oftc", Channel: "#a"}
	bot, _ := newBot(t)
	bot.ear.carrier.Routes = relay.Routes{{Join: []chat.Place{a, b}}, {Join: []chat.Place{b, c}, Private: true}}
	if got := bot.bridged(); !slices.Equal(got, []chat.Place{a, b, c}) {
		t.Errorf("bridged are %v", got)
	}
}
