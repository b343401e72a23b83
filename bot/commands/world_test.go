package commands_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/commands"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// The people of the tests. Only the id of orga is configured as an organizer.
var (
	newcomer = chat.Handle{Network: "pycon", ID: "UNEW", Nick: "nia"}
	leader   = chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada", Account: "ada"}
	orga     = chat.Handle{Network: "pycon", ID: "UORGA", Nick: "olga"}
	guest    = chat.Handle{Network: "libera", ID: "guest:7", Nick: "gus"}
	spoofer  = chat.Handle{Network: "libera", ID: "guest:8", Nick: "olga"}
	liar     = chat.Handle{Network: "libera", ID: "account:olga", Nick: "UORGA", Account: "olga"}
	robot    = chat.Handle{Network: "pycon", ID: "UORGA", Nick: "olga", Bot: true}
)

// clock is a hand-set one.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) At(time.Time) (<-chan struct{}, func()) { return make(chan struct{}), func() {} }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// world is a store with a sprint on its second day, and a desk.
type world struct {
	t     *testing.T
	store *sqlite.Store
	desk  *commands.Desk
	clock *clock
	said  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	filled, err := begun()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, filled, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// open is the world of a store.
func open(t *testing.T, path string) *world {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: &clock{t: time.Date(2027, 5, 18, 10, 0, 0, 0, zone)}}
	w.store, err = sqlite.Open(t.Context(), path, sqlite.Options{Clock: w.clock, Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.desk = &commands.Desk{
		Organizer: func(network, key string) bool { return network == "pycon" && key == "UORGA" },
		PageURL:   "https://sprints.example.org",
		Status: func() map[string]chat.Status {
			return map[string]chat.Status{
				"libera": {Up: true, Since: w.clock.Now().Add(-2 * time.Hour), Note: "connected as sprintbot"},
				"pycon":  {Since: w.clock.Now().Add(-5 * time.Minute), Note: "the server is silent"},
			}
		},
		Bridging: commands.Bridging{
			Where: func(p chat.Place) string {
				return p.Channel + " on " + map[string]string{"libera": "IRC", "pycon": "Slack"}[p.Network]
			},
			Bridges: func() []commands.Bridge {
				return []commands.Bridge{{Places: []chat.Place{{Network: "libera", Channel: "#sprints"}, {Network: "pycon", Channel: "#sprints"}}}}
			},
			Paces:  func() map[string]chat.Pace { return map[string]chat.Pace{"libera": {Every: 2 * time.Second}} },
			Reload: true,
		},
		Log: slog.New(slog.DiscardHandler),
	}
	return w
}

// begun is the file of a filled store: migrating a new one for each test would
// take most of their time.
var begun = sync.OnceValues(func() (file []byte, err error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "world")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "test.db")
	start := &clock{t: time.Date(2027, 5, 18, 10, 0, 0, 0, zone)}
	store, err := sqlite.Open(context.Background(), path, sqlite.Options{Clock: start, Normal: true})
	if err != nil {
		return nil, err
	}
	err = store.Write(context.Background(), func(tx sprints.Tx) error { return fill(tx, zone) })
	if err := errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// fill makes rooms, tables, three projects and their issues.
func fill(tx sprints.Tx, zone *time.Location) error {
	first, err := sprints.ParseDay("2027-05-17")
	if err != nil {
		return err
	}
	if err := tx.SetEvent(sprints.Event{Name: "PyCon Sprints 2027", Zone: zone, First: first, Last: first.Add(3)}); err != nil {
		return err
	}
	rooms := []sprints.Room{{Code: "301", Name: "Room 301", Floor: "2nd floor"}, {Code: "302", Name: "Room 302", Floor: "2nd floor"}}
	for i, r := range rooms {
		if err := tx.SaveRoom(r); err != nil {
			return err
		}
		for n := 1; n <= 7; n++ {
			if err := tx.SaveTable(sprints.Table{Code: fmt.Sprintf("%c%d", 'A'+i, n), Room: r, Seats: 5 + n%4}); err != nil {
				return err
			}
		}
	}
	ada, err := tx.Meet(leader)
	if err != nil {
		return err
	}
	bob, err := tx.Meet(chat.Handle{Network: "pycon", ID: "UBOB", Nick: "bob"})
	if err != nil {
		return err
	}
	for _, p := range []struct {
		sprints.Project
		lead   sprints.PersonID
		tables []string
	}{
		{sprints.Project{Slug: "copperkettle", Name: "Copperkettle", Summary: "Kettles that tell you when they boil",
			Langs: "Python, C", Level: "easy", FirstTimers: true, SetupMinutes: 15, Days: "mon-wed", Contact: "ada"}, ada.ID, []string{"A1"}},
		{sprints.Project{Slug: "brassbell", Name: "Brassbell", Summary: "Rings when tests pass", Langs: "Rust"}, bob.ID, []string{"B5", "B6"}},
		{sprints.Project{Slug: "tin-drum", Name: "Tin Drum", Sample: true, State: sprints.Paused}, bob.ID, nil},
	} {
		if p.State == "" {
			p.State = sprints.Listed
		}
		p.At = tx.Now()
		id, err := tx.AddProject(p.Project)
		if err != nil {
			return err
		}
		if err := tx.AddLead(id, p.lead); err != nil {
			return err
		}
		for _, code := range p.tables {
			if err := tx.UseTable(code, id, 0); err != nil {
				return err
			}
		}
		repo, err := tx.AddRepo(sprints.Repo{Project: id, Owner: "example", Name: p.Slug, Sample: p.Sample,
			SyncedAt: tx.Now().Add(-4 * time.Minute), NextSync: tx.Now().Add(26 * time.Minute)})
		if err != nil {
			return err
		}
		for n := 12; n < 15; n++ {
			_, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: n, Title: fmt.Sprintf("Fix the example of chapter %d", n),
				URL:    fmt.Sprintf("https://github.com/example/%s/issues/%d", p.Slug, n),
				Labels: []string{"good first issue"}, Tier: 3, Minutes: 60, Open: true,
				CreatedAt: tx.Now().Add(-240 * time.Hour), UpdatedAt: tx.Now().Add(-24 * time.Hour), SeenAt: tx.Now()})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) write(fn func(sprints.Tx) error) {
	w.t.Helper()
	if err := w.store.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(fn func(sprints.View) error) {
	w.t.Helper()
	if err := w.store.Read(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// private is a direct word of h.
func private(h chat.Handle, line string) chat.Message {
	return chat.Message{In: chat.Direct(h), From: h, Kind: chat.Said, Text: chat.Plainly(line), Addressed: true, Direct: true}
}

// public is a word of h in a channel, with the door in front.
func public(h chat.Handle, door, line string) chat.Message {
	return chat.Message{In: chat.Place{Network: h.Network, Channel: "#sprints"}, From: h, Kind: chat.Said,
		Text: chat.Plainly(line), Addressed: true, Door: door}
}

// hear answers m as hear does: in a write of its own.
func (w *world) hear(m chat.Message) commands.Outcome {
	w.t.Helper()
	w.said++
	m.ID, m.At = fmt.Sprintf("m%d", w.said), w.clock.Now()
	var out commands.Outcome
	w.write(func(tx sprints.Tx) (err error) {
		out, err = w.desk.Answer(context.WithoutCancel(w.t.Context()), tx, m)
		return err
	})
	return out
}

// say is hear of a direct word.
func (w *world) say(h chat.Handle, line string) commands.Outcome {
	w.t.Helper()
	return w.hear(private(h, line))
}

// pretend is what the last of these lines would be answered; nothing is kept.
func (w *world) pretend(h chat.Handle, lines ...string) (last commands.Outcome) {
	w.t.Helper()
	undo := errors.New("undone")
	err := w.store.Write(w.t.Context(), func(tx sprints.Tx) error {
		for i, line := range lines {
			m := private(h, line)
			m.ID, m.At = fmt.Sprintf("p%d", i), w.clock.Now()
			var err error
			if last, err = w.desk.Answer(w.t.Context(), tx, m); err != nil {
				return err
			}
		}
		return undo
	})
	if !errors.Is(err, undo) {
		w.t.Fatal(err)
	}
	return last
}

// did is say of what must be done, not refused.
func (w *world) did(h chat.Handle, lines ...string) (last commands.Outcome) {
	w.t.Helper()
	for _, l := range lines {
		if last = w.say(h, l); last.Refused || last.Ignored {
			w.t.Fatalf("%s said %q and was refused: %s", h.Nick, l, last.Reply.Plain())
		}
	}
	return last
}

// person is whom h is known as.
func (w *world) person(h chat.Handle) (p sprints.Person, err error) {
	w.t.Helper()
	w.read(func(v sprints.View) error {
		p, err = v.PersonOf(h)
		return nil
	})
	return p, err
}
