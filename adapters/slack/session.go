package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

type hearFunc = func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)

// Run connects and stays connected until ctx ends (nil) or Slack refuses the app for good.
func (n *Network) Run(ctx context.Context, hear func(ctx context.Context, ms []chat.Message) ([]chat.Heard, error)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	n.outbox.open() // before anybody can see the network up
	n.gaps.begin()
	var work sync.WaitGroup
	work.Go(func() { n.drain(ctx) })
	work.Go(func() { n.listen(ctx, hear) })
	work.Go(func() { n.outbox.run(ctx, n.deliver) })
	work.Go(func() { n.names.keepRoster(ctx) })
	work.Go(func() { n.fill(ctx) })
	err := n.stayConnected(ctx)
	stop(err)
	work.Wait()
	n.http.CloseIdleConnections()
	if err != nil {
		n.mu.Lock()
		n.status.Fatal = true
		n.mu.Unlock()
		n.setStatus(false, err.Error())
		return fmt.Errorf("slack network %s: %w", n.name, err)
	}
	n.setStatus(false, "stopped")
	return nil
}

// stayConnected redials for ever; it returns nil when ctx ended and an error when redialling can't help.
func (n *Network) stayConnected(ctx context.Context) error {
	if n.tokens != "" {
		return errors.New(n.tokens)
	}
	again := backoff.NewExponentialBackOff()
	again.InitialInterval, again.MaxInterval = 500*time.Millisecond, longestRedial
	for {
		began := time.Now()
		err := n.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if reason := fatal(err); reason != nil {
			return reason
		}
		if time.Since(began) > time.Minute {
			again.Reset()
		}
		wait := again.NextBackOff()
		if limited, ok := errors.AsType[*slackapi.RateLimitedError](err); ok {
			wait = max(wait, limited.RetryAfter)
		}
		n.setStatus(false, "connecting again: "+reason(err))
		n.log.Warn("slack is away", "error", err, "again_in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// session learns who the bot is and which channels it serves, then holds the socket until it can't.
func (n *Network) session(ctx context.Context) error {
	n.setStatus(false, "connecting")
	if n.me().UserID == "" || n.lacks.Load() != nil {
		who, err := n.api.AuthTestContext(ctx)
		if err != nil {
			return fmt.Errorf("auth.test: %w", err)
		}
		n.mu.Lock()
		n.self = self{UserID: who.UserID, BotID: who.BotID, Name: who.User, URL: who.URL}
		if n.upAt.IsZero() {
			n.upAt = n.slackNow()
		}
		n.mu.Unlock()
		n.names.setSelf(n.me())
		n.learnScopes(who.Header.Get("X-OAuth-Scopes"))
	}
	if err := n.openPlaces(ctx); err != nil {
		return err
	}
	return n.socketSession(ctx)
}

// openPlaces finds the configured channels: those heard before by their ids, whatever they are called now.
func (n *Network) openPlaces(ctx context.Context) error {
	for _, name := range n.places.unknown() {
		if n.mark == nil {
			break
		}
		mark, err := n.mark(ctx, chat.Place{Network: n.name, Channel: name})
		if errors.Is(err, sprints.ErrNotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("how far %s was heard: %w", name, err)
		}
		if id, ts := markOf(mark); id != "" {
			n.places.heardBefore(name, id, ts)
		}
	}
	if err := n.places.open(ctx, n.log); err != nil {
		return err
	}
	for name, ts := range n.places.begins() {
		n.gaps.began(name, ts)
	}
	return nil
}

// suspect gives the whole network up when Slack says on a second question too that the token is gone.
func (n *Network) suspect(ctx context.Context, err error) {
	if said, ok := errors.AsType[slackapi.SlackErrorResponse](err); !ok || !tokenGone(said.Err) {
		return
	}
	if _, err := n.api.AuthTestContext(ctx); fatal(err) != nil {
		n.end(fmt.Errorf("auth.test: %w", err))
	}
}

// socketSession runs the library's client, which reconnects by itself as long as Slack only refreshes; the first
// failure to connect ends it, because its own waits grow to five minutes.
func (n *Network) socketSession(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n.onEnd(cancel)
	defer n.onEnd(func(error) {})
	err := n.socket.RunContext(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return opening{err} // never nil: without one it connects again
}

func (n *Network) onEnd(end func(error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.endSession = end
}

func (n *Network) end(err error) {
	n.mu.Lock()
	end := n.endSession
	n.mu.Unlock()
	end(err)
}

// drain empties the library's queue at once, whatever hear is doing, so that pings are always read.
func (n *Network) drain(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case ev := <-n.socket.Events:
			n.control(ev)
		}
	}
}

// control sees to the state of the connection and keeps what must be heard.
func (n *Network) control(ev socketmode.Event) {
	switch ev.Type {
	case socketmode.EventTypeConnecting:
		n.setStatus(false, "connecting")
		if n.passing.ended(time.Now()) {
			n.end(opening{errors.New("connections end as soon as they are open")})
		}
	case socketmode.EventTypeConnected:
		n.passing.opened = time.Now()
	case socketmode.EventTypeDisconnect:
	case socketmode.EventTypeHello:
		n.heardNow()
		n.gaps.connected()
		n.setStatus(true, n.upNote())
		n.log.Info("slack is connected")
	case socketmode.EventTypeConnectionError:
		if e, ok := ev.Data.(*slackapi.ConnectionErrorEvent); ok {
			n.end(opening{e.ErrorObj})
		}
	case socketmode.EventTypeInvalidAuth, socketmode.EventTypeIncomingError, socketmode.EventTypeErrorWriteFailed:
		n.log.Debug("socket", "event", string(ev.Type))
	default:
		n.heardNow()
		n.mailbox.Put(arrival{event: ev})
	}
}

// passing counts connections that ended as soon as they were open: the library asks for the next at once, whatever became
// of the last.
type passing struct {
	opened time.Time // zero: none is open
	inARow int
}

// ended notes that a connection has ended, if one was open, and says that so many have not lasted that it is time to wait.
func (p *passing) ended(now time.Time) (enough bool) {
	if p.opened.IsZero() {
		return false
	}
	if now.Sub(p.opened) < shortLived {
		p.inARow++
	} else {
		p.inARow = 0
	}
	p.opened = time.Time{}
	if enough = p.inARow == shortMost; enough {
		p.inARow = 0
	}
	return enough
}
