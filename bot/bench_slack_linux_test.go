package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
)

// slackCases are fewer at the faster paces: what goes to Slack waits for its
// pace, a post a second in a channel, and is shared by forty at most.
var slackCases = []benchCase{
	{"5", 50, 5},
	{"50", 400, 50},
	{"500", 1000, 500},
	{"once", 1000, 0},
}

// BenchmarkRelayWithSlack relays between an IRC server and the double of Slack,
// each way at each pace: what people say there, and what goes there.
func BenchmarkRelayWithSlack(b *testing.B) {
	var stage *slackStage
	for _, way := range []struct {
		name    string
		measure func(*slackStage, *testing.B, benchCase)
	}{{"from", (*slackStage).from}, {"to", (*slackStage).to}} {
		for _, c := range slackCases {
			b.Run(way.name+"/"+c.name, func(sub *testing.B) {
				if stage == nil {
					stage = newSlackStage(b)
				}
				for sub.Loop() {
					way.measure(stage, sub, c)
				}
			})
		}
	}
}

// slackStage is the built program between an IRC server and Slack's double.
type slackStage struct {
	*benchStage
	slack *slackdouble.Double
	bench *besideSlack

	lines, posts, envelopes []time.Duration // bare, of the case that runs
}

func newSlackStage(b *testing.B) *slackStage {
	b.Helper()
	s := &slackStage{benchStage: &benchStage{benchSetting: benchSetting{synchronous: "FULL", channels: 1}, dir: b.TempDir()}, slack: slackdouble.New(b)}
	s.database, s.heard = s.path("bench.db"), []string{"#sprints"}
	s.slack.AddChannel(slackdouble.Channel{Name: "sprints"})
	s.slack.AddUser(slackdouble.User{Name: "ada", RealName: "Ada"})
	server := irctest.NgIRCd(b)
	config := fmt.Sprintf(`
event: {name: Bench, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
database: %s
web: {listen: "127.0.0.1:0"}
relay: {flood: unlimited}
networks:
  - {name: left, kind: irc, server: %q, tls: false, nick: sprintbot, channels: ["#sprints"], pace: unlimited}
  - {name: pycon, kind: slack, app_token_env: BENCH_SLACK_APP, bot_token_env: BENCH_SLACK_BOT, channels: ["#sprints"], api_url: %q}
bridges:
  - ["left #sprints", "pycon #sprints"]
`, s.database, server.Addr, s.slack.URL())
	s.speaker = dialBench(b, server.Addr, "speaker", s.heard)
	s.reader = dialBench(b, server.Addr, "reader", s.heard)
	s.beside = dialBench(b, server.Addr, "beside", []string{"#beside"})
	s.bench = newBesideSlack(b)
	s.bare = func() {
		at := time.Now()
		s.speaker.send("PRIVMSG #beside :" + numbered(0))
		s.beside.await(1)
		for _, read := range s.beside.take(-1).at {
			s.lines = append(s.lines, read.Sub(at))
		}
		if post, envelope, err := s.bench.hop(); err == nil {
			s.posts, s.envelopes = append(s.posts, post), append(s.envelopes, envelope)
		}
	}
	s.start(b, config, "BENCH_SLACK_APP="+s.slack.AppToken, "BENCH_SLACK_BOT="+s.slack.BotToken)
	s.reader.wait(b, s.reader.here, "the bot in the channel")
	if err := s.slack.WaitConnected(b.Context(), 1); err != nil {
		b.Fatal(err)
	}
	s.disk = newDisk(b, s.path("commit.db"), s.synchronous)
	return s
}

// begin measures bare hops alone too, as many as commits.
func (s *slackStage) begin(b *testing.B) *benchRun {
	b.Helper()
	s.lines, s.posts, s.envelopes = nil, nil, nil
	for range 50 {
		s.bare()
	}
	return s.benchStage.begin(b)
}

