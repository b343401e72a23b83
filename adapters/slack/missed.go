package slack

import (
	"context"
	"errors"
	"fmt"
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
	unmarked   = 24 * time.Hour     // read of a conversation beside the configured ones in which nothing was heard before
	threadRoot = "0"                // a ts before all others
)

// arrival is what waits to be heard: an event, or what history held.
type arrival struct {
	event socketmode.Event
	gap   *missed
}

// missed is what happened in a place while nobody listened, oldest first.
type missed struct {
	reading
	said []*slackevents.MessageEvent
}

// fill reads gaps as they come due, until ctx ends.
func (n *Network) fill(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		now := n.gaps.due(time.Now(), n.places.newestIn)
		if now.late {
			n.log.Warn("what was said meanwhile is still being read; what is said now no longer waits for it")
			n.setStatus(n.Status().Up, n.upNote())
		}
		if now.beside > 0 {
			work.Go(func() { n.findBeside(ctx, now.beside) })
		}
		for _, r := range now.read {
			work.Go(func() { n.readGap(ctx, r); n.gaps.idle() })
		}
		var later <-chan time.Time
		timer := (*time.Timer)(nil)
		if !now.next.IsZero() {
			timer = time.NewTimer(time.Until(now.next))
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

// readGap reads what was said in one place meanwhile and puts it where the reader finds it.
func (n *Network) readGap(ctx context.Context, r reading) {
	id := n.places.reach(r.channel)
	if id == "" {
		n.gaps.over(r, "")
		return
	}
	h := history{n: n, ctx: ctx, reading: r, id: id}
	found, err := h.all()
	if ctx.Err() != nil {
		return
	}
	switch {
	case err == nil && len(found) == 0:
		n.filled(h.reading)
		return
	case err == nil:
		if !n.mailbox.Put(arrival{gap: &missed{reading: h.reading, said: found}}) {
			n.gaps.failed(r)
		}
		return
	case errors.Is(err, errDisturbed):
		n.gaps.putOff(r)
		return
	}
	n.suspect(ctx, err)
	if closed(err) {
		n.log.Warn("what was said meanwhile can't be read", "place", h.place(), "reason", reason(err))
		h.newest = ""
		n.gaps.over(h.reading, reason(err))
		n.setStatus(n.Status().Up, n.upNote())
		return
	}
	n.log.Warn("what was said meanwhile can't be read yet", "place", h.place(), "reason", reason(err))
	n.gaps.failed(r)
}

// closed says that Slack lets nobody read there, and will not soon. What it says of a token or a cursor says nothing of a
// place.
func closed(err error) bool {
	said, _ := errors.AsType[slackapi.SlackErrorResponse](err)
	_, place := errors.AsType[*chat.ErrPlace](refusal(err))
	return place && !tokenGone(said.Err) && !cursorOver(err)
}

// filled says that a gap is read and heard.
func (n *Network) filled(r reading) {
	if n.gaps.over(r, "") {
		n.setStatus(n.Status().Up, n.upNote())
	}
}

// heardTo is the ts behind which a place may hold something unheard, "" when nothing was ever said to us there.
func (n *Network) heardTo(ctx context.Context, r reading) (string, error) {
	mark, err := n.mark(ctx, chat.Place{Network: n.name, Channel: r.channel})
	if errors.Is(err, sprints.ErrNotFound) {
		if r.side {
			return n.unheardFrom(ctx, r.floor)
		}
		return r.floor, nil
	}
	if err != nil {
		return "", fmt.Errorf("how far a place was heard: %w", err)
	}
	from := stamp(mark.At.Add(-overlap))
	if time.Since(mark.At) > keysKept {
		if _, ts := markOf(mark); ts != "" {
			from = ts
		} else {
			from = stamp(mark.At)
		}
	}
	if r.floor != "" { // known better than by the first words that were heard
		return max(from, r.floor), nil
	}
	return max(from, stamp(mark.First)), nil
}

// unheardFrom is from when on words to the bot are read where none was ever heard: for a day, but not from before it
// first heard anything at all, or, where it never did, before it came up.
func (n *Network) unheardFrom(ctx context.Context, floor string) (string, error) {
	first := n.cameUp()
	for _, name := range n.places.wanted {
		mark, err := n.mark(ctx, chat.Place{Network: n.name, Channel: name})
		if err != nil && !errors.Is(err, sprints.ErrNotFound) {
			return "", fmt.Errorf("how far %s was heard: %w", name, err)
		}
		if err == nil && mark.First.Before(first) {
			first = mark.First
		}
	}
	return max(stamp(first), stamp(n.slackNow().Add(-unmarked)), floor), nil
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

// takeGap has a part of what was missed heard, and leaves the rest behind what has arrived since: Slack waits for its
// acknowledgements.
func (n *Network) takeGap(ctx context.Context, g *missed, hear hearFunc) {
	now := g.said[:min(batchSize, len(g.said))]
	events := make([]socketmode.Event, len(now))
	for i, ev := range now {
		events[i] = socketmode.Event{Type: socketmode.EventTypeEventsAPI, Data: slackevents.EventsAPIEvent{
			InnerEvent: slackevents.EventsAPIInnerEvent{Type: "message", Data: ev},
		}}
	}
	renamed := n.notice(ctx, events)
	if !n.take(ctx, events, hear, true, renamed...) {
		n.gaps.failed(g.reading)
		return
	}
	if g.said = g.said[len(now):]; len(g.said) > 0 {
		if !n.mailbox.Put(arrival{gap: g}) {
			n.gaps.failed(g.reading)
		}
		return
	}
	n.filled(g.reading)
}
