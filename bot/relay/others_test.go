package relay_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

func heardFrom(h chat.Handle, words string) chat.Message {
	return chat.Message{In: floodRoom, From: h, Kind: chat.Said, Text: chat.Plainly(words), ID: h.ID + words}
}

var talk0 = time.Date(2027, 5, 17, 9, 0, 0, 0, time.UTC)

func TestIgnoredByIDAccountAndPattern(t *testing.T) {
	o := relay.NewOthers()
	o.Know(map[string][]string{"libera": {"gateway*", "account:mb", "B024"}}, nil)
	for _, c := range []struct {
		h    chat.Handle
		want bool
	}{
		{chat.Handle{Network: "libera", ID: "guest:1", Nick: "Gateway_2"}, true},
		{chat.Handle{Network: "libera", ID: "account:MB", Nick: "x"}, true},
		{chat.Handle{Network: "libera", ID: "guest:x", Account: "mb"}, true},
		{chat.Handle{Network: "libera", ID: "B024"}, true},
		{chat.Handle{Network: "libera", ID: "guest:1", Nick: "agateway"}, false},
		{chat.Handle{Network: "oftc", ID: "guest:1", Nick: "gateway"}, false},
		{chat.Handle{Network: "libera"}, false},
	} {
		if got := o.Ignores(c.h); got != c.want {
			t.Errorf("%+v: %v", c.h, got)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, nick string
		want          bool
	}{
		{"*bot", "MyBot", true}, {"*bot", "bots", false}, {"a*b*c", "axxbxxc", true}, {"a*b*c", "ac", false},
		{"ada", "ada", true}, {"ada", "adam", false}, {"*", "x", true}, {"a*a", "a", false},
	} {
		if got := relay.Matches(c.pattern, c.nick); got != c.want {
			t.Errorf("%s %s: %v", c.pattern, c.nick, got)
		}
	}
}

func TestThreatTwoSprintbotsOnOneChannel(t *testing.T) {
	o := relay.NewOthers()
	o.Know(nil, []string{"oftc"})
	twin := chat.Handle{Network: "libera", ID: "account:sprintbot2", Nick: "sprintbot2", Bot: true}
	for _, words := range []string{
		"<a" + chat.Apart + "da (Slack)> hello", "<ada (oftc)> hello", "<gateway> <a" + chat.Apart + "da (Slack)> hello",
		"[slack] <ada (IRC)> hello", "<a" + chat.Apart + "da (elsewhere)> hello",
	} {
		if got := o.Judge(talk0, heardFrom(twin, words)); got != relay.Echo {
			t.Errorf("%q is %v", words, got)
		}
	}
	for _, words := range []string{"ada took pytest#12", "<ada> hello", "see (IRC)", "<b> (Slack)", ""} {
		if got := o.Judge(talk0, heardFrom(twin, words)); got != relay.Own {
			t.Errorf("%q is %v", words, got)
		}
	}
	// On Slack the speaker stands above the line.
	above := twin
	above.Nick = "ada (IRC)"
	if got := o.Judge(talk0, heardFrom(above, "hello")); got != relay.Echo {
		t.Errorf("a name of the other's is %v", got)
	}
	above.Nick = "ada (IRC, unconfirmed)"
	if got := o.Judge(talk0, heardFrom(above, "hello")); got != relay.Echo {
		t.Errorf("a name of the other's, with what is to be known of it, is %v", got)
	}
	above.Nick = "Ada (she/her) (IRC)"
	if got := o.Judge(talk0, heardFrom(above, "hello")); got != relay.Echo {
		t.Errorf("a name with brackets of its own is %v", got)
	}
	above.Nick, above.Bot = "ada (IRC)", false // a member who calls themselves so
	if got := o.Judge(talk0, heardFrom(above, "hello")); got != relay.Own {
		t.Errorf("a member's word is %v", got)
	}
}

func TestWhomAnOrganizerTrustsIsNoRelay(t *testing.T) {
	o := relay.NewOthers()
	o.Know(nil, nil)
	o.Trust(map[string][]string{"plain": {"guest:9", "quoter*"}})
	for _, h := range []chat.Handle{{Network: "plain", ID: "guest:9", Nick: "gw"}, {Network: "plain", ID: "guest:3", Nick: "Quoter_"}} {
		for i := range 30 {
			if got := o.Judge(talk0, heardFrom(h, []string{"<ada (Slack)> hello", "<bob (Slack)> hello"}[i%2])); got != relay.Own {
				t.Fatalf("line %d of %s is %v", i, h.Nick, got)
			}
		}
	}
	bot := chat.Handle{Network: "plain", ID: "guest:9", Nick: "gw", Bot: true}
	if got := o.Judge(talk0, heardFrom(bot, "<ada (Slack)> hello")); got != relay.Echo {
		t.Errorf("what goes round is %v", got)
	}
}

func TestARelayIsNoticedByItsLines(t *testing.T) {
	for _, form := range []string{"<%s> hello there", "<%s" + chat.Apart + " (elsewhere)> hello", "[slack] %s: hello", "[slack] <%s> hello", "(%s) hello"} {
		o := relay.NewOthers()
		found := 0
		for i := range 30 {
			words := fmt.Sprintf(form+" %d", []string{"ada", "bob"}[i%2], i)
			if o.Judge(talk0, heardFrom(chat.Handle{Network: "libera", ID: "guest:7", Nick: "gw"}, words)) == relay.Maybe {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%s: told %d times", form, found)
		}
	}
	o := relay.NewOthers()
	for i, words := range strings.Split(strings.Repeat("<ada> is right\nplain words\n[1] first: point\nmore\n", 20), "\n") {
		if got := o.Judge(talk0, heardFrom(chat.Handle{ID: "guest:1"}, words)); got != relay.Own {
			t.Fatalf("line %d is %v", i, got)
		}
	}
}
