package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"sprintbot/sprints"
)

// How often GitHub is asked.
const (
	syncEvery     = 15 * time.Minute
	syncRetry     = time.Minute // after silence, doubling up to syncEvery
	syncMissing   = time.Hour   // a repository that is not there
	syncArchived  = 24 * time.Hour
	reposAtOnce   = 10 // a run: pages come between
	freePace      = 45 // questions an hour without a token, of 60: the rest is for what is new
	needed        = 8  // questions that a repository may take
	kept          = 15 // questions left for repositories never read
	labelsAsked   = 10
	labelsWithout = 3 // without a token
)

// issues reads the beginners' issues of repositories that are due.
type issues struct {
	Config
	// Only the network's goroutine uses these; a restart may forget them.
	until   time.Time // GitHub takes no questions before
	why     string    // in words
	asked   time.Time // when the budget was told
	silence int       // questions in a row without any answer
	retries map[sprints.RepoID]int
}

func newIssues(c Config) *issues { return &issues{Config: c, retries: map[sprints.RepoID]int{}} }

// note remembers what an answer means for the questions after it.
func (s *issues) note(repo sprints.Repo, err error) {
	s.asked = s.Clock.Now()
	var t *sprints.Trouble
	if !errors.As(err, &t) {
		s.silence = 0
		delete(s.retries, repo.ID)
		return
	}
	s.retries[repo.ID]++
	switch {
	case t.Kind == sprints.Limited:
		s.until, s.why = s.asked.Add(t.Wait), t.Words
	case t.Kind == sprints.Rejected:
		s.until, s.why = s.asked.Add(syncEvery), t.Words
		s.Log.Error("github refuses the token", "again", s.until)
	case t.Kind == sprints.Silent && t.Status == 0:
		// The others would only wait for nothing, one after another.
		s.silence++
		s.until, s.why = s.asked.Add(backoff(s.silence)), t.Words
	}
}

// backoff is how long to wait after so many failures in a row.
func backoff(failures int) time.Duration {
	return min(syncRetry<<min(max(failures-1, 0), 10), syncEvery)
}

func (s *issues) next(v sprints.View, _ sprints.JobRun) (time.Time, error) {
	first, err := v.DueRepos(far(v.Now()), 1)
	if err != nil || len(first) == 0 {
		return time.Time{}, err
	}
	return latest(first[0].NextSync, time.UnixMilli(0)), nil
}

