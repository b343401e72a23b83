package slack

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"
)

const (
	nameKept    = 6 * time.Hour   // changes come as events; what was missed while away is noticed then
	nameMissing = 5 * time.Minute // before an id that Slack would not explain is asked for again
	lookups     = 8               // at once
)

// directory knows what people, channels and groups are called. It only ever holds names; losing it costs lookups.
type directory struct {
	api    *slackapi.Client
	places *places
	log    *slog.Logger

	mu     sync.Mutex
	self   self
	people map[string]person
	called map[string][]string // ids of people by each of their names, folded
	groups map[string]string
	asked  time.Time // for groups
}

type person struct {
	name  string   // "" when Slack would not tell
	names []string // all of them, folded
	bot   bool
	until time.Time
}

func newDirectory(api *slackapi.Client, p *places, log *slog.Logger) *directory {
	return &directory{api: api, places: p, log: log, people: map[string]person{}, called: map[string][]string{}, groups: map[string]string{}}
}

func (d *directory) setSelf(me self) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.self = me
}

// learn takes what an event or answer says about a person, and says whether they had another name so far, as far as is known.
func (d *directory) learn(id, display, real, name string, bot bool) (renamed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.people[id].name
	d.forget(id)
	p := person{name: cmp.Or(display, real, name), bot: bot, until: time.Now().Add(nameKept)}
	for _, s := range []string{display, real, name} {
		if s = folded(s); s != "" && !slices.Contains(p.names, s) {
			p.names = append(p.names, s)
			d.called[s] = append(d.called[s], id)
		}
	}
	d.people[id] = p
	return p.name != "" && p.name != before
}

// forget takes the names of a person off the list of who is called how. The lock is held.
func (d *directory) forget(id string) {
	for _, s := range d.people[id].names {
		if left := slices.DeleteFunc(d.called[s], func(other string) bool { return other == id }); len(left) > 0 {
			d.called[s] = left
		} else {
			delete(d.called, s)
		}
	}
}

// person is the name to show and whether it is a bot's; the id stands for an unknown name.
func (d *directory) person(id string) (name string, bot bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if id == d.self.UserID && id != "" {
		return d.self.Name, true
	}
	p := d.people[id]
	return cmp.Or(p.name, id), p.bot || id == "USLACKBOT"
}

func (d *directory) channel(id string) string { return cmp.Or(d.places.name(id), id) }

func (d *directory) group(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return cmp.Or(d.groups[id], id)
}

// need collects the ids that a batch of messages names.
type need struct {
	people, channels map[string]bool
	groups           bool
}

func newNeed() *need { return &need{people: map[string]bool{}, channels: map[string]bool{}} }

// lookUp asks Slack for what is not known, all at once, and gives up when ctx ends: what is late shows its id.
func (d *directory) lookUp(ctx context.Context, n *need) {
	var g errgroup.Group
	g.SetLimit(lookups)
	now := time.Now()
	d.mu.Lock()
	var people []string
	for id := range n.people {
		if id != "" && id != d.self.UserID && d.people[id].until.Before(now) {
			people = append(people, id)
		}
	}
	groups := n.groups && now.Sub(d.asked) > nameMissing
	if groups {
		d.asked = now
	}
	d.mu.Unlock()
	for _, id := range people {
		g.Go(func() error { d.askPerson(ctx, id); return nil })
	}
	for id := range n.channels {
		if d.places.name(id) == "" {
			g.Go(func() error { d.askChannel(ctx, id); return nil })
		}
	}
	if groups {
		g.Go(func() error { d.askGroups(ctx); return nil })
	}
	_ = g.Wait() // every lookup may fail: the id is shown
}

func (d *directory) askPerson(ctx context.Context, id string) {
	u, err := d.api.GetUserInfoContext(ctx, id)
	if err != nil {
		d.log.Debug("name not found", "user", id, "error", reason(err))
		if ctx.Err() == nil {
			d.mu.Lock()
			old := d.people[id]
			old.until = time.Now().Add(nameMissing)
			d.people[id] = old
			d.mu.Unlock()
		}
		return
	}
	d.learn(u.ID, u.Profile.DisplayName, cmp.Or(u.RealName, u.Profile.RealName), u.Name, u.IsBot)
}

func (d *directory) askChannel(ctx context.Context, id string) {
	c, err := d.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		d.log.Debug("name not found", "channel", id, "error", reason(err))
		return
	}
	d.places.named(c.ID, c.Name)
}

func (d *directory) askGroups(ctx context.Context) {
	groups, err := d.api.GetUserGroupsContext(ctx)
	if err != nil {
		d.log.Debug("groups not found", "error", reason(err))
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range groups {
		d.groups[g.ID] = cmp.Or(g.Handle, g.Name)
	}
}
