package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
	"sprintbot/sprints/storetest"
)

func TestForgottenPersonLeavesNoTraceInTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	clock := storetest.NewClock(time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC))
	s := open(t, path, sqlite.Options{Clock: clock})
	ada := chat.Handle{Network: "libera", ID: "account:zyxada", Nick: "qwxada"}
	room := chat.Place{Network: "pycon", Channel: "C1"}
	traces := []string{"zyxada", "qwxada", "plover-words"}
	write := func(fn func(tx sprints.Tx) error) {
		t.Helper()
		if err := s.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	var person sprints.PersonID
	for i := range 50 { // among others, so that rows share pages
		write(func(tx sprints.Tx) error {
			other := chat.Handle{Network: "libera", ID: fmt.Sprint("account:other", i), Nick: fmt.Sprint("other", i)}
			for _, h := range []chat.Handle{other, ada} {
				p, err := tx.Meet(h)
				if err != nil {
					return err
				}
				if h == ada {
					person = p.ID
				}
				if _, err := tx.Heard(chat.Message{ID: fmt.Sprint(h.ID == ada.ID, i), In: chat.Direct(h), From: h, At: tx.Now()}); err != nil {
					return err
				}
				for _, out := range []chat.Outgoing{
					{Key: fmt.Sprint("relay", h.ID == ada.ID, i), To: room, As: &h, Reply: chat.Saying(chat.Plainly("plover-words"))},
					{Key: fmt.Sprint("answer", h.ID == ada.ID, i), To: chat.Direct(h), Reply: chat.Saying(chat.Plainly("plover-words"))},
				} {
					row, _, err := tx.Post(out)
					if err != nil {
						return err
					}
					if err := tx.Confirm(row, 1, 1, chat.Receipt{}); err != nil {
						return err
					}
				}
				if err := tx.SaveList(h, sprints.List{Verb: "easy", Items: []string{h.Nick}, Until: tx.Now().Add(time.Hour)}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	write(func(tx sprints.Tx) error {
		_, err := tx.ForgetPerson(person)
		if err != nil {
			return err
		}
		_, _, err = tx.Post(chat.Outgoing{Key: "bye", To: chat.Direct(ada), Reply: chat.Saying(chat.Plainly("plover-words"))})
		return err
	})
	write(func(tx sprints.Tx) error {
		rows, err := tx.Waiting("libera", 0, 1)
		if err != nil {
			return err
		}
		return tx.Confirm(rows[0].Row, 1, 1, chat.Receipt{})
	})
	clock.Add(2 * time.Hour)
	write(func(tx sprints.Tx) error { _, err := tx.Blank(tx.Now().Add(-time.Hour)); return err })
	look := func(when string) {
		t.Helper()
		for _, name := range []string{path, path + "-wal"} {
			words, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			for _, trace := range traces {
				if bytes.Contains(words, []byte(trace)) {
					t.Errorf("%s: %q is still in %s", when, trace, filepath.Base(name))
				}
			}
		}
	}
	look("while running")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look("closed")
}

func TestWhatWasNeverDeliveredNamesNobodyInTheEnd(t *testing.T) {
	clock := storetest.NewClock(time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC))
	s := open(t, filepath.Join(t.TempDir(), "sprint.db"), sqlite.Options{Clock: clock})
	write := func(fn func(tx sprints.Tx) error) {
		t.Helper()
		if err := s.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	bob := chat.Direct(chat.Handle{Network: "libera", ID: "guest:4f2:bob2"})
	write(func(tx sprints.Tx) error {
		var rows []int64
		for _, key := range []string{"dead", "expired"} {
			row, _, err := tx.Post(chat.Outgoing{Key: key, To: bob})
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if err := tx.Kill(rows[0], "that guest has left"); err != nil {
			return err
		}
		return tx.Expire(rows[1:])
	})
	clock.Add(time.Hour)
	write(func(tx sprints.Tx) error {
		if n, err := tx.Blank(tx.Now()); n != 2 || err != nil {
			return fmt.Errorf("%d rows are blanked: %w", n, err)
		}
		queues, err := tx.Queues()
		if len(queues) != 1 || queues[0].Place != (chat.Place{Network: "libera", Channel: "@"}) || queues[0].Dead != 1 {
			t.Errorf("%+v", queues)
		}
		return err
	})
}

// Where words to somebody once had to wait, nothing of that is left in the end,
// though the bot never met them and never heard from them there.
func TestWhereNothingWaitsAnyMoreNobodyIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sprint.db")
	clock := storetest.NewClock(time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC))
	s := open(t, path, sqlite.Options{Clock: clock})
	write := func(fn func(tx sprints.Tx) error) {
		t.Helper()
		if err := s.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	place := func(who string) chat.Place { return chat.Direct(chat.Handle{Network: "libera", ID: who}) }
	write(func(tx sprints.Tx) error {
		for who, until := range map[string]time.Time{"guest:1:over": {}, "account:held": clock.Now().Add(time.Minute), "account:waits": {}} {
			if err := tx.Hold(place(who), until, "nobody is logged in to that account now"); err != nil {
				return err
			}
		}
		_, _, err := tx.Post(chat.Outgoing{Key: "waits", To: place("account:waits")})
		return err
	})
	clock.Add(8 * 24 * time.Hour)
	write(func(tx sprints.Tx) error {
		_, err := tx.PruneHeard(clock.Now().Add(-7 * 24 * time.Hour))
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := query(t, path, "SELECT channel FROM place"); len(got) != 1 || got[0] != "@account:waits" {
		t.Errorf("kept are %q", got)
	}
}
