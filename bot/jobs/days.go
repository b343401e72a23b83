package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sprintbot/sprints"
)

// days closes the seats of a day when it ends at the venue.
type days struct{ Config }

// next is the midnight after the last run: at once if that has passed.
func (d days) next(v sprints.View, last sprints.JobRun) (time.Time, error) {
	e, err := v.Event()
	if errors.Is(err, sprints.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	if last.At.IsZero() {
		return v.Now(), nil
	}
	return e.Today(last.At).End(e.Zone), nil
}

func (d days) run(ctx context.Context) (string, error) {
	n := 0
	var today sprints.Day
	err := d.Store.Write(ctx, func(tx sprints.Tx) error {
		e, err := tx.Event()
		if err != nil {
			return err
		}
		today = e.Today(tx.Now())
		n, err = tx.CloseDays(today, e.Zone)
		return err
	})
	return fmt.Sprintf("%d seats of days before %s closed", n, today), err
}

// retention deletes people some days after the event.
type retention struct{ Config }

// batch is how many people are deleted in one transaction.
const batch = 50

// next is the end of the last day they are kept; from then on daily, as people
// may still turn up.
func (r retention) next(v sprints.View, last sprints.JobRun) (time.Time, error) {
	e, err := v.Event()
	if errors.Is(err, sprints.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	from := lastDayOver(e)
	if last.At.Before(from) {
		return from, nil
	}
	return e.Today(last.At).End(e.Zone), nil
}

// lastDayOver is when people are kept no longer.
func lastDayOver(e sprints.Event) time.Time { return e.Last.Add(daysKept).End(e.Zone) }

// run deletes nobody before their time, whoever asks for it.
func (r retention) run(ctx context.Context) (string, error) {
	gone, failed := 0, error(nil)
	for after := sprints.PersonID(0); ; {
		var b deletion
		err := r.Store.Write(ctx, func(tx sprints.Tx) (err error) {
			e, err := tx.Event()
			if err != nil || tx.Now().Before(lastDayOver(e)) {
				return err
			}
			b, err = deletePeople(tx, after)
			return err
		})
		if err != nil {
			return fmt.Sprintf("%d people deleted", gone), err
		}
		gone += b.done
		if b.err != nil {
			failed = b.err
		}
		if b.tried < batch {
			return fmt.Sprintf("%d people deleted", gone), failed
		}
		after = b.last
	}
}

// deletion is what came of one batch.
type deletion struct {
	tried, done int
	last        sprints.PersonID
	err         error // of one who could not be deleted
}

// deletePeople deletes the next batch above a number. One who can't be deleted
// is left for tomorrow.
func deletePeople(tx sprints.Tx, after sprints.PersonID) (b deletion, err error) {
	people, err := tx.People()
	if err != nil {
		return b, err
	}
	for _, p := range people {
		if p.ID <= after {
			continue
		}
		if b.tried == batch {
			break
		}
		b.tried, b.last = b.tried+1, p.ID
		err := tx.Try(func() error {
			_, err := tx.ForgetPerson(p.ID)
			return err
		})
		switch {
		case errors.Is(err, sprints.ErrUnavailable):
			return b, err
		case err != nil:
			b.err = fmt.Errorf("delete a person: %w", err)
		default:
			b.done++
		}
	}
	return b, nil
}
