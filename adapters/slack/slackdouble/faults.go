package slackdouble

import (
	"cmp"
	"net/http"
	"time"
)

// Fault makes calls fail. The zero value of each condition fits every call.
type Fault struct {
	Method  string // "chat.postMessage"; empty: every method
	Channel string // id; empty: every channel
	Times   int    // how many calls; 0: until Heal
	Skip    int    // how many fitting calls go through first
	Every   int    // then only each so-manieth fails; 0: each

	Status       int           // HTTP status; 0: 429 with RetryAfter, else 200
	RetryAfter   time.Duration // a 429 that names this wait, in whole seconds, rounded up
	Error        string        // the error code of an answer that is not ok
	Needed       string        // with missing_scope: the scope to name
	AfterSuccess bool          // do the work, then cut the connection before the answer
}

func (f *Fault) status() int {
	if f.Status == 0 && f.RetryAfter > 0 {
		return http.StatusTooManyRequests
	}
	return cmp.Or(f.Status, http.StatusOK)
}

func (f *Fault) code() string {
	if f.Error == "" && f.status() == http.StatusTooManyRequests {
		return "ratelimited"
	}
	return f.Error
}

// Fail adds a fault; the oldest fitting one is used first.
func (d *Double) Fail(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Times == 0 {
		f.Times = -1
	}
	d.faults = append(d.faults, &f)
}

// Heal takes all faults away.
func (d *Double) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// Revoke takes both tokens back, as an uninstalled app's are: it sends tokens_revoked where the socket still takes it,
// and from then on every call is refused until new ones are given by Install.
func (d *Double) Revoke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.revoked[d.AppToken], d.revoked[d.BotToken] = true, true
	d.emitLocked(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{BotUserID}, "oauth": []string{}},
		"event_ts": d.tsLocked()})
}

// Install gives the app new tokens, as installing it again does.
func (d *Double) Install(app, bot string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.AppToken, d.BotToken = app, bot
}

func (d *Double) faultLocked(method string, a args) *Fault {
	for i, f := range d.faults {
		if f.Method != "" && f.Method != method || f.Channel != "" && f.Channel != a["channel"] {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Every > 1 {
			f.Skip = f.Every - 1
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			d.faults = append(d.faults[:i:i], d.faults[i+1:]...)
		}
		return f
	}
	return nil
}

// Pace is a limit of Slack's: a burst, then one each Every.
type Pace struct {
	Burst int
	Every time.Duration
}

type bucket struct {
	tokens float64
	at     time.Time
}

// SetTier limits the calls of a method, over all channels together, as Slack's tiers do; the default is no limit.
func (d *Double) SetTier(method string, p Pace) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tiers[method] = p
	delete(d.buckets, "tier "+method)
}

// paceLocked takes a token for a call, or says how long to wait for one.
func (d *Double) paceLocked(method string, a args) time.Duration {
	if wait := d.tokenLocked("tier "+method, d.tiers[method]); wait > 0 {
		return wait
	}
	if method != "chat.postMessage" && method != "chat.postEphemeral" {
		return 0
	}
	return d.tokenLocked(a["channel"], d.pace)
}

func (d *Double) tokenLocked(from string, p Pace) time.Duration {
	if p.Every <= 0 {
		return 0
	}
	now, b := time.Now(), d.buckets[from]
	if b == nil {
		b = &bucket{tokens: float64(max(1, p.Burst)), at: now}
		d.buckets[from] = b
	}
	b.tokens = min(float64(max(1, p.Burst)), b.tokens+float64(now.Sub(b.at))/float64(p.Every))
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) * float64(p.Every))
	}
	b.tokens--
	return 0
}
