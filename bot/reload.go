package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// reloads are what it takes to read the configuration again while the bot runs.
type reloads struct {
	asked chan chat.Handle // by whom; a signal is nobody
	load  func() (Config, error)
	now   Config    // what runs
	kept  []remains // of networks that the last change took out
	make  func(NetworkConfig, Config) (relay.Network, error)
}

// ask has the configuration read again soon; what came of it is told to by. It
// never blocks: where others have asked too, one reading serves all.
func (r *reloads) ask(by chat.Handle) {
	select {
	case r.asked <- by:
	default:
	}
}

// reload reads the configuration again whenever it is asked to, until ctx ends,
// and looks after what waits for networks that are not in it.
func (b *bot) reload(ctx context.Context, end context.CancelCauseFunc) {
	if b.reloads == nil {
		<-ctx.Done()
		return
	}
	for {
		due, stop := b.clock.At(b.clock.Now().Add(outsideEvery))
		select {
		case <-ctx.Done():
			stop()
			return
		case <-due:
			if _, err := b.keepOutside(ctx); err != nil && ctx.Err() == nil {
				b.log.Error("what waits for networks that are gone can't be looked after", "error", err)
			}
		case by := <-b.reloads.asked:
			done, err := b.change(ctx, end)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				b.log.Error("the configuration was read again and is not taken; all goes on as before", "error", err)
			default:
				b.log.Info("the configuration was read again", "changed", strings.Join(done, "; "))
			}
			if err := b.tellReload(ctx, by, done, err); err != nil {
				b.log.Error("what came of the configuration can't be told", "error", err)
			}
		}
		stop()
	}
}

// change takes up the configuration as it is in the file now, and says what
// that changed. On an error nothing is changed.
func (b *bot) change(ctx context.Context, end context.CancelCauseFunc) (done []string, err error) {
	old := b.reloads.now
	next, err := b.reloads.load()
	if err != nil {
		return nil, err
	}
	var venue Venue
	if next.Venue != "" {
		if venue, err = readVenue(next.Venue); err != nil {
			return nil, err
		}
	}
	if next.Listen != old.Listen {
		if err := canListen(ctx, next.Listen); err != nil {
			return nil, fmt.Errorf("web.listen: %w", err)
		}
	}
	// What can fail comes before what can be seen.
	var gone []*unit
	var fresh []relay.Network
	var moved []func()
	for _, n := range next.Networks {
		before := networkOf(old, n.Name)
		if before != nil {
			for _, c := range before.Channels {
				if !slices.Contains(n.Channels, c) {
					done = append(done, takenOut(chat.Place{Network: n.Name, Channel: c}, n.Name))
				}
			}
		}
		if before != nil && sameAdapter(*before, n, old, next) {
			continue
		}
		if u := b.running.named(n.Name); before != nil && n.IRC != nil && u != nil && sameAdapter(before.nowhere(), n.nowhere(), old, next) {
			if net, can := u.net.(server); can {
				moved = append(moved, func() {
					u.served.Store(&n.Channels)
					net.Serve(ctx, n.Channels, keysToDoors(n.IRC.Keys))
				})
				done = append(done, "channels of network "+n.Name)
				continue
			}
		}
		adapter, err := b.reloads.make(n, next)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", n.Name, err)
		}
		fresh = append(fresh, adapter)
		if before == nil {
			done = append(done, "network "+n.Name+" added")
		} else {
			done = append(done, "network "+n.Name+" started again")
		}
	}
	for _, n := range old.Networks {
		if networkOf(next, n.Name) == nil {
			done = append(done, takenOut(chat.Place{}, n.Name))
		}
		started := slices.ContainsFunc(fresh, func(f relay.Network) bool { return f.Name() == n.Name })
		if u := b.running.named(n.Name); u != nil && (started || networkOf(next, n.Name) == nil) {
			gone = append(gone, u)
		}
	}
	err = b.store.Write(ctx, func(tx sprints.Tx) error {
		if err := tx.SetEvent(next.Event); err != nil {
			return err
		}
		return keepVenue(tx, venue)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the event and the venue: %w", err)
	}

	b.running.halt(gone...)
	done = append(done, b.settle(old, next, slices.Concat(b.netsBut(gone), fresh))...)
	b.reloads.now = next
	if err := b.ear.guard.refresh(ctx, b.store); err != nil {
		b.log.Error("what is paused and ignored can't be read", "error", err)
	}
	var backIn []*unit
	for _, n := range fresh {
		if u := b.outside.named(n.Name()); u != nil {
			backIn = append(backIn, u)
		}
	}
	for _, f := range moved {
		f()
	}
	b.outside.stop(backIn...) // before their own senders take what waits
	b.replace(ctx, end, gone, fresh...)
	b.running.kick()
	b.running.retry("")
	all, err := b.keepOutside(ctx)
	if err != nil {
		b.log.Error("what waits for networks that are gone can't be looked after", "error", err)
	}
	b.reloads.kept = slices.DeleteFunc(all, func(k remains) bool {
		n := networkOf(old, k.network)
		return n == nil || k.place.Channel != "" && !slices.Contains(n.Channels, k.place.Channel)
	})
	return with(done, b.reloads.kept, b.clock.Now(), next.Event.Zone), nil
}

