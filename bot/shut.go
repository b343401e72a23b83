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

// shutEvery is how often the watch looks for places that take no words.
const shutEvery = 10 * time.Second

// shut remembers which places the bot is kept out of, and of which of them
// organizers know. It belongs to the watch's goroutine.
type shut struct {
	next  time.Time            // when to look again
	since map[string]time.Time // since when each is so, by its key
	told  map[string]bool
}

// tellShut tells organizers, once each and a day, what only a person can mend:
// a network that is up but not for all it is configured for, and a channel that
// has taken no words for a while though words wait for it.
func (w *watch) tellShut(ctx context.Context, all map[string]sprints.NetworkState) {
	now, s := w.bot.clock.Now(), &w.shut
	if now.Before(s.next) {
		return
	}
	s.next = now.Add(shutEvery)
	found, err := w.findShut(ctx, all)
	if err != nil {
		return // the store is away, which is told elsewhere; what is known stays
	}
	gone := func(key string) bool { return found[key].lines == nil }
	maps.DeleteFunc(s.since, func(key string, _ time.Time) bool { return gone(key) })
	maps.DeleteFunc(s.told, func(key string, _ bool) bool { return gone(key) })
	var due []news
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if s.since[key].IsZero() {
			s.since[key] = now
		}
		if !s.told[key] && now.Sub(s.since[key]) >= lasting {
			due = append(due, found[key])
		}
	}
	if due == nil {
		return
	}
	to, day := w.bot.ear.tellable(), now.Format(time.DateOnly) // a restart tells nothing twice on one day
	err = w.bot.store.Write(ctx, func(tx sprints.Tx) error {
		for _, n := range due {
			if err := tellIn(tx, to, n.key+"\x1f"+day, n.lines); err != nil {
				return err
			}
		}
		return nil
	})
	for _, n := range due {
		s.told[n.key] = err == nil
	}
}

// findShut is what keeps the bot out now, by its key.
func (w *watch) findShut(ctx context.Context, all map[string]sprints.NetworkState) (map[string]news, error) {
	found := map[string]news{}
	add := func(key, network, first string) {
		found[key] = news{key, []chat.Line{
			sayLine("%s", first),
			sayLine("I try again by myself. Until it is mended, words may wait there or go unheard. Then say so:"),
			tryLine("bridge retry " + network),
			tryLine("bridges"),
		}}
	}
	why := func(note string) string { return strings.TrimSuffix(sprints.OneLine(note), ".") }
	for name, n := range all {
		if n.Status.Up && n.Status.Lacks {
			add("lacks\x1f"+name+"\x1f"+n.Status.Note, name, name+" needs you: "+why(n.Status.Note)+".")
		}
	}
	err := w.bot.store.Read(ctx, func(v sprints.View) error {
		traffic, err := v.Traffic()
		for _, t := range traffic {
			n := all[t.Place.Network]
			_, direct := t.Place.DirectID()
			passes := t.Reason == "" || t.Reason == sprints.Outside || strings.Contains(t.Reason, chat.AskedToWait)
			if n.Status.Up && !n.Status.Lacks && !direct && !passes && t.Waiting > 0 {
				add("shut\x1f"+t.Place.String()+"\x1f"+t.Reason, t.Place.Network, t.Place.String()+" takes no words of mine: "+why(t.Reason)+".")
			}
		}
		return err
	})
	return found, err
}
