package commands

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// status says how the bot is: to all what concerns them, to organizers why.
func status(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	organizer, err := call.Organizer(tx)
	if err != nil {
		return chat.Reply{}, err
	}
	lines := call.networks(e, tx.Now(), organizer, nil)
	queues, err := tx.Queues()
	if err != nil {
		return chat.Reply{}, err
	}
	lines = append(lines, call.waiting(e, tx.Now(), queues))
	synced, err := call.synced(tx, e, tx.Now())
	if err != nil {
		return chat.Reply{}, err
	}
	lines = append(lines, synced)
	if organizer {
		for _, q := range queues {
			if q.Reason != "" || q.Dead > 0 {
				lines = append(lines, call.Line(chat.Item, "%s: %d waiting, %s. %s", q.Place.LogValue(), q.Waiting, cmp.Or(q.Refused(), "0 refused for good"), q.Reason))
			}
		}
		silent, err := call.silent(tx, e)
		if err != nil {
			return chat.Reply{}, err
		}
		lines = append(lines, silent...)
		runs, err := tx.JobRuns()
		if err != nil {
			return chat.Reply{}, err
		}
		for _, r := range runs {
			if r.Failed {
				lines = append(lines, call.Line(chat.Item, "Job %s failed at %s: %s", r.Name, clock(e, tx.Now(), r.At), r.Result))
			}
		}
	}
	return call.Answer(lines...)
}

// A place is silent when nothing was heard there for silentFor, while a place
// bridged with it was heard within talkWithin.
const (
	silentFor  = 6 * time.Hour
	talkWithin = time.Hour
)

// silent tells of places where nothing is heard though there is talk elsewhere
// in their bridge: one direction may be broken without any error.
func (c *Call) silent(v sprints.View, e sprints.Event) ([]chat.Line, error) {
	if c.Desk.Bridging.Bridges == nil {
		return nil, nil
	}
	traffic, err := v.Traffic()
	if err != nil {
		return nil, err
	}
	heard := map[chat.Place]time.Time{}
	for _, t := range traffic {
		heard[t.Place] = t.Heard
	}
	now := v.Now()
	var lines []chat.Line
	for _, p := range c.bridgePlaces() {
		talk := slices.ContainsFunc(c.bridgeOthers(p), func(q chat.Place) bool { return !heard[q].IsZero() && now.Sub(heard[q]) < talkWithin })
		if at := heard[p]; talk && !at.IsZero() && now.Sub(at) > silentFor {
			lines = append(lines, c.Line(chat.Item, "Nothing was heard in %s since %s, though there is talk elsewhere in its bridge.", p, clock(e, now, at)))
		}
	}
	return lines, nil
}

// networks are a line each, with their pace where paces has it.
func (c *Call) networks(e sprints.Event, now time.Time, organizer bool, paces map[string]chat.Pace) []chat.Line {
	if c.Desk.Status == nil {
		return nil
	}
	all := c.Desk.Status()
	var lines []chat.Line
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		state := c.Text("connected since %s", clock(e, now, s.Since))
		switch {
		case s.Fatal:
			state = c.Text("given up since %s; an organizer must look", clock(e, now, s.Since))
		case !s.Up && s.Since.IsZero():
			state = c.Text("not connected yet")
		case !s.Up:
			state = c.Text("away since %s", clock(e, now, s.Since))
		case s.Since.IsZero():
			state = c.Text("connected")
		}
		if organizer && s.Note != "" {
			state = append(state, c.Text(" (%s)", s.Note)...)
		}
		if every := max(paces[name].Every, paces[name].PlaceEvery); every > 0 {
			state = append(state, c.Text(", one message each %s", every)...)
		}
		lines = append(lines, chat.Line{Role: chat.Row, Cells: []chat.Text{c.Text("%s:", name), state}})
	}
	return lines
}

// waiting says how many lines are still to be sent.
func (c *Call) waiting(e sprints.Event, now time.Time, queues []sprints.Queue) chat.Line {
	n := 0
	var oldest time.Time
	for _, q := range queues {
		n += q.Waiting
		if q.Waiting > 0 && (oldest.IsZero() || q.Oldest.Before(oldest)) {
			oldest = q.Oldest
		}
	}
	if n == 0 {
		return c.Say("Nothing waits to be sent.")
	}
	return c.Say("%s to be sent, the oldest of %s.", count(n, "message waits", "messages wait"), clock(e, now, oldest))
}

// synced says how old the issues are.
func (c *Call) synced(v sprints.RepoReader, e sprints.Event, now time.Time) (chat.Line, error) {
	repos, err := v.Repos()
	if err != nil {
		return chat.Line{}, err
	}
	var newest time.Time
	asked, troubled := 0, 0
	for _, r := range repos {
		if r.Sample {
			continue
		}
		asked++
		if r.Problem != "" {
			troubled++
		}
		if r.SyncedAt.After(newest) {
			newest = r.SyncedAt
		}
	}
	switch {
	case asked == 0:
		return c.Say("No repository is looked at yet."), nil
	case newest.IsZero():
		return c.Say("GitHub has not answered yet about %s.", count(asked, "repository", "repositories")), nil
	case troubled > 0:
		return c.Say("Issues were read at %s; %d of %d repositories gave no answer last time.", clock(e, now, newest), troubled, asked), nil
	}
	return c.Say("Issues of %s were read at %s.", count(asked, "repository", "repositories"), clock(e, now, newest)), nil
}
