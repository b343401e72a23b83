package main

import (
	"crypto/tls"
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"sprintbot/adapters/irc"
	"sprintbot/sprints/chat"
)

// NetworkConfig is one network; one of IRC and Slack is set, by its kind.
type NetworkConfig struct {
	Name     string
	Channels []string
	Ignore   []string // other relays there: ids and nick patterns
	IRC      *IRCConfig
	Slack    *SlackConfig
}

// IRCConfig is what an IRC network needs.
type IRCConfig struct {
	Server   string // host:port
	TLS      bool
	Pin      string // SHA-256 sums of the certificate or its key, "" asks authorities
	Open     secret // the server's own password, "" none
	Nick     string
	Account  string // SASL, "" none
	Password secret
	External bool   // SASL by the client certificate
	CertFile string // of the client, "" none
	KeyFile  string
	Keys     map[string]secret // of channels with one, by their name
	Pace     chat.Pace         // zero is no limit
}

// SlackConfig is what a Slack workspace needs.
type SlackConfig struct {
	AppToken, BotToken secret
	APIURL             string // "" is Slack's own
}

// kindKeys is what decodes and checks the keys of one kind of network.
type kindKeys interface {
	config(r *reading, path string) NetworkConfig
}

// kinds choose the struct for a network's keys.
func kinds() map[string]kindKeys {
	return map[string]kindKeys{"irc": &ircKeys{}, "slack": &slackKeys{}}
}

// networkKeys are the keys of one network, as its kind decodes them.
type networkKeys struct {
	path string
	kind string
	keys kindKeys // nil if the kind is unknown
}

type ircKeys struct {
	Name     string     `yaml:"name"`
	Kind     string     `yaml:"kind"`
	Server   string     `yaml:"server"`
	TLS      *bool      `yaml:"tls"`
	TLSPin   string     `yaml:"tls_pin"`
	PassEnv  string     `yaml:"password_env"`
	PassFile string     `yaml:"password_file"`
	Nick     string     `yaml:"nick"`
	Channels []string   `yaml:"channels"`
	Keys     []doorKeys `yaml:"keys"`
	Ignore   []string   `yaml:"ignore"`
	SASL     saslKeys   `yaml:"sasl"`
	Pace     paceKeys   `yaml:"pace"`
}

// doorKeys is the key of one channel.
type doorKeys struct {
	Channel string `yaml:"channel"`
	KeyEnv  string `yaml:"key_env"`
	KeyFile string `yaml:"key_file"`
}

type saslKeys struct {
	Account      string `yaml:"account"`
	PasswordEnv  string `yaml:"password_env"`
	PasswordFile string `yaml:"password_file"`
	External     bool   `yaml:"external"`
	CertFile     string `yaml:"cert_file"`
	KeyFile      string `yaml:"key_file"`
}

type paceKeys struct {
	Burst     int           `yaml:"burst"`
	Every     time.Duration `yaml:"every"`
	unlimited bool
}

type slackKeys struct {
	Name         string   `yaml:"name"`
	Kind         string   `yaml:"kind"`
	AppTokenEnv  string   `yaml:"app_token_env"`
	AppTokenFile string   `yaml:"app_token_file"`
	BotTokenEnv  string   `yaml:"bot_token_env"`
	BotTokenFile string   `yaml:"bot_token_file"`
	Channels     []string `yaml:"channels"`
	Ignore       []string `yaml:"ignore"`
	APIURL       string   `yaml:"api_url"`
}

func (k *networkKeys) decode(r *reading, n *yaml.Node, path string) {
	k.path = path
	kind := childOf(n, "kind")
	if n.Kind != yaml.MappingNode || kind == nil {
		r.at(path, n.Line)
		r.refuse(path, "must be a map with a name, and a kind that is irc or slack")
		return
	}
	known := kinds()
	k.kind = kind.Value
	if k.keys = known[kind.Value]; k.keys == nil {
		r.at(path+".kind", kind.Line)
		r.refuse(path+".kind", "must be irc or slack")
		return
	}
	r.decode(n, k.keys, path)
}

func (k *paceKeys) decode(r *reading, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == "unlimited" {
		k.unlimited = true
		return
	}
	if n.Kind != yaml.MappingNode {
		r.refuse(path, "must be {burst: 5, every: 2s}, or the word unlimited")
		return
	}
	type plain paceKeys
	r.decode(n, (*plain)(k), path)
}

var (
	networkName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,30}$`)
	ircChannel   = regexp.MustCompile(`^[#&+!][^\s,:\x00\x07]{1,63}$`)
	slackChannel = regexp.MustCompile(`^(#[^\s,#]{1,80}|[CG][A-Z0-9]{6,})$`)
	ircNick      = regexp.MustCompile("^[A-Za-z\\[\\]\\\\`_^{|}][A-Za-z0-9\\[\\]\\\\`_^{|}-]{0,29}$")
	slackUser    = regexp.MustCompile(`^[UW][A-Z0-9]{3,}$`)
)

