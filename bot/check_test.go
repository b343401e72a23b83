package main

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints"
)

// checked writes a configuration with networks and checks it.
func checked(t *testing.T, rest string) (string, error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte("event: {name: Check, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := check(t.Context(), options{Config: config, Listen: "127.0.0.1:0"}, sprints.System{}, &out)
	return out.String(), err
}

func TestACheckTellsThatAllIsWell(t *testing.T) {
	s := irctest.NgIRCd(t)
	d := slackdouble.New(t)
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	d.AddChannel(slackdouble.Channel{Name: "orga"})
	t.Setenv("CHECK_APP", d.AppToken)
	t.Setenv("CHECK_BOT", d.BotToken)
	out, err := checked(t, fmt.Sprintf(`
networks:
  - {name: home, kind: irc, server: %q, tls_pin: %s, channels: ["#sprints"], nick: sprintbot-of-the-sprints}
  - {name: pycon, kind: slack, app_token_env: CHECK_APP, bot_token_env: CHECK_BOT, channels: ["#sprints", "#orga"], api_url: %q}
`, s.TLSAddr, s.Pin, d.URL()))
	for _, words := range []string{"Check, 2027-05-17 to 2027-05-20", "ok     home (IRC): connected as sprintbot, in #sprints\n",
		"ok     pycon (Slack): connected as sprintbot, in #sprints, #orga\n",
		"note   home does not take the nick sprintbot-of-the-sprints", "note   there are no bridges", "note   there are no organizers", "all is well"} {
		if err != nil || !strings.Contains(out, words) {
			t.Errorf("%v; no %q in\n%s", err, words, out)
		}
	}
}

func TestACheckTellsWhatIsWrong(t *testing.T) {
	s := irctest.NgIRCd(t)
	s.Dial("sprintbot")
	d := slackdouble.New(t, slackdouble.WithoutScope("users:read"))
	t.Setenv("CHECK_APP", d.AppToken)
	t.Setenv("CHECK_BOT", d.BotToken)
	t.Setenv("CHECK_MIXED", d.AppToken+"x")
	out, err := checked(t, fmt.Sprintf(`
networks:
  - {name: home, kind: irc, server: %q, tls: false, channels: ["#sprints"]}
  - {name: unsigned, kind: irc, server: %q, channels: ["#sprints"]}
  - {name: pycon, kind: slack, app_token_env: CHECK_APP, bot_token_env: CHECK_BOT, channels: ["#nowhere"], api_url: %q}
  - {name: mixed, kind: slack, app_token_env: CHECK_APP, bot_token_env: CHECK_MIXED, channels: ["#nowhere"], api_url: %q}
`, s.Addr, s.TLSAddr, d.URL(), d.URL()))
	for _, words := range []string{"note   somebody has the nick sprintbot there", "WRONG  unsigned (IRC)", "put tls_pin: " + s.Pin,
		"WRONG  pycon (Slack): connected as sprintbot; not served: #nowhere: there is no such channel", "the app lacks users:read",
		"WRONG  mixed (Slack)", "copy it again from the app's page"} {
		if err == nil || !strings.Contains(out, words) {
			t.Errorf("%v; no %q in\n%s", err, words, out)
		}
	}
}

// Whoever sets the app up for the first time is told which token is which, and what to do.
func TestACheckTellsWhichTokenIsWrong(t *testing.T) {
	d := slackdouble.New(t)
	d.AddChannel(slackdouble.Channel{Name: "sprints"})
	d.AddChannel(slackdouble.Channel{Name: "old", Archived: true})
	d.AddChannel(slackdouble.Channel{Name: "secret", Private: true, NoBot: true})
	unable := slackdouble.New(t)
	unable.Fail(slackdouble.Fault{Method: "apps.connections.open", Error: "missing_scope", Needed: "connections:write"})
	for _, c := range []struct{ app, bot, channel, at, says string }{
		{d.BotToken, d.AppToken, "#sprints", d.URL(), "app_token and bot_token are mixed up: exchange them"},
		{d.AppToken, d.AppToken, "#sprints", d.URL(), `bot_token is an app-level token: copy it again from the app's page, "Install App"`},
		{d.BotToken, d.BotToken, "#sprints", d.URL(), `app_token is a bot's token: copy it again from the app's page, "Basic Information"`},
		{d.AppToken, "xoxp-1", "#sprints", d.URL(), "bot_token is a person's token"},
		{d.AppToken, "xoxe.xoxb-1", "#sprints", d.URL(), "bot_token is a token of an app with token rotation"},
		{"8f742231b10e", d.BotToken, "#sprints", d.URL(), "app_token is no token, perhaps the client secret"},
		{d.AppToken, d.BotToken + "x", "#sprints", d.URL(), "invalid_auth: bot_token is wrong or was taken back"},
		{d.AppToken + "x", d.BotToken, "#sprints", d.URL(), "invalid_auth: app_token is wrong or was taken back"},
		{unable.AppToken, unable.BotToken, "#sprints", unable.URL(), "app_token lacks the scope connections:write"},
		{d.AppToken, d.BotToken, "#old", d.URL(), "not served: #old: it is archived; unarchive it, or name another channel"},
		{d.AppToken, d.BotToken, "#secret", d.URL(), "not served: #secret: there is no such channel, or it is private and the bot is not in it: there say /invite"},
	} {
		t.Setenv("CHECK_APP", c.app)
		t.Setenv("CHECK_BOT", c.bot)
		out, err := checked(t, fmt.Sprintf(`
networks:
  - {name: pycon, kind: slack, app_token_env: CHECK_APP, bot_token_env: CHECK_BOT, channels: [%q], api_url: %q}
`, c.channel, c.at))
		if err == nil || !strings.Contains(out, c.says) || strings.Contains(out, c.app) || strings.Contains(out, c.bot) {
			t.Errorf("%v; no %q in\n%s", err, c.says, out)
		}
	}
}

func TestACheckLeavesTheNetworksToABotThatRuns(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte("event: {name: Check, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}\ndatabase: one.db\n"+
		"networks:\n  - {name: home, kind: irc, server: \"127.0.0.1:1\", channels: [\"#a\"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, _, err := openEvent(t.Context(), filepath.Join(dir, "one.db"), sprints.System{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	var out strings.Builder
	if err := check(t.Context(), options{Config: config}, sprints.System{}, &out); err != nil || !strings.Contains(out.String(), "a bot runs with this database") {
		t.Errorf("%v:\n%s", err, out.String())
	}
}

func TestTheManifestIsWhatTheBridgesNeed(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(`
event: {name: Check, timezone: UTC, first_day: 2027-05-17, last_day: 2027-05-20}
networks:
  - {name: home, kind: irc, server: "127.0.0.1:1", channels: ["#a"]}
  - {name: pycon, kind: slack, app_token_env: NOT_SET_HERE, bot_token_env: NOT_SET_EITHER, channels: ["#b"]}
bridges:
  - {join: ["home #a", "pycon #b"], reactions: on}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	o := options{Config: config}
	o.SlackManifest.Name = "pyconbot"
	var out strings.Builder
	if err := slackManifest(o, &out); err != nil || !strings.Contains(out.String(), "- reactions:read") ||
		!strings.Contains(out.String(), "- reaction_added") || strings.Contains(out.String(), "member_left_channel") || !strings.Contains(out.String(), `name: "pyconbot"`) {
		t.Errorf("%v:\n%s", err, out.String())
	}
}

// Whoever copies the example and starts leaves strangers their rights, and tells people an address that isn't theirs.
func TestACheckTellsWhatIsLeftOfTheExample(t *testing.T) {
	out, err := checked(t, `
web: {url: "https://sprints.example.org"}
networks:
  - {name: libera, kind: irc, server: "127.0.0.1:1", tls: false, channels: ["#sprints"]}
  - {name: pycon, kind: irc, server: "127.0.0.1:1", tls: false, channels: ["#sprints"]}
organizers: ["pycon account:eve", "libera account:ada"]
`)
	for _, words := range []string{"note   web.url is still the example's", "note   organizers still has the example's libera account:ada: whoever that is has an organizer's rights"} {
		if err == nil || !strings.Contains(out, words) {
			t.Errorf("%v; no %q in\n%s", err, words, out)
		}
	}
}
