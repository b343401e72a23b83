package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var files embed.FS

// applicationID marks a database as sprintbot's; the first migration sets it.
const applicationID = 1397772884

// newest is the number of the last migration this program has.
func newest() (int64, error) {
	entries, err := fs.ReadDir(files, "migrations")
	if err != nil {
		return 0, err
	}
	var last int64
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("a migration is named by a number, not %s", e.Name())
		}
		last = max(last, n)
	}
	return last, nil
}

// schema is what a database says of itself: its version, 0 for an empty one.
func schema(ctx context.Context, db *sql.DB, path string) (version int64, err error) {
	var app, tables, ours int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return 0, fileError(path, err)
	}
	if err := db.QueryRowContext(ctx, `
		SELECT COUNT(*), COUNT(CASE WHEN name = 'goose_db_version' THEN 1 END)
		FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'`).Scan(&tables, &ours); err != nil {
		return 0, fileError(path, err)
	}
	// A start that was cut between goose's own table and the first migration
	// leaves the former alone.
	if app != applicationID && (app != 0 || tables > ours) {
		return 0, &FileError{Path: path, Reason: "is the database of another program"}
	}
	if ours == 0 {
		return 0, nil
	}
	err = db.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	if err != nil {
		return 0, fileError(path, err)
	}
	return version, nil
}

// migrate brings the database up to date, each step in a transaction of its own.
func migrate(ctx context.Context, db *sql.DB, path string, log *slog.Logger) error {
	version, err := schema(ctx, db, path)
	if err != nil {
		return err
	}
	want, err := newest()
	switch {
	case err != nil:
		return err
	case version == want:
		return nil
	case version > want:
		return &VersionError{Path: path, Version: version, Want: want}
	}
	steps, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the schema's steps: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring %s up to date: %w", path, err)
	}
	if version > 0 {
		log.Info("the database's schema was brought up to date", "from", version, "to", want)
	}
	return nil
}

// checkVersion refuses a database that only looking can't bring up to date.
func checkVersion(ctx context.Context, db *sql.DB, path string) error {
	version, err := schema(ctx, db, path)
	if err != nil {
		return err
	}
	want, err := newest()
	if err == nil && version != want {
		err = &VersionError{Path: path, Version: version, Want: want}
	}
	return err
}
