package irc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const historyCaps = "message-tags server-time batch account-tag draft/chathistory labeled-response"

// away is when the bot of these tests had heard the last message.
var away = time.Date(2027, 5, 17, 9, 0, 0, 0, time.UTC)

// stamp is an instant so long after away, as a tag.
func stamp(after time.Duration) string {
	return "time=" + away.Add(after).Format("2006-01-02T15:04:05.000Z")
}

// historian starts a network that has heard #Sprint up to away.
func historian(t *testing.T) (*bot, *irctest.Script) {
	t.Helper()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Mark = func(_ context.Context, p chat.Place) (sprints.Mark, error) {
		if p != channel() {
			return sprints.Mark{}, errors.New("asked for " + p.String())
		}
		return sprints.Mark{Place: p, ID: "m0", At: away}, nil
	}
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	return run(t, n), script
}

// joins lets the bot in, ten minutes after away.
func joins(peer *irctest.Peer, caps string, isupport ...string) {
	nick := peer.Welcome(caps, isupport...)
	peer.Expect(context.Background(), command("JOIN"))
	peer.Send(
		"@"+stamp(10*time.Minute)+" :"+nick+"!bot@127.0.0.1 JOIN #Sprint",
		":scripted 353 "+nick+" = #Sprint :"+nick+" @ada",
		":scripted 366 "+nick+" #Sprint :End",
	)
}

// plays answers the bot's question for history, and returns the question.
func plays(peer *irctest.Peer, lines ...string) irctest.Line {
	asked := peer.Expect(context.Background(), command("CHATHISTORY"))
	label := ""
	if l := asked.Tags["label"]; l != "" {
		label = "@label=" + l + " "
	}
	peer.Send(label + ":s BATCH +h chathistory #Sprint")
	for _, l := range lines {
		tags, rest, _ := strings.Cut(l, " ")
		peer.Send("@batch=h;" + tags + " " + rest)
	}
	peer.Send(":s BATCH -h")
	return asked
}

// words are what was heard so far.
func (b *bot) words() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, m := range b.heard {
		all = append(all, m.Line())
	}
	return all
}