// from measures what is said in Slack until it is read on IRC.
func (s *slackStage) from(b *testing.B, c benchCase) {
	b.Helper()
	run := s.begin(b)
	sent := s.speak(c, func(_ int, words string) { s.slack.Say("ada", "#sprints", words) })
	s.reader.await(c.messages)
	if err := s.slack.WaitSettled(b.Context()); err != nil {
		b.Error(err)
	}
	run.end(b)
	s.said++
	s.slack.Say("ada", "#sprints", numbered(s.said))
	arrived := s.reader.takeBefore(b, s.said)
	run.print(b, "Slack to IRC "+c.name+"/s", c, arrived, sent, bareHop{"envelope", 1, s.envelopes}, bareHop{"hop", 1, s.lines})
}

// to measures what is said on IRC until Slack has taken it: there a channel gets
// about one post a second, and what waits goes in one.
func (s *slackStage) to(b *testing.B, c benchCase) {
	b.Helper()
	run := s.begin(b)
	before := len(s.slack.Posts())
	sent := s.say(c)
	s.taken(b, before, s.said)
	run.end(b)
	used := len(s.slack.Posts()) - before
	last := s.sayLast()
	s.taken(b, before, last)
	arrived := newSightings()
	for _, p := range s.slack.Posts()[before:] {
		for _, words := range strings.Split(p.Text, benchWords)[1:] {
			var n int
			if _, err := fmt.Sscanf(words, "%d", &n); err == nil {
				arrived.note(p.ChannelName, n, p.At)
			}
		}
	}
	delete(arrived.at, last)
	arrived.doubled += s.reader.takeBefore(b, last).doubled // come back to where they were said
	run.print(b, fmt.Sprintf("IRC to Slack %s/s in %d posts", c.name, used), c, arrived, sent, bareHop{"hop", 1, s.lines}, bareHop{"post", 1, s.posts})
}

// taken waits until Slack has taken a message, behind so many posts.
func (s *slackStage) taken(b *testing.B, before, n int) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if _, err := s.slack.WaitPostAfter(ctx, before, func(p slackdouble.Post) bool { return strings.Contains(p.Text, numbered(n)) }); err != nil {
		b.Error(err)
	}
}

// besideSlack is a second double, since Slack gives an event to one connection
// alone, with a bare client that posts and one that reads and acknowledges.
type besideSlack struct {
	double *slackdouble.Double
	read   chan time.Time // when an envelope was
}

func newBesideSlack(b *testing.B) *besideSlack {
	b.Helper()
	s := &besideSlack{slackdouble.New(b), make(chan time.Time, 1)}
	s.double.AddChannel(slackdouble.Channel{Name: "beside"})
	answer, err := s.call("apps.connections.open", s.double.AppToken, nil)
	if err != nil {
		b.Fatal(err)
	}
	var opened struct{ URL string }
	if err := json.Unmarshal(answer, &opened); err != nil {
		b.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(b.Context(), opened.URL, nil)
	if err != nil {
		b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			_, raw, err := conn.ReadMessage()
			now := time.Now()
			if err != nil {
				return
			}
			var frame struct {
				ID string `json:"envelope_id"`
			}
			if !bytes.Contains(raw, []byte(benchWords)) || json.Unmarshal(raw, &frame) != nil {
				continue
			}
			select {
			case s.read <- now:
			default: // nobody waits for it any more
			}
			if conn.WriteJSON(map[string]string{"envelope_id": frame.ID}) != nil {
				return
			}
		}
	}()
	b.Cleanup(func() { conn.Close(); <-ended })
	return s
}

// hop posts a message, and is how long it took until the double had taken it,
// and from there until another client had read its envelope.
func (s *besideSlack) hop() (post, envelope time.Duration, err error) {
	select {
	case <-s.read: // of one that came too late
	default:
	}
	at := time.Now()
	if _, err := s.call("chat.postMessage", s.double.BotToken, url.Values{"channel": {s.double.ChannelID("#beside")}, "text": {numbered(0)}}); err != nil {
		return 0, 0, err
	}
	select {
	case read := <-s.read:
		posts := s.double.Posts()
		taken := posts[len(posts)-1].At
		return taken.Sub(at), read.Sub(taken), nil
	case <-time.After(time.Second):
		return 0, 0, fmt.Errorf("no envelope")
	}
}

func (s *besideSlack) call(method, token string, form url.Values) ([]byte, error) {
	req, err := http.NewRequest(http.MethodPost, s.double.URL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
