package main

import (
	"slices"
	"strings"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/sprints/chat"
)

// organizes says whether an identity is an organizer's by the configuration
// that runs. It may be called from any goroutine but those inside hear.
func (b *bot) organizes(network, key string) bool {
	b.ear.mu.RLock()
	defer b.ear.mu.RUnlock()
	return b.ear.desk.Organizer(network, key)
}

// bridged are the places of all bridges. It may be called from any goroutine,
// but not inside the store: what is heard waits for the store while a reload
// waits for it.
func (b *bot) bridged() (all []chat.Place) {
	b.ear.mu.RLock()
	defer b.ear.mu.RUnlock()
	for _, r := range b.ear.carrier.Routes {
		for _, p := range r.Join {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// bridging is what commands about bridges ask of the bot. They run inside hear,
// which holds what a reload changes.
func (b *bot) bridging(reload bool) commands.Bridging {
	return commands.Bridging{
		Bridges: func() []commands.Bridge {
			var all []commands.Bridge
			for _, r := range b.ear.carrier.Routes {
				all = append(all, commands.Bridge{Places: r.Join, Private: r.Private, Carries: r.Carries})
			}
			return all
		},
		Where:   func(p chat.Place) string { return b.ear.carrier.Where(p) },
		Paces:   b.paces,
		Flooded: func() []chat.Place { return b.ear.guard.floods.Stopped(time.Now()) },
		Calm:    func(p chat.Place) { b.ear.guard.floods.Calm(p) },
		Retry:   b.running.retry,
		Reload:  reload,
		Configured: func(network, who string) bool {
			return slices.ContainsFunc(b.ear.guard.names.Load().ignored[network], func(p string) bool { return strings.EqualFold(p, who) })
		},
	}
}
