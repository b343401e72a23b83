package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"sprintbot/sprints/chat"
)

const (
	threadsLive = 24 * time.Hour // a thread heard within is asked for replies, and words for what became of them
	keysAsked   = 5000           // keys of a channel looked up
	threadsMost = 100            // asked for replies in one gap
	goneMost    = 30             // messages that are looked for one by one
	gapPage     = 200            // messages asked for at once; limited apps get 15
	gapPages    = 500            // of one gap
	rootPages   = 3              // further back, for what became of what was heard
	gapCalls    = 4              // readings of history at once
)

// history is one reading of a place.
type history struct {
	reading
	n    *Network
	ctx  context.Context
	id   string // of the channel
	from string // ts: what is newer is wanted
	day  string // ts: a day before; threads heard since are asked for replies
	back string // ts: what is newer is looked at, for what became of it
	seen map[string]slackapi.Message
}

func (h *history) place() chat.Place { return chat.Place{Network: h.n.name, Channel: h.channel} }

// all is what happened in the place since it was last heard, oldest first: what was said, threads included; where it is
// carried on, also what was reworded or taken back of what had been heard within a day.
func (h *history) all() ([]*slackevents.MessageEvent, error) {
	var err error
	if h.from, err = h.n.heardTo(h.ctx, h.reading); err != nil || h.from == "" {
		return nil, err
	}
	if at := instant(h.since); !at.IsZero() {
		h.from = max(h.from, stamp(at.Add(-readMargin)))
	}
	h.day, h.back, h.seen = h.from, h.from, map[string]slackapi.Message{}
	if at := instant(h.from); !at.IsZero() {
		h.day = stamp(at.Add(-h.lively()))
	}
	if !h.side && !h.brief {
		h.back = h.day
	}
	known, err := h.known() // before the reading: what is heard meanwhile is not looked for
	if err != nil {
		return nil, err
	}
	whole, err := h.read(known)
	if err != nil {
		return nil, err
	}
	floor := h.from
	for ts, m := range h.seen {
		if (m.SubType == "channel_join" || m.SubType == "group_join") && m.User == h.n.me().UserID && m.Inviter != "" {
			floor = max(floor, ts) // before, the bot was not there, and whoever invited it knows that
		}
	}
	found := h.said(floor)
	if !h.side && !h.brief {
		gone, err := h.gone(known, whole)
		if err != nil {
			return nil, err
		}
		found = append(append(found, h.reworded(known, floor)...), gone...)
	}
	slices.SortStableFunc(found, func(a, b *slackevents.MessageEvent) int {
		return cmp.Compare(a.EventTimeStamp, b.EventTimeStamp)
	})
	return found, nil
}

// lively is how long ago something was heard in the threads that are asked for replies.
func (h *history) lively() time.Duration {
	if h.brief {
		return briefly
	}
	return threadsLive
}

// threads is how many of them are asked.
func (h *history) threads() int {
	if h.brief {
		return briefThread
	}
	return threadsMost
}

// errDisturbed ends a reading that nobody waits for because somebody waits for another.
var errDisturbed = errors.New("another reading goes first")

// call reads one page.
func (h *history) call(method string, page func() error) error {
	if h.n.gaps.disturbed(h.reading) {
		return errDisturbed
	}
	return h.n.reads.of(method).call(h.ctx, page)
}

// known are the messages heard here since h.day by their ts, with their threads.
func (h *history) known() (map[string]string, error) {
	known := map[string]string{}
	if h.n.heard == nil {
		return known, nil
	}
	prefix := h.id + ":"
	keys, err := h.n.heard(h.ctx, prefix+h.day, prefix+"~", keysAsked)
	if err != nil {
		return nil, fmt.Errorf("what was heard in a place: %w", err)
	}
	for _, k := range keys {
		ts := strings.TrimPrefix(k.ID, prefix)
		if ts, deleted := strings.CutSuffix(ts, ":deleted"); deleted {
			known[ts] = takenBack
			continue
		}
		if _, gone := known[ts]; !gone && !strings.Contains(ts, ":") {
			known[ts] = k.Thread
		}
	}
	return known, nil
}

// takenBack stands for the thread of a message whose deletion was heard.
const takenBack = "deleted"

// read fills h.seen and tells of which threads all is known that was said since h.back; "" is the channel itself.
// Threads begun within a day are known by their roots' newest reply; older ones where something was heard in them.
func (h *history) read(known map[string]string) (whole map[string]bool, err error) {
	roots := map[string]bool{}
	reached, err := h.channelItself(roots)
	if err != nil {
		return nil, err
	}
	whole = map[string]bool{"": reached == h.back}
	threads := map[string]string{} // root → newest heard in it
	for ts, thread := range known {
		if thread != "" && thread != takenBack && thread < reached {
			threads[thread] = max(threads[thread], ts)
		}
	}
	newest := make([]string, 0, len(threads))
	for root := range threads {
		newest = append(newest, root)
	}
	slices.SortFunc(newest, func(a, b string) int { return cmp.Compare(threads[b], threads[a]) })
	for _, root := range newest[:min(h.threads(), len(newest))] {
		roots[root] = true
	}
	for root := range roots {
		done, err := h.replies(root, h.back)
		if err != nil {
			return nil, err
		}
		whole[root] = done
	}
	return whole, nil
}

