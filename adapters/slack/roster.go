package slack

import (
	"cmp"
	"context"
	"errors"
	"time"

	slackapi "github.com/slack-go/slack"
)

const (
	rosterPage  = 200              // members asked for at once, as Slack advises
	rosterMost  = 10000            // members kept; of a larger workspace those who speak are known as well
	rosterAgain = 10 * time.Minute // before a roster that could not be read whole is asked for again
)

// keepRoster learns what the workspace's members are called, so that a name said on another network becomes a mention only
// where exactly one of them has it. It reads them at once and again when names grow old, until ctx ends.
func (d *directory) keepRoster(ctx context.Context) {
	for {
		wait := nameKept
		if err := d.readRoster(ctx); err != nil && ctx.Err() == nil {
			wait = rosterAgain
			d.log.Info("names of members not read", "error", reason(err), "again_in", wait)
		}
		if !pause(ctx, wait) {
			return
		}
	}
}

func (d *directory) readRoster(ctx context.Context) error {
	read := 0
	for pages := d.api.GetUsersPaginated(slackapi.GetUsersOptionLimit(rosterPage)); read < rosterMost; {
		next, err := pages.Next(ctx)
		if limited, ok := errors.AsType[*slackapi.RateLimitedError](err); ok && pause(ctx, max(limited.RetryAfter, readEvery)) {
			continue
		}
		if err != nil {
			return pages.Failure(err)
		}
		pages = next
		for _, u := range pages.Users {
			read++
			if u.Deleted {
				d.gone(u.ID)
				continue
			}
			d.learn(u.ID, u.Profile.DisplayName, cmp.Or(u.RealName, u.Profile.RealName), u.Name, u.IsBot)
		}
	}
	return nil
}

// gone takes a member who left off the list of who is called how.
func (d *directory) gone(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(id)
	p := d.people[id]
	p.names = nil
	d.people[id] = p
}

// pause waits, and returns false when ctx ended first.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