// networks checks each network, and that no name is borne twice.
func (r *reading) networks(all []networkKeys) []NetworkConfig {
	var configs []NetworkConfig
	for _, k := range all {
		if k.keys == nil {
			continue
		}
		c := k.keys.config(r, k.path)
		switch same := func(o NetworkConfig) bool { return o.Name == c.Name }; {
		case !r.required(k.path+".name", c.Name):
		case !networkName.MatchString(c.Name):
			r.refuse(k.path+".name", "must be one word of letters, digits, - and _")
		case c.Name == "console" || c.Name == "lobby" || c.Name == "web":
			r.refuse(k.path+".name", "is kept for the bot itself; take another")
		case slices.ContainsFunc(configs, same):
			r.refuse(k.path+".name", "is another network's too; each has its own")
		}
		configs = append(configs, c)
	}
	return configs
}

func (k *ircKeys) config(r *reading, path string) NetworkConfig {
	c := IRCConfig{Server: k.Server, TLS: k.TLS == nil || *k.TLS, Nick: "sprintbot", Account: k.SASL.Account}
	var host string
	if r.required(path+".server", k.Server) {
		var port string
		var err error
		if host, port, err = net.SplitHostPort(k.Server); err != nil || host == "" || port == "" {
			r.refuse(path+".server", "must be a host and a port, as irc.libera.chat:6697")
		}
	}
	if k.Nick != "" {
		c.Nick = k.Nick
		if !ircNick.MatchString(k.Nick) {
			r.refuse(path+".nick", "must be a name that IRC takes: letters, digits, - and _, beginning with a letter")
		}
	}
	if k.TLSPin != "" {
		c.Pin = k.TLSPin
		if _, err := irc.Pins(k.TLSPin); err != nil {
			r.refuse(path+".tls_pin", "must be the SHA-256 of the server's certificate or of its key, 64 hex digits; docs/irc.md says how to get it")
		} else if !c.TLS {
			r.refuse(path+".tls", "must be true where there is tls_pin: nothing shows a certificate otherwise")
		}
	}
	c.Open = r.secret(path, "password", k.PassEnv, k.PassFile, false)
	if c.Open != "" && !c.TLS && !loopback(host) {
		r.refuse(path+".tls", "must be true where there is a password: it would travel readable")
	}
	if r.has(path + ".sasl") {
		k.SASL.config(r, path, host, &c)
	}
	c.Pace = chat.Pace{Burst: 5, Every: 2 * time.Second}
	switch {
	case k.Pace.unlimited:
		c.Pace = chat.Pace{}
	case r.has(path+".pace") && !r.faulty(path+".pace"):
		if r.has(path + ".pace.burst") {
			c.Pace.Burst = k.Pace.Burst
		}
		if r.has(path + ".pace.every") {
			c.Pace.Every = k.Pace.Every
		}
		if c.Pace.Burst < 1 && !r.faulty(path+".pace.burst") {
			r.refuse(path+".pace.burst", "must be at least 1")
		}
		if c.Pace.Every <= 0 && !r.faulty(path+".pace.every") {
			r.refuse(path+".pace.every", "must be longer than nothing, as 2s; no pace at all is pace: unlimited")
		}
	}
	r.channels(path, k.Channels, ircChannel, "as #pycon-sprints")
	c.Keys = r.doors(path, k.Keys, k.Channels)
	r.ignore(path, k.Ignore)
	return NetworkConfig{Name: k.Name, Channels: k.Channels, Ignore: k.Ignore, IRC: &c}
}

// config checks how the bot logs in: by a password, or by a certificate.
func (k saslKeys) config(r *reading, path, host string, c *IRCConfig) {
	at := path + ".sasl"
	if !k.External {
		r.required(at+".account", k.Account)
		c.Password = r.secret(at, "password", k.PasswordEnv, k.PasswordFile, true)
		if !c.TLS && !loopback(host) {
			r.refuse(path+".tls", "must be true where there is sasl: the password would travel readable")
		}
		for _, name := range []string{"cert_file", "key_file"} {
			if r.has(at + "." + name) {
				r.refuse(at+"."+name, "stands without external: true; a password needs no certificate")
			}
		}
		return
	}
	for _, name := range []string{"password_env", "password_file"} {
		if r.has(at + "." + name) {
			r.refuse(at+"."+name, "stands beside external: true; the certificate is enough")
		}
	}
	if !c.TLS {
		r.refuse(path+".tls", "must be true where sasl is external: the certificate belongs to it")
	}
	c.External, c.CertFile, c.KeyFile = true, r.fromHere(k.CertFile), r.fromHere(k.KeyFile)
	if !r.required(at+".cert_file", k.CertFile) || !r.required(at+".key_file", k.KeyFile) {
		return
	}
	for name, file := range map[string]string{"cert_file": c.CertFile, "key_file": c.KeyFile} {
		if _, err := os.ReadFile(file); err != nil {
			r.refuse(at+"."+name, "names a file that can't be read: %v", reason(err))
			return
		}
	}
	if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
		r.refuse(at+".cert_file", "and key_file are no certificate and its key, in PEM")
	}
}

