package slack

import (
	"context"
	"errors"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// findBeside finds where else than in the configured channels something may have been said to the bot: its private
// conversations, and the channels that somebody took it into.
func (n *Network) findBeside(ctx context.Context, upTo int) {
	err := n.listDirect(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		n.suspect(ctx, err)
		n.log.Warn("private conversations are not listed", "reason", reason(err))
		if !closed(err) {
			n.gaps.unfound()
			return
		}
	}
	recent := n.places.beside()
	for channel, ts := range recent {
		mark, err := n.mark(ctx, chat.Place{Network: n.name, Channel: channel})
		if err != nil && !errors.Is(err, sprints.ErrNotFound) {
			n.log.Warn("how far a place was heard is not known", "error", err)
			n.gaps.unfound()
			return
		}
		if err == nil {
			recent[channel] = max(ts, stamp(mark.At))
		}
	}
	n.gaps.besides(recent, upTo)
}

// listDirect learns which people have a private conversation with the bot.
func (n *Network) listDirect(ctx context.Context) error {
	params := &slackapi.GetConversationsParameters{Limit: 999, Types: []string{"im"}}
	for {
		var open []slackapi.Channel
		var cursor string
		err := n.reads.of("conversations.list").call(ctx, func() (err error) {
			open, cursor, err = n.api.GetConversationsContext(ctx, params)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range open {
			if c.User != "" && c.User != n.me().UserID && !c.IsUserDeleted {
				n.places.opened(c.User, c.ID)
				n.places.saw(c.ID, stamp(c.Created.Time()))
			}
		}
		if params.Cursor = cursor; cursor == "" {
			return nil
		}
	}
}

// slackNow is what Slack's clock shows.
func (n *Network) slackNow() time.Time { return time.Now().Add(time.Duration(n.skew.Load())) }

// cameUp is when this run first reached Slack, by Slack's clock.
func (n *Network) cameUp() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.upAt
}

// beside are the private conversations and the channels nobody configured that the bot is in, with the newest ts known.
func (p *places) beside() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]string{}
	for user, id := range p.direct {
		out["@"+user] = p.newest[id]
	}
	for id, in := range p.inside {
		if in && p.known[id] == "" {
			out[id] = p.newest[id]
		}
	}
	return out
}

// reach is the id of a channel by its chat.Place.Channel, "" where the bot does not hear.
func (p *places) reach(channel string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if user, direct := (chat.Place{Channel: channel}).DirectID(); direct {
		return p.direct[user]
	}
	if p.absent[channel] != "" {
		return ""
	}
	if id := p.ids[channel]; id != "" {
		return id
	}
	if p.inside[channel] {
		return channel
	}
	return ""
}

// newestIn is mark of a channel by its chat.Place.Channel.
func (p *places) newestIn(channel string) string {
	return p.mark(chat.Place{Network: p.network, Channel: channel})
}
