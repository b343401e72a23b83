package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestHearRunsNoCommandOlderThanFiveMinutesAndTellsItsAuthor(t *testing.T) {
	e, store := newEar(t)
	old := func(ago time.Duration) func(*chat.Message) {
		return func(m *chat.Message) { command(m); m.Ago, m.At = ago, m.At.Add(-ago) }
	}
	private := func(m *chat.Message) { old(time.Hour)(m); m.Direct, m.In, m.Door = true, chat.Direct(ada), "" }
	_, err := e.hear(t.Context(), []chat.Message{
		said("1", "project new Old", old(7*time.Minute)),
		said("2", "project new Fresh", old(4*time.Minute)),
		said("3", "zzzyx", old(time.Hour)), // no command: words
		said("4", "hello there", func(m *chat.Message) { m.Ago = time.Hour }),
		said("5", "project new Bot", func(m *chat.Message) { old(time.Hour)(m); m.From.Bot = true }),
		said("6", "yes", private),
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	err = store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Projects()
		for _, p := range all {
			names = append(names, p.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, []string{"Fresh"}) {
		t.Errorf("projects %q", names)
	}
	got := rows(t, store)
	for _, want := range []string{
		"libera @account:ada: That was said 7 minutes ago, while I was away; say it again if you still want it.\nproject new Old",
		"libera @account:ada: That was said 60 minutes ago, while I was away; say it again if you still want it.\nhelp",
		"pycon #sprints: !zzzyx", "pycon #sprints: hello there", "pycon #sprints: !project new Bot",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no row %q in %q", want, got)
		}
	}
	if strings.Contains(strings.Join(got, "\n"), "pycon #sprints: That was said") {
		t.Error("told to everybody")
	}
}

func TestHearMakesNoWordsOfComingsGoingsAndTopics(t *testing.T) {
	e, store := newEar(t)
	kind := func(k chat.Kind) func(*chat.Message) { return func(m *chat.Message) { m.Kind = k } }
	_, err := e.hear(t.Context(), []chat.Message{
		said("1", "hello", nil), said("2", "", kind(chat.Joined)), said("3", "bye", kind(chat.Left)), said("4", "!lunch at noon", kind(chat.Topic)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: hello"}) {
		t.Errorf("rows %q", got)
	}
	if m, err := markOf(store)(t.Context(), onIRC); err != nil || m.ID != "1" || m.At.IsZero() || m.First.IsZero() {
		t.Errorf("marked at %+v, %v", m, err)
	}
	if m, err := markOf(store)(t.Context(), onSlack); !errors.Is(err, sprints.ErrNotFound) {
		t.Errorf("a place nobody spoke in is marked at %+v, %v", m, err)
	}
}

// A server plays back what the bot has said under a name that it had before: it
// goes nowhere, and what it says is not obeyed.
func TestWhatTheBotHasSaidItselfIsNotHeardLater(t *testing.T) {
	e, store := newEar(t)
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		row, _, err := tx.Post(chat.Outgoing{Key: "k", To: onIRC, Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi"))})
		if err != nil {
			return err
		}
		return tx.Confirm(row, 1, 1, chat.Receipt{ID: "msgid-7"})
	})
	if err != nil {
		t.Fatal(err)
	}
	late := func(m *chat.Message) { m.Ago, m.From.ID, m.From.Nick = time.Minute, "guest:x:oldbot", "oldbot" }
	if _, err := e.hear(t.Context(), []chat.Message{said("msgid-7", "<grace (Slack)> hi", late), said("msgid-8", "hello", late)}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, store); !slices.Equal(got, []string{"pycon #sprints: hello"}) {
		t.Errorf("rows %q", got)
	}
}
