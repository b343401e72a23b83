package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

const (
	archivedPages = 5                // of channels that are read to tell that one is archived
	listedFor     = 10 * time.Minute // a list of channels serves reconnections for so long
	noChannel     = "there is no such channel, or it is private and the bot is not in it: there say /invite and the bot's name"
)

// places knows Slack's channel ids by their configured names and back, the direct message channel of each person, and
// the newest message known in each.
type places struct {
	network string
	api     *slackapi.Client
	now     func() time.Time // by Slack's clock

	mu     sync.Mutex
	wanted []string          // as configured
	ids    map[string]string // configured spelling → channel id
	known  map[string]string // channel id → configured spelling
	names  map[string]string // channel id → name without #, of every channel seen
	inside map[string]bool   // channel id → the bot is a member
	before map[string]string // configured spelling → id of the channel heard under it by an earlier run
	out    map[string]bool   // channel id → somebody took the bot out: it does not go back in by itself
	absent map[string]string // configured spelling → why it is not served
	direct map[string]string // user id → direct message channel id
	newest map[string]string // channel id → ts
	listed time.Time         // when the channel list was last asked for

	shelf   map[string]bool // names without #, lower case, of channels that are archived
	shelved time.Time       // when these were last asked for
}

func newPlaces(network string, api *slackapi.Client, wanted []string) *places {
	return &places{
		network: network, api: api, wanted: wanted, now: time.Now,
		ids: map[string]string{}, known: map[string]string{}, names: map[string]string{}, absent: map[string]string{},
		inside: map[string]bool{}, before: map[string]string{}, out: map[string]bool{},
		direct: map[string]string{}, newest: map[string]string{},
	}
}

// open finds the configured channels, joins those that are public, and learns where each stands. A channel that can't be
// served is logged and told by absentNote; an error means that Slack would not even list them.
func (p *places) open(ctx context.Context, log *slog.Logger) error {
	if p.stale(listedFor) {
		if err := p.list(ctx); err != nil {
			return fmt.Errorf("conversations.list: %w", err)
		}
	}
	if err := p.settle(ctx); err != nil {
		return err
	}
	for _, name := range p.wanted {
		why := noChannel
		if id := p.id(name); id != "" {
			var err error
			if why, err = p.enter(ctx, id); err != nil {
				return err
			}
		}
		if why == noChannel && p.archived(ctx, name) {
			why = archived
		}
		if why != "" && ctx.Err() == nil {
			log.Warn("channel not served", "place", name, "reason", why)
		}
		p.miss(name, why)
	}
	return nil
}

// archived says that a channel of a configured name or id is archived: else Slack would list it.
func (p *places) archived(ctx context.Context, name string) bool {
	if !strings.HasPrefix(name, "#") {
		c, err := p.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: name})
		return err == nil && c.IsArchived
	}
	p.mu.Lock()
	known := time.Since(p.shelved) <= listedFor
	p.mu.Unlock()
	if !known {
		p.shelve(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shelf[strings.ToLower(name[1:])]
}

// shelve learns which channels are archived: once for all names, for Slack lets nobody list often.
func (p *places) shelve(ctx context.Context) {
	shelf := map[string]bool{}
	params := &slackapi.GetConversationsParameters{Limit: 999, Types: []string{"public_channel", "private_channel"}}
	for range archivedPages {
		channels, cursor, err := p.api.GetConversationsContext(ctx, params)
		if err != nil {
			break // what is read is told
		}
		for _, c := range channels {
			if c.IsArchived {
				shelf[strings.ToLower(c.Name)] = true
			}
		}
		if params.Cursor = cursor; cursor == "" {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shelf, p.shelved = shelf, time.Now()
}

// enter joins a channel where the bot is not a member and reads its newest message, once. It tells why the channel can't
// be served; being asked to wait is an error of the whole session, for the next one goes on from here.
func (p *places) enter(ctx context.Context, id string) (why string, err error) {
	p.mu.Lock()
	in, out, known := p.inside[id], p.out[id], p.newest[id] != ""
	p.mu.Unlock()
	if in && known {
		return "", nil
	}
	if out {
		return takenOut, nil
	}
	if !in {
		if _, _, _, err = p.api.JoinConversationContext(ctx, id); err == nil {
			p.entered(id)
		}
	}
	var ts string
	if err == nil {
		ts, err = p.latest(ctx, id)
		if _, limited := errors.AsType[*slackapi.RateLimitedError](err); limited {
			ts, err = stamp(p.now()), nil // near enough, and people need not wait for it
		}
		p.saw(id, cmp.Or(ts, "0"))
	}
	if _, limited := errors.AsType[*slackapi.RateLimitedError](err); limited || ctx.Err() != nil {
		return "", err
	}
	if err != nil {
		return reason(err), nil
	}
	return "", nil
}

func (p *places) stale(after time.Duration) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Since(p.listed) > after
}

func (p *places) entered(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inside[id] = true
	delete(p.out, id)
}

// invited is told when somebody took the bot into a channel.
func (p *places) invited(ctx context.Context, id string) error {
	c, err := p.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return err
	}
	p.named(c.ID, c.Name)
	p.entered(id)
	if name := p.place(id, "", "").Channel; name != id {
		p.miss(name, "")
	}
	return nil
}

func (p *places) latest(ctx context.Context, id string) (string, error) {
	h, err := p.api.GetConversationHistoryContext(ctx, &slackapi.GetConversationHistoryParameters{ChannelID: id, Limit: 1})
	if err != nil || len(h.Messages) == 0 {
		return "", err
	}
	return h.Messages[0].Timestamp, nil
}

// list reads all channels the bot can see.
func (p *places) list(ctx context.Context) error {
	params := &slackapi.GetConversationsParameters{ExcludeArchived: true, Limit: 999,
		Types: []string{"public_channel", "private_channel"}}
	for {
		channels, cursor, err := p.api.GetConversationsContext(ctx, params)
		if err != nil {
			return err
		}
		p.mu.Lock()
		p.listed = time.Now()
		for _, c := range channels {
			p.nameLocked(c.ID, c.Name)
			if p.inside[c.ID] = c.IsMember; c.IsMember {
				delete(p.out, c.ID)
			}
		}
		p.mu.Unlock()
		if params.Cursor = cursor; cursor == "" {
			return nil
		}
	}
}

// named is what Slack said a channel is called now.
func (p *places) named(id, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nameLocked(id, name)
}

func (p *places) nameLocked(id, name string) {
	if id == "" || name == "" {
		return
	}
	p.names[id] = name
	for _, w := range p.wanted {
		if strings.EqualFold(strings.TrimPrefix(w, "#"), name) || w == id {
			// A renamed channel keeps its place: a name is bound once, also over starts by what was heard under it.
			if _, taken := p.ids[w]; !taken && (p.before[w] == "" || p.before[w] == id) {
				p.ids[w], p.known[id] = id, w
			}
		}
	}
}

func (p *places) miss(name, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if why == "" {
		delete(p.absent, name)
		return
	}
	p.absent[name] = why
}

// absentNote lists the configured channels that are not served, "" when all are.
func (p *places) absentNote() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var notes []string
	for _, w := range p.wanted {
		if why := p.absent[w]; why != "" {
			notes = append(notes, w+": "+why)
		}
	}
	return strings.Join(notes, "; ")
}

