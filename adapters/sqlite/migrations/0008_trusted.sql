-- +goose Up

CREATE TABLE trusted ( -- who an organizer says is no relay: not asked about, and carried
  network TEXT NOT NULL,
  who     TEXT NOT NULL CHECK (who <> ''), -- as in ignored
  at      INTEGER NOT NULL,
  PRIMARY KEY (network, who)
) STRICT, WITHOUT ROWID;
