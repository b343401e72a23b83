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

	"sprintbot/adapters/slack"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// crowd is many people who speak on IRC, and Slack, where each line belongs.
type crowd struct {
	t     *testing.T
	d     *slackdouble.Double
	pace  chat.Pace
	store sprints.Store
	want  []string // who: what, as it was said
}

func newCrowd(t *testing.T, limit slackdouble.Pace, pace chat.Pace) *crowd {
	c := &crowd{t: t, d: slackdouble.New(t, slackdouble.WithPace(limit)), pace: pace, store: testStore(t, sprints.System{})}
	c.d.AddChannel(slackdouble.Channel{Name: "sprints"})
	return c
}

// run carries what is said until the test, or what it returns, ends.
func (c *crowd) run() (stop func()) {
	log := slog.New(slog.NewTextHandler(c.t.Output(), nil))
	network := slack.New(slack.Config{Name: "pycon", AppToken: c.d.AppToken, BotToken: c.d.BotToken, Channels: []string{"#sprints"},
		APIURL: c.d.URL(), Pace: c.pace}, log)
	ctx, cancel := context.WithCancel(c.t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		network.Run(ctx, func(context.Context, []chat.Message) ([]chat.Heard, error) { return nil, nil })
	})
	running.Go(func() { relay.NewSender(network, c.store, sprints.System{}, log).Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	c.t.Cleanup(stop)
	return stop
}

// speak has so many lines said, by each in turn, one each so often.
func (c *crowd) speak(lines int, each time.Duration) {
	c.t.Helper()
	const people = 7
	carrier := relay.Carrier{
		Routes: relay.Routes{{Join: []chat.Place{onIRC, onSlack}}}, Labels: map[string]string{"libera": "IRC"},
		Manners: map[string]chat.Manners{"pycon": (&slack.Network{}).Manners()}, Expires: time.Hour,
	}
	tick := time.NewTicker(max(each, 1))
	defer tick.Stop()
	for range lines {
		n := len(c.want)
		who := chat.Handle{Network: "libera", ID: fmt.Sprint("account:p", n%people), Nick: fmt.Sprint("p", n%people)}
		m := chat.Message{ID: fmt.Sprint(n), In: onIRC, From: who, At: time.Now(), Kind: chat.Said, Text: chat.Plainly(fmt.Sprintf("line %03d", n))}
		c.want = append(c.want, who.Nick+": "+m.Text.Plain())
		if err := c.store.Write(c.t.Context(), func(tx sprints.Tx) error { return carrier.Carry(tx, m) }); err != nil {
			c.t.Fatal(err)
		}
		if each > 0 {
			<-tick.C
		}
	}
}

// arrives waits for all that was said, finds it there once and in order, and
// says in how many posts.
func (c *crowd) arrives() (posts int) {
	c.t.Helper()
	limit, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
	defer cancel()
	if _, err := c.d.WaitPost(limit, slackdouble.In("#sprints", fmt.Sprintf("line %03d", len(c.want)-1))); err != nil {
		c.t.Fatal(err)
	}
	var got []string
	for _, p := range c.d.Posts() {
		posts++
		for line := range strings.SplitSeq(p.Plain(), "\n") {
			if p.Username != "several people (IRC)" {
				nick, _, _ := strings.Cut(p.Username, " ")
				line = nick + ": " + line
			}
			got = append(got, line)
		}
	}
	if !slices.Equal(got, c.want) {
		c.t.Errorf("%d lines arrived, or not as they were said: %q", len(got), got)
	}
	return posts
}

// refused is how many posts Slack refused as too fast.
func (c *crowd) refused() (n int) {
	for _, call := range c.d.Calls() {
		if call.Method == "chat.postMessage" && call.Status == 429 {
			n++
		}
	}
	return n
}

// TestSlackKeepsUpWithACrowd has many people speak on IRC at once: at one post
// a second, which is all that Slack takes, every line is there, in order, with
// its speaker.
func TestSlackKeepsUpWithACrowd(t *testing.T) {
	c := newCrowd(t, slackdouble.Pace{Burst: 4, Every: time.Second}, chat.Pace{})
	const lines = 250
	c.speak(lines, 0)
	began := time.Now()
	c.run()
	posts := c.arrives()
	if posts > lines/20 {
		t.Errorf("it took %d posts", posts)
	}
	t.Logf("%d lines in %d posts, %v", lines, posts, time.Since(began).Round(time.Millisecond))
}

// TestSlacksLimitIsLearned has Slack take no more than a third of what it
// // should, from people who don't stop: it refuses a few posts, and then none,
// also after a restart. Posts of several lines keep up all the same.
func TestSlacksLimitIsLearned(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, slackdouble.Pace{Burst: 1, Every: 300 * time.Millisecond}, chat.Pace{PlaceBurst: 4, PlaceEvery: 100 * time.Millisecond})
	stop := c.run()
	c.speak(150, 40*time.Millisecond)
	posts := c.arrives()
	learning := c.refused()
	if learning == 0 || learning > 4 {
		t.Errorf("%d posts were refused", learning)
	}
	stop()
	c.run()
	c.speak(100, 40*time.Millisecond)
	later := c.arrives() - posts
	again := c.refused() - learning
	if again > 1 { // the last post may have been a moment ago
		t.Errorf("%d posts more were refused after a restart", again)
	}
	t.Logf("%d refused, %d posts; after a restart %d and %d", learning, posts, again, later)
}
