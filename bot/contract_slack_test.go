package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// slackWorkspace is a double of Slack with two members.
type slackWorkspace struct {
	t     *testing.T
	d     *slackdouble.Double
	net   *slack.Network
	users map[string]string // ids by display name
}

func slackStand(t *testing.T) stand {
	d := slackdouble.New(t, slackdouble.WithAckWithin(300*time.Millisecond),
		slackdouble.WithRetryAfter(100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond))
	s := &slackWorkspace{t: t, d: d, users: map[string]string{}}
	for _, who := range s.people() {
		s.users[who] = d.AddUser(slackdouble.User{Name: who + ".x", RealName: "Dr " + who, DisplayName: who})
	}
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	s.net = s.new(d.BotToken)
	return s
}

func (s *slackWorkspace) new(token string) *slack.Network {
	return slack.New(slack.Config{
		Name: "pycon", AppToken: s.d.AppToken, BotToken: token, Channels: []string{"#sprints"}, APIURL: s.d.URL(),
	}, slog.New(slog.DiscardHandler))
}

func (s *slackWorkspace) network() relay.Network { return s.net }
func (s *slackWorkspace) room() chat.Place       { return chat.Place{Network: "pycon", Channel: "#sprints"} }
func (s *slackWorkspace) people() []string       { return []string{"ada", "grace"} }

func (s *slackWorkspace) say(who, words string) bool {
	s.d.Say(s.users[who], "#sprints", words)
	return true
}

func (s *slackWorkspace) act(who, words string) bool {
	s.d.Me(s.users[who], "#sprints", words)
	return true
}

func (s *slackWorkspace) sayDirect(who, words string) bool {
	s.d.DirectMessage(s.users[who], words)
	return true
}

func (s *slackWorkspace) shown() []posted {
	var all []posted
	for _, p := range s.d.Posts() {
		if p.ChannelName != "sprints" || p.To != "" {
			continue
		}
		by := p.Username
		if by == "" {
			by = slackdouble.BotName
		}
		all = append(all, posted{by: by, words: p.Plain(), pings: strings.Contains(p.Text, "<!") || rings(p.Blocks)})
	}
	for _, c := range s.d.Calls() {
		if c.Args["parse"] == "full" || c.Args["link_names"] == "1" || c.Args["link_names"] == "true" {
			s.t.Errorf("%s lets Slack look for names to ring: parse %q, link_names %q", c.Method, c.Args["parse"], c.Args["link_names"])
		}
	}
	return all
}

// rings says whether blocks hold a mention of everybody, or a group.
func rings(blocks json.RawMessage) bool {
	var v any
	if len(blocks) > 0 && json.Unmarshal(blocks, &v) != nil {
		return true
	}
	return holdsRing(v)
}

func holdsRing(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if holdsRing(one) {
				return true
			}
		}
	case map[string]any:
		text, _ := v["text"].(string)
		if v["type"] == "broadcast" || v["type"] == "usergroup" || v["type"] == "mrkdwn" && strings.Contains(text, "<!") {
			return true
		}
		for _, one := range v {
			if holdsRing(one) {
				return true
			}
		}
	}
	return false
}

func (s *slackWorkspace) told(who string) []string {
	var all []string
	for _, p := range s.d.Posts() {
		if id := s.users[who]; p.Direct == id || p.To == id {
			all = append(all, p.Plain())
		}
	}
	return all
}

func (s *slackWorkspace) pieces(chat.Part) int { return 1 }
func (s *slackWorkspace) breakLink()           { s.d.SetAway(true) }
func (s *slackWorkspace) heal()                { s.d.SetAway(false) }
func (s *slackWorkspace) secrets() []string    { return []string{s.d.AppToken, s.d.BotToken} }

func (s *slackWorkspace) refused(wrong string) relay.Network { return s.new(wrong) }
