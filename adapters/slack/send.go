package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// outbox holds the calls that wait for a free hand: one at a time for each place, in order, at most flight at once.
type outbox struct {
	ready *chat.Mailbox[*lane] // lanes whose head may be sent

	mu      sync.Mutex
	running bool
	lanes   map[chat.Place]*lane
}

type lane struct {
	place chat.Place
	jobs  []job
}

type job struct {
	part chat.Part
	done func(chat.Receipt, error)
}

func newOutbox() *outbox {
	return &outbox{lanes: map[chat.Place]*lane{}, ready: newReady()}
}

func newReady() *chat.Mailbox[*lane] { return chat.NewMailbox[*lane](1 << 20) }

// put queues a job, and says false when nobody is there to do it.
func (o *outbox) put(j job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.running {
		return false
	}
	place := j.part.Out.To.Root()
	l := o.lanes[place]
	if l == nil {
		l = &lane{place: place}
		o.lanes[place] = l
		o.ready.Put(l)
	}
	l.jobs = append(l.jobs, j)
	return true
}

// open takes jobs from now on; run does them.
func (o *outbox) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = true
}

// run does jobs until ctx ends; what has not begun then is told that the network is away.
func (o *outbox) run(ctx context.Context, do func(context.Context, job)) {
	calls, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(finishWithin, stop) })()
	var hands sync.WaitGroup
	for range flight {
		hands.Go(func() {
			for {
				ls, _, err := o.ready.Take(ctx, 1)
				if err != nil || ctx.Err() != nil {
					return
				}
				o.mu.Lock()
				j := ls[0].jobs[0]
				o.mu.Unlock()
				do(calls, j)
				o.next(ls[0])
			}
		})
	}
	hands.Wait()
	o.mu.Lock()
	o.running = false
	left := o.lanes
	o.lanes, o.ready = map[chat.Place]*lane{}, newReady() // or the next run would do again what is told now
	o.mu.Unlock()
	for _, l := range left {
		for _, j := range l.jobs {
			j.done(chat.Receipt{}, chat.ErrOffline)
		}
	}
}

// next takes the job done off its lane.
func (o *outbox) next(l *lane) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l.jobs = l.jobs[1:]; len(l.jobs) > 0 {
		o.ready.Put(l)
		return
	}
	delete(o.lanes, l.place)
}

// Send posts one part and returns at once; parts of one place go one after the other.
func (n *Network) Send(_ context.Context, part chat.Part, done func(chat.Receipt, error)) {
	if !n.outbox.put(job{part, done}) {
		done(chat.Receipt{}, chat.ErrOffline)
	}
}

// deliver makes the call for one part. A part that Slack has shown us already is not posted again.
func (n *Network) deliver(ctx context.Context, j job) {
	if r, ok := n.own.find(j.part); ok {
		j.done(r, nil)
		return
	}
	channel, err := n.places.address(ctx, j.part.Out.To)
	if err != nil {
		j.done(chat.Receipt{}, classified(err))
		return
	}
	ts, err := n.call(ctx, channel, j.part)
	if err != nil {
		n.suspect(ctx, err)
		err = classified(err)
		if lost(err) {
			if r, ok := n.own.await(ctx, j.part); ok { // the answer was lost, the post was not
				n.places.saw(channel, r.ID)
				j.done(r, nil)
				return
			}
		}
		j.done(chat.Receipt{}, err)
		return
	}
	n.places.saw(channel, ts)
	j.done(chat.Receipt{ID: ts, At: instant(ts)}, nil)
}

// classified is refusal for errors that may be classified already.
func classified(err error) error {
	if place, ok := errors.AsType[*chat.ErrPlace](err); ok {
		return place
	}
	if later, ok := errors.AsType[*chat.RetryAfter](err); ok {
		return later
	}
	if refused, ok := errors.AsType[*chat.ErrRefused](err); ok {
		return refused
	}
	return refusal(err)
}

// lost says that the post may have arrived: Slack has not said yes or no.
func lost(err error) bool {
	_, place := errors.AsType[*chat.ErrPlace](err)
	_, refused := errors.AsType[*chat.ErrRefused](err)
	_, later := errors.AsType[*chat.RetryAfter](err)
	return !place && !refused && !later && err != chat.ErrOffline
}

func (n *Network) call(ctx context.Context, channel string, part chat.Part) (ts string, err error) {
	out := part.Out
	if out.Kind == chat.Deleted {
		return out.Of, n.remove(ctx, channel, out, 0)
	}
	opts, err := n.options(ctx, part)
	if err != nil {
		return "", err
	}
	if rewrites(part) {
		return n.rewrite(ctx, channel, part, opts)
	}
	if out.Relayed() {
		name, picture := n.postName(out)
		opts = append(opts, slackapi.MsgOptionUsername(name), picture)
	}
	opts = append(opts, slackapi.MsgOptionMetadata(slackapi.SlackMetadata{
		EventType:    eventType,
		EventPayload: map[string]any{"keys": keysOf(out), "part": strconv.Itoa(part.N)},
	}))
	thread := threadOf(out)
	if thread != "" {
		_, ts, err = n.api.PostMessageContext(ctx, channel, append(slices.Clone(opts), slackapi.MsgOptionTS(thread))...)
	}
	if thread == "" || threadless(err) { // what its thread takes no more is said in the channel
		_, ts, err = n.api.PostMessageContext(ctx, channel, opts...)
	}
	if p := out.Reply.Picture; err != nil && p != nil && part.N == part.Of-1 {
		err = n.unready(p.Token, channel, err)
	}
	return ts, err
}

// threadOf is the root that a post goes under: its place's thread, or the message it answers.
func threadOf(out chat.Outgoing) string {
	if out.Kind == chat.Edited {
		return stampOf(out.To.Thread)
	}
	return stampOf(cmp.Or(out.To.Thread, out.Of))
}

func (n *Network) options(ctx context.Context, part chat.Part) ([]slackapi.MsgOption, error) {
	var in struct {
		Text    string            `json:"text"`
		Blocks  []json.RawMessage `json:"blocks"`
		Picture *chat.Picture     `json:"picture"`
	}
	if err := json.Unmarshal([]byte(part.Body), &in); err != nil {
		return nil, &chat.ErrPlace{Reason: fmt.Sprintf("part %d is not one of ours", part.N)}
	}
	blocks := make([]slackapi.Block, len(in.Blocks))
	for i, raw := range in.Blocks {
		blocks[i] = rawBlock(raw)
	}
	if in.Picture != nil {
		shown, err := n.show(ctx, *in.Picture)
		if err != nil {
			return nil, err
		}
		blocks = append(blocks, shown...)
	}
	return []slackapi.MsgOption{
		slackapi.MsgOptionText(in.Text, false), slackapi.MsgOptionBlocks(blocks...),
		slackapi.MsgOptionParse(false), slackapi.MsgOptionLinkNames(false),
		slackapi.MsgOptionDisableLinkUnfurl(), slackapi.MsgOptionDisableMediaUnfurl(),
	}, nil
}

// rawBlock is a block as Render wrote it, unread.
type rawBlock json.RawMessage

func (rawBlock) BlockType() slackapi.MessageBlockType { return "" }
func (rawBlock) ID() string                           { return "" }

// MarshalJSON is the block itself.
func (b rawBlock) MarshalJSON() ([]byte, error) { return b, nil }
