package main

import (
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/commands"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

var (
	onIRC   = chat.Place{Network: "libera", Channel: "#sprints"}
	onSlack = chat.Place{Network: "pycon", Channel: "#sprints"}
	ada     = chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada", Account: "ada"}
)

func newEar(t *testing.T) (*ear, *sqlite.Store) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "h.db"), sqlite.Options{Clock: sprints.System{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	day := sprints.DayOf(time.Now(), time.UTC)
	err = store.Write(t.Context(), func(tx sprints.Tx) error {
		return tx.SetEvent(sprints.Event{Name: "Ears", Zone: time.UTC, First: day, Last: day.Add(3)})
	})
	if err != nil {
		t.Fatal(err)
	}
	desk := &commands.Desk{
		Organizer: func(network, key string) bool { return network == "libera" && key == ada.ID },
		Status:    func() map[string]chat.Status { return nil },
		Bridging: commands.Bridging{Bridges: func() []commands.Bridge {
			return []commands.Bridge{{Places: []chat.Place{onIRC, onSlack}}}
		}},
		Log: log,
	}
	e := &ear{store: store, guard: newGuard(), desk: desk, log: log, carrier: relay.Carrier{
		Routes:  relay.Routes{{Join: []chat.Place{onIRC, onSlack}}},
		Labels:  map[string]string{"libera": "IRC"},
		Expires: time.Hour,
	}}
	desk.Bridging.Where = e.carrier.Where
	return e, store
}

func said(id, words string, change func(*chat.Message)) chat.Message {
	m := chat.Message{ID: id, In: onIRC, From: ada, At: time.Now(), Kind: chat.Said, Text: chat.Plainly(words)}
	if change != nil {
		change(&m)
	}
	return m
}

func command(m *chat.Message) { m.Addressed, m.Door = true, "!" }

// rows are what waits for all networks, "place: words".
func rows(t *testing.T, store sprints.Store) []string {
	t.Helper()
	var all []string
	err := store.Read(t.Context(), func(v sprints.View) error {
		for _, n := range []string{"libera", "pycon"} {
			waiting, err := v.Waiting(n, 0, 1000)
			if err != nil {
				return err
			}
			for _, w := range waiting {
				all = append(all, w.To.String()+": "+w.Reply.Plain())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsSaidGoesToTheOtherPlaceOnce(t *testing.T) {
	e, store := newEar(t)
	for range 2 { // the second is a redelivery
		if _, err := e.hear(t.Context(), []chat.Message{said("1", "hello", nil)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: hello"}) {
		t.Errorf("rows %q", got)
	}
}

func TestACommandIsAnsweredInPrivateAndNotRelayed(t *testing.T) {
	e, store := newEar(t)
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "projects", command)}); err != nil {
		t.Fatal(err)
	}
	got := rows(t, store)
	if len(got) != 1 || !strings.HasPrefix(got[0], "libera @account:ada: ") {
		t.Errorf("rows %q", got)
	}
}

func TestAnAnswerWaitsADayForSomebodyWhoIsAway(t *testing.T) {
	e, store := newEar(t)
	asked := time.Now()
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "projects", command)}); err != nil {
		t.Fatal(err)
	}
	err := store.Read(t.Context(), func(v sprints.View) error {
		waiting, err := v.Waiting("libera", 0, 10)
		if len(waiting) != 1 || waiting[0].Expires.Sub(asked).Round(time.Minute) != 24*time.Hour {
			t.Errorf("waiting %+v", waiting)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStrayWordIsRelayedAsSaid(t *testing.T) {
	e, store := newEar(t)
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "zzzyx", command)}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: !zzzyx"}) {
		t.Errorf("rows %q", got)
	}
}

func TestBotsAreRelayedAndNeverObeyed(t *testing.T) {
	e, store := newEar(t)
	bot := func(m *chat.Message) { command(m); m.From.Bot = true }
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "project new Evil", bot)}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: !project new Evil"}) {
		t.Errorf("rows %q", got)
	}
}

