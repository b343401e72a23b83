package irc_test

import (
	"fmt"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// TestFaultALinkThatIsDeadInOneDirectionIsNoticed has one direction of the link
// swallow all that is said while the other goes on, in a channel where people
// talk all the time.
func TestFaultALinkThatIsDeadInOneDirectionIsNoticed(t *testing.T) {
	for name, silence := range map[string]func(*irctest.OneWay, bool){
		"what we say goes nowhere": func(p *irctest.OneWay, on bool) { p.Deaf.Store(on) },
		"nothing comes any more":   func(p *irctest.OneWay, on bool) { p.Mute.Store(on) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := irctest.NgIRCd(t)
			between := irctest.NewOneWay(t, s.Addr)
			b := start(t, config(between.Addr)).up()
			ada := s.Dial("ada")
			ada.Join("#Sprint")
			done := make(chan struct{})
			talk := make(chan struct{})
			go func() {
				defer close(talk)
				tick := time.NewTicker(200 * time.Millisecond)
				defer tick.Stop()
				for i := 0; ; i++ {
					select {
					case <-tick.C:
						ada.Say("#Sprint", fmt.Sprint("still here ", i))
					case <-done:
						return
					}
				}
			}()
			defer func() { close(done); <-talk }()
			b.hears("still here 1")
			silence(between, true)
			b.status("away", func(st chat.Status) bool { return !st.Up })
			silence(between, false)
			b.up()
		})
	}
}
