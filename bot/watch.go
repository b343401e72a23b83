package main

import (
	"context"
	"maps"
	"slices"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
)

// lookEvery is how often the watch looks at the networks.
const lookEvery = 10 * time.Second

// watch keeps in the store how networks are, for those who look beside the bot
// and for its next start. It belongs to one goroutine.
type watch struct {
	bot     *bot
	kept    map[string]sprints.NetworkState // as the store has them
	failing bool
}

// newWatch is a watch that knows what the store has.
func newWatch(ctx context.Context, b *bot) (*watch, error) {
	w := &watch{bot: b, kept: map[string]sprints.NetworkState{}}
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
		w.keep(ctx, w.look())
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

// stopped keeps that nothing of this runs any more, for those who look later.
func (w *watch) stopped(ctx context.Context) {
	all := w.look()
	for name, n := range all {
		n.Status.Up, n.Status.Fatal, n.Status.Note = false, false, "the bot is stopped"
		if n.Status.Since = w.kept[name].Status.Since; w.kept[name].Status.Up || n.Status.Since.IsZero() {
			n.Status.Since = w.bot.clock.Now()
		}
		all[name] = n
	}
	w.keep(ctx, all)
}

// look is how every network is now.
func (w *watch) look() map[string]sprints.NetworkState {
	all := map[string]sprints.NetworkState{}
	for _, n := range w.bot.nets() {
		s := sprints.NetworkState{Name: n.Name(), Status: n.Status(), Pace: n.Pace(), Told: w.kept[n.Name()].Told}
		if l, ok := n.(relay.Learner); ok {
			s.Learned = l.Learned()
		}
		all[s.Name] = s
	}
	return all
}

// keep stores what is new, if anything is.
func (w *watch) keep(ctx context.Context, all map[string]sprints.NetworkState) {
	if maps.EqualFunc(all, w.kept, sameState) {
		return
	}
	rows := slices.Collect(maps.Values(all))
	err := w.bot.store.Write(ctx, func(tx sprints.Tx) error { return tx.SaveNetworks(rows) })
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
