package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

const hush = "hunter2-of-the-test"

// secrets sets what the example's _env keys name.
func secrets(t *testing.T) {
	for _, name := range []string{"GITHUB_TOKEN", "IRC_CHANNEL_KEY", "IRC_PASSWORD", "IRC_SERVER_PASSWORD", "SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"} {
		t.Setenv(name, hush+" ")
	}
}

func TestTheExampleConfigurationLoads(t *testing.T) {
	secrets(t)
	c, err := loadConfig("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	zone, _ := time.LoadLocation("America/New_York")
	if c.Event.Name != "PyCon Sprints 2027" || c.Event.Zone.String() != zone.String() || c.Event.Days() != 4 || c.Event.Sample {
		t.Errorf("event %+v", c.Event)
	}
	if c.Database != "../sprintbot.db" || c.Venue != "../venue.example.csv" || c.Synchronous != "FULL" || c.Expires != 6*time.Hour ||
		c.Listen != "127.0.0.1:8080" || c.URL != "https://sprints.example.org" || c.GitHubToken != hush {
		t.Errorf("%+v", c)
	}
	irc := IRCConfig{Server: "irc.libera.chat:6697", TLS: true, Nick: "sprintbot", Account: "sprintbot", Password: hush, Keys: map[string]secret{"#pycon-sprints": hush}, Pace: chat.Pace{Burst: 5, Every: 2 * time.Second}}
	slack := SlackConfig{AppToken: hush, BotToken: hush}
	wanted := []NetworkConfig{{Name: "libera", Channels: []string{"#pycon-sprints"}, IRC: &irc}, {Name: "pycon", Channels: []string{"#sprints"}, Slack: &slack}}
	if diff := cmp.Diff(wanted, c.Networks); diff != "" {
		t.Error(diff)
	}
	routes := relay.Routes{{
		Join: []chat.Place{{Network: "libera", Channel: "#pycon-sprints"}, {Network: "pycon", Channel: "#sprints"}},
		Ways: relay.Ways{Edits: relay.Short, EditsWithin: relay.DefaultEditsWithin, Threads: relay.DefaultThreads, JoinLines: relay.DefaultJoinLines},
	}}
	if diff := cmp.Diff(routes, c.Bridges); diff != "" {
		t.Error(diff)
	}
	if !c.Organizes("pycon", "U024BE7LH") || !c.Organizes("libera", "account:Ada") || c.Organizes("libera", "ada") || c.Organizes("pycon", "account:ada") {
		t.Errorf("organizers %v", c.Organizers)
	}
	if words := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(words, hush) {
		t.Error("printing the configuration shows a secret")
	}
}

// TestTheExampleExplainsEveryKey reads the example with its commented keys
// too: each key of the structs is there, under words that say its default or
// that it is required, and no other.
func TestTheExampleExplainsEveryKey(t *testing.T) {
	raw, err := os.ReadFile("../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	commented := regexp.MustCompile(`^(\s*)# ([a-z_]+: (?:\S+|\[".*"\]))$`)
	lines := strings.Split(string(raw), "\n")
	for i, l := range lines {
		lines[i] = commented.ReplaceAllString(l, "$1$2")
	}
	r := newReading("config.example.yaml")
	var keys fileKeys
	r.file([]byte(strings.Join(lines, "\n")), &keys)
	if err := r.err(); err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for key, line := range r.lines {
		path := generic(key, keys)
		shown[path] = true
		if last := path[strings.LastIndexByte(path, '.')+1:]; last == "*" {
			continue
		}
		explained := ""
		for i := line - 2; i >= 0 && strings.HasPrefix(strings.TrimSpace(lines[i]), "#"); i-- {
			explained = lines[i] + "\n" + explained
		}
		if explained == "" {
			t.Errorf("%s (line %d) is not explained", key, line)
		}
		if !slices.Contains(sections(), path) && !regexp.MustCompile(`Default: |Required`).MatchString(explained) {
			t.Errorf("%s (line %d): neither a default nor required:\n%s", key, line, explained)
		}
	}
	for _, path := range allKeys() {
		if !shown[path] {
			t.Errorf("%s is not in the example", path)
		}
	}
}

// generic is a key with its kind of network in place of a number.
func generic(key string, keys fileKeys) string {
	for i, n := range keys.Networks {
		if rest, ok := strings.CutPrefix(key, item("networks", i)); ok {
			key = "networks." + n.kind + rest
		}
	}
	return regexp.MustCompile(`\.\d+`).ReplaceAllString(key, ".*")
}

// sections are maps that only hold other keys.
func sections() []string { return []string{"event", "venue", "web", "relay", "github", "networks"} }

// allKeys are the paths of all keys, from the structs.
func allKeys() []string {
	var all []string
	var walk func(t reflect.Type, path string)
	walk = func(t reflect.Type, path string) {
		switch {
		case t == reflect.TypeFor[networkKeys]():
			for kind, keys := range kinds() {
				walk(reflect.TypeOf(keys).Elem(), strings.Replace(path, "*", kind, 1))
			}
		case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
			walk(t.Elem(), path+".*")
		case t.Kind() == reflect.Struct:
			for f := range t.Fields() {
				if tag := f.Tag.Get("yaml"); tag != "" {
					at := strings.TrimPrefix(path+"."+tag, ".")
					all = append(all, at)
					walk(f.Type, at)
				}
			}
		}
	}
	walk(reflect.TypeFor[fileKeys](), "")
	return all
}

// usual is a small right configuration; tests change a line of it.
const usual = `event: {name: Test, timezone: Europe/Prague, first_day: 2027-05-17, last_day: 2027-05-18}
database: t.db
networks:
  - {name: libera, kind: irc, server: "127.0.0.1:6667", tls: false, channels: ["#a", "#b"], pace: unlimited}
  - name: pycon
    kind: slack
    app_token_env: T_APP
    bot_token_file: bot-token
    channels: ["#s"]
bridges:
  - ["libera #a", "pycon #s"]
organizers: ["libera account:ada"]
`

// load loads a changed usual configuration.
func load(t *testing.T, text string) (Config, error) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("T_APP", hush)
	t.Setenv("T_SPACED", "two words")
	t.Setenv("T_EMPTY", "")
	for name, body := range map[string]string{"config.yaml": text, "bot-token": hush + "\n", "two-lines": hush + "\n" + hush} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := loadConfig(filepath.Join(dir, "config.yaml"))
	if err != nil && strings.Contains(err.Error(), hush) {
		t.Errorf("a secret is shown: %v", err)
	}
	return c, err
}

func TestAConfigurationTakesSecretsFromEnvironmentAndFile(t *testing.T) {
	c, err := load(t, usual)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Networks[1].Slack; s.AppToken != hush || s.BotToken != hush {
		t.Error("tokens are not read")
	}
	if i := c.Networks[0].IRC; i.TLS || i.Nick != "sprintbot" || i.Pace != (chat.Pace{}) {
		t.Errorf("%+v", i)
	}
}

func TestABridgeHasItsSettings(t *testing.T) {
	c, err := load(t, strings.Replace(usual, `["libera #a", "pycon #s"]`,
		`{join: ["libera #a", "pycon #s"], edits: full, edits_within: 1m, deletes: notice, thread_replies: off, threads_within: 3m, join_lines: off, reactions: on, joins: yes, topics: true}`, 1))
	if err != nil {
		t.Fatal(err)
	}
	want := relay.Ways{Edits: relay.Full, EditsWithin: time.Minute, Deletes: true, Flat: true, Threads: 3 * time.Minute, JoinLines: -1,
		Reactions: true, Joins: true, Topics: true}
	if diff := cmp.Diff(want, c.Bridges[0].Ways); diff != "" {
		t.Error(diff)
	}
	if c, err = load(t, usual); err != nil || c.Bridges[0].Ways != (relay.Ways{}) {
		t.Errorf("the short form is not the default: %+v, %v", c.Bridges, err)
	}
}

func TestAWrongKeyStopsTheStartWithLineKeyAndSuggestion(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"near key":            {"database:", "databse:", "config.yaml:2: databse: is no key here; is database meant?"},
		"far key":             {"database: t.db", "colour: red", "config.yaml:2: colour: is no key here; these are known: event, database"},
		"key of a kind":       {"    channels: [\"#s\"]", "    channels: [\"#s\"]\n    nick: bot", "config.yaml:10: networks.2.nick: is no key here"},
		"hyphen for stroke":   {"first_day", "first-day", "config.yaml:1: event.first-day: is no key here; is first_day meant?"},
		"plain secret":        {"    app_token_env: T_APP", "    app_token: " + hush, "config.yaml:7: networks.2.app_token: is a secret and never stands in this file; write app_token_env"},
		"secret as name":      {"app_token_env: T_APP", "app_token_env: " + hush, "config.yaml:7: networks.2.app_token_env: must be the name of an environment variable; the secret itself never stands in this file"},
		"empty variable":      {"T_APP", "T_EMPTY", "names an environment variable that is not set; set it, or use app_token_file"},
		"secret as file":      {"bot_token_file: bot-token", "bot_token_file: " + hush, "config.yaml:8: networks.2.bot_token_file: names a file that can't be read: no such file or directory"},
		"two lines":           {"bot-token", "two-lines", "names a file with more than one line"},
		"pin":                 {`tls: false`, `tls_pin: "` + hush + `"`, "config.yaml:4: networks.1.tls_pin: must be the SHA-256"},
		"pin without tls":     {`tls: false`, `tls: false, tls_pin: ` + strings.Repeat("ab", 32), "networks.1.tls: must be true where there is tls_pin"},
		"external, no tls":    {`tls: false`, `tls: false, sasl: {external: true, cert_file: a, key_file: b}`, "networks.1.tls: must be true where sasl is external"},
		"external, no file":   {`tls: false`, `sasl: {external: true, key_file: b}`, "networks.1.sasl.cert_file: is missing"},
		"external, no cert":   {`tls: false`, `sasl: {external: true, cert_file: bot-token, key_file: bot-token}`, "networks.1.sasl.cert_file: and key_file are no certificate and its key"},
		"external, unread":    {`tls: false`, `sasl: {external: true, cert_file: bot-token, key_file: gone}`, "networks.1.sasl.key_file: names a file that can't be read"},
		"external and more":   {`tls: false`, `sasl: {external: true, password_env: T_APP, cert_file: a, key_file: b}`, "networks.1.sasl.password_env: stands beside external"},
		"cert, not external":  {`tls: false`, `sasl: {account: a, password_env: T_APP, cert_file: a}`, "networks.1.sasl.cert_file: stands without external"},
		"both":                {"    app_token_env: T_APP", "    app_token_env: T_APP\n    app_token_file: x", "config.yaml:8: networks.2.app_token_file: stands beside app_token_env"},
		"no token":            {"    app_token_env: T_APP\n", "", "config.yaml:5: networks.2: needs app_token_env"},
		"twice":               {"database: t.db", "database: t.db\ndatabase: u.db", "config.yaml:3: database: stands there twice"},
		"unknown kind":        {"kind: slack", "kind: slak", "config.yaml:6: networks.2.kind: must be irc or slack"},
		"no kind":             {"    kind: slack\n", "", "config.yaml:5: networks.2: must be a map with a name, and a kind that is irc or slack"},
		"time zone":           {"Europe/Prague", "Prague", "config.yaml:1: event.timezone: must be the name of a time zone"},
		"no such day":         {"2027-05-17", "2027-02-30", "config.yaml:1: event.first_day: must be a day, as 2027-05-17"},
		"days turned":         {"2027-05-18", "2027-05-16", "event.last_day: is before first_day"},
		"no name":             {"name: Test, ", "", "config.yaml:1: event.name: is missing"},
		"length of time":      {"database: t.db", "relay: {expires: 6}", "config.yaml:2: relay.expires: must be a length of time with its unit, as 2s, 30m or 6h"},
		"too short":           {"database: t.db", "relay: {expires: 1s}", "relay.expires: must be at least 1m"},
		"pace":                {"pace: unlimited", "pace: fast", "networks.1.pace: must be {burst: 5, every: 2s}, or the word unlimited"},
		"no burst":            {"pace: unlimited", "pace: {burst: 0}", "networks.1.pace.burst: must be at least 1"},
		"burst of words":      {"pace: unlimited", "pace: {burst: many}", "networks.1.pace.burst: must be a whole number"},
		"not true":            {"tls: false", "tls: perhaps", "networks.1.tls: must be true or false"},
		"readable password":   {`server: "127.0.0.1:6667", tls: false`, `server: "irc.example.org:6667", tls: false, sasl: {account: a, password_env: T_APP}`, "networks.1.tls: must be true where there is sasl"},
		"readable opening":    {`server: "127.0.0.1:6667", tls: false`, `server: "irc.example.org:6667", tls: false, password_env: T_APP`, "networks.1.tls: must be true where there is a password"},
		"key of nowhere":      {`tls: false`, `tls: false, keys: [{channel: "#z", key_env: T_APP}]`, "networks.1.keys.1.channel: names no channel of this network; there are: #a, #b"},
		"key in the file":     {`tls: false`, `tls: false, keys: [{channel: "#a", key: ` + hush + `}]`, "networks.1.keys.1.key: is a secret and never stands in this file; write key_env"},
		"no key":              {`tls: false`, `tls: false, keys: [{channel: "#a"}]`, "networks.1.keys.1: needs key_env"},
		"unspeakable key":     {`tls: false`, `tls: false, keys: [{channel: "#a", key_env: T_SPACED}]`, "networks.1.keys.1: is a key that IRC can't say"},
		"two keys":            {`tls: false`, `tls: false, keys: [{channel: "#a", key_env: T_APP}, {channel: "#a", key_env: T_APP}]`, "networks.1.keys.2.channel: has a key already"},
		"no port":             {`"127.0.0.1:6667"`, "localhost", "networks.1.server: must be a host and a port"},
		"edits":               {`["libera #a", "pycon #s"]`, `{join: ["libera #a", "pycon #s"], edits: shrt}`, "bridges.1.edits: must be short, full or off"},
		"deletes":             {`["libera #a", "pycon #s"]`, `{join: ["libera #a", "pycon #s"], deletes: on}`, "bridges.1.deletes: must be off or notice"},
		"join lines":          {`["libera #a", "pycon #s"]`, `{join: ["libera #a", "pycon #s"], join_lines: -2s}`, "bridges.1.join_lines: must be longer than nothing"},
		"channel":             {`"#a", "#b"`, `"#a", b`, "networks.1.channels.2: must be a channel, in quotes"},
		"channel twice":       {`"#a", "#b"`, `"#a", "#A"`, "networks.1.channels.2: stands there twice"},
		"comment for channel": {`channels: ["#s"]`, `channels: #s`, "networks.2.channels: is missing; name at least one, in quotes since # begins a comment"},
		"network twice":       {"name: pycon", "name: libera", "config.yaml:5: networks.2.name: is another network's too"},
		"kept name":           {"name: pycon", "name: console", "networks.2.name: is kept for the bot itself"},
		"unknown network":     {`"pycon #s"`, `"oftc #s"`, "config.yaml:11: bridges.1.join.2: names no network of this file; there are: libera, pycon, lobby"},
		"unknown channel":     {`"libera #a"`, `"libera #c"`, "bridges.1.join.1: names no channel of libera; there are: #a, #b"},
		"no channel":          {`"libera #a"`, `libera`, "bridges.1.join.1: is a network and a channel"},
		"lonely place":        {`["libera #a", "pycon #s"]`, `["libera #a"]`, "bridges.1: joins at least two places"},
		"flat bridge":         {`  - ["libera #a", "pycon #s"]`, `  ["libera #a", "pycon #s"]`, `config.yaml:11: bridges.1: is one place; a bridge is two or more of them in a list, as - ["libera #sprints", "pycon #sprints"]`},
		"place twice":         {`["libera #a", "pycon #s"]`, `["libera #a", "pycon #s", "libera #a"]`, "bridges.1.join.3: is in a bridge already"},
		"two in two":          {`  - ["libera #a", "pycon #s"]`, "  - [\"libera #a\", \"pycon #s\"]\n  - {join: [\"libera #a\", \"pycon #s\"], one_way: on}", "config.yaml:12: bridges.2: joins two places that are in a bridge already"},
		"private and open":    {`  - ["libera #a", "pycon #s"]`, "  - [\"libera #a\", \"pycon #s\"]\n  - {join: [\"libera #a\", \"libera #b\"], private: on}", "bridges.2: shares a place with another bridge, and one of the two is private"},
		"private lobby":       {`["libera #a", "pycon #s"]`, `{join: ["libera #a", "lobby #lobby"], private: on}`, "bridges.1.private: can't be: the lobby is for everybody"},
		"from nowhere":        {`["libera #a", "pycon #s"]`, `{to: ["libera #a", "pycon #s"]}`, "bridges.1: needs both from and to"},
		"from and join":       {`["libera #a", "pycon #s"]`, `{join: ["libera #a", "pycon #s"], from: ["libera #a"], to: ["pycon #s"]}`, "bridges.1.from: and to stand in place of join and one_way"},
		"ignore all":          {"pace: unlimited", "pace: unlimited, ignore: [\"*\"]", "networks.1.ignore.1: must be an id, account:NAME, or a nick"},
		"low flood":           {"database: t.db", "relay: {flood: {person: 3}}", "relay.flood.person: must be at least 10"},
		"flood of words":      {"database: t.db", "relay: {flood: fast}", "relay.flood: must be {person: 60, place: 600, commands: 20}, or the word unlimited"},
		"nick as organizer":   {"account:ada", "ada", `organizers.1: is no services account; a nick is anyone's, so write "libera account:NAME"`},
		"name as organizer":   {`"libera account:ada"`, `"pycon ada"`, "organizers.1: is no member ID"},
		"url":                 {"database: t.db", "web: {url: sprints.example.org}", "web.url: must be a whole address"},
		"listen":              {"database: t.db", "web: {listen: 8080}", "web.listen: must be an address and a port"},
		"list":                {`["libera account:ada"]`, "libera account:ada", "organizers: must be a list"},
		"synchronous":         {"database: t.db", "synchronous: off", "synchronous: must be full or normal"},
		"not YAML":            {"database: t.db", "database: [" + hush, "can't be read as YAML from here on"},
		"alias":               {"T_APP", "*" + hush, "can't be read as YAML"},
		"anchor":              {"T_APP", "&" + hush + " x", "networks.2.app_token_env: uses an anchor or alias"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(usual, c.old) {
				t.Fatalf("%q is not in the usual configuration", c.old)
			}
			_, err := load(t, strings.Replace(usual, c.old, c.new, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %q in:\n%v", c.want, err)
			}
		})
	}
}

