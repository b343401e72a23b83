package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// logBytes is what so many pages take in the log.
func logBytes(pages int64) int64 { return pages * (2048 + 24) }

func postLong(t *testing.T, s *Store, key string, bytes int) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		_, _, err := tx.Post(chat.Outgoing{
			Key: key, To: chat.Place{Network: "n", Channel: "#c"}, Kind: chat.Said,
			Reply: chat.Saying(chat.Plainly(strings.Repeat("x", bytes))),
		})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// During every checkpoint something is committed, so that the keeper never
// moves the whole log.
func TestTheLogBeginsAnewWhileCommitsNeverCease(t *testing.T) {
	s := openHere(t, Options{Normal: true})
	s.keeper.busy.Lock() // its own checkpoints may fall between two rounds
	defer s.keeper.busy.Unlock()
	const each, rounds, bytes = 50, 40, 20_000
	var longest int64
	for round := range rounds {
		passed := make(chan struct{})
		go func() {
			defer close(passed)
			s.keeper.checkpoint()
		}()
		for i := range each {
			postLong(t, s, fmt.Sprint(round, "-", i), bytes)
		}
		<-passed
		info, err := os.Stat(s.path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, info.Size())
	}
	if wrote := logBytes(each * rounds * bytes / 2048); wrote < 2*logBytes(logLong) {
		t.Fatalf("only %d bytes were written", wrote)
	}
	if longest > logBytes(logLong+4000) {
		t.Errorf("the log grew to %d bytes, want about %d", longest, logBytes(logLong))
	}
}

func TestAReaderHoldsTheLogOnlyWhileItReads(t *testing.T) {
	s := openHere(t, Options{Normal: true})
	var n int
	grow := func() (pages, moved int64) {
		t.Helper()
		for range 50 {
			n++
			postLong(t, s, fmt.Sprint(n), 200_000)
		}
		s.keeper.busy.Lock()
		defer s.keeper.busy.Unlock()
		pages, moved, err := moveLog(t.Context(), s.keeper.session)
		if err != nil {
			t.Fatal(err)
		}
		return pages, moved
	}
	if err := s.Read(t.Context(), func(sprints.View) error {
		if pages, moved := grow(); moved == pages {
			t.Errorf("all %d pages were moved under a reader", pages)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	before, moved := grow()
	if moved != before {
		t.Fatalf("of %d pages %d were moved without a reader", before, moved)
	}
	if after, _ := grow(); after >= before {
		t.Errorf("the log has %d pages after %d, and should have begun anew", after, before)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is left after Close: %v", err)
	}
}
