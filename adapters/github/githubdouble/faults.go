package githubdouble

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is an answer that is not the right one.
type Fault struct {
	Path   string // only questions whose path holds this; "" any
	Times  int    // how often; 0 until Heal
	Status int
	Header map[string]string
	Body   string
	Silent bool // no answer at all, until the asker leaves
}

// Misbehave gives f's answer to the next questions. Faults are tried in the
// order they were given.
func (d *Double) Misbehave(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &f)
}

// Heal ends all faults.
func (d *Double) Heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// PrimaryLimit is the 403 or 429 of a spent window that ends after wait, by the Double's clock.
func (d *Double) PrimaryLimit(status int, wait time.Duration) Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	return Fault{Status: status, Times: 1, Body: `{"message":"API rate limit exceeded"}`, Header: map[string]string{
		"Date":                  now.UTC().Format(http.TimeFormat),
		"X-RateLimit-Limit":     "60",
		"X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset":     strconv.FormatInt(now.Add(wait).Unix(), 10),
		"X-RateLimit-Resource":  "core",
	}}
}

// SecondaryLimit is the 403 or 429 of one who asks too fast; wait 0 names no time.
func SecondaryLimit(status int, wait time.Duration) Fault {
	f := Fault{Status: status, Times: 1, Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",` +
		`"documentation_url":"https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`}
	if wait > 0 {
		f.Header = map[string]string{"Retry-After": strconv.Itoa(int(wait / time.Second))}
	}
	return f
}

// fault takes the next fault for path.
func (d *Double) fault(path string) *Fault {
	for i, f := range d.faults {
		if !strings.Contains(path, f.Path) {
			continue
		}
		once := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				d.faults = append(d.faults[:i:i], d.faults[i+1:]...)
			}
		}
		return &once
	}
	return nil
}

func (d *Double) misbehave(w http.ResponseWriter, r *http.Request, f *Fault) {
	if f.Silent {
		select {
		case <-r.Context().Done():
		case <-d.closed:
		}
		return
	}
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
}
