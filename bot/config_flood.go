package main

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"sprintbot/bot/relay"
)

// floodKeys are how much is carried and answered within ten seconds.
type floodKeys struct {
	Person    int `yaml:"person"`
	Place     int `yaml:"place"`
	Commands  int `yaml:"commands"`
	unlimited bool
}

func (k *floodKeys) decode(r *reading, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == "unlimited" {
		k.unlimited = true
		return
	}
	if n.Kind != yaml.MappingNode {
		r.refuse(path, "must be {person: 60, place: 600, commands: 20}, or the word unlimited")
		return
	}
	type plain floodKeys
	r.decode(n, (*plain)(k), path)
}

// flood is the limits, with the defaults of those not named.
func (r *reading) flood(k floodKeys) relay.Limits {
	if k.unlimited {
		return relay.Limits{}
	}
	limits := relay.Limits{Person: 60, Place: 600, Commands: 20}
	for _, key := range []struct {
		name  string
		said  int
		limit *int
		least int
	}{
		{"person", k.Person, &limits.Person, 10},
		{"place", k.Place, &limits.Place, 10},
		{"commands", k.Commands, &limits.Commands, 5},
	} {
		path := "relay.flood." + key.name
		if !r.has(path) {
			continue
		}
		if *key.limit = key.said; key.said < key.least && !r.faulty(path) {
			r.refuse(path, "must be at least %d; no limit at all is flood: unlimited", key.least)
		}
	}
	return limits
}

// ignore checks names of other relays: one that fits everybody is none.
func (r *reading) ignore(path string, all []string) {
	for i, who := range all {
		if strings.Trim(who, "*? ") == "" || strings.ContainsAny(who, " \t") {
			r.refuse(item(path+".ignore", i), "must be an id, account:NAME, or a nick in which * stands for anything, as gateway*")
		}
	}
}