func TestAGapIsReadFromTheMarkBeforeLiveWords(t *testing.T) {
	t.Parallel()
	b, script := historian(t)
	peer := script.Accept()
	joins(peer, historyCaps, "CHATHISTORY=2", "MSGREFTYPES=timestamp,msgid")
	peer.Send("@msgid=m6;" + stamp(10*time.Minute+time.Second) + " :ada!a@h PRIVMSG #Sprint :live")
	first := plays(peer, // out of order, and with what is known
		"msgid=m2;account=Ada;"+stamp(2*time.Minute)+" :ada_phone!a@h PRIVMSG #Sprint :!here 7",
		"msgid=m1;"+stamp(time.Minute)+" :bob!b@gone PRIVMSG #Sprint :\x01ACTION waves\x01",
		"msgid=m0;"+stamp(0)+" :ada!a@h PRIVMSG #Sprint :known",
		"msgid=mx;"+stamp(-time.Hour)+" :ada!a@h PRIVMSG #Sprint :older",
		"msgid=my;"+stamp(time.Minute)+" :sprintbot_!b@h PRIVMSG #Sprint :<grace (Slack)> ours",
		"msgid=mz;"+stamp(time.Minute)+" :ada!a@h JOIN #Sprint",
	)
	if want := []string{"AFTER", "#Sprint", "timestamp=2027-05-17T08:59:58.000Z", "2"}; !slices.Equal(first.Params, want) {
		t.Fatalf("asked for %q", first.Params)
	}
	second := plays(peer,
		"msgid=m2;"+stamp(2*time.Minute)+" :ada!a@h PRIVMSG #Sprint :!here 7", // the page before's last again
		"msgid=m3;"+stamp(9*time.Minute)+" :ada!a@h PRIVMSG #Sprint :!easy",
	)
	if second.Params[2] != "timestamp=2027-05-17T09:01:59.999Z" {
		t.Fatalf("asked for %q", second.Params)
	}
	plays(peer, "msgid=m3;"+stamp(9*time.Minute)+" :ada!a@h PRIVMSG #Sprint :!easy")
	b.hears("live")
	if got := b.words(); !slices.Equal(got, []string{"waves", "!here 7", "!easy", "live"}) {
		t.Fatalf("heard %q", got)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	wave, here, easy, live := b.heard[0], b.heard[1], b.heard[2], b.heard[3]
	if wave.ID != "m1" || wave.Kind != chat.Action || !wave.From.Guest() || !wave.At.Equal(away.Add(time.Minute)) {
		t.Errorf("an action %+v", wave)
	}
	if here.From.ID != "account:ada" || !here.Addressed || here.Ago < 8*time.Minute || here.Ago > 9*time.Minute {
		t.Errorf("an old command %+v", here)
	}
	if !easy.Addressed || easy.Ago < time.Minute || easy.Ago > 2*time.Minute || live.Ago != 0 || live.ID != "m6" {
		t.Errorf("a newer command %+v, live words %+v", easy, live)
	}
}

func TestAnotherGapIsReadFromWhatWasHeardLast(t *testing.T) {
	t.Parallel()
	b, script := historian(t)
	peer := script.Accept()
	joins(peer, historyCaps)
	plays(peer)
	peer.Send("@msgid=m1;" + stamp(20*time.Minute) + " :ada!a@h PRIVMSG #Sprint :one")
	b.hears("one")
	peer.Send(":ada!a@h KICK #Sprint sprintbot :out", ":sprintbot!bot@127.0.0.1 JOIN #Sprint")
	// A JOIN without a time tells nothing: no gap is read.
	peer.Send("@msgid=m2;"+stamp(21*time.Minute)+" :ada!a@h PRIVMSG #Sprint :two", ":ada!a@h PART #Sprint")
	b.hears("two")
	peer.Close()
	peer = script.Accept()
	joins(peer, historyCaps)
	asked := plays(peer, "msgid=m3;"+stamp(22*time.Minute)+" :ada!a@h PRIVMSG #Sprint :three")
	if asked.Params[2] != "timestamp=2027-05-17T09:20:58.000Z" {
		t.Fatalf("asked for %q", asked.Params)
	}
	plays(peer)
	b.hears("three")
}

func TestAFirstStayHasNoGap(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	n, err := irc.New(config(script.Addr))
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	b := run(t, n)
	peer := script.Accept()
	joins(peer, historyCaps)
	// What the server plays unasked is from before our time.
	peer.Send(":s BATCH +p chathistory #Sprint", "@batch=p;msgid=m1;"+stamp(time.Minute)+" :ada!a@h PRIVMSG #Sprint :old", ":s BATCH -p",
		"@msgid=m2;"+stamp(11*time.Minute)+" :ada!a@h PRIVMSG #Sprint :first")
	b.hears("first")
	peer.Close()
	peer = script.Accept()
	joins(peer, historyCaps)
	plays(peer, "msgid=m3;"+stamp(12*time.Minute)+" :ada!a@h PRIVMSG #Sprint :second")
	plays(peer)
	b.hears("second")
	if got := b.words(); !slices.Equal(got, []string{"first", "second"}) {
		t.Fatalf("heard %q", got)
	}
}

func TestAGapThatCannotBeReadHoldsNothingUp(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*irctest.Peer){
		"refused":  func(p *irctest.Peer) { p.Send(":s FAIL CHATHISTORY MESSAGE_ERROR AFTER #Sprint :No messages") },
		"unknown":  func(p *irctest.Peer) { p.Send(":s 421 sprintbot CHATHISTORY :Unknown command") },
		"silence":  func(*irctest.Peer) {},
		"nothing":  func(p *irctest.Peer) { p.Send("@label=" + lastLabel(p) + " :s ACK") },
		"too much": func(p *irctest.Peer) { p.Send(slices.Repeat([]string{":ada!a@h PRIVMSG #Sprint :more"}, 1100)...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, script := historian(t)
			peer := script.Accept()
			joins(peer, historyCaps)
			peer.Send("@" + stamp(11*time.Minute) + " :ada!a@h PRIVMSG #Sprint :live")
			peer.Expect(t.Context(), command("CHATHISTORY"))
			inBatch(peer, "chathistory", []string{stamp(time.Minute) + " :ada!a@h PRIVMSG #Sprint :played unasked"})
			answer(peer)
			b.hears("live")
			if played := slices.Contains(b.words(), "played unasked"); played != (name != "nothing") {
				t.Errorf("what was played unasked is heard: %v", played)
			}
		})
	}
}

