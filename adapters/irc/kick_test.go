package irc_test

import (
	"strings"
	"testing"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// The time between attempts on a channel that refuses is an hour here: what is
// waited for comes by a kick's own short wait, and by an invitation.
func TestABotThatWasKickedIsSoonBackAndComesWhenInvited(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		n, err := irc.New(config(s.Addr))
		if err != nil {
			t.Fatal(err)
		}
		irc.Patient(n)
		b := run(t, n).up()
		ada.Send("KICK #sprint sprintbot :out")
		b.status("out", func(st chat.Status) bool { return strings.Contains(st.Note, "not in #Sprint") })
		b.status("back", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
		ada.Send("MODE #sprint +i")
		ada.Send("KICK #sprint sprintbot :out")
		b.status("refused", func(st chat.Status) bool { return strings.Contains(st.Note, "(473") })
		ada.Send("INVITE sprintbot #sprint")
		b.status("invited", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
		ada.Say("#sprint", "welcome back")
		b.hears("welcome back")
	})
}
