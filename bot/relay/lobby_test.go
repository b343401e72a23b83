package relay_test

import (
	"testing"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// withLobby is a bridge in which the page's own room is too.
func withLobby(t *testing.T) *bridge {
	t.Helper()
	b := newBridge(t, relay.Ways{})
	b.stop()
	b.lobby = newRoom("lobby", chat.Manners{Rewrites: true})
	b.carrier.Routes = relay.Routes{{Join: []chat.Place{inIRC, inSlack, inLobby}, Ways: relay.Ways{JoinLines: -1}}}
	b.carrier.Labels["lobby"] = "lobby"
	b.carrier.Manners = relay.MannersOf([]relay.Network{b.slack, b.irc, b.lobby})
	b.start()
	return b
}

var (
	inLobby = chat.Place{Network: "lobby", Channel: "#lobby"}
	vera    = chat.Handle{Network: "lobby", ID: "v1", Nick: "vera"}
)

func (b *bridge) visit(words string) string {
	b.t.Helper()
	return b.hear(chat.Message{From: vera, In: inLobby, Text: chat.Plainly(words)})
}

func TestALobbyLineThatIsAnsweredInAThreadAndAnswersIt(t *testing.T) {
	b := withLobby(t)
	b.visit("is B4 free?")
	b.stands("slack", b.slack.room, "is B4 free?")
	under := chat.Place{Network: "pycon", Channel: "#s", Thread: "pycon-1"}
	b.hear(chat.Message{From: grace, In: under, Of: "pycon-1", Text: chat.Plainly("it is")})
	b.stands("the lobby", b.lobby, `re vera "is B4 free?": it is`)
	b.stands("irc", b.irc, "is B4 free?", `re vera "is B4 free?": it is`)
	b.visit("grace: thank you")
	b.say(ada, "grace, and B5?")
	b.visit("back to work")
	b.stands("slack", b.slack.room, "is B4 free?", "pycon-1 > grace: thank you", "pycon-1 > grace, and B5?", "back to work")
	b.hear(chat.Message{From: grace, In: under, Of: "pycon-1", Text: chat.Plainly("B5 too")})
	b.stands("re whom once, with its words", b.lobby, `re vera "is B4 free?": it is`, "grace, and B5?", "re vera: B5 too")
}

func TestAThreadOfSlackIsReadAndAnsweredInTheLobby(t *testing.T) {
	b := withLobby(t)
	b.say(grace, "who has a charger?")
	b.stands("the lobby", b.lobby, "who has a charger?")
	under := chat.Place{Network: "pycon", Channel: "#s", Thread: "m1"}
	b.hear(chat.Message{From: lin, In: under, Of: "m1", Text: chat.Plainly("I do")})
	b.stands("the lobby", b.lobby, "who has a charger?", `re grace "who has a charger?": I do`)
	b.visit("lin: where are you?")
	b.stands("slack", b.slack.room, "m1 > lin: where are you?")
	b.hear(chat.Message{From: lin, In: under, Of: "m1", Text: chat.Plainly("vera: at B4")})
	b.stands("the lobby", b.lobby, "who has a charger?", `re grace "who has a charger?": I do`, "re grace: vera: at B4")
	b.stands("irc", b.irc, "who has a charger?", `re grace "who has a charger?": I do`, "lin: where are you?", "re grace: vera: at B4")
}