// Each line would come back into the channel it was said in, and each command be answered twice.
func TestABridgeOfAChannelWithItselfIsRefused(t *testing.T) {
	text := strings.Replace(usual, "  - name: pycon\n", "  - {name: again, kind: irc, server: \"127.0.0.1:6667\", tls: false, channels: [\"#A\"]}\n  - name: pycon\n", 1)
	_, err := load(t, strings.Replace(text, `"pycon #s"`, `"pycon #s", "again #A"`, 1))
	if want := "config.yaml:12: bridges.1: joins a channel with itself: libera and again are one server"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("want %q in: %v", want, err)
	}
	if _, err := load(t, strings.Replace(text, `"libera #a", "pycon #s"`, `"libera #b", "again #A"`, 1)); err != nil {
		t.Errorf("two channels of one server: %v", err)
	}
}

func TestAllFaultsAreToldAtOnceByLine(t *testing.T) {
	bad := strings.NewReplacer("Europe/Prague", "Prague", "t.db", "", "kind: slack", "kind: slak", "account:ada", "ada").Replace(usual)
	_, err := load(t, "colour: red\n"+bad)
	want := `config.yaml:1: colour: is no key here; these are known: event, database, synchronous, venue, web, relay, github, networks, bridges, organizers
config.yaml:2: event.timezone: must be the name of a time zone, as Europe/Prague or America/New_York
config.yaml:7: networks.2.kind: must be irc or slack
config.yaml:12: bridges.1.join.2: names no network of this file; there are: libera, lobby
config.yaml:13: organizers.1: is no services account; a nick is anyone's, so write "libera account:NAME"`
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestAConfigurationThatIsNotThereOrEmptyIsRefused(t *testing.T) {
	if _, err := loadConfig(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("no error for no file")
	}
	for _, text := range []string{"", "# nothing\n", "just words", "- a\n- b\n", "null\n"} {
		if _, err := load(t, text); err == nil {
			t.Errorf("no error for %q", text)
		}
	}
}

func FuzzConfigurationNeverPanics(f *testing.F) {
	f.Add(usual)
	f.Fuzz(func(t *testing.T, text string) {
		r := newReading("config.yaml")
		var keys fileKeys
		r.file([]byte(text), &keys)
		r.config(keys)
	})
}
