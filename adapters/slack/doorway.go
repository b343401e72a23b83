package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	slackapi "github.com/slack-go/slack"
)

// Why a channel is not served, with what a person can do.
const (
	takenOut = "the bot was taken out of it; invite it again"
	archived = "it is archived; unarchive it, or name another channel"
)

// unknown are the configured channels whose ids are not known yet.
func (p *places) unknown() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, w := range p.wanted {
		if p.ids[w] == "" {
			out = append(out, w)
		}
	}
	return out
}

// heardBefore is the channel that an earlier run heard under a configured name, up to ts.
func (p *places) heardBefore(name, id, ts string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before[name] = id
	if ts > p.newest[id] {
		p.newest[id] = ts
	}
}

// begins are the served channels that no earlier run heard, with the newest message there.
func (p *places) begins() map[string]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]string{}
	for _, w := range p.wanted {
		if id := p.ids[w]; id != "" && p.before[w] == "" && p.newest[id] != "" {
			out[w] = p.newest[id]
		}
	}
	return out
}

// settle binds configured names to the channels that were heard under them, whatever those are called by now. Only where
// such a channel is gone or archived and another bears the name, the name means that one.
func (p *places) settle(ctx context.Context) error {
	for _, name := range p.unknown() {
		p.mu.Lock()
		id := p.before[name]
		visible := p.names[id] != ""
		p.mu.Unlock()
		if id == "" {
			continue
		}
		if !visible {
			c, err := p.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: id})
			if _, refused := errors.AsType[slackapi.SlackErrorResponse](err); err != nil && !refused {
				return fmt.Errorf("conversations.info: %w", err)
			}
			if err != nil || c.IsArchived {
				if other := p.called(name); other != "" {
					id = other
				} else if err != nil {
					continue
				}
			}
		}
		p.mu.Lock()
		p.ids[name], p.known[id] = id, name
		if id != p.before[name] {
			delete(p.before, name)
		}
		p.mu.Unlock()
	}
	return nil
}

// called is the id of the channel that bears a configured name now, "" if none does.
func (p *places) called(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, now := range p.names {
		if strings.EqualFold(strings.TrimPrefix(name, "#"), now) {
			return id
		}
	}
	return ""
}

// shut notes that a channel is not served, and why; it returns the configured name, "" for a channel nobody configured.
func (p *places) shut(id, why string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inside[id] = false
	if why == takenOut {
		p.out[id] = true
	}
	name := p.known[id]
	if name != "" {
		p.absent[name] = why
	}
	return name
}

// isOut says that somebody took the bot out of a channel.
func (p *places) isOut(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out[id]
}

// reopened enters a configured channel again that was archived. why says why it still can't be served.
func (p *places) reopened(ctx context.Context, id string) (name, why string, err error) {
	p.mu.Lock()
	name = p.known[id]
	p.mu.Unlock()
	if name == "" {
		return "", "", nil
	}
	c, err := p.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return name, "", err
	}
	if c.IsMember {
		p.entered(id)
	}
	if why, err = p.enter(ctx, id); err == nil {
		p.miss(name, why)
	}
	return name, why, err
}
