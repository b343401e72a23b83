package web

import (
	"html/template"
	"slices"
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

// What memory holds of talk, and for how many browsers.
const (
	lobbyKept   = 200
	answersKept = 20
	drawersKept = 4000
)

// saying is one entry of the lobby's log.
type saying struct {
	N       int    // counts up from 1
	Version int    // of the log when the entry was last changed
	Row     int64  // of the outbox, 0 for what was said here
	By      string // id of who said it here, "" for what came from elsewhere
	Nick    string
	From    string // network it came from, "" here; and what to know of the name
	Bot     bool
	Action  bool
	Removed bool
	Banner  bool // an announcement
	At      time.Time
	Body    template.HTML
	Words   string // of the bot's own, for the banner

	who      chat.Handle   // whose words they are, without a nick; zero the bot's
	quotes   chat.Handle   // who is quoted in front of them, zero nobody
	unquoted template.HTML // what is left without that
}

// lobby is the log of the room, in memory only.
type lobby struct {
	mu      sync.Mutex
	entries []saying
	n       int
	version int
}

// newLobby counts up from base, so that pages opened before a restart notice it.
func newLobby(base int) *lobby { return &lobby{n: base, version: base} }

// add appends an entry and returns its id. The same row of the outbox given
// twice is one entry.
func (l *lobby) add(s saying) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Row != 0 {
		for _, e := range l.entries {
			if e.Row == s.Row {
				return sayingID(e.N)
			}
		}
	}
	l.n++
	l.version++
	s.N, s.Version = l.n, l.version
	l.entries = append(l.entries, s)
	if over := len(l.entries) - lobbyKept; over > 0 {
		l.entries = slices.Delete(l.entries, 0, over)
	}
	return sayingID(s.N)
}

// edit replaces an entry's words; one that is not known any more is gone, and
// what became of it is no news.
func (l *lobby) edit(id string, s saying) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.entries {
		if sayingID(e.N) == id && !e.Removed {
			l.version++
			l.entries[i].Body, l.entries[i].Version = s.Body, l.version
			l.entries[i].quotes, l.entries[i].unquoted = s.quotes, s.unquoted
		}
	}
	return id
}

// remove takes an entry's words away.
func (l *lobby) remove(id string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.entries {
		if sayingID(e.N) == id {
			l.version++
			e.Body, e.unquoted, e.Words, e.Removed, e.Banner, e.Version = "", "", "", true, false, l.version
			l.entries[i] = e
		}
	}
	return id
}

// forget takes away what somebody said, and what others' entries quote of it.
func (l *lobby) forget(h chat.Handle) {
	h = chat.Handle{Network: h.Network, ID: h.ID}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.entries {
		switch h {
		case e.who:
			l.version++
			l.entries[i] = saying{N: e.N, Version: l.version, Row: e.Row, Nick: "somebody", Removed: true, At: e.At}
		case e.quotes:
			l.version++
			e.Body, e.quotes, e.unquoted, e.Version = e.unquoted, chat.Handle{}, "", l.version
			l.entries[i] = e
		}
	}
}

// since are the entries changed after a version, and the version now; all is
// false if some have gone out of memory in between.
func (l *lobby) since(version int) (entries []saying, now int, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if e.Version > version {
			entries = append(entries, e)
		}
	}
	return entries, l.version, l.version-version <= lobbyKept
}

// banner is the newest announcement made after t.
func (l *lobby) banner(t time.Time) (saying, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range slices.Backward(l.entries) {
		if e.Banner && e.At.After(t) {
			return e, true
		}
	}
	return saying{}, false
}

// speakers are who spoke here after t, by name, but for the identity not.
func (l *lobby) speakers(t time.Time, not string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var nicks []string
	for _, e := range l.entries {
		if e.At.After(t) && !e.Bot && !e.Removed && (not == "" || e.By != not) && !slices.Contains(nicks, e.Nick) {
			nicks = append(nicks, e.Nick)
		}
	}
	slices.Sort(nicks)
	return nicks
}

func sayingID(n int) string { return "say-" + itoa(n) }

// answer is what the bot told one browser.
type answer struct {
	Key   string // the form's token, or "row-" and a number
	N     int
	At    time.Time
	Asked string // the command line, "" where the bot spoke by itself
	Reply chat.Reply
}

// Body is the answer's words as HTML.
func (a answer) Body() template.HTML { return replyHTML(words(a.Reply)) }

// Tries are the commands it suggests.
func (a answer) Tries() []string { return tries(a.Reply) }

// drawers keep the last answers given to each browser, in memory only.
type drawers struct {
	mu sync.Mutex
	of map[string]*drawer
	n  int
}

type drawer struct {
	answers []answer
	used    int // the drawers' counter at its last use
}

func newDrawers() *drawers { return &drawers{of: map[string]*drawer{}} }

// put keeps an answer; one with a key already there is not kept twice.
func (d *drawers) put(browser string, a answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	dr := d.of[browser]
	if dr == nil {
		if len(d.of) >= drawersKept {
			d.evict()
		}
		dr = &drawer{}
		d.of[browser] = dr
	}
	dr.used = d.n
	for _, b := range dr.answers {
		if b.Key == a.Key {
			return
		}
	}
	a.N = d.n
	dr.answers = append(dr.answers, a)
	if over := len(dr.answers) - answersKept; over > 0 {
		dr.answers = slices.Delete(dr.answers, 0, over)
	}
}

// empty drops a browser's answers.
func (d *drawers) empty(browser string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.of, browser)
}

// evict drops the tenth of the drawers that were used longest ago.
func (d *drawers) evict() {
	used := make([]int, 0, len(d.of))
	for _, dr := range d.of {
		used = append(used, dr.used)
	}
	slices.Sort(used)
	limit := used[len(used)/10]
	for id, dr := range d.of {
		if dr.used <= limit {
			delete(d.of, id)
		}
	}
}

// since are a browser's answers with a number above n, oldest first.
func (d *drawers) since(browser string, n int) []answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	dr := d.of[browser]
	if dr == nil {
		return nil
	}
	var found []answer
	for _, a := range dr.answers {
		if a.N > n {
			found = append(found, a)
		}
	}
	return found
}

// get is the answer to one form.
func (d *drawers) get(browser, key string) (answer, bool) {
	for _, a := range d.since(browser, 0) {
		if a.Key == key {
			return a, true
		}
	}
	return answer{}, false
}
