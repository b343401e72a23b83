package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const (
	overlap    = 10 * time.Minute   // read again before the mark: what is newer may have been heard first
	keysKept   = 6 * 24 * time.Hour // the store knows for seven days what it heard; an older mark is not gone behind
	gapPage    = 200                // messages asked for at once; limited apps get 15
	gapPages   = 500                // of one gap
	rootPages  = 3                  // further back, for roots of threads, where pages are small
	gapCalls   = 4                  // readings of history at once
	threadRoot = "0"                // a ts before all others
)

// arrival is what waits to be heard: an event, or what history held.
type arrival struct {
	event socketmode.Event
	gap   *missed
}

// missed is what was said in a channel while nobody listened, oldest first.
type missed struct {
	reading
	id   string // of the channel
	said []slackapi.Message
}

// fill reads gaps as they come due, until ctx ends.
func (n *Network) fill(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	calls := make(chan struct{}, gapCalls)
	for {
		due, next := n.gaps.due(time.Now())
		for _, r := range due {
			work.Go(func() { n.readGap(ctx, r, calls) })
		}
		var later <-chan time.Time
		timer := (*time.Timer)(nil)
		if !next.IsZero() {
			timer = time.NewTimer(time.Until(next))
			later = timer.C
		}
		select {
		case <-n.gaps.wake:
		case <-later:
		case <-ctx.Done():
		}
		if timer != nil {
			timer.Stop()
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// readGap reads what was said in one channel meanwhile and puts it where the reader finds it.
func (n *Network) readGap(ctx context.Context, r reading, calls chan struct{}) {
	id := n.places.served(r.channel)
	if id == "" {
		n.gaps.heard(r.channel, r.upTo, "")
		return
	}
	from, err := n.heardTo(ctx, r)
	if err == nil && from == "" { // nothing was ever said to us there
		n.gaps.heard(r.channel, r.upTo, "")
		return
	}
	h := history{n: n, ctx: ctx, calls: calls, id: id, from: from}
	var said []slackapi.Message
	if err == nil {
		said, err = h.read(r.threads)
	}
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		if !n.mailbox.Put(arrival{gap: &missed{reading: r, id: id, said: said}}) {
			n.gaps.failed(r.channel)
		}
		return
	}
	n.suspect(ctx, err)
	if _, never := errors.AsType[*chat.ErrPlace](refusal(err)); never {
		n.log.Warn("what was said meanwhile can't be read", "place", r.channel, "reason", reason(err))
		n.gaps.heard(r.channel, r.upTo, reason(err))
		n.setStatus(n.Status().Up, n.upNote())
		return
	}
	n.log.Warn("what was said meanwhile can't be read yet", "place", r.channel, "reason", reason(err))
	n.gaps.failed(r.channel)
}

// heardTo is the ts behind which a channel may hold something unheard, "" when nothing was ever said to us there.
func (n *Network) heardTo(ctx context.Context, r reading) (string, error) {
	mark, err := n.mark(ctx, chat.Place{Network: n.name, Channel: r.channel})
	if errors.Is(err, sprints.ErrNotFound) {
		return r.floor, nil
	}
	if err != nil {
		return "", fmt.Errorf("how far %s was heard: %w", r.channel, err)
	}
	from := stamp(mark.At.Add(-overlap))
	if time.Since(mark.At) > keysKept {
		if _, ts := markOf(mark); ts != "" {
			from = ts
		} else {
			from = stamp(mark.At)
		}
	}
	return max(from, stamp(mark.First), r.floor), nil
}

// markOf is the channel id and ts of the newest message heard in a place.
func markOf(m sprints.Mark) (id, ts string) {
	id, ts, ok := strings.Cut(m.ID, ":")
	if !ok || instant(ts).IsZero() {
		return "", ""
	}
	return id, ts
}

// stamp is an instant as a Slack timestamp.
func stamp(t time.Time) string {
	if t.Unix() <= 0 {
		return threadRoot
	}
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// history is one reading of a channel.
type history struct {
	n     *Network
	ctx   context.Context
	calls chan struct{}
	id    string
	from  string // ts: what is newer is wanted
}

// read is what was said after from, threads included, oldest first. Threads begun within a day before from are known by
// their roots' newest reply; older ones only where the caller names them.
func (h history) read(threads []string) ([]slackapi.Message, error) {
	all := map[string]slackapi.Message{}
	roots := map[string]bool{}
	reached, err := h.channel(all, roots)
	if err != nil {
		return nil, err
	}
	for _, root := range threads {
		if root < reached {
			roots[root] = true
		}
	}
	for root := range roots {
		if err := h.replies(root, all); err != nil {
			return nil, err
		}
	}
	me, floor := h.n.me(), h.from
	for ts, m := range all {
		if (m.SubType == "channel_join" || m.SubType == "group_join") && m.User == me.UserID && m.Inviter != "" {
			floor = max(floor, ts) // before, the bot was not there, and whoever invited it knows that
		}
	}
	var said []slackapi.Message
	for ts, m := range all {
		if ts > floor {
			said = append(said, m)
		}
	}
	slices.SortFunc(said, func(a, b slackapi.Message) int { return strings.Compare(a.Timestamp, b.Timestamp) })
	return said, nil
}

// channel reads the channel itself, newest first, and a day further back to find threads with new replies. It returns
// how far back it came.
func (h history) channel(all map[string]slackapi.Message, roots map[string]bool) (reached string, err error) {
	back := h.from
	if at := instant(h.from); !at.IsZero() {
		back = stamp(at.Add(-threadsLive))
	}
	cursor, reached, further := "", h.from, 0
	for range gapPages {
		var page *slackapi.GetConversationHistoryResponse
		err := h.patiently(func() (err error) {
			page, err = h.n.api.GetConversationHistoryContext(h.ctx, &slackapi.GetConversationHistoryParameters{
				ChannelID: h.id, Oldest: back, Cursor: cursor, Limit: gapPage, IncludeAllMetadata: true,
			})
			return err
		})
		if err != nil {
			return "", err
		}
		for _, m := range page.Messages {
			if m.Timestamp > h.from {
				all[m.Timestamp] = m
			} else {
				reached = min(reached, m.Timestamp)
			}
			if m.LatestReply > h.from {
				roots[m.Timestamp] = true
			}
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			return back, nil
		}
		if reached < h.from && len(page.Messages) < gapPage {
			if further++; further > rootPages {
				return reached, nil
			}
		}
	}
	h.n.log.Warn("more was said while away than is read back", "channel", h.id, "pages", gapPages)
	return reached, nil
}

func (h history) replies(root string, all map[string]slackapi.Message) error {
	cursor := ""
	for range gapPages {
		var page []slackapi.Message
		err := h.patiently(func() (err error) {
			page, _, cursor, err = h.n.api.GetConversationRepliesContext(h.ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: h.id, Timestamp: root, Oldest: h.from, Cursor: cursor, Limit: gapPage, IncludeAllMetadata: true,
			})
			return err
		})
		if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok && said.Err == "thread_not_found" {
			return nil
		}
		if err != nil {
			return err
		}
		for _, m := range page {
			if m.Timestamp > h.from {
				all[m.Timestamp] = m
			}
		}
		if cursor == "" {
			return nil
		}
	}
	return nil
}

// patiently makes a call again when Slack asks to wait, however long; few are made at once, waiting holds none up.
func (h history) patiently(call func() error) error {
	for {
		select {
		case h.calls <- struct{}{}:
		case <-h.ctx.Done():
			return h.ctx.Err()
		}
		err := call()
		<-h.calls
		limited, ok := errors.AsType[*slackapi.RateLimitedError](err)
		if !ok {
			return err
		}
		timer := time.NewTimer(limited.RetryAfter)
		select {
		case <-timer.C:
		case <-h.ctx.Done():
			timer.Stop()
			return h.ctx.Err()
		}
	}
}

// takeGap has a part of what was missed heard, and leaves the rest behind what has arrived since: Slack waits for its
// acknowledgements.
func (n *Network) takeGap(ctx context.Context, g *missed, hear hearFunc) {
	now := g.said[:min(batchSize, len(g.said))]
	events := make([]socketmode.Event, len(now))
	for i := range now {
		m := now[i].Msg
		events[i] = socketmode.Event{Type: socketmode.EventTypeEventsAPI, Data: slackevents.EventsAPIEvent{
			InnerEvent: slackevents.EventsAPIInnerEvent{Type: "message", Data: &slackevents.MessageEvent{
				Type: "message", SubType: m.SubType, Channel: g.id, ChannelType: slackevents.ChannelTypeChannel, Message: &m,
			}},
		}}
	}
	if !n.take(ctx, events, hear, true) {
		n.gaps.failed(g.channel)
		return
	}
	if g.said = g.said[len(now):]; len(g.said) > 0 {
		if !n.mailbox.Put(arrival{gap: g}) {
			n.gaps.failed(g.channel)
		}
		return
	}
	if n.gaps.heard(g.channel, g.upTo, "") {
		n.setStatus(n.Status().Up, n.upNote())
	}
}
