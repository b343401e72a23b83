package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints/chat"
)

const (
	hearAgain   = 100 * time.Millisecond // what could not be kept is heard again after, doubling
	hearLongest = 5 * time.Second        // up to
	stallAfter  = 10 * time.Second       // what waited longer for the store is said to come late
)

// listen is the one reader: it takes what has arrived, in order, has it heard, and only then acknowledges it. What could
// not be heard stays unacknowledged and is tried again before all that came later; what Slack brings again meanwhile is
// recognised.
func (n *Network) listen(ctx context.Context, hear hearFunc) {
	for {
		arrived, lost, err := n.mailbox.Take(ctx, batchSize)
		if err != nil {
			return
		}
		if lost > 0 {
			n.log.Warn("events left for redelivery", "count", lost)
		}
		for len(arrived) > 0 {
			if arrived[0].gap != nil {
				n.takeGap(ctx, arrived[0].gap, hear)
				arrived = arrived[1:]
				continue
			}
			var events []socketmode.Event
			for len(arrived) > 0 && arrived[0].gap == nil {
				events = append(events, arrived[0].event)
				arrived = arrived[1:]
			}
			renamed := n.notice(ctx, events)
			for wait := hearAgain; !n.take(ctx, events, hear, false, renamed...); wait = min(2*wait, hearLongest) {
				if n.stalled.IsZero() {
					n.stalled = time.Now()
				}
				if !pause(ctx, wait) {
					return
				}
			}
			if len(arrived) == 0 && n.mailbox.Waiting() == 0 {
				n.stalled = time.Time{}
			}
		}
	}
}

// take has a batch heard, live events or what a gap held, behind news of who has another name. False says that it could not
// be kept.
func (n *Network) take(ctx context.Context, events []socketmode.Event, hear hearFunc, late bool, renamed ...chat.Message) bool {
	needed := newNeed()
	n.read(events, noting{needed}, late)
	limit, cancel := context.WithTimeout(ctx, lookupWithin)
	n.names.lookUp(limit, needed)
	cancel()
	messages := slices.Concat(renamed, n.read(events, n.names, late))
	if len(messages) > 0 {
		if _, err := hear(ctx, messages); err != nil {
			if ctx.Err() == nil {
				n.log.Warn("not heard yet", "messages", len(messages), "error", err)
			}
			return false
		}
	}
	n.acknowledge(ctx, events)
	return true
}

func (n *Network) read(events []socketmode.Event, by names, late bool) []chat.Message {
	t := translator{network: n.name, me: n.me(), places: n.places, names: by}
	var out []chat.Message
	for _, ev := range events {
		m, ok := n.understood(t, ev)
		if !ok {
			continue
		}
		m.Behind = !late && n.gaps.behind(m.In.Channel)
		if late || ev.Request != nil && ev.Request.RetryAttempt > 0 {
			m.Ago = n.ago(m.At)
		} else if stalled := time.Since(n.stalled); !n.stalled.IsZero() && stalled > n.stallAfter {
			m.Ago = min(n.ago(m.At), stalled) // old commands are not run, and the backlog is no flood
		}
		out = append(out, m)
	}
	return out
}

// understood is t.message of one event; an event so odd that reading it panics is left out with a word in the log, for it
// would come again after every start.
func (n *Network) understood(t translator, ev socketmode.Event) (m chat.Message, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			n.log.Error("event left out", "event", shape(ev), "panic", p)
			m, ok = chat.Message{}, false
		}
	}()
	return t.message(ev)
}

// notice keeps what events say about names, places and our own posts, and gives who has another name now.
func (n *Network) notice(ctx context.Context, events []socketmode.Event) (renamed []chat.Message) {
	for _, ev := range events {
		data, ok := ev.Data.(slackevents.EventsAPIEvent)
		if !ok {
			continue
		}
		switch e := data.InnerEvent.Data.(type) {
		case *slackevents.MessageEvent:
			n.noticeMessage(e)
		case *slackevents.UserChangeEvent:
			p := e.User.Profile
			if n.names.learn(e.User.ID, p.DisplayName, p.RealName, e.User.Name, e.User.IsBot) && e.User.ID != n.me().UserID {
				renamed = append(renamed, n.renamed(e.User.ID))
			}
		case *slackevents.ChannelRenameEvent:
			n.places.named(e.Channel.ID, e.Channel.Name)
		case *slackevents.GroupRenameEvent:
			n.places.named(e.Channel.ID, e.Channel.Name)
		case *slackevents.TokensRevokedEvent:
			n.suspect(ctx, slackapi.SlackErrorResponse{Err: "token_revoked"})
		default:
			n.noticeDoors(ctx, e)
		}
	}
	return renamed
}

// renamed says that somebody has the name that is known of them now.
func (n *Network) renamed(user string) chat.Message {
	h := chat.Handle{Network: n.name, ID: user}
	h.Nick, h.Bot = n.names.person(user)
	at := time.Now()
	return chat.Message{ID: fmt.Sprintf("renamed:%s:%d", user, at.UnixNano()), In: chat.Direct(h), From: h, At: at, Kind: chat.Renamed}
}

