package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/slack"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// TestSlackKeepsUpWithACrowd has many people speak on IRC at once: at one post
// a second, which is all that Slack takes, every line is there, in order, with
// its speaker.
func TestSlackKeepsUpWithACrowd(t *testing.T) {
	d := slackdouble.New(t, slackdouble.WithPace(slackdouble.Pace{Burst: 4, Every: time.Second}))
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "c.db"), sqlite.Options{Clock: sprints.System{}, Log: log, Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	network := slack.New(slack.Config{Name: "pycon", AppToken: d.AppToken, BotToken: d.BotToken, Channels: []string{"#sprints"}, APIURL: d.URL()}, log)
	carrier := relay.Carrier{
		Routes: relay.Routes{{Join: []chat.Place{onIRC, onSlack}}}, Labels: map[string]string{"libera": "IRC"},
		Manners: relay.MannersOf([]relay.Network{network}), Expires: time.Hour,
	}
	const lines, people = 250, 7
	var want []string
	speak := func(n int) error {
		who := chat.Handle{Network: "libera", ID: fmt.Sprint("account:p", n%people), Nick: fmt.Sprint("p", n%people)}
		m := chat.Message{ID: fmt.Sprint(n), In: onIRC, From: who, At: time.Now(), Kind: chat.Said, Text: chat.Plainly(fmt.Sprintf("line %03d", n))}
		want = append(want, who.Nick+": "+m.Text.Plain())
		return store.Write(t.Context(), func(tx sprints.Tx) error { return carrier.Carry(tx, m) })
	}
	for n := range lines {
		if err := speak(n); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		network.Run(ctx, func(context.Context, []chat.Message) ([]chat.Heard, error) { return nil, nil })
	})
	running.Go(func() { relay.NewSender(network, store, sprints.System{}, log).Run(ctx) })
	defer running.Wait()
	defer stop()

	began := time.Now()
	limit, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := d.WaitPost(limit, slackdouble.In("#sprints", fmt.Sprintf("line %03d", lines-1))); err != nil {
		t.Fatal(err)
	}
	var got []string
	posts := 0
	for _, p := range d.Posts() {
		posts++
		for line := range strings.SplitSeq(p.Plain(), "\n") {
			if p.Username != "several people (IRC)" {
				nick, _, _ := strings.Cut(p.Username, " ")
				line = nick + ": " + line
			}
			got = append(got, line)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%d lines arrived, or not as they were said: %q", len(got), got)
	}
	if posts > lines/20 {
		t.Errorf("it took %d posts", posts)
	}
	t.Logf("%d lines in %d posts, %v", lines, posts, time.Since(began).Round(time.Millisecond))
}
