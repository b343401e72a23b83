package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// Reading is allowed 50 times a minute and method by Slack's tier 3, the least that a workspace's own app has.
const (
	readBurst = 20
	readEvery = 2 * time.Second
)

// patience is how often what was said may be read, by method: Slack counts all channels together.
type patience struct {
	burst int
	every time.Duration

	mu  sync.Mutex
	all map[string]*budget
}

// budget is what one method has left.
type budget struct {
	mu    sync.Mutex
	pace  *rate.Limiter
	until time.Time // Slack asked to wait
}

func newPatience(burst int, every time.Duration) *patience {
	return &patience{burst: burst, every: every, all: map[string]*budget{}}
}

func (p *patience) of(method string) *budget {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.all[method]
	if b == nil {
		b = &budget{pace: rate.NewLimiter(rate.Every(p.every), p.burst)}
		p.all[method] = b
	}
	return b
}

// call makes a call once it may, and again as long as Slack asks to wait, however long.
func (b *budget) call(ctx context.Context, call func() error) error {
	for {
		if err := b.wait(ctx); err != nil {
			return err
		}
		err := call()
		limited, ok := errors.AsType[*slackapi.RateLimitedError](err)
		if !ok {
			return err
		}
		b.mu.Lock()
		if until := time.Now().Add(limited.RetryAfter); until.After(b.until) {
			b.until = until
		}
		b.pace.SetBurst(1) // Slack counts otherwise than we do
		b.mu.Unlock()
	}
}

func (b *budget) wait(ctx context.Context) error {
	for {
		b.mu.Lock()
		wait := time.Until(b.until)
		b.mu.Unlock()
		if wait <= 0 {
			if err := b.pace.Wait(ctx); err != nil {
				return err
			}
			b.mu.Lock()
			wait = time.Until(b.until)
			b.mu.Unlock()
			if wait <= 0 {
				return nil
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
