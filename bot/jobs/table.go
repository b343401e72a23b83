package jobs

import (
	"context"
	"fmt"
	"time"

	"sprintbot/sprints"
)

// Ages at which what is no longer needed goes.
const (
	heardKept   = 7 * 24 * time.Hour // keys of messages
	wordsKept   = time.Hour          // words of a row, after it was sent
	sharedKept  = 24 * time.Hour     // words of a row that shares a post: an edit makes it anew
	threadsKept = 24 * time.Hour     // who spoke last in which thread
	daysKept    = 30                 // people, after the event's last day
)

// table is all that is done by the clock. To add something, add a row.
func table(c Config) []Job {
	claims, days, people := claims{c}, days{c}, retention{c}
	jobs := []Job{
		{Name: "expire claims", Next: claims.next, Run: claims.run},
		{Name: "close day", Next: days.next, Run: days.run},
		{Name: "delete people", Needs: []string{"close day"}, Next: people.next, Run: people.run},
		{Name: "forget keys of messages", Every: time.Hour, Run: pruneHeard(c)},
		{Name: "delete long words", Every: 5 * time.Minute, Run: prunePastes(c)},
		{Name: "blank sent words", Every: 5 * time.Minute, Run: blank(c)},
	}
	if c.Pages != nil {
		pages := &pages{Config: c}
		jobs = append(jobs, Job{Name: "read pages", Net: true, Next: pages.next, Run: pages.run})
	}
	if c.GitHub != nil {
		issues := newIssues(c)
		jobs = append(jobs, Job{Name: "sync issues", Net: true, Next: issues.next, Run: issues.run})
	}
	return jobs
}

func pruneHeard(c Config) func(context.Context) (string, error) {
	return counting(c, "%d keys", func(tx sprints.Tx) (int, error) {
		if _, err := tx.PruneThreads(tx.Now().Add(-threadsKept)); err != nil {
			return 0, err
		}
		return tx.PruneHeard(tx.Now().Add(-heardKept))
	})
}

func prunePastes(c Config) func(context.Context) (string, error) {
	return counting(c, "%d pages", func(tx sprints.Tx) (int, error) {
		pictures, err := tx.PrunePictures(tx.Now())
		if err != nil {
			return 0, err
		}
		pastes, err := tx.PrunePastes(tx.Now())
		return pictures + pastes, err
	})
}

func blank(c Config) func(context.Context) (string, error) {
	return counting(c, "%d rows", func(tx sprints.Tx) (int, error) {
		alone, err := tx.BlankAlone(tx.Now().Add(-wordsKept))
		if err != nil {
			return alone, err
		}
		shared, err := tx.Blank(tx.Now().Add(-sharedKept))
		return alone + shared, err
	})
}

// counting is a job of one write that says how many rows it touched.
func counting(c Config, format string, do func(sprints.Tx) (int, error)) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		n := 0
		err := c.Store.Write(ctx, func(tx sprints.Tx) (err error) {
			n, err = do(tx)
			return err
		})
		return fmt.Sprintf(format, n), err
	}
}