func (s *issues) run(ctx context.Context) (string, error) {
	var due []sprints.Repo
	err := s.Store.Read(ctx, func(v sprints.View) (err error) {
		due, err = v.DueRepos(v.Now(), reposAtOnce)
		return err
	})
	if err != nil {
		return "", err
	}
	read, unchanged, troubled := 0, 0, 0
	for _, repo := range due {
		if wait, why := s.mustWait(repo); !wait.IsZero() {
			return fmt.Sprintf("%d read, %d unchanged, %d with a problem; the rest waits until %s", read, unchanged, troubled, wait.UTC().Format(time.RFC3339)),
				s.postpone(ctx, wait, why)
		}
		got, err := guard(func() (reading, error) { return s.read(ctx, repo) })
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		s.note(repo, err)
		switch {
		case err != nil:
			troubled++
			s.Log.Info("repository not read", "repo", repo.FullName(), "error", err)
		case got.unchanged:
			unchanged++
		default:
			read++
		}
		fetched := err
		err = s.write(ctx, "keep "+repo.FullName(), func(tx sprints.Tx, failed error) error {
			return s.keep(tx, repo, got, cmp.Or(failed, fetched))
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d read, %d unchanged, %d with a problem", read, unchanged, troubled), nil
}

// mustWait says until when a repository has to wait, zero if it needn't; why is
// "" where it waits only so that others are answered.
func (s *issues) mustWait(repo sprints.Repo) (until time.Time, why string) {
	now := s.Clock.Now()
	const longest = 3 * time.Hour // a longer one means that the clock went back
	if s.until.After(now) && s.until.Before(now.Add(longest)) {
		return s.until, s.why
	}
	b := s.GitHub.Budget()
	over := s.asked.Add(b.Reset)
	if !b.Known || !over.After(now) || !over.Before(now.Add(longest)) {
		return time.Time{}, ""
	}
	switch fresh := repo.SyncedAt.IsZero(); {
	case b.Remaining < min(needed, b.Limit/2):
		return over, "GitHub takes no more questions from me for now."
	case !fresh && b.Remaining < min(needed+kept, b.Limit/2):
		return over, ""
	}
	return time.Time{}, ""
}

// postpone keeps when the repositories that are due will be looked at; why ""
// holds back only those that were read before.
func (s *issues) postpone(ctx context.Context, until time.Time, why string) error {
	return s.Store.Write(ctx, func(tx sprints.Tx) error {
		due, err := tx.DueRepos(tx.Now(), 1000)
		if err != nil {
			return err
		}
		for i, repo := range due {
			switch fresh := repo.SyncedAt.IsZero(); {
			case fresh && why == "":
				continue
			case fresh:
				repo.NextSync = until
			default: // those never read go first, and not all in one instant
				repo.NextSync = until.Add(time.Duration(i+1) * time.Second)
			}
			if why != "" {
				repo.Problem = why
			}
			if err := tx.SaveRepo(repo); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep keeps what became of reading a repository: one write, after all questions.
func (s *issues) keep(tx sprints.Tx, asked sprints.Repo, got reading, fetched error) error {
	repo, err := tx.Repo(asked.ID)
	if errors.Is(err, sprints.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if fetched == nil {
		fetched = rename(tx, &repo, got)
	}
	var trouble *sprints.Trouble
	switch {
	case fetched == nil:
	case errors.As(fetched, &trouble):
		return s.keepTrouble(tx, repo, trouble)
	case errors.Is(fetched, sprints.ErrUnavailable):
		return fetched
	default:
		return s.keepTrouble(tx, repo, &sprints.Trouble{Kind: sprints.Missing, Words: "I stumbled over what GitHub said of " + repo.FullName() + "."})
	}
	now, fresh := tx.Now(), repo.SyncedAt.IsZero()
	repo.SyncedAt, repo.Problem, repo.Archived = now, "", got.archived
	if got.archived {
		repo.NextSync = now.Add(syncArchived)
		if err := tx.SaveRepo(repo); err != nil {
			return err
		}
		return tellLead(tx, repo, "archived", say("%s is archived on GitHub, so I offer none of its issues.", repo.FullName()), repoAdd)
	}
	repo.Known = got.labels
	every, err := s.every(tx)
	if err != nil {
		return err
	}
	repo.NextSync = now.Add(every)
	if err := tx.SaveRepo(repo); err != nil {
		return err
	}
	for address, etag := range got.etags {
		if err := tx.SetETag(repo.ID, address, etag); err != nil {
			return err
		}
	}
	free, err := keepIssues(tx, repo, got)
	if err != nil || !fresh {
		return err
	}
	return tellFound(tx, repo, free)
}

// keepTrouble keeps why a repository was not read, and when it is tried again.
func (s *issues) keepTrouble(tx sprints.Tx, repo sprints.Repo, t *sprints.Trouble) error {
	now, before := tx.Now(), repo.Problem
	repo.Problem = t.Words
	switch t.Kind {
	case sprints.Limited, sprints.Rejected:
		repo.NextSync = s.until
		return tx.SaveRepo(repo)
	case sprints.Silent:
		repo.NextSync = latest(now.Add(backoff(s.retries[repo.ID])), s.until)
		return tx.SaveRepo(repo)
	}
	repo.NextSync = now.Add(syncMissing)
	if err := tx.SaveRepo(repo); err != nil || before == repo.Problem {
		return err
	}
	return tellLead(tx, repo, fmt.Sprintf("problem/%d", now.UnixMilli()), say("%s I look again, and tell you no more about it.", t.Words), repoAdd)
}

// every is the time from look to look: long enough that all repositories stay
// within what GitHub answers without a token.
func (s *issues) every(v sprints.RepoReader) (time.Duration, error) {
	if s.GitHub.Authenticated() {
		return syncEvery, nil
	}
	repos, err := v.Repos()
	if err != nil {
		return 0, err
	}
	questions := 0
	for _, r := range repos {
		if !r.Sample && !r.Archived {
			// Its labels' lists, pull requests, and now and then itself and its labels.
			questions += min(max(len(r.Known), 1), labelsWithout) + 2
		}
	}
	return max(syncEvery, time.Duration(questions)*time.Hour/freePace), nil
}