// settle changes what needs no network to be started, and says what, with what
// only a restart changes.
func (b *bot) settle(old, next Config, nets []relay.Network) (done []string) {
	note := func(changed bool, words string) {
		if changed {
			done = append(done, words)
		}
	}
	note(!reflect.DeepEqual(old.Event, next.Event), "the event")
	note(!reflect.DeepEqual(old.Bridges, next.Bridges), "bridges")
	note(!reflect.DeepEqual(old.Organizers, next.Organizers), "organizers")
	note(!maps.EqualFunc(ignoring(old), ignoring(next), slices.Equal), "who is ignored")
	note(old.Expires != next.Expires || old.Flood != next.Flood, "limits of the relay")
	b.ear.apply(next, nets)

	var restart []string
	for _, k := range []struct {
		changed bool
		key     string
	}{
		{old.Database != next.Database, "database"},
		{old.Synchronous != next.Synchronous, "synchronous"},
		{old.Listen != next.Listen, "web.listen"},
		{old.URL != next.URL, "web.url"},
		{old.GitHubToken != next.GitHubToken || old.GitHubAPI != next.GitHubAPI, "github"},
		{old.Bridges.Joins(lobbyPlace) != next.Bridges.Joins(lobbyPlace), "whether the lobby is in a bridge"},
	} {
		if k.changed {
			restart = append(restart, k.key)
		}
	}
	note(restart != nil, "only a restart changes: "+strings.Join(restart, ", "))
	return done
}

// ignoring is who is ignored on each network that ignores anybody, in one
// order: what two configurations are compared by.
func ignoring(c Config) map[string][]string {
	all := c.ignored()
	maps.DeleteFunc(all, func(_ string, who []string) bool { return len(who) == 0 })
	for network, who := range all {
		all[network] = slices.Compact(slices.Sorted(slices.Values(who)))
	}
	return all
}

// apply changes what is heard and carried among networks, between two batches.
func (e *ear) apply(c Config, nets []relay.Network) {
	e.guard.floods.Limit(c.Flood)
	e.guard.names.Store(&guardNames{ignored: c.ignored(), labels: labelsOf(c.Networks), own: ownNames(c.Networks), organizers: c.Organizers, readers: readers(c.Networks)})
	e.mu.Lock()
	defer e.mu.Unlock()
	e.desk.Organizer = c.Organizes
	e.carrier.Routes, e.carrier.Labels, e.carrier.Expires = c.Bridges, labels(c.Networks), c.Expires
	manners := maps.Clone(e.carrier.Manners) // what can be done with words that wait for a network that is gone
	if manners == nil {
		manners = map[string]chat.Manners{}
	}
	maps.Copy(manners, relay.MannersOf(nets))
	e.carrier.Manners = manners
	e.telling.Lock()
	defer e.telling.Unlock()
	e.organizers = c.tellOrganizers()
}

func networkOf(c Config, name string) *NetworkConfig {
	for i := range c.Networks {
		if c.Networks[i].Name == name {
			return &c.Networks[i]
		}
	}
	return nil
}

// server is a network that can join and leave channels while it is connected.
type server interface {
	Serve(ctx context.Context, channels []string, keys map[string]string)
}

// nowhere is the configuration of an IRC network without its channels.
func (n NetworkConfig) nowhere() NetworkConfig {
	n.Channels = nil
	if n.IRC != nil {
		c := *n.IRC
		c.Keys, n.IRC = nil, &c
	}
	return n
}

// sameAdapter says that a network need not be started again.
func sameAdapter(a, b NetworkConfig, before, after Config) bool {
	a.Ignore, b.Ignore = nil, nil
	return reflect.DeepEqual(a, b) && presence(a.Name, before.Bridges) == presence(b.Name, after.Bridges) &&
		appOf(a.Name, before.Bridges) == appOf(b.Name, after.Bridges)
}

// tellReload tells who asked what came of it. A signal is nobody: then
// organizers are told of a file that is not taken and of what waits for a network
// that was taken out, else the log is enough.
func (b *bot) tellReload(ctx context.Context, by chat.Handle, done []string, failed error) error {
	if by.ID == "" && failed == nil {
		return b.tellKept(ctx, b.reloads.kept)
	}
	lines := []chat.Line{sayLine("The configuration is read again, and nothing in it is new.")}
	if len(done) > 0 {
		lines[0] = sayLine("The configuration is read again. Changed: %s.", strings.Join(done, "; "))
	}
	if failed != nil {
		lines = []chat.Line{sayLine("The new configuration is not taken; all goes on as before.")}
		var all interface{ Unwrap() []error }
		faults := []error{failed}
		if errors.As(failed, &all) {
			faults = all.Unwrap()
		}
		for i, f := range faults {
			if i == 4 && len(faults) > 5 {
				lines = append(lines, sayLine("And %d more, in the log.", len(faults)-i))
				break
			}
			lines = append(lines, chat.Line{Role: chat.Item, Cells: []chat.Text{chat.Plainly(f.Error())}})
		}
		lines = append(lines, tryLine("reload"))
	} else {
		lines = append(lines, tryLine("bridges"))
	}
	organizers := b.ear.tellable()
	return b.store.Write(ctx, func(tx sprints.Tx) error {
		if by.ID == "" {
			return tellIn(tx, organizers, fmt.Sprintf("reload\x1f%d", tx.Now().UnixNano()), lines)
		}
		_, _, err := tx.Post(chat.Outgoing{
			Key: fmt.Sprintf("reload\x1f%s\x1f%d", veiled(by), tx.Now().UnixNano()), To: chat.Direct(by),
			Lane: chat.Answers, Kind: chat.Said, Reply: chat.Reply{Private: true, Lines: lines}, At: tx.Now(), Expires: tx.Now().Add(toldFor),
		})
		return err
	})
}
