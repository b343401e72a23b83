package slack

import (
	"context"
	"strconv"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

const (
	eventType    = "sprintbot" // of the metadata of every post
	receiptsKept = 4096        // own posts remembered as their events come back
)

// receipts remembers own posts that Slack has shown us, by row and part: the quickest way to settle a lost answer.
type receipts struct {
	mu   sync.Mutex
	seen map[string]string // key and part → ts
	ring [receiptsKept]string
	next int
	wait time.Duration // for an own post to come back
	more chan struct{} // closed and replaced when something was seen
}

func newReceipts() *receipts {
	return &receipts{seen: map[string]string{}, wait: settleWithin, more: make(chan struct{})}
}

func partKey(key, part string) string { return key + "\x1e" + part }

// keep notes a post of ours by its metadata; one without ours is nobody's business here.
func (r *receipts) keep(m slackapi.SlackMetadata, ts string) {
	keys, part := ours(m)
	if len(keys) == 0 || ts == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		id := partKey(key, part)
		if _, known := r.seen[id]; !known {
			delete(r.seen, r.ring[r.next])
			r.ring[r.next] = id
			r.next = (r.next + 1) % receiptsKept
		}
		r.seen[id] = ts
	}
	close(r.more)
	r.more = make(chan struct{})
}

// await is find after a lost answer: our own message event usually tells within a moment whether the post arrived.
func (r *receipts) await(ctx context.Context, p chat.Part) (chat.Receipt, bool) {
	ctx, cancel := context.WithTimeout(ctx, r.wait)
	defer cancel()
	for {
		r.mu.Lock()
		more := r.more
		r.mu.Unlock()
		if receipt, ok := r.find(p); ok {
			return receipt, true
		}
		select {
		case <-more:
		case <-ctx.Done():
			return chat.Receipt{}, false
		}
	}
}

// find is the receipt of a part that has been seen. An edit or delete carries no metadata: doing it twice does no harm.
func (r *receipts) find(p chat.Part) (chat.Receipt, bool) {
	if p.Out.Kind == chat.Deleted || rewrites(p) {
		return chat.Receipt{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ts := r.seen[partKey(p.Out.Key, strconv.Itoa(p.N))]
	return chat.Receipt{ID: ts, At: instant(ts)}, ts != ""
}

// ours are the keys of the rows that a post carries, and which part of them; none if it is no post of ours.
func ours(m slackapi.SlackMetadata) (keys []string, part string) {
	if m.EventType != eventType {
		return nil, ""
	}
	part, _ = m.EventPayload["part"].(string)
	all, _ := m.EventPayload["keys"].([]any)
	for _, k := range all {
		if key, ok := k.(string); ok && key != "" && part != "" {
			keys = append(keys, key)
		}
	}
	return keys, part
}
