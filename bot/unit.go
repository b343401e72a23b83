package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sprintbot/adapters/console"
	"sprintbot/bot/relay"
	"sprintbot/sprints/chat"
)

// unit is one network that runs: its reader and its sender. A unit is started
// and stopped without the others noticing.
type unit struct {
	net     relay.Network
	sender  *relay.Sender
	sending context.CancelFunc
	reading context.CancelFunc
	senders sync.WaitGroup
	readers sync.WaitGroup
	again   chan struct{}            // capacity 1: a network that gave up is tried now
	served  atomic.Pointer[[]string] // the channels of its configuration; nil: it has none
}

// serves says that a place is one of the network's configuration, or a private
// conversation.
func (u *unit) serves(p chat.Place) bool {
	served := u.served.Load()
	_, direct := p.DirectID()
	return served == nil || direct || slices.Contains(*served, p.Channel)
}

// A network that gave up is tried again after firstAgain, doubling up to
// longAgain: a ban ends some day, a token may be given back.
const (
	firstAgain = 5 * time.Minute
	longAgain  = time.Hour
)

// units are the networks that run now. Its methods may be called from any
// goroutine.
type units struct {
	mu  sync.RWMutex
	all []*unit
}

func (us *units) list() []*unit {
	us.mu.RLock()
	defer us.mu.RUnlock()
	return slices.Clone(us.all)
}

// named is the unit of a network, nil if it does not run.
func (us *units) named(network string) *unit {
	us.mu.RLock()
	defer us.mu.RUnlock()
	for _, u := range us.all {
		if u.net.Name() == network {
			return u
		}
	}
	return nil
}

// kick has every sender look again which places are paused.
func (us *units) kick() {
	for _, u := range us.list() {
		u.sender.Kick()
	}
}

// retry has a network that gave up tried at once, "" every one that did; it
// says whether there is such a network. It never blocks.
func (us *units) retry(network string) (found bool) {
	for _, u := range us.list() {
		if network != "" && u.net.Name() != network || !u.net.Status().Fatal {
			continue
		}
		found = true
		select {
		case u.again <- struct{}{}:
		default:
		}
	}
	return found
}

// nets are the networks that run, or will once the bot does.
func (b *bot) nets() []relay.Network {
	all := b.running.list()
	if len(all) == 0 {
		return b.networks
	}
	return b.netsBut(nil)
}

// netsBut are the networks that run, but for some.
func (b *bot) netsBut(gone []*unit) []relay.Network {
	var nets []relay.Network
	for _, u := range without(b.running.list(), gone) {
		nets = append(nets, u.net)
	}
	return nets
}

// gap is what is still being fetched of a place, whose network may run or not.
func (b *bot) gap(p chat.Place) <-chan struct{} {
	if u := b.running.named(p.Network); u != nil {
		return relay.GapsOf([]relay.Network{u.net})(p)
	}
	return nil
}

// link is the address of a message, as its network gives it.
func (b *bot) link(network, id, thread string) string {
	if u := b.running.named(network); u != nil {
		if l, ok := u.net.(relay.Linker); ok {
			return l.Link(id, thread)
		}
	}
	return ""
}

// start runs networks until ctx ends or their units are stopped; units.stop
// waits for their goroutines. end is called when one was the console and came
// to its end. All are known before the first is heard or spoken to: what waits
// for another's gap asks for it at once.
func (b *bot) start(ctx context.Context, end context.CancelCauseFunc, networks ...relay.Network) {
	b.replace(ctx, end, nil, networks...)
}

// replace is start, in place of units that were halted. Both are one step: at no
// moment is a network that is started again unknown, or what waits for its gap
// would go.
func (b *bot) replace(ctx context.Context, end context.CancelCauseFunc, gone []*unit, networks ...relay.Network) {
	var fresh []*unit
	for _, n := range networks {
		u := b.unit(n)
		u.sender.WaitFor(b.gap)
		u.sender.Heed(b.ear.guard.isPaused)
		fresh = append(fresh, u)
	}
	b.running.mu.Lock()
	b.running.all = append(without(b.running.all, gone), fresh...)
	b.running.mu.Unlock()
	for _, u := range fresh {
		b.turnOn(ctx, end, u)
	}
}

// unit is one of a network, not yet started.
func (b *bot) unit(n relay.Network) *unit {
	u := &unit{net: n, again: make(chan struct{}, 1), sender: relay.NewSender(n, b.store, b.clock, b.log.With("network", n.Name()))}
	if b.reloads != nil {
		if c := networkOf(b.reloads.now, n.Name()); c != nil {
			u.served.Store(&c.Channels)
			u.sender.KeepFor(u.serves, b.tellOutside)
		}
	}
	u.sender.LeadTo(relay.Lead{Pages: b.ear.carrier.Pages, Where: b.ear.where, Link: b.link})
	return u
}

// turnOn starts the goroutines of a unit.
func (b *bot) turnOn(ctx context.Context, end context.CancelCauseFunc, u *unit) {
	log := b.log.With("network", u.net.Name())
	sending, stopSending := context.WithCancel(ctx)
	// The reader outlives the sender a little: it holds the connection on which
	// what is on the wire is confirmed. What it hears then is kept: people see
	// the bot in their channel until its connection is closed.
	reading, stopReading := context.WithCancel(context.WithoutCancel(ctx))
	u.sending, u.reading = stopSending, stopReading
	u.readers.Go(func() {
		for wait := firstAgain; ; wait = min(2*wait, longAgain) {
			began := b.clock.Now()
			err := u.net.Run(reading, b.ear.hear)
			switch {
			case err == nil || reading.Err() != nil:
				return
			case errors.Is(err, console.ErrEnd):
				b.drain(ctx)
				end(errEnded)
				return
			}
			if b.clock.Now().Sub(began) > longAgain { // it was well for long
				wait = firstAgain
			}
			log.Error("network gave up; the others go on, and it is tried again", "error", err, "again_in", wait)
			due, stop := b.clock.At(b.clock.Now().Add(wait))
			select {
			case <-due:
			case <-u.again:
			case <-reading.Done():
			}
			stop()
			if reading.Err() != nil {
				return
			}
		}
	})
	u.senders.Go(func() {
		if err := u.sender.Run(sending); err != nil {
			log.Error("sender ended", "error", err)
		}
	})
}

// stop halts networks and forgets them.
func (us *units) stop(gone ...*unit) {
	us.halt(gone...)
	us.mu.Lock()
	defer us.mu.Unlock()
	us.all = without(us.all, gone)
}

func without(all, gone []*unit) []*unit {
	return slices.DeleteFunc(slices.Clone(all), func(u *unit) bool { return slices.Contains(gone, u) })
}

// halt ends networks, all of them at once, and waits for their goroutines: what
// is in hand is finished, then their connections are closed.
func (us *units) halt(gone ...*unit) {
	for _, u := range gone {
		u.sending()
	}
	for _, u := range gone {
		u.senders.Wait()
	}
	for _, u := range gone {
		u.reading()
	}
	for _, u := range gone {
		u.readers.Wait()
	}
}
