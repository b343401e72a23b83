package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// refused leaves n rows in a network's channel that were refused for good.
func (w *world) refused(network string, n int) {
	w.t.Helper()
	w.write(func(tx sprints.Tx) error {
		for i := range n {
			row, _, err := tx.Post(chat.Outgoing{Key: fmt.Sprintf("dead %s %d %d", network, w.said, i), To: chat.Place{Network: network, Channel: "#sprints"},
				Lane: chat.Relays, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hello")), At: tx.Now()})
			if err != nil {
				return err
			}
			if err := tx.Kill(row, "too long"); err != nil {
				return err
			}
		}
		return nil
	})
}

// posted are the words that wait for a channel.
func (w *world) posted(network string) (all []string) {
	w.t.Helper()
	w.read(func(v sprints.View) error {
		rows, err := v.Waiting(network, 0, 100)
		for _, r := range rows {
			all = append(all, r.To.Channel+": "+r.Reply.Plain())
		}
		return err
	})
	return all
}

func wantWords(t *testing.T, got string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(got, w) {
			t.Errorf("no %q in:\n%s", w, got)
		}
	}
}

func TestBridgesTellHowEachPlaceIs(t *testing.T) {
	w := newWorld(t)
	room := chat.Place{Network: "libera", Channel: "#sprints"}
	w.refused("pycon", 2)
	w.write(func(tx sprints.Tx) error {
		if _, err := tx.Heard(chat.Message{ID: "x", In: room, At: tx.Now(), Kind: chat.Said}); err != nil {
			return err
		}
		if _, _, err := tx.Post(chat.Outgoing{Key: "w", To: room, Lane: chat.Relays, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hello"))}); err != nil {
			return err
		}
		if _, _, err := tx.Post(chat.Outgoing{Key: "p", To: chat.Direct(newcomer), Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hello"))}); err != nil {
			return err
		}
		if err := tx.Learned(chat.Place{Network: "pycon", Channel: "#sprints"}, 4*time.Second); err != nil {
			return err
		}
		return tx.Hold(room, tx.Now().Add(5*time.Minute), "the channel is moderated")
	})
	got := w.did(orga, "bridges").Reply.Plain()
	wantWords(t, got, "1. libera #sprints: heard 10:00, sent never; 1 waits since 10:00; held until 10:05: the channel is moderated; one each 2s.",
		"libera:  connected since 08:00 (connected as sprintbot), one message each 2s", "pycon:  away since 09:55 (the server is silent)",
		"2. pycon #sprints: heard never, sent never; 2 refused for good; one each 4s, learned.", "pycon, in private: heard never")
	if strings.Contains(got, newcomer.ID) {
		t.Errorf("a private conversation names the person:\n%s", got)
	}
}

func TestANetworkThatWasTakenOutIsToldAsGone(t *testing.T) {
	w := newWorld(t)
	w.write(func(tx sprints.Tx) error {
		for _, channel := range []string{"#a", "#a", "#b"} {
			w.said++
			if _, _, err := tx.Post(chat.Outgoing{Key: fmt.Sprint(w.said), To: chat.Place{Network: "oftc", Channel: channel}, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi")), At: tx.Now()}); err != nil {
				return err
			}
		}
		return tx.Hold(chat.Place{Network: "oftc", Channel: "#a"}, time.Time{}, "not in the configuration any more")
	})
	w.clock.pass(time.Hour)
	got := w.did(orga, "bridges").Reply.Plain() + w.did(orga, "more").Reply.Plain()
	wantWords(t, got, "oftc:  not in the configuration any more; 3 lines wait. To send them put it back there, then say reload", "oftc #a: heard never, sent never; gone; 2 wait, the oldest since 10:00.",
		"\nreload")
	if n := strings.Count(got, "not in the configuration"); n != 1 {
		t.Errorf("told %d times:\n%s", n, got)
	}
	w.desk.Bridging.Reload = false
	if got := w.did(orga, "bridges").Reply.Plain(); strings.Contains(got, "reload") {
		t.Errorf("a bot without a configuration:\n%s", got)
	}
}

// A channel that was taken out is told with what sends what waits for it.
func TestBridgesSayWhatToDoAboutAChannelThatWasTakenOut(t *testing.T) {
	w := newWorld(t)
	w.desk.Bridging.Reload = true
	out := chat.Place{Network: "libera", Channel: "#out"}
	w.write(func(tx sprints.Tx) error {
		if _, _, err := tx.Post(chat.Outgoing{Key: "out", To: out, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))}); err != nil {
			return err
		}
		return tx.Hold(out, time.Time{}, sprints.Outside)
	})
	wantWords(t, w.did(orga, "bridges").Reply.Plain(),
		"1 waits since 10:00; not in the configuration any more; to send what waits put it back there, then say reload", "\nreload")
	w.desk.Bridging.Reload = false
	if got := w.did(orga, "bridges").Reply.Plain(); strings.Contains(got, "reload") || !strings.Contains(got, "not in the configuration any more") {
		t.Errorf("a bot without a configuration:\n%s", got)
	}
}

// Who only hears a place is told so, and who has nothing to do with it hears nothing of its pause.
func TestAPauseOfOneWayBridgesTellsWhatIsTrueInEachChannel(t *testing.T) {
	w := newWorld(t)
	at := func(network, channel string) chat.Place { return chat.Place{Network: network, Channel: channel} }
	room := at("pycon", "#sprints")
	w.desk.Bridging.Bridges = func() []commands.Bridge {
		return []commands.Bridge{
			{Places: []chat.Place{room, at("hears", "#a"), at("news", "#b")}, Carries: func(from, to chat.Place) bool { return from != to && to.Network == "hears" }},
			{Places: []chat.Place{at("says", "#c"), room}, Carries: func(from, to chat.Place) bool { return from.Network == "says" }},
		}
	}
	told := func(network, words string) {
		t.Helper()
		if got := w.posted(network); words == "" && len(got) > 0 || words != "" && (len(got) != 1 || !strings.Contains(got[0], words)) {
			t.Errorf("%s was told %q, not %q", network, got, words)
		}
	}
	w.did(orga, "bridge pause pycon #sprints")
	told("hears", "paused the bridge with pycon #sprints: what is said there does not come here.")
	told("says", "paused the bridge with pycon #sprints: what is said here waits.")
	told("news", "")
	told("pycon", "what is said here stays here")
	w.did(orga, "bridge resume pycon #sprints", "bridge pause hears #a")
	if got := w.posted("hears"); len(got) != 3 || !strings.Contains(got[2], "An organizer has paused the bridge: what is said elsewhere waits.") {
		t.Errorf("who only hears was told %q", got)
	}
	told("news", "An organizer has paused the bridge with hears #a: what is said here waits.")
	if got := w.posted("says"); len(got) != 2 || !strings.Contains(got[1], "The bridge with pycon #sprints goes on.") {
		t.Errorf("who is heard was told %q", got)
	}
}

func TestAPauseTellsEveryoneItConcernsOnce(t *testing.T) {
	w := newWorld(t)
	w.did(orga, "bridge pause pycon #sprints")
	if got := w.posted("libera"); len(got) != 1 || !strings.Contains(got[0], "paused the bridge with pycon #sprints") {
		t.Errorf("told elsewhere %q", got)
	}
	if got := w.posted("pycon"); len(got) != 1 || !strings.Contains(got[0], "what is said here stays here") {
		t.Errorf("told there %q", got)
	}
	if out := w.say(orga, "bridge pause 2"); !out.Refused {
		t.Errorf("paused twice: %s", out.Reply.Plain())
	}
	wantWords(t, w.did(orga, "bridges").Reply.Plain(), "2. pycon #sprints: heard never, sent never; paused since 10:00; 1 waits")
	w.write(func(tx sprints.Tx) error {
		return tx.SkipLine(chat.Place{Network: "pycon", Channel: "#sprints"}, tx.Now())
	})
	w.clock.pass(time.Minute)
	wantWords(t, w.did(orga, "bridge resume 2").Reply.Plain(), "1 message was said there meanwhile, 10:00; read it in #sprints on Slack.")
	if out := w.say(orga, "bridge resume 2"); !out.Refused {
		t.Errorf("resumed twice: %s", out.Reply.Plain())
	}
	for _, line := range []string{"bridge pause 3", "bridge pause 0", "bridge pause nowhere", "bridge pause #sprints"} {
		if out := w.say(orga, line); !out.Refused {
			t.Errorf("%s: %s", line, out.Reply.Plain())
		}
	}
}

func TestManyRefusedGoAgainOnlyAfterAYes(t *testing.T) {
	w := newWorld(t)
	w.refused("libera", 3)
	wantWords(t, w.did(orga, "bridge retry").Reply.Plain(), "3 messages were refused in 1 place", "Really?")
	if got := w.posted("libera"); got != nil {
		t.Errorf("sent before the yes: %q", got)
	}
	wantWords(t, w.did(orga, "yes").Reply.Plain(), "3 messages go again.")
	if got := w.posted("libera"); len(got) != 3 {
		t.Errorf("waiting %q", got)
	}
	w.refused("libera", 1)
	w.write(func(tx sprints.Tx) error { _, err := tx.Blank(tx.Now().Add(time.Hour)); return err })
	wantWords(t, w.did(orga, "bridge retry 1").Reply.Plain(), "The words of 1 message are not kept any more: it can't go again, and is counted no more.")
	if out := w.say(orga, "bridge retry 1"); !out.Refused { // so that what can't be mended is shown as ill only until somebody has seen it
		t.Errorf("words that are gone and known to be: %s", out.Reply.Plain())
	}
}

func TestNobodyIsIgnoredByAPatternOfAll(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"bridge ignore libera *", "bridge ignore libera **", "bridge ignore oftc gateway", "bridge heed libera *"} {
		if out := w.say(orga, line); !out.Refused {
			t.Errorf("%s: %s", line, out.Reply.Plain())
		}
	}
	w.did(orga, "bridge ignore LIBERA gateway*")
	wantWords(t, w.did(orga, "bridges").Reply.Plain(), "Ignored on libera: gateway*")
	wantWords(t, w.did(orga, "bridge heed libera gateway*").Reply.Plain(), "I listen to gateway* on libera again.")
}

func TestWhoIsNoRelayIsKept(t *testing.T) {
	w := newWorld(t)
	w.desk.Bridging.Configured = func(network, who string) bool { return who == "matterbridge" }
	wantWords(t, w.did(orga, "bridge heed libera quoter").Reply.Plain(), "quoter on libera is no relay")
	wantWords(t, w.did(orga, "bridges").Reply.Plain(), "No relay on libera: quoter")
	for line, words := range map[string]string{
		"bridge heed libera quoter":       "is listened to already",
		"bridge heed libera matterbridge": "Take it out there, then say reload.",
	} {
		if out := w.say(orga, line); !out.Refused || !strings.Contains(out.Reply.Plain(), words) {
			t.Errorf("%s: %s", line, out.Reply.Plain())
		}
	}
	w.did(orga, "bridge ignore libera quoter")
	if got := w.did(orga, "bridges").Reply.Plain(); strings.Contains(got, "No relay") {
		t.Errorf("ignored and trusted at once:\n%s", got)
	}
}

func TestReloadIsAskedForByOrganizersAlone(t *testing.T) {
	w := newWorld(t)
	if out := w.say(newcomer, "reload"); !out.Refused || out.Reload {
		t.Errorf("%+v", out)
	}
	if out := w.say(orga, "reload"); !out.Reload {
		t.Errorf("%+v", out)
	}
	w.desk.Bridging.Reload = false
	if out := w.say(orga, "reload"); !out.Refused || out.Reload {
		t.Errorf("%+v", out)
	}
}

func TestAPlaceThatFellSilentIsNoticed(t *testing.T) {
	w := newWorld(t)
	heard := func(network, id string) {
		w.write(func(tx sprints.Tx) error {
			_, err := tx.Heard(chat.Message{ID: id, In: chat.Place{Network: network, Channel: "#sprints"}, At: tx.Now(), Kind: chat.Said})
			return err
		})
	}
	heard("libera", "1")
	heard("pycon", "1")
	w.clock.pass(7 * time.Hour)
	if got := w.did(orga, "status").Reply.Plain(); strings.Contains(got, "Nothing was heard") {
		t.Errorf("all are silent:\n%s", got)
	}
	heard("pycon", "2")
	got := w.did(orga, "status").Reply.Plain()
	wantWords(t, got, "Nothing was heard in libera #sprints since 10:00, though there is talk elsewhere in its bridge.")
}

func TestANetworkThatGaveUpIsTriedAtOnce(t *testing.T) {
	w := newWorld(t)
	var tried []string
	w.desk.Bridging.Retry = func(network string) bool {
		tried = append(tried, network)
		return network == "pycon"
	}
	wantWords(t, w.did(orga, "bridge retry PyCon").Reply.Plain(), "I try pycon again now.")
	if out := w.say(orga, "bridge retry libera"); !out.Refused || !strings.Contains(out.Reply.Plain(), "libera is connected.") {
		t.Errorf("a network that is connected: %s", out.Reply.Plain())
	}
	if out := w.say(newcomer, "bridge retry pycon"); !out.Refused || len(tried) != 2 {
		t.Errorf("tried %q", tried)
	}
}

// What is shown to try names a network that there is.
func TestAnExampleNamesANetworkOfThisBridge(t *testing.T) {
	w := newWorld(t)
	w.desk.Bridging.Bridges = func() []commands.Bridge {
		return []commands.Bridge{{Places: []chat.Place{{Network: "oftc", Channel: "#sprints"}, {Network: "pycon", Channel: "#sprints"}}}}
	}
	for _, line := range []string{"bridge ignore", "help bridge ignore", "bridge heed"} {
		said := w.say(orga, line).Reply.Plain()
		if !strings.Contains(said, " oftc gateway*") || strings.Contains(said, "libera") {
			t.Errorf("%s: %s", line, said)
		}
	}
}

// An organizer who has not logged in learns why nobody knows them.
func TestAnOrganizersCommandTellsAGuestHowToBeKnown(t *testing.T) {
	w := newWorld(t)
	guest := chat.Handle{Network: "libera", ID: "guest:7", Nick: "orga"}
	wantWords(t, w.say(guest, "bridges").Reply.Plain(), `Only an organizer may say "bridges", and a nick alone proves nothing: log in to your account, or say link where you are known`)
	if got := w.say(newcomer, "bridges").Reply.Plain(); !strings.Contains(got, "Only an organizer may say \"bridges\".\n") {
		t.Errorf("somebody known: %s", got)
	}
}

// Organizers are never ignored, so nobody is told that they are.
func TestAnOrganizerCantBeIgnored(t *testing.T) {
	w := newWorld(t)
	out := w.say(orga, "bridge ignore pycon UORGA")
	if !out.Refused {
		t.Error("not refused")
	}
	wantWords(t, out.Reply.Plain(), "UORGA is an organizer, and what organizers say is always heard.", "bridges")
}
