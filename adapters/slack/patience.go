package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"sprintbot/sprints/chat"
)

// Reading is allowed 50 times a minute and method by Slack's tier 3, the least that a workspace's own app has; what its
// refusals teach goes before that.
const (
	readBurst   = 20
	readEvery   = 2 * time.Second
	readSlowest = 10 * time.Second // no lesson makes it slower
	readForgets = 10 * time.Minute // without a refusal for so long half of what was learned is forgotten
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
	burst int
	every time.Duration
	pace  *rate.Limiter

	mu     sync.Mutex
	until  time.Time // Slack asked to wait
	lesson chat.Lesson
	passed bool // a call, since Slack last asked to wait
}

func newPatience(burst int, every time.Duration) *patience {
	return &patience{burst: burst, every: every, all: map[string]*budget{}}
}

func (p *patience) of(method string) *budget {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.all[method]
	if b == nil {
		b = &budget{burst: p.burst, every: p.every, pace: rate.NewLimiter(rate.Every(p.every), p.burst)}
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
		b.answered(time.Now(), limited)
		if !ok {
			return err
		}
	}
}

// answered heeds what Slack has said to a call; limited is nil where it did not ask to wait. Of calls that it refuses
// together the first teaches, and of those in a row.
func (b *budget) answered(now time.Time, limited *slackapi.RateLimitedError) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if limited == nil {
		b.passed = true
		return
	}
	if b.passed && now.After(b.until) {
		b.lesson = b.lesson.Harder(now, b.every, readSlowest)
		b.pace.SetLimit(rate.Every(b.lesson.Every))
	}
	b.passed = false
	if until := now.Add(limited.RetryAfter); until.After(b.until) {
		b.until = until
	}
	b.pace.SetBurst(1) // Slack counts otherwise than we do
}

// forgive forgets half of what was learned long ago.
func (b *budget) forgive(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.lesson.Milder(now, b.every, readForgets)
	if l.Every == b.lesson.Every {
		return
	}
	if b.lesson = l; l.Every == 0 {
		b.pace.SetBurst(b.burst)
	}
	b.pace.SetLimit(rate.Every(max(b.every, l.Every)))
}

func (b *budget) wait(ctx context.Context) error {
	b.forgive(time.Now())
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
