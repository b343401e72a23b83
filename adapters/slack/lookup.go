package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

const (
	findWithin = time.Minute     // one look-up reads on no longer: what it knows by then is told, and it goes on from there
	findMargin = 5 * time.Second // read again at the next look: what shows late
	looksKept  = 256             // channels and threads whose look-up is remembered
)

// looks are the look-ups in history by channel and thread: what was looked through once is not read again.
type looks struct {
	mu  sync.Mutex
	all map[string]look
}

// look is how far the posts of a channel or thread are looked through.
type look struct {
	from   string // ts: since then, up to top
	want   string // ts: asked for by the pass under way
	oldest string // ts: to which this pass reads
	cursor string // of its next page, "" when it is over
	top    string // the newest ts seen
	pages  int    // of this pass
}

// begin is a pass over what was said since a ts: the one that was broken off, else one over what is not looked through yet.
func (l *looks) begin(key, since string) look {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, known := l.all[key]; known {
		switch {
		case one.cursor != "" && one.want == since:
			return one
		case one.cursor == "" && one.from <= since && one.top != "":
			one.want, one.pages = since, 0
			one.oldest = max(since, stamp(instant(one.top).Add(-findMargin)))
			return one
		}
	}
	return look{from: since, want: since, oldest: since}
}

func (l *looks) keep(key string, one look) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= looksKept {
		clear(l.all)
	}
	l.all[key] = one
}

func (l *looks) drop(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// Find looks whether a part has arrived: among the own posts seen, else in all the history of its place newer than after;
// "" is ten minutes before the words were said. It reads at the pace of gaps. An error says that it can't be told: a
// *chat.RetryAfter among its causes that it can't be told yet, and that the next Find reads on where this one ended.
func (n *Network) Find(ctx context.Context, part chat.Part, after string) (chat.Receipt, bool, error) {
	if r, ok := n.own.find(part); ok {
		return r, true, nil
	}
	if part.Out.Kind == chat.Deleted || rewrites(part) {
		return chat.Receipt{}, false, nil
	}
	channel, err := n.places.address(ctx, part.Out.To)
	if err != nil {
		return chat.Receipt{}, false, classified(err)
	}
	thread := threadOf(part.Out)
	r, found, err := n.lookUp(ctx, channel, thread, part, after)
	if found || err != nil || thread == "" {
		return r, found, err
	}
	return n.lookUp(ctx, channel, "", part, after) // where it is said when its thread takes none
}

// lookUp is Find in a channel, or in a thread; in one that is gone there is nothing.
func (n *Network) lookUp(ctx context.Context, channel, thread string, part chat.Part, after string) (chat.Receipt, bool, error) {
	key := channel + ":" + thread
	pass := n.looks.begin(key, n.lookFrom(part.Out.At, after))
	for began := time.Now(); ; {
		messages, cursor, err := n.page(ctx, channel, thread, pass.oldest, pass.cursor)
		if err != nil {
			if _, said := errors.AsType[slackapi.SlackErrorResponse](err); said {
				n.looks.drop(key) // it may have been the cursor
			}
			if thread != "" && threadless(err) {
				return chat.Receipt{}, false, nil
			}
			return chat.Receipt{}, false, classified(err)
		}
		for _, m := range messages {
			pass.top = max(pass.top, m.Timestamp)
			if m.BotID == n.me().BotID { // another app may write what it likes into its metadata
				n.own.keep(m.Metadata, m.Timestamp)
			}
		}
		pass.cursor, pass.pages = cursor, pass.pages+1
		n.looks.keep(key, pass)
		if r, ok := n.own.find(part); ok {
			return r, true, nil
		}
		if cursor == "" {
			return chat.Receipt{}, false, nil
		}
		if time.Since(began) > n.findWithin {
			n.log.Warn("whether words arrived can't be told yet: much was said since", "place", part.Out.To, "pages", pass.pages)
			return chat.Receipt{}, false, fmt.Errorf("whether the last words arrived is not known yet, what was said since is being read (%d pages so far): %w",
				pass.pages, &chat.RetryAfter{Wait: time.Second})
		}
	}
}

// lookFrom is the ts since which words may have arrived: what was the newest there at the attempt, or some time before they
// were said.
func (n *Network) lookFrom(at time.Time, after string) string {
	if after != "" {
		return after
	}
	if now := time.Now(); at.IsZero() || at.After(now) {
		at = now
	}
	return stamp(at.Add(time.Duration(n.skew.Load())).Add(-overlap))
}

// page reads one page of a channel's history, or of a thread's replies.
func (n *Network) page(ctx context.Context, channel, thread, oldest, cursor string) (messages []slackapi.Message, next string, err error) {
	if thread != "" {
		err = n.reads.of("conversations.replies").call(ctx, func() (err error) {
			messages, _, next, err = n.api.GetConversationRepliesContext(ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: thread, Oldest: oldest, Cursor: cursor, Limit: gapPage,
				IncludeAllMetadata: true,
			})
			return err
		})
		return messages, next, err
	}
	err = n.reads.of("conversations.history").call(ctx, func() error {
		h, err := n.api.GetConversationHistoryContext(ctx, &slackapi.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: gapPage, IncludeAllMetadata: true,
		})
		if err == nil {
			messages, next = h.Messages, h.ResponseMetaData.NextCursor
		}
		return err
	})
	return messages, next, err
}
