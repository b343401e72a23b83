package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sprintbot/adapters/github"
	"sprintbot/bot/jobs"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// graceful is how long the end may take: what is on the wire is confirmed,
// connections close, the store is closed.
const graceful = 10 * time.Second

// drainWithin is how long the end of the console's input waits for what is due
// to console and room.
const drainWithin = 5 * time.Second

// bot is everything that runs, wired and not yet started.
type bot struct {
	store    sprints.Store
	clock    sprints.Clock
	log      *slog.Logger
	networks []relay.Network // at the start; those that run are units
	ear      *ear
	jobs     *jobs.Runner
	hub      *github.Client
	// local are the networks that must have been told everything before the
	// bot ends by itself (the console came to its end); nil: it runs until ctx ends.
	local []string

	running units
	outside units    // of networks that are not in the configuration any more
	reloads *reloads // nil: nothing can be read again
}

// statuses is how every network is, by name.
func (b *bot) statuses() map[string]chat.Status {
	all := map[string]chat.Status{}
	for _, n := range b.nets() {
		all[n.Name()] = n.Status()
	}
	return all
}

// paces is how fast each network may be spoken to now, by name.
func (b *bot) paces() map[string]chat.Pace {
	all := map[string]chat.Pace{}
	for _, n := range b.nets() {
		all[n.Name()] = n.Pace()
	}
	return all
}

// runJob has a job run now. It may be called once the bot is wired.
func (b *bot) runJob(name string) bool { return b.jobs != nil && b.jobs.Now(name) }

// errEnded is the cause of an end that nobody asked for by a signal: the
// console came to the end of its input.
var errEnded = errors.New("the end of the console's input")

// run starts every goroutine of the bot and waits for all of them: a reader
// and a sender a network (units), the jobs, and the watch. It ends when ctx does, or when
// the console ends and what is due there has been delivered. Meanwhile it reads
// the configuration again when it is asked to.
func (b *bot) run(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	// What is heard is kept though ctx ends meanwhile.
	if err := b.ear.guard.refresh(context.WithoutCancel(ctx), b.store); err != nil {
		return err
	}
	watch, err := newWatch(context.WithoutCancel(ctx), b)
	if err != nil {
		return err
	}
	b.ear.kick = b.running.kick
	b.start(ctx, end, b.networks...)
	if b.reloads != nil {
		all, err := b.keepOutside(ctx)
		if err = errors.Join(err, b.tellKept(ctx, all)); err != nil && ctx.Err() == nil {
			b.log.Error("what waits for networks that are gone can't be looked after", "error", err)
		}
	}
	var working sync.WaitGroup
	working.Go(func() {
		defer b.hub.Close()
		b.jobs.Run(ctx)
	})
	working.Go(func() { watch.run(ctx) })
	b.reload(ctx, end)

	late := time.AfterFunc(graceful, func() { b.log.Error("the end takes too long", "limit", graceful) })
	defer late.Stop()
	ran := b.nets()
	b.running.stop(b.running.list()...)
	b.outside.stop(b.outside.list()...)
	working.Wait()
	watch.stopped(context.WithoutCancel(ctx), ran)
	return nil
}

// drain waits until nothing waits for the local networks, or ctx ends; not for
// ever, because one of them may be away.
func (b *bot) drain(ctx context.Context) {
	limit := time.NewTimer(drainWithin)
	defer limit.Stop()
	changes := b.store.Changes(ctx)
	for {
		waiting := 0
		err := b.store.Read(ctx, func(v sprints.View) error {
			for _, n := range b.local {
				rows, err := v.Waiting(n, 0, 1)
				if err != nil {
					return err
				}
				waiting += len(rows)
			}
			return nil
		})
		if err != nil {
			b.log.Error("outbox can't be read", "error", err)
			return
		}
		if waiting == 0 {
			return
		}
		select {
		case <-changes:
		case <-limit.C:
			b.log.Warn("not everything could be delivered before the end", "limit", drainWithin)
			return
		case <-ctx.Done():
			return
		}
	}
}

// greeting is what a start prints.
func greeting(name, page, database string, sample bool, networks string) string {
	if !sample {
		return fmt.Sprintf("sprintbot for %s\n  page      %s\n  data      %s\n  networks  %s\n", name, page, database, networks)
	}
	return fmt.Sprintf(`sprintbot, a sprint coordination bot for Slack and IRC, with a made-up sprint to try
  page  %s
  data  %s

Say something to the bot here, as you would in Slack or IRC. Three things to try:
  easy       an easy first issue, really free
  here B4    sit down at a table; the page shows it at once
  help       what else there is

`, page, database)
}
