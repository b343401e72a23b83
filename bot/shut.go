package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	shutEvery = 10 * time.Second // how often the watch looks for places that take no words
	shutFor   = 3 * time.Minute  // after so long organizers are told; IRC's channels are asked for each minute
)

// shut remembers which networks keep the bot out of something, and of which of
// them organizers know. It belongs to the watch's goroutine.
type shut struct {
	next  time.Time            // when to look again
	since map[string]time.Time // since when, by network
	told  map[string]bool
}

// tellShut tells organizers what only a person can mend, once a network and
// day: that it is up but not for all it is configured for, or that channels
// refuse the words that wait for them.
func (w *watch) tellShut(ctx context.Context, all map[string]sprints.NetworkState) {
	now, s, to := w.bot.clock.Now(), &w.shut, w.bot.ear.tellable()
	if now.Before(s.next) || len(to) == 0 {
		return
	}
	s.next = now.Add(shutEvery)
	found, err := w.findShut(ctx, all)
	if err != nil {
		return // the store is away, which is told elsewhere; what is known stays
	}
	maps.DeleteFunc(s.since, func(name string, _ time.Time) bool { return found[name] == nil })
	maps.DeleteFunc(s.told, func(name string, _ bool) bool { return found[name] == nil })
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if s.since[name].IsZero() {
			s.since[name] = now
		}
		if s.told[name] || now.Sub(s.since[name]) < shutFor {
			continue
		}
		key := "kept out\x1f" + name + "\x1f" + now.Format(time.DateOnly) // neither a restart nor a change tells it again
		s.told[name] = w.bot.store.Write(ctx, func(tx sprints.Tx) error {
			return tellIn(tx, to, key, []chat.Line{
				sayLine("%s needs somebody: %s.", name, strings.Join(found[name], "; ")),
				sayLine("Words may wait there or go unheard until it is mended. I try again by myself; how it is you see with"),
				tryLine("bridges"),
			})
		}) == nil
	}
}

// findShut is what keeps the bot out now, by network. What passes by itself is
// left out: a place that asks to wait, that is paused, or not entered yet, and
// a server that gives no answer.
func (w *watch) findShut(ctx context.Context, all map[string]sprints.NetworkState) (map[string][]string, error) {
	found := map[string][]string{}
	for name, n := range all {
		if n.Status.Up && n.Status.Lacks {
			found[name] = []string{strings.TrimSuffix(sprints.OneLine(n.Status.Note), ".")}
		}
	}
	err := w.bot.store.Read(ctx, func(v sprints.View) error {
		traffic, err := v.Traffic()
		for _, t := range traffic {
			name := t.Place.Network
			_, direct := t.Place.DirectID()
			why, refuses := strings.CutPrefix(t.Reason, chat.PlaceRefuses)
			if !refuses || strings.HasSuffix(why, " yet") || direct || t.Waiting == 0 || !t.Paused.IsZero() || !all[name].Status.Up {
				continue
			}
			if !strings.Contains(strings.Join(found[name], "; "), t.Place.Channel) { // its status tells it already
				found[name] = append(found[name], t.Place.Channel+" takes no words of mine ("+strings.TrimSuffix(sprints.OneLine(why), ".")+")")
			}
		}
		return err
	})
	return found, err
}