func TestAnInlineAnswerComesBackAtOnce(t *testing.T) {
	e, store := newEar(t)
	inline := func(m *chat.Message) { m.Addressed, m.Direct, m.Inline, m.In = true, true, true, chat.Direct(ada) }
	heard, err := e.hear(t.Context(), []chat.Message{said("1", "projects", inline)})
	if err != nil {
		t.Fatal(err)
	}
	if !heard[0].First || heard[0].Reply == nil || heard[0].Reply.Silent() {
		t.Errorf("heard %+v", heard[0])
	}
	if got := rows(t, store); got != nil {
		t.Errorf("rows %q", got)
	}
}

func TestAnnouncementsGoEverywhereOnce(t *testing.T) {
	e, store := newEar(t)
	direct := func(m *chat.Message) { m.Addressed, m.Direct, m.In = true, true, chat.Direct(ada) }
	_, err := e.hear(t.Context(), []chat.Message{
		said("1", "project new Lark", direct),
		said("2", "announce lark", direct),
		said("2", "announce lark", direct),
	})
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{}
	for _, r := range rows(t, store) {
		place, _, _ := strings.Cut(r, ":")
		places[place]++
	}
	if places["libera #sprints"] != 1 || places["pycon #sprints"] != 1 {
		t.Errorf("announced %v", places)
	}
}

func TestWhenTheStoreCantKeepItNothingIsAcknowledged(t *testing.T) {
	e, store := newEar(t)
	store.Close()
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "hello", nil)}); err == nil {
		t.Error("no error, though nothing was kept")
	}
}

func TestAMessageThatCantBeKeptHoldsNoOtherUp(t *testing.T) {
	e, store := newEar(t)
	_, err := e.hear(t.Context(), []chat.Message{said("1", "before", nil), said("", "no key", nil), said("3", "after", nil)})
	if err != nil {
		t.Fatalf("the batch would be given again for ever: %v", err)
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: before", "pycon #sprints: after"}) {
		t.Errorf("rows %q", got)
	}
}

func TestWhoLinkedTheirIdentitiesHasOneNameEverywhere(t *testing.T) {
	e, store := newEar(t)
	grace := chat.Handle{Network: "pycon", ID: "U1", Nick: "Grace H."}
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		a, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		slack, err := tx.Meet(chat.Handle{Network: "pycon", ID: "U2", Nick: "Ada Lovelace"})
		if err != nil {
			return err
		}
		_, err = tx.Meet(grace)
		if err != nil {
			return err
		}
		return tx.JoinPersons(a.ID, slack.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	fromSlack := func(m *chat.Message) {
		m.In, m.From = onSlack, grace
		m.Text = chat.Text{{Text: "thanks "}, {Text: "@Ada Lovelace", Who: &chat.Handle{Network: "pycon", ID: "U2", Nick: "Ada Lovelace"}}}
	}
	if _, err := e.hear(t.Context(), []chat.Message{said("1", "hello", nil)}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.hear(t.Context(), []chat.Message{said("2", "", fromSlack)}); err != nil {
		t.Fatal(err)
	}
	err = store.Read(t.Context(), func(v sprints.View) error {
		toSlack, err := v.Waiting("pycon", 0, 10)
		if err != nil {
			return err
		}
		if n := toSlack[0].As.Nick; n != "Ada Lovelace" {
			t.Errorf("Slack shows %q, whose name there is Ada Lovelace", n)
		}
		toIRC, err := v.Waiting("libera", 0, 10)
		if err != nil {
			return err
		}
		if n := toIRC[0].As.Nick; n != "Grace H." {
			t.Errorf("IRC shows %q, who linked nothing there", n)
		}
		who := toIRC[0].Reply.Lines[0].Cells[0][1].Who
		if who == nil || who.Network != "libera" || who.Nick != "ada" {
			t.Errorf("the mention calls %+v, not ada on libera", who)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
