package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func BenchmarkCommitOfOneRow(b *testing.B) {
	for _, normal := range []bool{false, true} {
		name := "FULL"
		if normal {
			name = "NORMAL"
		}
		b.Run(name, func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "sprint.db"), sqlite.Options{Normal: normal})
			for i := 0; b.Loop(); i++ {
				if err := s.Write(b.Context(), func(tx sprints.Tx) error {
					return tx.AddAudit(sprints.Audit{Verb: "x"})
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHeardAndPost is what each relayed message costs before the wire,
// alone and with 16 networks waiting at once.
func BenchmarkHeardAndPost(b *testing.B) {
	relay := func(s sprints.Store, key string) error {
		ada := chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"}
		m := chat.Message{ID: key, In: chat.Place{Network: "libera", Channel: "#sprint"}, From: ada, At: time.Unix(1, 0), Kind: chat.Said}
		return s.Write(b.Context(), func(tx sprints.Tx) error {
			return tx.Try(func() error {
				if first, err := tx.Heard(m); err != nil || !first {
					return fmt.Errorf("first %v: %w", first, err)
				}
				_, _, err := tx.Post(chat.Outgoing{
					Key: key, To: chat.Place{Network: "pycon", Channel: "C1"}, Lane: chat.Relays, Kind: chat.Said, As: &ada, From: "IRC",
					Source: chat.SourceKey("libera", key), Reply: chat.Saying(chat.Plainly("anyone at the docs table?")),
				})
				return err
			})
		})
	}
	b.Run("alone", func(b *testing.B) {
		s := open(b, filepath.Join(b.TempDir(), "sprint.db"), sqlite.Options{})
		for i := 0; b.Loop(); i++ {
			if err := relay(s, fmt.Sprint(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("together", func(b *testing.B) {
		s := open(b, filepath.Join(b.TempDir(), "sprint.db"), sqlite.Options{})
		keys := make(chan int, 1)
		keys <- 0
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := <-keys
				keys <- i + 1
				if err := relay(s, fmt.Sprint(i)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "sprint.db")
	for b.Loop() {
		s, err := sqlite.Open(b.Context(), path, sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEasyIssues lists 1,000 free issues of 50 projects.
func BenchmarkEasyIssues(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "sprint.db"), sqlite.Options{})
	if err := s.Write(b.Context(), func(tx sprints.Tx) error {
		for p := range 50 {
			project, err := tx.AddProject(sprints.Project{Slug: fmt.Sprint("p", p), State: sprints.Listed})
			if err != nil {
				return err
			}
			repo, err := tx.AddRepo(sprints.Repo{Project: project, Owner: "o", Name: fmt.Sprint(p)})
			if err != nil {
				return err
			}
			for n := range 20 {
				if _, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: n + 1, Title: "T", Labels: []string{"easy"}, Tier: 1, Open: true}); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := s.Read(b.Context(), func(v sprints.View) error {
			all, err := v.EasyIssues(0)
			if len(all) != 1000 {
				b.Fatalf("%d issues", len(all))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