// channelItself reads the channel, newest first, to h.back. It returns how far back it came.
func (h *history) channelItself(roots map[string]bool) (reached string, err error) {
	cursor, latest, reached, newest, further := "", "", h.from, "", 0
	oldest := "" // of the page before
	for range gapPages {
		var page *slackapi.GetConversationHistoryResponse
		err := h.call("conversations.history", func() (err error) {
			if cursor == "" && latest == "" { // whoever connected by now need not ask again
				h.upTo = h.n.gaps.join(h.reading)
			}
			page, err = h.n.api.GetConversationHistoryContext(h.ctx, &slackapi.GetConversationHistoryParameters{
				ChannelID: h.id, Oldest: h.back, Latest: latest, Cursor: cursor, Limit: gapPage, IncludeAllMetadata: true,
			})
			return err
		})
		if cursor != "" && cursorOver(err) {
			cursor, latest = "", oldest
			continue
		}
		if err != nil {
			return "", err
		}
		for _, m := range page.Messages {
			h.seen[m.Timestamp] = m
			reached, newest, oldest = min(reached, m.Timestamp), max(newest, m.Timestamp), m.Timestamp
			if m.LatestReply > h.from {
				roots[m.Timestamp] = true
			}
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			h.newest = newest
			return h.back, nil
		}
		if reached < h.from {
			if further++; further > rootPages {
				h.newest = newest
				return reached, nil
			}
		}
	}
	h.newest = newest
	h.n.log.Warn("more was said while away than is read back", "place", h.place(), "pages", gapPages)
	return reached, nil
}

// cursorOver says that Slack takes a cursor no more: a reading at a page a minute may outlive them.
func cursorOver(err error) bool {
	said, ok := errors.AsType[slackapi.SlackErrorResponse](err)
	return ok && said.Err == "invalid_cursor"
}

// replies reads what was said in a thread since oldest; false where there is no such thread, or there is more than is read.
func (h *history) replies(root, oldest string) (whole bool, err error) {
	cursor, newest := "", oldest
	for range gapPages {
		var page []slackapi.Message
		next := ""
		err := h.call("conversations.replies", func() (err error) {
			page, _, next, err = h.n.api.GetConversationRepliesContext(h.ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: h.id, Timestamp: root, Oldest: oldest, Inclusive: true, Cursor: cursor, Limit: gapPage,
				IncludeAllMetadata: true,
			})
			return err
		})
		if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); ok && said.Err == "thread_not_found" {
			return false, nil
		}
		if cursor != "" && cursorOver(err) {
			cursor, oldest = "", newest
			continue
		}
		if err != nil {
			return false, err
		}
		for _, m := range page {
			h.seen[m.Timestamp] = m
			newest = max(newest, m.Timestamp)
		}
		if cursor = next; cursor == "" {
			return true, nil
		}
	}
	return false, nil
}

func (h *history) event(subtype, at string, m *slackapi.Msg) *slackevents.MessageEvent {
	kind := slackevents.ChannelTypeChannel
	if _, direct := h.place().DirectID(); direct {
		kind = slackevents.ChannelTypeIM
	}
	return &slackevents.MessageEvent{Type: "message", SubType: subtype, Channel: h.id, ChannelType: kind, Message: m, EventTimeStamp: at}
}

// said are the words that came after floor.
func (h *history) said(floor string) (found []*slackevents.MessageEvent) {
	for ts, m := range h.seen {
		if ts > floor {
			found = append(found, h.event(m.SubType, ts, &m.Msg))
		}
	}
	return found
}

// reworded are the edits made after floor of what had been heard; what had not is said in its present words.
func (h *history) reworded(known map[string]string, floor string) (found []*slackevents.MessageEvent) {
	for ts, m := range h.seen {
		if _, was := known[ts]; was && m.Edited != nil && m.Edited.Timestamp > floor && m.SubType != "tombstone" {
			found = append(found, h.event("message_changed", m.Edited.Timestamp, &m.Msg))
		}
	}
	return found
}

// gone are the messages that had been heard and stand there no more, now that all of their channel or thread is seen. A
// root leaves a tombstone over its thread; what else is missed is looked for by itself, to be certain.
func (h *history) gone(known map[string]string, whole map[string]bool) (found []*slackevents.MessageEvent, err error) {
	now := stamp(h.n.slackNow())
	for ts, m := range h.seen { // nobody tells when: after all that is told
		now = max(now, ts)
		if m.Edited != nil {
			now = max(now, m.Edited.Timestamp)
		}
	}
	var missing []string
	for ts, thread := range known {
		m, there := h.seen[ts]
		switch {
		case thread == takenBack:
		case there && m.SubType == "tombstone":
			found = append(found, h.event("message_changed", now, &m.Msg))
		case !there && whole[thread] && ts > h.back:
			missing = append(missing, ts)
		}
	}
	slices.Sort(missing)
	slices.Reverse(missing)
	for _, ts := range missing[:min(goneMost, len(missing))] {
		if _, err := h.replies(ts, ts); err != nil {
			return nil, err
		}
		if _, there := h.seen[ts]; there {
			continue
		}
		ev := h.event("message_deleted", now, nil)
		ev.Message = &slackapi.Msg{}
		ev.DeletedTimeStamp, ev.PreviousMessage = ts, &slackapi.Msg{Timestamp: ts, ThreadTimestamp: known[ts]}
		found = append(found, ev)
	}
	return found, nil
}