func lastLabel(p *irctest.Peer) string {
	label := ""
	for _, l := range p.Lines() {
		if l.Command == "CHATHISTORY" {
			label = l.Tags["label"]
		}
	}
	return label
}

func TestHistoryPlayedUnaskedIsHeardFromTheMarkOn(t *testing.T) {
	t.Parallel()
	played := []string{
		stamp(-time.Hour) + " :ada!a@h PRIVMSG #Sprint :older",
		stamp(0) + " :ada!a@h PRIVMSG #Sprint :at the mark",
		stamp(5*time.Minute) + " :ada!a@h PRIVMSG #Sprint :meanwhile",
		stamp(5*time.Minute) + " :sprintbot!a@h PRIVMSG #Sprint :<grace (Slack)> ours",
	}
	for name, play := range map[string]func(*irctest.Peer){
		"chathistory": func(p *irctest.Peer) { inBatch(p, "chathistory", played) },
		"a bouncer's": func(p *irctest.Peer) {
			inBatch(p, "znc.in/playback", append([]string{stamp(0) + " :***!znc@znc.in PRIVMSG #Sprint :Buffer Playback..."}, played...))
		},
		"without batch": func(p *irctest.Peer) {
			for _, l := range played {
				p.Send("@" + l)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, script := historian(t)
			peer := script.Accept()
			joins(peer, "server-time batch message-tags")
			for range 2 { // a bouncer may play it again
				play(peer)
			}
			peer.Send("@" + stamp(11*time.Minute) + " :ada!a@h PRIVMSG #Sprint :live")
			b.hears("live")
			if got := b.words(); !slices.Equal(got, []string{"meanwhile", "live"}) {
				t.Fatalf("heard %q", got)
			}
		})
	}
}

func inBatch(p *irctest.Peer, kind string, lines []string) {
	p.Send(":s BATCH +q " + kind + " #Sprint")
	for _, l := range lines {
		p.Send("@batch=q;" + l)
	}
	p.Send(":s BATCH -q")
}

// TestHistoryOfARealServer has InspIRCd play what was said while the bot was
// away: it is heard once, what was heard before is not.
func TestHistoryOfARealServer(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	ada := s.Dial("ada")
	ada.Join("#sprint")
	ada.Send("MODE #sprint +H 50:1h")
	ada.Sync()
	b := start(t, config(s.Addr)).up()
	for i := range 3 {
		ada.Say("#sprint", fmt.Sprintf("heard %d", i))
	}
	b.hears("heard 2")
	ada.Send("KICK #sprint sprintbot :out")
	for i := range 3 {
		ada.Say("#sprint", fmt.Sprintf("meanwhile %d", i))
	}
	b.hears("meanwhile 2")
	ada.Say("#sprint", "live")
	b.hears("live")
	seen := map[string]int{}
	b.mu.Lock()
	defer b.mu.Unlock()
	var order []string
	for _, m := range b.heard { // a key that comes again is a redelivery
		if seen[m.ID]++; seen[m.ID] == 1 {
			order = append(order, m.Line())
		}
	}
	if want := []string{"heard 0", "heard 1", "heard 2", "meanwhile 0", "meanwhile 1", "meanwhile 2", "live"}; !slices.Equal(order, want) {
		t.Fatalf("heard %q", order)
	}
}
