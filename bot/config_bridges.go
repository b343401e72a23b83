package main

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// bridgeKeys are one bridge: the map, or its short form, the list of join.
type bridgeKeys struct {
	Join          []string      `yaml:"join"`
	OneWay        bool          `yaml:"one_way"`
	From          []string      `yaml:"from"`
	To            []string      `yaml:"to"`
	Private       bool          `yaml:"private"`
	Edits         string        `yaml:"edits"`
	EditsWithin   time.Duration `yaml:"edits_within"`
	Deletes       string        `yaml:"deletes"`
	ThreadReplies *bool         `yaml:"thread_replies"`
	ThreadsWithin time.Duration `yaml:"threads_within"`
	JoinLines     lengthKey     `yaml:"join_lines"`
	Reactions     bool          `yaml:"reactions"`
	Joins         bool          `yaml:"joins"`
	Topics        bool          `yaml:"topics"`
}

// lengthKey is a length of time, or off.
type lengthKey struct {
	length time.Duration
	off    bool
}

func (k *bridgeKeys) decode(r *reading, n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.SequenceNode:
		r.decode(n, &k.Join, path+".join")
		return
	case yaml.ScalarNode:
		r.refuse(path, `is one place; a bridge is two or more of them in a list, as - ["libera #sprints", "pycon #sprints"]`)
		return
	}
	type plain bridgeKeys
	r.decode(n, (*plain)(k), path)
}

func (k *lengthKey) decode(r *reading, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && slices.Contains([]string{"off", "no", "false"}, strings.ToLower(n.Value)) {
		k.off = true
		return
	}
	r.decode(n, &k.length, path)
}

// bridges checks that each place is one of a configured network or the page's
// lobby, and that no two hear each other in two bridges.
func (r *reading) bridges(all []bridgeKeys, networks []NetworkConfig) relay.Routes {
	networks = append(slices.Clone(networks), NetworkConfig{Name: lobbyPlace.Network, Channels: []string{lobbyPlace.Channel}})
	var routes relay.Routes
	for i, b := range all {
		path := item("bridges", i)
		bridge := relay.Bridge{Ways: r.ways(b, path), Private: b.Private}
		bridge.Join = r.places(path+".join", b.Join, networks)
		switch from, to := r.places(path+".from", b.From, networks), r.places(path+".to", b.To, networks); {
		case len(b.From) > 0 || len(b.To) > 0:
			if len(b.Join) > 0 || b.OneWay {
				r.refuse(path+".from", "and to stand in place of join and one_way")
			}
			if (len(b.From) == 0 || len(b.To) == 0) && !r.faulty(path) {
				r.refuse(path, "needs both from and to")
			}
			bridge.From, bridge.To, bridge.Join = from, to, from
			for _, p := range to {
				if !slices.Contains(bridge.Join, p) {
					bridge.Join = append(slices.Clone(bridge.Join), p)
				}
			}
		case b.OneWay && len(bridge.Join) > 0:
			bridge.From, bridge.To = bridge.Join[:1:1], bridge.Join[1:]
		}
		if len(bridge.Join) < 2 && !r.faulty(path) {
			r.refuse(path, "joins at least two places")
		}
		r.alone(path, bridge, routes)
		r.different(path, bridge.Join, networks)
		routes = append(routes, bridge)
	}
	return routes
}

// alone refuses a bridge that does what another does already, or that opens a
// private one.
func (r *reading) alone(path string, b relay.Bridge, before relay.Routes) {
	if b.Private && slices.Contains(b.Join, lobbyPlace) {
		r.refuse(path+".private", "can't be: the lobby is for everybody")
	}
	for _, o := range before {
		for _, p := range b.Join {
			if slices.Contains(o.Join, p) && (b.Private || o.Private) {
				r.refuse(path, "shares a place with another bridge, and one of the two is private")
				return
			}
			for _, q := range b.Join {
				if b.Carries(p, q) && o.Carries(p, q) {
					r.refuse(path, "joins two places that are in a bridge already; two places are in one bridge, once")
					return
				}
			}
		}
	}
}

// different refuses a channel bridged with itself: two networks that are one
// server.
func (r *reading) different(path string, places []chat.Place, networks []NetworkConfig) {
	server := func(p chat.Place) string {
		for _, n := range networks {
			if n.Name == p.Network && n.IRC != nil {
				return n.IRC.Server
			}
		}
		return ""
	}
	for i, p := range places {
		for _, q := range places[:i] {
			if at := server(p); at != "" && strings.EqualFold(at, server(q)) && strings.EqualFold(p.Channel, q.Channel) {
				r.refuse(path, "joins a channel with itself: %s and %s are one server", q.Network, p.Network)
			}
		}
	}
}

// places are those of a list, each a channel of a network.
func (r *reading) places(path string, all []string, networks []NetworkConfig) []chat.Place {
	var places []chat.Place
	for j, words := range all {
		key := item(path, j)
		name, channel, ok := strings.Cut(strings.TrimSpace(words), " ")
		channel = strings.TrimSpace(channel)
		if !ok || channel == "" {
			r.refuse(key, `is a network and a channel, as "libera #pycon-sprints"`)
			continue
		}
		at := slices.IndexFunc(networks, func(n NetworkConfig) bool { return n.Name == name })
		if at < 0 {
			r.refuse(key, "names no network of this file; there are: %s", names(networks))
			continue
		}
		if !slices.Contains(networks[at].Channels, channel) {
			r.refuse(key, "names no channel of %s; there are: %s", name, strings.Join(networks[at].Channels, ", "))
			continue
		}
		place := chat.Place{Network: name, Channel: channel}
		if slices.Contains(places, place) {
			r.refuse(key, "is in a bridge already; a place is in one bridge, once")
			continue
		}
		places = append(places, place)
	}
	return places
}

// ways are the settings of one bridge.
func (r *reading) ways(b bridgeKeys, path string) relay.Ways {
	w := relay.Ways{Edits: relay.Edits(b.Edits), Deletes: b.Deletes == "notice", Flat: b.ThreadReplies != nil && !*b.ThreadReplies,
		EditsWithin: b.EditsWithin, Threads: b.ThreadsWithin, JoinLines: b.JoinLines.length,
		Reactions: b.Reactions, Joins: b.Joins, Topics: b.Topics}
	if b.JoinLines.off {
		w.JoinLines = -1
	}
	if !slices.Contains([]relay.Edits{"", relay.Short, relay.Full, relay.Off}, w.Edits) {
		r.refuse(path+".edits", "must be short, full or off")
	}
	if !slices.Contains([]string{"", "off", "notice"}, b.Deletes) {
		r.refuse(path+".deletes", "must be off or notice")
	}
	for key, length := range map[string]time.Duration{"edits_within": w.EditsWithin, "threads_within": w.Threads, "join_lines": b.JoinLines.length} {
		if at := path + "." + key; r.has(at) && length <= 0 && !r.faulty(at) && !(key == "join_lines" && b.JoinLines.off) {
			r.refuse(at, "must be longer than nothing, as 2s or 10m")
		}
	}
	return w
}
