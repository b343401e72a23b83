package sprints

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// SeatsMax is how many seats a lead may say a table has.
const SeatsMax = 200

// Tabling is what claiming tables needs of a store.
type Tabling interface {
	ProjectReader
	TableWriter
}

// ClaimTable gives a table to a project, with seats as the lead counts them, 0
// for the table's own. Claiming it again changes the seats. A table that is
// another's is refused, with free ones near it.
func ClaimTable(tx Tabling, t Table, p Project, seats int) (TableUse, error) {
	if seats < 0 || seats > SeatsMax {
		return TableUse{}, Refuse(Unclear, "A table has 1 to %d seats.", SeatsMax).Hint("table claim " + t.Code + " " + p.Slug)
	}
	switch use, err := tx.UseOf(t.Code); {
	case err == nil && use.Project != p.ID:
		return TableUse{}, heldBy(tx, use, p)
	case err == nil && (seats == 0 || seats == use.Table.Seats):
		return use, nil
	case err == nil:
		if err := tx.FreeTable(t.Code); err != nil {
			return TableUse{}, err
		}
	case !errors.Is(err, ErrNotFound):
		return TableUse{}, err
	}
	if err := tx.UseTable(t.Code, p.ID, seats); err != nil {
		return TableUse{}, err
	}
	return tx.UseOf(t.Code)
}

// heldBy refuses a table that is another project's.
func heldBy(v Tabling, use TableUse, p Project) error {
	holder, err := v.Project(use.Project)
	if err != nil {
		return err
	}
	free, err := Unclaimed(v, use.Table, 3)
	if err != nil {
		return err
	}
	if len(free) == 0 {
		return Refuse(Conflict, "%s is %s's, and no other table is free.", use.Table.Code, holder.Name).Hint("where")
	}
	r := Refuse(Conflict, "%s is %s's. Free near it: %s.", use.Table.Code, holder.Name, seatsOf(free))
	for _, t := range free {
		r.Hint("table claim " + t.Code + " " + p.Slug)
	}
	return r
}

// Unclaimed are at most n tables that no project holds, nearest to t first: of
// its room, of its floor, then by code around it.
func Unclaimed(v TableReader, t Table, n int) ([]Table, error) {
	tables, err := v.Tables()
	if err != nil {
		return nil, err
	}
	uses, err := v.Uses()
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, u := range uses {
		used[u.Table.Code] = true
	}
	place := slices.IndexFunc(tables, func(o Table) bool { return o.Code == t.Code })
	type free struct {
		Table
		far, by int
	}
	var found []free
	for i, o := range tables {
		if used[o.Code] || o.Code == t.Code {
			continue
		}
		far := 2
		switch {
		case o.Room.Code == t.Room.Code:
			far = 0
		case o.Room.Floor == t.Room.Floor && t.Room.Floor != "":
			far = 1
		}
		found = append(found, free{o, far, max(i-place, place-i)})
	}
	slices.SortStableFunc(found, func(a, b free) int {
		if a.far != b.far {
			return a.far - b.far
		}
		return a.by - b.by
	})
	nearest := make([]Table, min(n, len(found)))
	for i := range nearest {
		nearest[i] = found[i].Table
	}
	return nearest, nil
}

// seatsOf is "B5 (6 seats), B7 (8)".
func seatsOf(tables []Table) string {
	var b strings.Builder
	for i, t := range tables {
		unit := ""
		if i == 0 {
			unit = " seats"
		} else {
			b.WriteString(", ")
		}
		if t.Seats == 1 && i == 0 {
			unit = " seat"
		}
		fmt.Fprintf(&b, "%s (%d%s)", t.Code, t.Seats, unit)
	}
	return b.String()
}
