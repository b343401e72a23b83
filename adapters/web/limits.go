package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits bounds how fast somebody, or something, may send forms.
type limits struct {
	mu sync.Mutex
	of map[string]*rate.Limiter
}

func newLimits() *limits { return &limits{of: map[string]*rate.Limiter{}} }

// allow takes one from a bucket of burst that fills at perSecond.
func (l *limits) allow(kind, who string, perSecond float64, burst int) bool {
	return l.bucket(kind, who, perSecond, burst).AllowN(time.Now(), 1)
}

// left says whether the bucket holds one, without taking it.
func (l *limits) left(kind, who string, perSecond float64, burst int) bool {
	return l.bucket(kind, who, perSecond, burst).TokensAt(time.Now()) >= 1
}

func (l *limits) bucket(kind, who string, perSecond float64, burst int) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := kind + " " + who
	b := l.of[key]
	if b == nil {
		if len(l.of) >= 20000 {
			now := time.Now()
			for k, old := range l.of {
				if old.TokensAt(now) >= float64(old.Burst()) {
					delete(l.of, k)
				}
			}
		}
		b = rate.NewLimiter(rate.Limit(perSecond), burst)
		l.of[key] = b
	}
	return b
}
