package main

import (
	"bytes"
	"context"
	"image/png"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/bot/charts"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/attendance"
	"sprintbot/sprints/chat"
)

// The whole way of a chart to Slack: asked for, drawn, kept, uploaded, shown.
func TestAnOrganizerOnSlackSeesTheChartOfAttendanceOnce(t *testing.T) {
	t.Parallel()
	store := testStore(t, sprints.System{})
	today, err := sprints.ParseDay(time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Write(t.Context(), func(tx sprints.Tx) error {
		if err := tx.SetEvent(sprints.Event{Name: "Pine <Sprints>", Zone: time.UTC, First: today.Add(-1), Last: today.Add(1)}); err != nil {
			return err
		}
		return tx.SaveRoom(sprints.Room{Code: "301", Name: "Room 301"})
	}); err != nil {
		t.Fatal(err)
	}
	d := slackdouble.New(t)
	olga := d.AddUser(slackdouble.User{Name: "olga"})
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	net := slack.New(slack.Config{Name: "pycon", AppToken: d.AppToken, BotToken: d.BotToken, Channels: []string{"#sprints"}, APIURL: d.URL(),
		Pace: chat.Pace{Burst: 1000}, Picture: pastOf(store, "pycon").picture}, log)
	all := &bot{store: store, clock: sprints.System{}, log: log, networks: []relay.Network{net}}
	if err := all.wire(wiring{organizer: func(string, string) bool { return true }, pages: "https://sprints.example.org",
		labels: map[string]string{"pycon": "Slack"}, expires: time.Hour}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	ended := all.runs(t, ctx)
	defer func() { cancel(); ended() }()
	answer := func(to, what string) slackdouble.Post {
		n := len(d.Posts())
		d.DirectMessage(olga, to)
		post, err := d.WaitPostAfter(ctx, n, func(p slackdouble.Post) bool { return strings.Contains(p.Text, what) })
		if err != nil {
			t.Fatal(err)
		}
		return post
	}
	if post := answer("attendance", "Attendance of"); strings.Contains(string(post.Blocks), "slack_file") || len(d.Uploads()) > 0 {
		t.Errorf("a chart of nothing: %s", post.Blocks)
	}
	answer("headcount 301 41", "41")
	answer("lunch 45", "45")
	post := answer("attendance", "Attendance of")
	up := d.Uploads()
	if len(up) != 1 || !up[0].Complete {
		t.Fatalf("%d uploads", len(up))
	}
	img, err := png.DecodeConfig(bytes.NewReader(up[0].Data))
	if err != nil || img.Width != 960 {
		t.Errorf("%d wide, %v", img.Width, err)
	}
	if want := "About 41 people on day 2, so far. Day 1"; !strings.HasPrefix(up[0].Alt, want) || !strings.Contains(up[0].Alt, "head count 41, lunch 45, WiFi n/a, checked in 0; about 41, 41 to 45.") {
		t.Errorf("its words are %q", up[0].Alt)
	}
	blocks := string(post.Blocks)
	if strings.Count(blocks, `"slack_file"`) != 1 || !strings.Contains(blocks, "41 heads in 1 room") || strings.Contains(post.Text, "/picture/") {
		t.Errorf("posted %s, %s", post.Text, blocks)
	}
	shown := 0
	for _, p := range d.Posts() {
		shown += strings.Count(string(p.Blocks), `"slack_file"`)
	}
	if shown != 1 {
		t.Errorf("shown %d times", shown)
	}
}

// Whoever asks again before anything has changed costs no drawing.
func TestAChartIsDrawnOnceForTheSameFigures(t *testing.T) {
	first, err := sprints.ParseDay("2027-05-17")
	if err != nil {
		t.Fatal(err)
	}
	e := sprints.Event{Name: "Pine", Zone: time.UTC, First: first, Last: first.Add(3)}
	chart := func(people int) charts.Chart {
		t.Helper()
		days := attendance.Report(e, first, nil, []sprints.Count{{Kind: sprints.Lunch, Value: people, Day: first, At: first.Start(time.UTC)}})
		c, ok := charts.Attendance(e, days)
		if !ok {
			t.Fatal("nothing to draw")
		}
		return c
	}
	var last drawn
	times := 0
	for i, people := range []int{180, 180, 181, 181, 180} {
		body, err := last.png(chart(people), func(c charts.Chart) ([]byte, error) { times++; return c.PNG() })
		if want := []int{1, 1, 2, 2, 3}[i]; err != nil || times != want || !bytes.HasPrefix(body, []byte("\x89PNG")) {
			t.Errorf("asked %d times: drawn %d times, want %d; %v", i+1, times, want, err)
		}
	}
}
