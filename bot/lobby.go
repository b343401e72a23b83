package main

import (
	"sprintbot/adapters/web"
	"sprintbot/sprints/chat"
)

// lobbyName is the page's lobby as a network, in bridges too.
const lobbyName = "lobby"

// lobbyPlace is the room of the page's lobby.
var lobbyPlace = chat.Place{Network: lobbyName, Channel: web.Room}
