package web

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// opsSheet is one table of the operator's page: a row a thing to look after, a
// card each on a phone.
type opsSheet struct {
	Name, About, One string // "Jobs", what they are, what the first column names
	Class            string
	Heads            []string // of the cells of each row
	Rows             []opsRow // ill ones first
}

// opsRow is one thing to look after.
type opsRow struct {
	Name  string
	Note  string // what is to be known of it in words, "" nothing
	Try   string // what an organizer may say to the bot about it, "" nothing
	Cells []opsCell
	State string // in a word: "Connected", "Away"
	Ill   bool   // it needs somebody
	Gone  bool   // it is no part of the bot any more
	Run   bool   // it can be run now
}

// opsCell is one fact, with its column's head for those who see no columns.
type opsCell struct{ Head, Fact, Since string }

// row adds a row with its facts in the order of the heads.
func (t *opsSheet) row(l opsRow, facts ...opsCell) {
	for i, f := range facts {
		f.Head = t.Heads[i]
		l.Cells = append(l.Cells, f)
	}
	t.Rows = append(t.Rows, l)
}

// sort puts what is ill first and what is gone last, and counts.
func (t *opsSheet) sort() (all, ill int) {
	rank := func(l opsRow) int {
		switch {
		case l.Ill:
			return 0
		case l.Gone:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(t.Rows, func(a, b opsRow) int { return rank(a) - rank(b) })
	for _, l := range t.Rows {
		if l.Ill {
			ill++
		}
	}
	return len(t.Rows), ill
}

// opsLook is one look at the store.
type opsLook struct {
	now     time.Time
	zone    *time.Location
	traffic []sprints.Traffic
	known   map[string]chat.Status
	paces   map[string]chat.Pace
	all     bool // known are all the networks there are
	serves  func(chat.Place) bool
}

// operate looks at everything.
func (s *Site) operate(ctx context.Context, view *opsView) error {
	var bridged []chat.Place
	if s.cfg.Bridged != nil {
		bridged = s.cfg.Bridged()
	}
	return s.cfg.Store.Read(ctx, func(v sprints.View) error {
		traffic, err := v.Traffic()
		if err != nil {
			return err
		}
		traffic = withSilent(traffic, bridged)
		runs, err := v.JobRuns()
		if err != nil {
			return err
		}
		ignored, err := v.Ignored()
		if err != nil {
			return err
		}
		for _, i := range ignored {
			view.Ignored = append(view.Ignored, i.Who+" on "+i.Network)
		}
		view.Stamp = v.Now().In(view.Event.Zone).Format("15:04:05") // the board is of an earlier look
		o := opsLook{now: v.Now(), zone: view.Event.Zone, traffic: traffic, known: s.statuses(), all: s.cfg.Status != nil, serves: s.cfg.Serves}
		if s.cfg.Paces != nil {
			o.paces = s.cfg.Paces()
		}
		view.Sheets = []opsSheet{o.jobs(runs, s.cfg.RunJob != nil), o.networks(), o.channels()}
		all, ill := 0, 0
		for i := range view.Sheets {
			a, b := view.Sheets[i].sort()
			all, ill = all+a, ill+b
		}
		switch view.Finding = "Everything works."; {
		case ill == 1:
			view.Finding = "1 of " + itoa(all) + " needs you."
		case ill > 1:
			view.Finding = itoa(ill) + " of " + itoa(all) + " need you."
		}
		return nil
	})
}

// at is a time on the venue's clock, with how far it is from now.
func (o opsLook) at(t time.Time) opsCell {
	if t.IsZero() {
		return opsCell{Fact: "never"}
	}
	c := opsCell{Fact: chat.Clock(o.now, t.In(o.zone)), Since: span(o.now.Sub(t).Abs()) + " ago"}
	if t.After(o.now) {
		c.Since = "in " + span(t.Sub(o.now))
	}
	return c
}

// oldest is since when something waits.
func (o opsLook) oldest(waiting int, t time.Time) opsCell {
	if waiting == 0 || t.IsZero() {
		return opsCell{Fact: "–"}
	}
	return o.at(t)
}

// pace is how fast a network may be spoken to, or as slow as one place has taught.
func (o opsLook) pace(network string, learned time.Duration) opsCell {
	if learned > 0 {
		return opsCell{Fact: "1 each " + learned.String(), Since: "learned"}
	}
	if every := max(o.paces[network].Every, o.paces[network].PlaceEvery); every > 0 {
		return opsCell{Fact: "1 each " + every.String()}
	}
	return opsCell{Fact: "–"}
}

// gone says that a network is not in the configuration any more.
func (o opsLook) gone(network string) bool {
	_, there := o.known[network]
	return o.all && !there
}

// jobs are what is done by the clock.
func (o opsLook) jobs(runs []sprints.JobRun, run bool) opsSheet {
	sheet := opsSheet{Name: "Jobs", About: "What is done by the clock.", One: "Job", Class: "jobs", Heads: []string{"Last", "Took", "Next"}}
	for _, r := range runs {
		l := opsRow{Name: r.Name, Note: sprints.OneLine(r.Result), State: "Done", Ill: r.Failed, Run: run}
		if r.Failed {
			l.State = "Failed"
		}
		next := o.at(r.Next)
		switch {
		case r.Next.IsZero() || r.Next.Sub(o.now) > 366*24*time.Hour:
			next = opsCell{Fact: "when needed"}
		case !r.Next.After(o.now):
			next = opsCell{Fact: "now"}
		}
		sheet.row(l, o.at(r.At), opsCell{Fact: r.Took.Round(time.Millisecond).String()}, next)
	}
	return sheet
}

// networks are where the bot talks, and those for which something still waits.
func (o opsLook) networks() opsSheet {
	sheet := opsSheet{Name: "Networks", About: "Where the bot talks.", One: "Network", Class: "networks", Heads: []string{"Since", "Last heard", "Queue", "Oldest waiting", "Pace"}}
	waiting, oldest := map[string]int{}, map[string]time.Time{}
	names := slices.Collect(maps.Keys(o.known))
	for _, t := range o.traffic {
		name := t.Place.Network
		if t.Waiting == 0 {
			continue
		}
		if o.gone(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if waiting[name] += t.Waiting; oldest[name].IsZero() || t.Oldest.Before(oldest[name]) {
			oldest[name] = t.Oldest
		}
	}
	slices.Sort(names)
	for _, name := range names {
		st := o.known[name]
		l := opsRow{Name: name, Note: sprints.OneLine(st.Note), State: "Connected", Ill: !st.Up}
		heard, since := o.at(st.Last), o.at(st.Since)
		switch {
		case o.gone(name):
			l.State, l.Ill, l.Gone = "Gone", false, true
			l.Note = "Not in the configuration any more; " + count(waiting[name], "line waits", "lines wait") + ". To send them put it back there, then say"
			l.Try = "reload"
			heard, since = opsCell{Fact: "–"}, opsCell{Fact: "–"}
		case st.Fatal:
			l.State, l.Try = "Given up", "bridge retry "+name
			l.Note = strings.TrimSuffix(l.Note, ".") + ". It is tried again by itself, once an hour at last; mended, say"
		case !st.Up:
			l.State = "Away"
		case st.Lacks:
			l.State, l.Ill = "Incomplete", true
		}
		if st.Since.IsZero() {
			since = opsCell{Fact: "–"}
		}
		sheet.row(l, since, heard, opsCell{Fact: itoa(waiting[name])}, o.oldest(waiting[name], oldest[name]), o.pace(name, 0))
	}
	return sheet
}

// withSilent adds bridged places where nothing was said yet.
func withSilent(traffic []sprints.Traffic, bridged []chat.Place) []sprints.Traffic {
	for _, p := range bridged {
		if !slices.ContainsFunc(traffic, func(t sprints.Traffic) bool { return t.Place == p }) {
			traffic = append(traffic, sprints.Traffic{Queue: sprints.Queue{Place: p}})
		}
	}
	return traffic
}

// channels are what is heard, sent, and waits in each.
func (o opsLook) channels() opsSheet {
	sheet := opsSheet{Name: "Channels", About: "What is heard, sent, and waits.", One: "Channel", Class: "channels",
		Heads: []string{"Last heard", "Last sent", "Queue", "Oldest waiting", "Pace", "Errors"}}
	for _, t := range o.traffic {
		sheet.row(o.channel(t), o.at(t.Heard), o.at(t.Sent), opsCell{Fact: itoa(t.Waiting)}, o.oldest(t.Waiting, t.Oldest), o.pace(t.Place.Network, t.Learned), opsCell{Fact: itoa(t.Dead)})
	}
	return sheet
}

// channel is how one place is. A private conversation names nobody.
func (o opsLook) channel(t sprints.Traffic) opsRow {
	l := opsRow{Name: t.Place.String(), State: "Open"}
	if _, direct := t.Place.DirectID(); direct {
		l.Name = t.Place.Network + ", in private"
	}
	if o.gone(t.Place.Network) {
		l.State, l.Gone, l.Note = "Gone", true, "Its network is not in the configuration any more."
		return l
	}
	if t.Reason == sprints.Outside && t.Waiting > 0 {
		l.State, l.Gone, l.Try = "Gone", true, "reload"
		l.Note = "Not in the configuration any more. To send what waits put it back there, then say"
		return l
	}
	if o.serves != nil && !o.serves(t.Place) {
		l.State, l.Gone, l.Note = "Not served", true, "Not in the configuration."
		return l
	}
	var notes []string
	if t.Reason != "" && (t.Waiting > 0 || !t.Held.IsZero()) {
		notes = append(notes, strings.TrimSuffix(sprints.OneLine(t.Reason), "."))
	}
	l.Ill = t.Dead > 0
	if l.Ill {
		l.State, l.Try = "Refused", "bridge retry"
	}
	if t.Waiting > 0 && o.now.Sub(t.Oldest) > waitTooLong {
		l.State, l.Ill = "Behind", l.Ill || !t.Absent()
	}
	if !t.Held.IsZero() {
		c := o.at(t.Held)
		l.State, l.Ill = "Waits", l.Ill || !t.Absent()
		notes = append(notes, "Tried again "+c.Fact+" ("+c.Since+")")
	}
	switch {
	case !t.Paused.IsZero():
		if t.Dead > 0 {
			notes = append(notes, t.Refused())
		}
		l.State, l.Ill, l.Try = "Paused", true, "bridge resume "+t.Place.String()
		notes = append(notes, "Paused since "+o.at(t.Paused).Fact+"; say")
	case t.Dead > 0:
		notes = append(notes, t.Refused()+"; say")
	}
	if l.Note = strings.Join(notes, ". "); l.Note != "" && l.Try == "" {
		l.Note += "."
	}
	return l
}
