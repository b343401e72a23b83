package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// chronicle is a scripted server's history of #a: what the bot said there.
type chronicle struct {
	mu   sync.Mutex
	said []string // whole lines, each with its tags
	text []string // their words
}

// keep notes a line of the bot's and returns it as the server passes it on.
func (c *chronicle) keep(nick string, l irctest.Line) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	line := fmt.Sprintf("msgid=m%d;time=%s :%s!bot@127.0.0.1 PRIVMSG #a :%s", len(c.said)+1,
		time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), nick, l.Text())
	_, words, _ := strings.Cut(strip(l.Text()), "> ")
	c.said, c.text = append(c.said, line), append(c.text, words)
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
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	peer.Send("@time="+now+" :"+nick+"!bot@127.0.0.1 JOIN #a", ":scripted 353 "+nick+" = #a :"+nick, ":scripted 366 "+nick+" #a :End")
	return peer
}

// serves passes the bot's lines back to it and answers its questions for history, until the link ends; how many of them were
// for its own words is sent to looked.
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
		if l.Params[0] != "AFTER" { // else for what others said, and nobody did
			if looks++; l.Params[0] == "LATEST" {
				c.mu.Lock()
				for _, line := range c.said {
					peer.Send(fmt.Sprintf("@batch=h%d;%s", batch, line))
				}
				c.mu.Unlock()
			}
		}
		peer.Send(fmt.Sprintf(":s BATCH -h%d", batch))
	}
}

// TestFaultALinkToAServerWithHistoryBreaks has the link break while lines are under way: two had arrived, and the bot was told
// of one of them. Nothing is lost, and nothing stands there twice.
func TestFaultALinkToAServerWithHistoryBreaks(t *testing.T) {
	t.Parallel()
	script, c := irctest.Listen(t), &chronicle{}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	left, err := irc.New(irc.Config{Name: "left", Server: script.Addr, Nick: "sprintbot", Channels: []string{"#a"}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	f := &far{changed: make(chan struct{})}
	store := testStore(t, sprints.System{})
	all := &bot{store: store, clock: sprints.System{}, log: log, networks: []relay.Network{left, f}}
	routes := relay.Routes{{Join: []chat.Place{{Network: "left", Channel: "#a"}, {Network: "libera", Channel: "#a"}}}}
	if err := all.wire(wiring{organizer: func(string, string) bool { return false }, routes: routes,
		labels: map[string]string{"left": "IRC", "libera": "Libera"}, expires: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	defer all.runs(t, ctx)()
	defer cancel()
	b := &bridged{t: t, far: f, store: store}
	peer := c.welcomes(script)
	for hears := false; !hears; {
		f.mu.Lock()
		hears = f.hear != nil
		changed := f.changed
		f.mu.Unlock()
		if !hears {
			<-changed
		}
	}
	privmsg := func(l irctest.Line) bool { return l.Command == "PRIVMSG" }
	for _, words := range []string{"told", "untold", "yes", "yes"} {
		b.say("#a", words)
	}
	l := peer.Expect(ctx, privmsg)
	peer.Send("@label=" + l.Tags["label"] + ";" + c.keep(peer.Nick, l))
	c.keep(peer.Nick, peer.Expect(ctx, privmsg))
	c.keep(peer.Nick, peer.Expect(ctx, privmsg)) // one of the two that are the same
	peer.Expect(ctx, privmsg)
	peer.Close()
	again := c.welcomes(script)
	looked := make(chan int, 1)
	served, end := context.WithCancel(ctx)
	go c.serves(served, again, looked)
	changes := store.Changes(ctx)
	b.say("#a", "after it")
	for b.waiting("left") > 0 {
		select {
		case <-changes:
		case <-ctx.Done():
			t.Fatalf("there stands %q", c.stands())
		}
	}
	end()
	if looks := <-looked; looks < 2 {
		t.Errorf("looked %d times", looks)
	}
	if want := []string{"told", "untold", "yes", "yes", "after it"}; !slices.Equal(c.stands(), want) {
		t.Errorf("there stands %q, want %q", c.stands(), want)
	}
}
