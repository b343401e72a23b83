package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	lookEvery = time.Second      // how often the watch looks at the networks, which costs no more than asking them
	lasting   = 30 * time.Second // a network that gave up for so long is told to organizers
)

// watch keeps in the store how networks are, for those who look beside the bot
// and for its next start, and tells what nobody's words would bring up: networks
// that gave up or keep the bot out of a channel, and floods that are over. It belongs to one goroutine.
type watch struct {
	bot     *bot
	kept    map[string]sprints.NetworkState // as the store has them
	ill     map[string]time.Time            // since when networks were seen to have given up
	failing bool
	shut    shut
}

// newWatch is a watch that knows what the store has.
func newWatch(ctx context.Context, b *bot) (*watch, error) {
	w := &watch{bot: b, kept: map[string]sprints.NetworkState{}, ill: map[string]time.Time{}, shut: shut{since: map[string]time.Time{}, told: map[string]bool{}}}
	err := b.store.Read(ctx, func(v sprints.View) error {
		all, err := v.Networks()
		for _, n := range all {
			w.kept[n.Name] = n
		}
		return err
	})
	return w, err
}

// run looks until ctx ends.
func (w *watch) run(ctx context.Context) {
	for {
		all := w.look()
		w.keep(ctx, all, w.judge(all))
		w.tellShut(ctx, all)
		w.bot.ear.tellOver(ctx)
		due, stop := w.bot.clock.At(w.bot.clock.Now().Add(lookEvery))
		select {
		case <-due:
		case <-ctx.Done():
			stop()
			return
		}
		stop()
	}
}

// stopped keeps that nothing of what ran last runs any more, for those who look
// later.
func (w *watch) stopped(ctx context.Context, ran []relay.Network) {
	all := w.lookAt(ran)
	for name, n := range all {
		n.Status.Up, n.Status.Fatal, n.Status.Note = false, false, "the bot is stopped"
		if n.Status.Since = w.kept[name].Status.Since; w.kept[name].Status.Up || n.Status.Since.IsZero() {
			n.Status.Since = w.bot.clock.Now()
		}
		all[name] = n
	}
	w.keep(ctx, all, nil)
}

// look is how every network is now.
func (w *watch) look() map[string]sprints.NetworkState { return w.lookAt(w.bot.nets()) }

func (w *watch) lookAt(nets []relay.Network) map[string]sprints.NetworkState {
	all := map[string]sprints.NetworkState{}
	for _, n := range nets {
		s := sprints.NetworkState{Name: n.Name(), Status: n.Status(), Pace: n.Pace(), Told: w.kept[n.Name()].Told}
		if l, ok := n.(relay.Learner); ok {
			s.Learned = l.Learned()
		}
		all[s.Name] = s
	}
	return all
}

// judge is what organizers are to be told, once each: which networks have given
// up for a while, and which of those are back. It notes that in all.
func (w *watch) judge(all map[string]sprints.NetworkState) (told []news) {
	now := w.bot.clock.Now()
	for name, n := range all {
		switch since, ill := w.ill[name]; {
		case !n.Status.Fatal:
			delete(w.ill, name)
			if n.Status.Up && !n.Told.IsZero() {
				told = append(told, back(n))
				n.Told = time.Time{}
			}
		case !ill:
			w.ill[name] = now
		case n.Told.IsZero() && now.Sub(since) >= lasting:
			n.Told = now
			told = append(told, gaveUp(n))
		}
		all[name] = n
	}
	return told
}

// news is something that organizers are told once.
type news struct {
	key   string
	lines []chat.Line
}

func gaveUp(n sprints.NetworkState) news {
	why := strings.TrimSuffix(sprints.OneLine(n.Status.Note), ".")
	return news{"gave up\x1f" + n.Name + "\x1f" + strconv.FormatInt(n.Told.UnixMilli(), 10), []chat.Line{
		sayLine("%s does not let me in any more: %s. What is said meanwhile waits, as long as words may wait.", n.Name, why),
		sayLine("I try again by myself, once an hour at last. When the cause is mended, say so:"),
		tryLine("bridge retry " + n.Name),
		tryLine("reload"),
	}}
}

func back(n sprints.NetworkState) news {
	return news{"back\x1f" + n.Name + "\x1f" + strconv.FormatInt(n.Told.UnixMilli(), 10), []chat.Line{
		sayLine("%s has let me in again; what waited for it goes now.", n.Name),
		tryLine("bridges"),
	}}
}

// keep stores what is new, if anything is, and tells it.
func (w *watch) keep(ctx context.Context, all map[string]sprints.NetworkState, told []news) {
	if maps.EqualFunc(all, w.kept, sameState) {
		return
	}
	rows := slices.Collect(maps.Values(all))
	to := w.bot.ear.tellable()
	err := w.bot.store.Write(ctx, func(tx sprints.Tx) error {
		for _, n := range told {
			if err := tellIn(tx, to, n.key, n.lines); err != nil {
				return err
			}
		}
		return tx.SaveNetworks(rows)
	})
	switch {
	case err == nil:
		w.kept, w.failing = all, false
	case ctx.Err() == nil && !w.failing:
		w.failing = true
		w.bot.log.Error("how networks are can't be kept; trying again", "error", err)
	}
}

// sameState says that nothing that is kept differs.
func sameState(a, b sprints.NetworkState) bool {
	return a.Status.Up == b.Status.Up && a.Status.Fatal == b.Status.Fatal && a.Status.Note == b.Status.Note &&
		sameInstant(a.Status.Since, b.Status.Since) && sameInstant(a.Told, b.Told) &&
		a.Pace.Every == b.Pace.Every && a.Pace.PlaceEvery == b.Pace.PlaceEvery && a.Learned == b.Learned
}

// sameInstant compares as exactly as the store keeps.
func sameInstant(a, b time.Time) bool {
	return a.IsZero() == b.IsZero() && (a.IsZero() || a.UnixMilli() == b.UnixMilli())
}
