package sqlite_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func relayed(key, network string) chat.Outgoing {
	ada := chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada", Account: "ada"}
	behind := chat.Place{Network: "libera", Channel: "#a"}
	was := chat.Saying(chat.Plainly("before"))
	return chat.Outgoing{
		Key: key, To: chat.Place{Network: network, Channel: "#b", Thread: "7"}, Lane: chat.Relays, Kind: chat.Said, As: &ada,
		From: "IRC", Reply: chat.Saying(chat.Text{{Text: "see ", Bold: true}, {Text: "it", URL: "https://x.example/"}}), Was: &was,
		Behind: &behind, Near: time.Second, Source: chat.SourceKey("libera", key), At: time.Now(),
		NotBefore: time.Now().Add(time.Minute), Expires: time.Now().Add(time.Hour),
	}
}

func post(t *testing.T, s *sqlite.Store, outs ...chat.Outgoing) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		for _, out := range outs {
			if _, _, err := tx.Post(out); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsHandedOverIsWhatWouldBeRead compares the short cut with the table.
func TestWhatIsHandedOverIsWhatWouldBeRead(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "sprint.db"), sqlite.Options{})
	mark := s.Committed()
	post(t, s, relayed("1", "left"), relayed("2", "right"), relayed("3", "left"), relayed("1", "left"))
	undone := errors.New("undone")
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		if _, _, err := tx.Post(relayed("4", "left")); err != nil {
			return err
		}
		if err := tx.Try(func() error {
			if _, _, err := tx.Post(relayed("5", "left")); err != nil {
				return err
			}
			return undone
		}); !errors.Is(err, undone) {
			t.Error(err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		if _, _, err := tx.Post(relayed("6", "left")); err != nil {
			return err
		}
		return undone
	}); !errors.Is(err, undone) {
		t.Fatal(err)
	}
	var read []sprints.Queued
	if err := s.Read(t.Context(), func(v sprints.View) (err error) {
		read, err = v.Waiting("left", 0, 100)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	handed, next, ok := s.Posted("left", mark, 0, 100)
	if !ok || len(handed) != 3 {
		t.Fatalf("%v, %d rows", ok, len(handed))
	}
	if d := cmp.Diff(read, handed, cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); d != "" {
		t.Error(d)
	}
	if again, _, ok := s.Posted("left", next, handed[2].Row, 100); !ok || len(again) != 0 {
		t.Errorf("handed over twice: %d rows, %v", len(again), ok)
	}
}

// TestAShortCutThatMayMissARowSaysSo takes each way to miss one.
func TestAShortCutThatMayMissARowSaysSo(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "sprint.db"), sqlite.Options{})
	old := s.Committed()
	post(t, s, relayed("1", "left"))
	if err := s.Write(t.Context(), func(tx sprints.Tx) error { return tx.Kill(1, "no") }); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := s.Posted("left", old, 0, 100); ok {
		t.Error("another change of the outbox goes unnoticed")
	}
	if rows, _, ok := s.Posted("left", s.Committed(), 0, 100); !ok || len(rows) > 0 {
		t.Error("who has read after it is not told to read again")
	}
	start := s.Committed()
	for n := range 600 {
		post(t, s, relayed(fmt.Sprint("many", n), "left"))
	}
	if _, _, ok := s.Posted("left", start, 0, 1000); ok {
		t.Error("more rows than are kept go unnoticed")
	}
	start = s.Committed()
	post(t, s, relayed("x", "right"), relayed("y", "right"))
	if _, _, ok := s.Posted("right", start, 0, 1); ok {
		t.Error("more than was asked for goes unnoticed")
	}
	if rows, _, ok := s.Posted("right", start, 0, 2); !ok || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), ok)
	}
}

// TestWhoBeginsAnewIsNotHandedWhatIsSent takes a row by reading and sends it;
// whoever sends for that network next has never seen its number.
func TestWhoBeginsAnewIsNotHandedWhatIsSent(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "sprint.db"), sqlite.Options{})
	post(t, s, relayed("1", "left"))
	if err := s.Write(t.Context(), func(tx sprints.Tx) error { return tx.Confirm(1, 1, 1, chat.Receipt{ID: "x"}) }); err != nil {
		t.Fatal(err)
	}
	mark := s.Committed()
	post(t, s, relayed("2", "left"))
	if rows, _, ok := s.Posted("left", mark, 0, 100); !ok || len(rows) != 1 || rows[0].Key != "2" {
		t.Errorf("%v, %+v", ok, rows)
	}
}