func (k *slackKeys) config(r *reading, path string) NetworkConfig {
	c := SlackConfig{
		AppToken: r.secret(path, "app_token", k.AppTokenEnv, k.AppTokenFile, true),
		BotToken: r.secret(path, "bot_token", k.BotTokenEnv, k.BotTokenFile, true),
		APIURL:   r.address(path+".api_url", k.APIURL),
	}
	if c.APIURL != "" && !strings.HasSuffix(c.APIURL, "/api/") {
		r.refuse(path+".api_url", "ends in /api/")
	}
	r.channels(path, k.Channels, slackChannel, "as #sprints, or its id, as C024BE91L")
	r.ignore(path, k.Ignore)
	return NetworkConfig{Name: k.Name, Channels: k.Channels, Ignore: k.Ignore, Slack: &c}
}

// channels checks the names of a network's channels.
func (r *reading) channels(path string, channels []string, shape *regexp.Regexp, as string) {
	if len(channels) == 0 && !r.faulty(path+".channels") {
		r.refuse(path+".channels", "is missing; name at least one, in quotes since # begins a comment, %s", as)
	}
	for i, c := range channels {
		switch {
		case !shape.MatchString(c):
			r.refuse(item(path+".channels", i), "must be a channel, in quotes since # begins a comment, %s", as)
		case slices.ContainsFunc(channels[:i], func(o string) bool { return strings.EqualFold(o, c) }):
			r.refuse(item(path+".channels", i), "stands there twice")
		}
	}
}

// doors are the keys of channels that have one.
func (r *reading) doors(path string, all []doorKeys, channels []string) map[string]secret {
	var doors map[string]secret
	for i, k := range all {
		at := item(path+".keys", i)
		key := r.secret(at, "key", k.KeyEnv, k.KeyFile, true)
		switch _, twice := doors[k.Channel]; {
		case !r.required(at+".channel", k.Channel):
		case !slices.Contains(channels, k.Channel):
			r.refuse(at+".channel", "names no channel of this network; there are: %s", strings.Join(channels, ", "))
		case twice:
			r.refuse(at+".channel", "has a key already")
		case key != "" && !irc.Key(string(key)):
			r.refuse(at, "is a key that IRC can't say: it has no spaces and commas, and at most 50 characters")
		default:
			if doors == nil {
				doors = map[string]secret{}
			}
			doors[k.Channel] = key
		}
	}
	return doors
}

// organizers checks that each is an identity that a network vouches for.
func (r *reading) organizers(all []string, networks []NetworkConfig) []Organizer {
	var organizers []Organizer
	for i, words := range all {
		key := item("organizers", i)
		name, id, ok := strings.Cut(strings.TrimSpace(words), " ")
		id = strings.TrimSpace(id)
		at := slices.IndexFunc(networks, func(n NetworkConfig) bool { return n.Name == name })
		switch {
		case !ok || id == "":
			r.refuse(key, `is a network and an identity there, as "pycon U024BE7LH" or "libera account:ada"`)
		case at < 0:
			r.refuse(key, "names no network of this file; there are: %s", names(networks))
		case networks[at].IRC != nil && (!strings.HasPrefix(id, "account:") || len(id) == len("account:") || strings.ContainsAny(id, " \t")):
			r.refuse(key, `is no services account; a nick is anyone's, so write "%s account:NAME"`, name)
		case networks[at].Slack != nil && !slackUser.MatchString(id):
			r.refuse(key, `is no member ID; a name is anyone's, so write the ID from their profile, as "%s U024BE7LH"`, name)
		case slices.Contains(organizers, Organizer{name, id}):
			r.refuse(key, "stands there twice")
		default:
			organizers = append(organizers, Organizer{name, id})
		}
	}
	return organizers
}

func names(networks []NetworkConfig) string {
	var all []string
	for _, n := range networks {
		if networkName.MatchString(n.Name) {
			all = append(all, n.Name)
		}
	}
	if all == nil {
		return "none"
	}
	return strings.Join(all, ", ")
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
