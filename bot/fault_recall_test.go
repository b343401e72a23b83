package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
)

// chronicle is a scripted server's history of #a.
type chronicle struct {
	mu     sync.Mutex
	said   []string // what the bot said, whole lines, each with its tags
	text   []string // their words, the speaker in front
	others []string // what somebody else said, whole lines, each with its tags
	words  []string // their words
}

const chronicleTime = "2006-01-02T15:04:05.000Z"

// keep notes a line of the bot's and returns it as the server passes it on.
func (c *chronicle) keep(nick string, l irctest.Line) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := fmt.Sprintf("msgid=m%d;time=%s :%s!bot@127.0.0.1 PRIVMSG #a :%s", len(c.said)+1,
		time.Now().UTC().Format(chronicleTime), nick, l.Text())
	c.said, c.text = append(c.said, line), append(c.text, l.Text())
	return line
}

// hears notes what somebody else said and returns it as the server passes it on.
func (c *chronicle) hears(words string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := fmt.Sprintf("msgid=a%d;time=%s :ann!ann@127.0.0.1 PRIVMSG #a :%s", len(c.others)+1,
		time.Now().UTC().Format(chronicleTime), words)
	c.others, c.words = append(c.others, line), append(c.words, words)
	return line
}

func (c *chronicle) stands() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.text)
}

// welcomes lets the bot in.
func (c *chronicle) welcomes(script *irctest.Script) *irctest.Peer {
	peer := script.Accept()
	nick := peer.Welcome("message-tags server-time batch labeled-response echo-message draft/chathistory", "CHATHISTORY=100")
	peer.Expect(context.Background(), func(l irctest.Line) bool { return l.Command == "JOIN" })
	now := time.Now().UTC().Format(chronicleTime)
	peer.Send("@time="+now+" :"+nick+"!bot@127.0.0.1 JOIN #a", ":scripted 353 "+nick+" = #a :"+nick, ":scripted 366 "+nick+" #a :End")
	return peer
}

// serves passes the bot's lines back to it and answers its questions for
// history, until the link ends; how many of them were for its own words is sent
// to looked.
func (c *chronicle) serves(ctx context.Context, peer *irctest.Peer, looked chan<- int) {
	looks := 0
	defer func() { looked <- looks }()
	for batch := 0; ; {
		l, err := peer.Await(ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" || l.Command == "CHATHISTORY" })
		if err != nil {
			return
		}
		label := "@label=" + l.Tags["label"]
		if l.Command == "PRIVMSG" {
			peer.Send(label + ";" + c.keep(peer.Nick, l))
			continue
		}
		batch++
		peer.Send(fmt.Sprintf("%s :s BATCH +h%d chathistory #a", label, batch))
		c.mu.Lock()
		lines := c.others // AFTER asks for what others said; some of it the bot has heard
		if l.Params[0] != "AFTER" {
			looks++
			lines = nil
			if l.Params[0] == "LATEST" {
				lines = c.said
			}
		}
		for _, line := range lines {
			peer.Send(fmt.Sprintf("@batch=h%d;%s", batch, line))
		}
		c.mu.Unlock()
		peer.Send(fmt.Sprintf(":s BATCH -h%d", batch))
	}
}

// TestFaultALinkToAServerWithHistoryBreaks has the link break while lines are
// under way: two had arrived, and the bot was told of one of them. More is said
// there before it is back. Each way nothing is lost, and nothing stands there
// twice.
func TestFaultALinkToAServerWithHistoryBreaks(t *testing.T) {
	t.Parallel()
	script, c, right := irctest.Listen(t), &chronicle{}, irctest.NgIRCd(t)
	p := &program{t: t, dir: t.TempDir()}
	twoServers(t, p.dir, &irctest.Server{Addr: script.Addr}, right)
	p.debugDoor()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bob := right.Dial("bob")
	bob.Join("#b")
	t.Cleanup(p.kill)
	p.start()
	peer := c.welcomes(script)
	bob.Seen(ctx, joinedTimes(1))
	shown := func(words string) {
		t.Helper()
		bob.Seen(ctx, func(l irctest.Line) bool { return strings.HasSuffix(strip(l.Text()), "> "+words) })
	}
	peer.Send("@" + c.hears("heard"))
	shown("heard")
	before := p.restful()
	privmsg := func(l irctest.Line) bool { return l.Command == "PRIVMSG" }
	said := []string{"told", "untold", "yes", "yes", "after it"}
	for _, words := range said[:4] {
		bob.Say("#b", words)
	}
	l := peer.Expect(ctx, privmsg)
	peer.Send("@label=" + l.Tags["label"] + ";" + c.keep(peer.Nick, l))
	c.keep(peer.Nick, peer.Expect(ctx, privmsg))
	c.keep(peer.Nick, peer.Expect(ctx, privmsg)) // one of the two that are the same
	peer.Expect(ctx, privmsg)
	peer.Close()
	for n := range 5 {
		c.hears(fmt.Sprintf("meanwhile %d", n))
	}
	again := c.welcomes(script)
	looked := make(chan int, 1)
	served, end := context.WithCancel(ctx)
	defer end()
	go c.serves(served, again, looked)
	bob.Say("#b", said[4])
	shown("meanwhile 4")
	again.Send("@" + c.hears("live again"))
	shown("live again")
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !slices.ContainsFunc(c.stands(), func(text string) bool { return strings.HasSuffix(text, "> "+said[4]) }) {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("there stands %q", c.stands())
		}
	}
	p.rests(before)
	end()
	if looks := <-looked; looks < 2 {
		t.Errorf("looked %d times", looks)
	}
	again.Close()
	p.stop()
	allCame(t, "to the server with history", said, c.stands(), 0)
	allCame(t, "from it", c.words, bob.Said("#b"), 0)
}