// noticeDoors follows who lets the bot into a channel, takes it out, or closes the channel.
func (n *Network) noticeDoors(ctx context.Context, event any) {
	switch e := event.(type) {
	case *slackevents.MemberJoinedChannelEvent:
		if e.User == n.me().UserID {
			n.invited(ctx, e)
		}
	case *slackevents.MemberLeftChannelEvent:
		if e.User == n.me().UserID {
			n.shut(e.Channel, takenOut)
		}
	case *slackevents.ChannelLeftEvent:
		n.shut(e.Channel, takenOut)
	case *slackevents.GroupLeftEvent:
		n.shut(e.Channel, takenOut)
	case *slackevents.ChannelArchiveEvent:
		n.shut(e.Channel, archived)
	case *slackevents.GroupArchiveEvent:
		n.shut(e.Channel, archived)
	case *slackevents.ChannelUnarchiveEvent:
		n.reopened(ctx, e.Channel)
	case *slackevents.GroupUnarchiveEvent:
		n.reopened(ctx, e.Channel)
	}
}

// shut stops serving a channel until the bot is let in again.
func (n *Network) shut(id, why string) {
	if name := n.places.shut(id, why); name != "" {
		n.log.Warn("channel not served", "place", name, "reason", why)
		n.setStatus(n.Status().Up, n.upNote())
	}
}

// reopened serves a channel that is no longer archived; Slack takes bots out of channels that are archived.
func (n *Network) reopened(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	name, why, err := n.places.reopened(ctx, id)
	switch {
	case err != nil:
		n.log.Warn("channel not understood", "channel", id, "error", reason(err))
	case why != "":
		n.log.Warn("channel not served", "place", name, "reason", why)
	default:
		n.gaps.reopened(name)
	}
	n.setStatus(n.Status().Up, n.upNote())
}

// invited starts serving a channel that the bot came into. Where somebody took it in, what was said before was not said to
// it; where it went in by itself, nobody had taken it out.
func (n *Network) invited(ctx context.Context, e *slackevents.MemberJoinedChannelEvent) {
	id := e.Channel
	if name := n.places.place(id, "", "").Channel; e.Inviter != "" || n.places.isOut(id) {
		n.gaps.since(name, e.EventTimestamp)
	}
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	if err := n.places.invited(ctx, id); err != nil {
		n.log.Warn("channel not understood", "channel", id, "error", reason(err))
		return
	}
	n.setStatus(n.Status().Up, n.upNote())
}

func (n *Network) noticeMessage(e *slackevents.MessageEvent) {
	if e.Message == nil || e.SubType == "message_changed" || e.SubType == "message_deleted" {
		return
	}
	n.places.saw(e.Channel, e.Message.Timestamp)
	me := n.me()
	if e.Message.BotID != "" && e.Message.BotID == me.BotID {
		n.own.keep(e.Message.Metadata, e.Message.Timestamp)
		return
	}
	if e.ChannelType == slackevents.ChannelTypeIM && e.User != "" && e.User != me.UserID {
		n.places.opened(e.User, e.Channel)
	}
}

// acknowledge tells Slack that events are kept; one it can't decode is acknowledged by hand, or it would come for ever.
func (n *Network) acknowledge(ctx context.Context, events []socketmode.Event) {
	ctx, cancel := context.WithTimeout(ctx, ackWithin)
	defer cancel()
	for _, ev := range events {
		id := envelope(ev)
		if id == "" {
			continue
		}
		if _, bad := ev.Data.(*socketmode.ErrorBadMessage); bad {
			n.log.Warn("event not understood", "event", shape(ev))
		}
		if err := n.socket.AckCtx(ctx, id, nil); err != nil {
			n.log.Debug("not acknowledged, slack will bring it again", "error", err)
		}
	}
}

func envelope(ev socketmode.Event) string {
	if ev.Request != nil {
		return ev.Request.EnvelopeID
	}
	bad, ok := ev.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return ""
	}
	var head struct {
		ID string `json:"envelope_id"`
	}
	if json.Unmarshal(bad.Message, &head) != nil {
		return ""
	}
	return head.ID
}

// shape names a bad event for the log: its types, never its words.
func shape(ev socketmode.Event) string {
	bad, ok := ev.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return string(ev.Type)
	}
	var head struct {
		Type    string `json:"type"`
		Payload struct {
			Event struct {
				Type    string `json:"type"`
				Subtype string `json:"subtype"`
			} `json:"event"`
		} `json:"payload"`
	}
	if json.Unmarshal(bad.Message, &head) != nil {
		return "unreadable"
	}
	return strings.Trim(head.Type+" "+head.Payload.Event.Type+" "+head.Payload.Event.Subtype, " ")
}
