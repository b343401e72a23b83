package sqlite_test

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Once a version is released its schema is frozen: `go test -run Frozen -freeze`
// writes the newest one with a few rows, and it is never edited again.
var freeze = flag.Bool("freeze", false, "write the newest schema to testdata/schema")

func TestFrozenSchemasUpgradeToTheFreshOne(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	s, err := sqlite.Open(t.Context(), fresh, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	schema, version := dumpSchema(t, fresh)
	newest := filepath.Join("testdata", "schema", fmt.Sprintf("%04d.sql", version))
	if *freeze {
		if err := os.WriteFile(newest, []byte(dump(t, fresh)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	frozen, err := filepath.Glob(filepath.Join("testdata", "schema", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(frozen, newest) {
		t.Errorf("%s is missing: freeze it", newest)
	}
	for _, file := range frozen {
		t.Run(filepath.Base(file), func(t *testing.T) {
			words, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			old := filepath.Join(t.TempDir(), "old.db")
			change(t, old, string(words))
			s := open(t, old, sqlite.Options{})
			if n := countProjects(t, s); n != 1 {
				t.Errorf("%d projects after the upgrade, want 1", n)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if got, _ := dumpSchema(t, old); got != schema {
				t.Errorf("the upgraded schema differs from a fresh one\n got %s\nwant %s", got, schema)
			}
		})
	}
}

// fill keeps one of many things.
func fill(t *testing.T, s sprints.Store) {
	t.Helper()
	day, err := sprints.ParseDay("2027-05-17")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Write(t.Context(), func(tx sprints.Tx) error {
		at := time.Date(2027, 5, 17, 14, 0, 0, 0, time.UTC)
		if err := tx.SetEvent(sprints.Event{Name: "E", Zone: time.UTC, First: day, Last: day}); err != nil {
			return err
		}
		project, err := tx.AddProject(sprints.Project{Slug: "p", Name: "P", State: sprints.Listed, At: at})
		if err != nil {
			return err
		}
		if err := tx.SaveTable(sprints.Table{Code: "B4", Room: sprints.Room{Code: "302"}, Seats: 8}); err != nil {
			return err
		}
		h := chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"}
		ada, err := tx.Meet(h)
		if err != nil {
			return err
		}
		if _, err := tx.AddSeat(sprints.Seat{Person: ada.ID, Project: project, Table: "B4", Day: day, In: at}); err != nil {
			return err
		}
		repo, err := tx.AddRepo(sprints.Repo{Project: project, Owner: "o", Name: "n", Labels: []string{"easy"}})
		if err != nil {
			return err
		}
		issue, err := tx.SaveIssue(sprints.Issue{Repo: repo, Number: 1, Title: "T", Tier: 1, Open: true})
		if err != nil {
			return err
		}
		if _, err := tx.AddClaim(sprints.Claim{Issue: issue, Person: ada.ID, State: sprints.Held, HeldAt: at, Until: at}); err != nil {
			return err
		}
		if _, err := tx.Heard(chat.Message{ID: "1", In: chat.Place{Network: "libera", Channel: "#c"}, At: at}); err != nil {
			return err
		}
		_, _, err = tx.Post(chat.Outgoing{Key: "k", To: chat.Direct(h), Kind: chat.Said, Reply: chat.Saying(chat.Plainly("hi")), At: at})
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// dumpSchema is all that the file's schema says, and its version.
func dumpSchema(t *testing.T, path string) (schema string, version int) {
	t.Helper()
	lines := query(t, path, "SELECT type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_schema ORDER BY type, name")
	if _, err := fmt.Sscan(query(t, path, "SELECT MAX(version_id) FROM goose_db_version")[0], &version); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n"), version
}

// dump is the file as SQL.
func dump(t *testing.T, path string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("PRAGMA foreign_keys = 0;\nPRAGMA application_id = " + query(t, path, "PRAGMA application_id")[0] + ";\n")
	for _, sql := range query(t, path, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' ORDER BY rowid") {
		b.WriteString(sql + ";\n")
	}
	for _, table := range query(t, path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY rowid") {
		columns := query(t, path, "SELECT name FROM pragma_table_info('"+table+"') ORDER BY cid")
		values := "QUOTE(" + strings.Join(columns, ") || ', ' || QUOTE(") + ")"
		for _, row := range query(t, path, "SELECT "+values+" FROM "+table) {
			fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), row)
		}
	}
	return b.String()
}

// query reads texts of a file that no store has open.
func query(t *testing.T, path, query string) (texts []string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}
