package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have none

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Config is what a configuration file says, checked, with secrets read and
// paths taken from the file's folder.
type Config struct {
	Event       sprints.Event
	Database    string
	Synchronous string // "FULL" or "NORMAL"
	Venue       string // path of the venue file, "" none
	Listen      string
	URL         string // what people are told, "" says the address listened on
	Expires     time.Duration
	Flood       relay.Limits
	GitHubToken secret
	GitHubAPI   string // "" is GitHub's own
	Networks    []NetworkConfig
	Bridges     relay.Routes
	Organizers  []Organizer
}

// Organizer is an identity with an organizer's rights.
type Organizer struct{ Network, Key string }

// Organizes says whether an identity is an organizer's by the configuration.
func (c Config) Organizes(network, key string) bool {
	for _, o := range c.Organizers {
		if o.Network == network && strings.EqualFold(o.Key, key) {
			return true
		}
	}
	return false
}

// tellOrganizers are the places where organizers are told what concerns them:
// in their private bridge, or else in private each, by the identity the
// configuration names.
func (c Config) tellOrganizers() []chat.Place {
	all := c.Bridges.Organizing()
	if all != nil {
		return all
	}
	for _, o := range c.Organizers {
		all = append(all, chat.Direct(chat.Handle{Network: o.Network, ID: o.Key}))
	}
	return all
}

// ignored are the other relays in our channels, by network.
func (c Config) ignored() map[string][]string {
	all := map[string][]string{}
	for _, n := range c.Networks {
		all[n.Name] = n.Ignore
	}
	return all
}

// secret is a word that nothing prints.
type secret string

func (s secret) String() string               { return "***" }
func (s secret) GoString() string             { return "***" }
func (s secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// The file's keys. config.example.yaml explains each; a test compares them.
type (
	fileKeys struct {
		Event       eventKeys     `yaml:"event"`
		Database    string        `yaml:"database"`
		Synchronous string        `yaml:"synchronous"`
		Venue       venueKeys     `yaml:"venue"`
		Web         webKeys       `yaml:"web"`
		Relay       relayKeys     `yaml:"relay"`
		GitHub      githubKeys    `yaml:"github"`
		Networks    []networkKeys `yaml:"networks"`
		Bridges     []bridgeKeys  `yaml:"bridges"`
		Organizers  []string      `yaml:"organizers"`
	}
	eventKeys struct {
		Name     string `yaml:"name"`
		Timezone string `yaml:"timezone"`
		FirstDay string `yaml:"first_day"`
		LastDay  string `yaml:"last_day"`
	}
	venueKeys struct {
		File string `yaml:"file"`
	}
	webKeys struct {
		Listen string `yaml:"listen"`
		URL    string `yaml:"url"`
	}
	relayKeys struct {
		Expires time.Duration `yaml:"expires"`
		Flood   floodKeys     `yaml:"flood"`
	}
	githubKeys struct {
		TokenEnv  string `yaml:"token_env"`
		TokenFile string `yaml:"token_file"`
		APIURL    string `yaml:"api_url"`
	}
)

// loadConfig reads and checks a configuration file. Its error names every
// fault at once, as file:line: key: words, and holds no value of the file.
func loadConfig(path string) (Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("the configuration can't be read: %w", err)
	}
	r := newReading(path)
	var keys fileKeys
	r.file(raw, &keys)
	if len(r.problems) > 0 && !r.asked {
		return Config{}, r.err() // not YAML: nothing more can be said
	}
	c := r.config(keys)
	return c, r.err()
}

