package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// outsideEvery is how often it is looked for what waits for networks that are not in
// the configuration: jobs may have something to tell people there.
const outsideEvery = time.Minute

// outsider stands for a network that is not in the configuration any more, and
// for which rows wait: it never comes up.
type outsider string

func (o outsider) Name() string { return string(o) }
func (o outsider) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}
func (o outsider) Render(out chat.Outgoing) []chat.Part {
	return []chat.Part{{Out: out, Of: 1, Body: out.Reply.Plain()}}
}
func (o outsider) Send(_ context.Context, _ chat.Part, done func(chat.Receipt, error)) {
	done(chat.Receipt{}, chat.ErrOffline)
}
func (o outsider) Pace() chat.Pace          { return chat.Pace{Window: 1} }
func (o outsider) Status() chat.Status      { return chat.Status{Note: sprints.Outside} }
func (o outsider) Changed() <-chan struct{} { return nil }

// remains are what waits for a network, or a place of one that stays, that is not
// in the configuration any more.
type remains struct {
	network     string
	place       chat.Place // zero: all of the network
	rows        int
	words       int       // of people, of all rows
	newest      int64     // row
	from, to    time.Time // when the words were said
	first, last time.Time // when they expire
}

// keepOutside looks after what waits for networks that are not in the
// configuration any more, and says what that is.
func (b *bot) keepOutside(ctx context.Context) (all []remains, err error) {
	known := map[string]bool{}
	for _, n := range b.nets() {
		known[n.Name()] = true
	}
	err = b.store.Read(ctx, func(v sprints.View) error {
		all = nil
		queues, err := v.Queues()
		if err != nil {
			return err
		}
		for _, q := range queues {
			k := remains{network: q.Place.Network}
			switch {
			case known[k.network] && b.configured(q.Place):
				continue
			case known[k.network]:
				k.place = q.Place
			case slices.ContainsFunc(all, func(o remains) bool { return o.network == k.network }):
				continue
			}
			if err := k.count(v); err != nil {
				return err
			}
			if k.rows > 0 {
				all = append(all, k)
			}
		}
		return nil
	})
	for _, k := range all {
		if k.place.Channel != "" || b.outside.named(k.network) != nil { // its network's own sender keeps a place's
			continue
		}
		u := b.unit(outsider(k.network))
		u.sender.KeepFor(nil, b.tellOutside)
		b.outside.mu.Lock()
		b.outside.all = append(b.outside.all, u)
		b.outside.mu.Unlock()
		b.turnOn(ctx, nil, u)
	}
	return all, err
}

// configured says that a place may be spoken in: all but the channels that its
// network once had, or never. It may be called from any goroutine.
func (b *bot) configured(p chat.Place) bool {
	u := b.running.named(p.Network)
	return u == nil || u.serves(p)
}

// count counts what waits.
func (k *remains) count(v sprints.View) error {
	const page = 256
	for {
		rows, err := v.Waiting(k.network, k.newest, page)
		if k.place.Channel != "" {
			rows, err = v.WaitingIn(k.place, k.newest, page)
		}
		if err != nil {
			return err
		}
		for _, r := range rows {
			k.rows++
			k.newest = r.Row
			if r.Source == "" || r.Kind != chat.Said && r.Kind != chat.Action {
				continue
			}
			if k.words++; k.words == 1 || r.At.Before(k.from) {
				k.from = r.At
			}
			if r.At.After(k.to) {
				k.to = r.At
			}
			if k.first.IsZero() || r.Expires.Before(k.first) {
				k.first = r.Expires
			}
			if r.Expires.After(k.last) {
				k.last = r.Expires
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

// waits says it to organizers: "3 messages of 10:02-10:05 wait for it, and go if
// it is put back before they expire, 16:02-16:05".
func (k remains) waits(now time.Time, zone *time.Location) string {
	if k.words == 0 {
		return ""
	}
	words, them := fmt.Sprintf("%d messages of %s wait for it", k.words, span(now, k.from, k.to, zone)), "they expire"
	if k.words == 1 {
		words, them = fmt.Sprintf("1 message of %s waits for it", span(now, k.from, k.to, zone)), "it expires"
	}
	return fmt.Sprintf("%s, to go if it is put back before %s, %s", words, them, span(now, k.first, k.last, zone))
}

// span is a time on the venue's clock, or two, as read at now.
func span(now, from, to time.Time, zone *time.Location) string {
	from, to = from.In(zone), to.In(zone)
	if chat.Clock(now, from) == chat.Clock(now, to) {
		return chat.Clock(now, from)
	}
	return chat.Clocks(now, from, to)
}

// tellOutside tells organizers what a place of a network that is not in the
// configuration any more did not get.
func (b *bot) tellOutside(tx sprints.Tx, place chat.Place, key string, words chat.Text) error {
	gone := fmt.Sprintf("%s is not in the configuration any more. For %s: ", place.Network, place)
	if b.running.named(place.Network) != nil {
		gone = fmt.Sprintf("%s is not in the configuration any more: ", place)
	}
	line := chat.Line{Role: chat.Plain, Cells: []chat.Text{slices.Concat(chat.Plainly(gone), words)}}
	return tellIn(tx, b.ear.tellable(), "outside\x1f"+place.Network+"\x1f"+key, []chat.Line{line, tryLine("bridges")})
}

// tellKept tells organizers what waits for networks that are not in the
// configuration any more, each once.
func (b *bot) tellKept(ctx context.Context, all []remains) error {
	all = slices.DeleteFunc(slices.Clone(all), func(k remains) bool { return k.words == 0 })
	if len(all) == 0 {
		return nil
	}
	to := b.ear.tellable()
	return b.store.Write(ctx, func(tx sprints.Tx) error {
		now, zone := tx.Now(), zoneOf(tx)
		for _, k := range all {
			lines := []chat.Line{sayLine("%s is not in the configuration any more: %s.", k.name(), k.waits(now, zone)), tryLine("bridges")}
			if err := tellIn(tx, to, fmt.Sprintf("kept\x1f%s\x1f%d", k.name(), k.newest), lines); err != nil {
				return err
			}
		}
		return nil
	})
}

// zoneOf is the venue's time zone, UTC where none is known.
func zoneOf(v sprints.EventReader) *time.Location {
	if e, err := v.Event(); err == nil && e.Zone != nil {
		return e.Zone
	}
	return time.UTC
}

// with says of each network and place that was taken out what waits for it.
func with(done []string, all []remains, now time.Time, zone *time.Location) []string {
	done = slices.Clone(done)
	for i, d := range done {
		for _, k := range all {
			if w := k.waits(now, zone); w != "" && d == takenOut(k.place, k.network) {
				done[i] = d + " (" + w + ")"
			}
		}
	}
	return done
}

func takenOut(p chat.Place, network string) string {
	if p.Channel != "" {
		return p.String() + " taken out"
	}
	return "network " + network + " taken out"
}

// name is how the configuration calls what is gone.
func (k remains) name() string {
	if k.place.Channel != "" {
		return k.place.String()
	}
	return k.network
}
