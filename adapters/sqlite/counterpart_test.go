package sqlite

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestFindingWhatWordsBecameCostsNoMoreWithHistory(t *testing.T) {
	s := openHere(t, Options{})
	for query, args := range map[string][]any{
		counterpartsQuery: {"s"}, carriedQuery: {"n", "r", "c"}, togetherQuery: {1},
		"SELECT " + pasteColumns + " FROM paste WHERE source = ? AND until_at > ?": {"s", 1},
		"DELETE FROM paste WHERE until_at <= ?":                                    {1},
		"DELETE FROM thread_talk WHERE at < ?":                                     {1},
	} {
		err := s.Read(t.Context(), func(v sprints.View) error {
			steps, err := many(v.(*view), func(r row) (detail string, err error) {
				var id, parent, unused int
				err = r.Scan(&id, &parent, &unused, &detail)
				return detail, err
			}, "EXPLAIN QUERY PLAN "+query, args...)
			if plan := strings.Join(steps, "; "); strings.Contains(plan, "SCAN") {
				t.Errorf("%s\n%s", query, plan)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What is done in a write holds up all others: with a million rows each walk
// through them took 0.2 s, and with thousands of people one through all of a
// network a millisecond.
func TestNoWriteWalksThroughWhatGrows(t *testing.T) {
	s := openHere(t, Options{})
	ada := chat.Handle{Network: "libera", ID: "guest:1", Nick: "ada"}
	err := s.Write(t.Context(), func(x sprints.Tx) error {
		p, err := x.Meet(ada)
		for _, f := range []func() error{
			func() error { _, err := x.Named("libera", "ada"); return err },
			func() error { _, err := x.OpenGuestSeats("libera", "ada"); return err },
			func() error { _, err := x.Unquote("libera\x1f1"); return err },
			func() error { _, _, err := x.Revive(chat.Place{}); return err },
			func() error { return x.EndGuest(ada) },
			func() error { _, err := x.ForgetPerson(p.ID); return err },
		} {
			if err == nil {
				err = f()
			}
		}
		if err != nil {
			return err
		}
		tx := x.(*tx)
		for _, query := range slices.Collect(maps.Keys(tx.stmts)) {
			if !strings.Contains(query, "outbox") && !strings.Contains(query, "identity") {
				continue
			}
			steps, err := many(&tx.view, func(r row) (detail string, err error) {
				var id, parent, unused int
				err = r.Scan(&id, &parent, &unused, &detail)
				return detail, err
			}, "EXPLAIN QUERY PLAN "+query, make([]any, arguments(query))...)
			if err != nil {
				return err
			}
			for _, step := range steps {
				if step == "SCAN outbox" || strings.HasSuffix(step, "PRIMARY KEY (network=?)") {
					t.Errorf("%s\n%s", query, step)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// arguments is how many a query takes: "?" is the next, "?1" the first.
func arguments(query string) (n int) {
	for _, q := range regexp.MustCompile(`\?[0-9]*`).FindAllString(query, -1) {
		if at, err := strconv.Atoi(q[1:]); err == nil {
			n = max(n, at)
		} else {
			n++
		}
	}
	return n
}