// config checks what the keys say, each fault a problem.
func (r *reading) config(k fileKeys) Config {
	c := Config{Database: "sprintbot.db", Synchronous: "FULL", Listen: "127.0.0.1:8080", Expires: 6 * time.Hour}
	c.Event = r.event(k.Event)
	if k.Database != "" {
		c.Database = k.Database
	}
	c.Database = r.fromHere(c.Database)
	switch strings.ToLower(k.Synchronous) {
	case "", "full":
	case "normal":
		c.Synchronous = "NORMAL"
	default:
		r.refuse("synchronous", "must be full or normal")
	}
	if k.Venue.File != "" {
		c.Venue = r.fromHere(k.Venue.File)
	}
	if k.Web.Listen != "" {
		c.Listen = k.Web.Listen
		if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
			r.refuse("web.listen", "must be an address and a port, as 127.0.0.1:8080")
		}
	}
	c.URL = strings.TrimRight(r.address("web.url", k.Web.URL), "/")
	if r.has("relay.expires") {
		if c.Expires = k.Relay.Expires; c.Expires < time.Minute && !r.faulty("relay.expires") {
			r.refuse("relay.expires", "must be at least 1m")
		}
	}
	c.Flood = r.flood(k.Relay.Flood)
	c.GitHubToken = r.secret("github", "token", k.GitHub.TokenEnv, k.GitHub.TokenFile, false)
	c.GitHubAPI = r.address("github.api_url", k.GitHub.APIURL)
	c.Networks = r.networks(k.Networks)
	c.Bridges = r.bridges(k.Bridges, c.Networks)
	c.Organizers = r.organizers(k.Organizers, c.Networks)
	return c
}

func (r *reading) event(k eventKeys) sprints.Event {
	e := sprints.Event{Name: sprints.OneLine(k.Name), Zone: time.UTC}
	if r.required("event.name", e.Name) && len([]rune(e.Name)) > sprints.NameMax {
		r.refuse("event.name", "must be at most %d characters", sprints.NameMax)
	}
	if r.required("event.timezone", k.Timezone) {
		zone, err := time.LoadLocation(k.Timezone)
		if err != nil || k.Timezone == "Local" {
			r.refuse("event.timezone", "must be the name of a time zone, as Europe/Prague or America/New_York")
		} else {
			e.Zone = zone
		}
	}
	day := func(key, value string) (d sprints.Day) {
		if r.required(key, value) {
			var err error
			if d, err = sprints.ParseDay(value); err != nil {
				r.refuse(key, "must be a day, as 2027-05-17")
			}
		}
		return d
	}
	e.First, e.Last = day("event.first_day", k.FirstDay), day("event.last_day", k.LastDay)
	switch {
	case e.First.IsZero() || e.Last.IsZero():
	case e.Last.Before(e.First):
		r.refuse("event.last_day", "is before first_day")
	case e.Days() > 31:
		r.refuse("event.last_day", "is more than a month after first_day")
	}
	return e
}

// address is a whole http address, or "" where none is given.
func (r *reading) address(key, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		r.refuse(key, "must be a whole address, as https://sprints.example.org")
	}
	return value
}

// variable is what a shell takes as the name of a variable.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// secret reads what NAME_env or NAME_file of a map points at. No message holds
// the key's value: it might be the secret itself, put in the wrong place.
func (r *reading) secret(in, name, env, file string, required bool) secret {
	envKey, fileKey := in+"."+name+"_env", in+"."+name+"_file"
	switch {
	case env != "" && file != "":
		r.refuse(fileKey, "stands beside %s_env; one of them is enough", name)
	case env != "" && !variable.MatchString(env):
		r.refuse(envKey, "must be the name of an environment variable; the secret itself never stands in this file")
	case env != "":
		value := strings.TrimSpace(os.Getenv(env))
		if value == "" {
			r.refuse(envKey, "names an environment variable that is not set; set it, or use %s_file", name)
		}
		return secret(value)
	case file != "":
		raw, err := os.ReadFile(r.fromHere(file))
		value := strings.TrimSpace(string(raw))
		switch {
		case err != nil:
			r.refuse(fileKey, "names a file that can't be read: %v", reason(err))
		case value == "":
			r.refuse(fileKey, "names a file that is empty")
		case strings.ContainsAny(value, "\r\n"):
			r.refuse(fileKey, "names a file with more than one line")
		}
		return secret(value)
	case required && !r.faulty(envKey) && !r.faulty(fileKey) && !r.faulty(in+"."+name):
		r.refuse(in, "needs %s_env (the name of an environment variable) or %s_file", name, name)
	}
	return ""
}

// required refuses an empty value, and says whether there is one.
func (r *reading) required(key, value string) bool {
	if value == "" && !r.faulty(key) {
		r.refuse(key, "is missing")
	}
	return value != ""
}

// fromHere is a path as seen from the configuration file's folder.
func (r *reading) fromHere(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(r.path), path)
}