func (p *places) id(configured string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids[configured]
}

// name is a channel's name without #, "" when it is not known.
func (p *places) name(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.names[id]
}

// place is where a channel id stands, in the configured spelling.
func (p *places) place(id, thread, ts string) chat.Place {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := chat.Place{Network: p.network, Channel: id}
	if name := p.known[id]; name != "" {
		out.Channel = name
	}
	if thread != ts {
		out.Thread = thread
	}
	return out
}

// address is the channel id of a place; a direct message is opened the first time. The errors are the library's, or
// *chat.ErrPlace for a channel that is not there.
func (p *places) address(ctx context.Context, to chat.Place) (string, error) {
	if user, ok := to.DirectID(); ok {
		return p.directMessage(ctx, user)
	}
	if id := p.id(to.Channel); id != "" {
		return id, nil
	}
	if !strings.HasPrefix(to.Channel, "#") {
		return to.Channel, nil // an id of a channel nobody configured
	}
	if p.stale(longestRedial) {
		if err := p.list(ctx); err != nil {
			return "", err
		}
	}
	if id := p.id(to.Channel); id != "" {
		return id, nil
	}
	return "", &chat.ErrPlace{Reason: "channel_not_found"}
}

func (p *places) directMessage(ctx context.Context, user string) (string, error) {
	p.mu.Lock()
	id := p.direct[user]
	p.mu.Unlock()
	if id != "" {
		return id, nil
	}
	c, _, _, err := p.api.OpenConversationContext(ctx, &slackapi.OpenConversationParameters{Users: []string{user}})
	if err != nil {
		return "", err
	}
	p.opened(user, c.ID)
	return c.ID, nil
}

// opened is the direct message channel of a person.
func (p *places) opened(user, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.direct[user] = id
}

// saw notes a message that stands in a channel; timestamps of one channel rise.
func (p *places) saw(id, ts string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ts > p.newest[id] {
		p.newest[id] = ts
	}
}

// mark is the newest message known in a place, "" when none is.
func (p *places) mark(at chat.Place) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.ids[at.Channel]
	if user, ok := at.DirectID(); ok {
		id = p.direct[user]
	} else if id == "" {
		id = at.Channel
	}
	return p.newest[id]
}

// Newest is the newest message known in a place, stored with an attempt so that Find need not read further back.
func (n *Network) Newest(at chat.Place) string { return n.places.mark(at) }

func (n *Network) upNote() string {
	note := "connected as " + n.me().Name
	if absent := n.places.absentNote(); absent != "" {
		note += "; not served: " + absent
	}
	if lacks := n.lacks.Load(); lacks != nil {
		note += "; " + *lacks
	}
	return note + n.gaps.note(n.places.wanted)
}
