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
	if n.Kind == yaml.SequenceNode {
		r.decode(n, &k.Join, path+".join")
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
// lobby, and in one bridge only.
func (r *reading) bridges(all []bridgeKeys, networks []NetworkConfig) relay.Routes {
	networks = append(slices.Clone(networks), NetworkConfig{Name: lobbyPlace.Network, Channels: []string{lobbyPlace.Channel}})
	var routes relay.Routes
	used := map[chat.Place]bool{}
	for i, b := range all {
		path := item("bridges", i)
		bridge := relay.Bridge{Ways: r.ways(b, path)}
		for j, words := range b.Join {
			key := item(path+".join", j)
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
			if used[place] {
				r.refuse(key, "is in a bridge already; a place is in one bridge, once")
				continue
			}
			used[place] = true
			bridge.Join = append(bridge.Join, place)
		}
		if len(b.Join) < 2 && !r.faulty(path) {
			r.refuse(path, "joins at least two places")
		}
		routes = append(routes, bridge)
	}
	return routes
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
		r.refuse(path+".edits", "is short, full or off")
	}
	if !slices.Contains([]string{"", "off", "notice"}, b.Deletes) {
		r.refuse(path+".deletes", "is off or notice")
	}
	for key, length := range map[string]time.Duration{"edits_within": w.EditsWithin, "threads_within": w.Threads, "join_lines": b.JoinLines.length} {
		if at := path + "." + key; r.has(at) && length <= 0 && !r.faulty(at) && !(key == "join_lines" && b.JoinLines.off) {
			r.refuse(at, "is longer than nothing, as 2s or 10m")
		}
	}
	return w
}
