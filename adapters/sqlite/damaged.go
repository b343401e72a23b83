package sqlite

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"sprintbot/sprints"
)

// damaged are waiting rows of the outbox whose words can't be read, as another
// version or a failing disk leaves them. One holds up no other: whoever reads
// passes over it, and the next commit makes it dead.
type damaged struct {
	mu   sync.Mutex
	rows []int64
}

func (d *damaged) add(row int64) (first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.rows, row) {
		return false
	}
	d.rows = append(d.rows, row)
	return true
}

func (d *damaged) all() []int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.rows)
}

func (d *damaged) remove(rows []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows = slices.DeleteFunc(d.rows, func(row int64) bool { return slices.Contains(rows, row) })
}

// lenient is toJSON that leaves what can't be read to its caller.
type lenient struct {
	v   any
	bad *error
}

func (s lenient) Scan(src any) error {
	v, ok := src.(string)
	if !ok {
		*s.bad = fmt.Errorf("JSON is a text, not %T", src)
		return nil
	}
	*s.bad = json.Unmarshal([]byte(v), s.v)
	return nil
}

// bury makes the damaged rows dead in the open transaction and returns them.
func (w *writer) bury() []int64 {
	rows := w.store.damaged.all()
	if len(rows) == 0 {
		return nil
	}
	x := &tx{view: view{session: w.session, store: w.store, ctx: w.store.ctx, now: w.store.now()}}
	err := x.try(func() error {
		for _, row := range rows {
			if err := x.Kill(row, "its words can't be read"); err != nil {
				return err
			}
			if _, err := x.exec(`
				UPDATE outbox SET body = NULL, channel = CASE WHEN channel GLOB '@*' THEN '@' ELSE channel END
				WHERE id = ? AND state = 'dead'`, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.store.log.Error("damaged rows of the outbox stay", "rows", len(rows), "error", err)
		return nil
	}
	w.wrote = w.wrote || x.wrote
	return rows
}

// queued is a waiting row, and why its words can't be read.
type queued struct {
	sprints.Queued
	bad error
}
