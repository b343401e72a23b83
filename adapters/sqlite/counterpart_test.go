package sqlite

import (
	"strings"
	"testing"

	"sprintbot/sprints"
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
