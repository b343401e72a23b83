package main

import (
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// doubtful says who of the speakers relayed by now is shown with a doubt, by
// their words.
func doubtful(t *testing.T, store sprints.Store) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := store.Read(t.Context(), func(v sprints.View) error {
		waiting, err := v.Waiting("pycon", 0, 100)
		for _, w := range waiting {
			all[w.Reply.Plain()] = w.Doubt
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhoPassesForAnOrganizerIsMarkedAndNobodyElse(t *testing.T) {
	e, store := newEar(t)
	e.carrier.Doubts = e.doubts
	anna := chat.Handle{Network: "pycon", ID: "U1", Nick: "Anna"} // never spoke to the bot by a command
	organizers := []Organizer{{"libera", ada.ID}, {"pycon", anna.ID}}
	e.desk.Organizer = Config{Organizers: organizers}.Organizes
	e.guard.names.Store(&guardNames{own: []string{"sprintbot"}, organizers: organizers})
	linked := chat.Handle{Network: "libera", ID: "account:lovelace", Nick: "Ada"}
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		p, err := tx.Meet(chat.Handle{Network: "libera", ID: ada.ID, Nick: "ada"})
		if err != nil {
			return err
		}
		q, err := tx.Meet(linked)
		if err != nil {
			return err
		}
		return tx.JoinPersons(p.ID, q.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	e.hears(t, said("0", "hello", func(m *chat.Message) { m.From, m.In = anna, onSlack }))

	guest := func(nick string) func(*chat.Message) {
		return by(chat.Handle{Network: "libera", ID: "guest:" + nick, Nick: nick})
	}
	want := map[string]bool{}
	for words, c := range map[string]struct {
		from  func(*chat.Message)
		doubt bool
	}{
		"the organizer":            {by(ada), false},
		"the organizer, linked":    {by(linked), false},
		"her name":                 {guest("ADA"), true},
		"her name, Cyrillic":       {guest("\u0430d\u0430"), true},
		"her name, all Cyrillic":   {guest("\u0430\u0501\u0430"), true},
		"her name, marked":         {guest("\u00e1da_"), true},
		"her name, wide":           {guest("\uff41\uff44\uff41"), true},
		"another organizer's":      {guest("anna"), true},
		"the bot's":                {guest("SprintB0t"), true},
		"a name of one's own":      {guest("adam"), false},
		"a Cyrillic name":          {guest("\u0410\u043d\u043d\u0430"), false},
		"a Greek name":             {guest("\u039d\u03af\u03ba\u03bf\u03c2"), false},
		"a name in two scripts":    {guest("\u65e5\u672c kim"), false},
		"a name that shows little": {guest("--"), false},
	} {
		e.hears(t, said(words, words, c.from))
		want[words] = c.doubt
	}
	got := doubtful(t, store)
	for words, doubt := range want {
		if was, there := got[words]; !there || was != doubt {
			t.Errorf("%s: carried %v, in doubt %v", words, there, was)
		}
	}
}

func TestNamesThatNobodyElseMayWearFollowTheConfiguration(t *testing.T) {
	e, store := newEar(t)
	b := &bot{ear: e, store: store}
	if !e.guard.staff.looksLike("sprintbоt") || e.guard.staff.looksLike("helper") {
		t.Error("the bot's own name is not known before any configuration")
	}
	e.apply(Config{Networks: []NetworkConfig{{Name: "libera", IRC: &IRCConfig{Nick: "helper"}}}, Organizers: []Organizer{{"libera", "account:grace"}}}, nil)
	if err := e.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"helper", "Grace", "sprintbot"} {
		if !e.guard.staff.looksLike(name) {
			t.Errorf("%s may be worn", name)
		}
	}
	if got := b.readers(); len(got) != 1 || got[0] != "IRC" {
		t.Errorf("the lobby is read by %q", got)
	}
	e.apply(Config{}, nil)
	if err := e.guard.refresh(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	if e.guard.staff.looksLike("grace") || len(b.readers()) != 0 {
		t.Error("who is no organizer any more keeps the name")
	}
}
