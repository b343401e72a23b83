-- +goose Up

-- What organizers say about bridges while the bot runs.
CREATE TABLE bridge_pause ( -- a place whose relays wait
  network   TEXT NOT NULL,
  channel   TEXT NOT NULL,
  at        INTEGER NOT NULL,
  skipped   INTEGER NOT NULL CHECK (skipped >= 0), -- lines said there meanwhile and not carried
  first_at  INTEGER, -- when the first and the last of them were said
  last_at   INTEGER,
  PRIMARY KEY (network, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE ignored ( -- another relay in our channels: neither carried nor obeyed
  network TEXT NOT NULL,
  who     TEXT NOT NULL CHECK (who <> ''), -- an id, account:NAME, or a nick in which * is anything
  at      INTEGER NOT NULL,
  PRIMARY KEY (network, who)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_sent ON outbox (network, channel) WHERE state = 'sent'; -- the newest of a place
