-- +goose Up

-- Rows that share one post, and what a post on a network was made of.
ALTER TABLE outbox ADD COLUMN joined INTEGER; -- the first of the rows in one post
CREATE INDEX outbox_joined ON outbox (joined) WHERE joined IS NOT NULL;
CREATE INDEX outbox_receipt ON outbox (network, receipt) WHERE receipt IS NOT NULL;

CREATE TABLE thread_talk ( -- who spoke last in which thread of a channel, while it is recent
  network TEXT NOT NULL,
  channel TEXT NOT NULL,
  key     TEXT NOT NULL CHECK (key <> ''),
  nick    TEXT NOT NULL,
  thread  TEXT NOT NULL CHECK (thread <> ''),
  at      INTEGER NOT NULL,
  PRIMARY KEY (network, channel, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX thread_talk_at ON thread_talk (at);

CREATE TABLE paste ( -- words too long for a line, as a page
  token    TEXT PRIMARY KEY CHECK (length(token) >= 20),
  source   TEXT NOT NULL UNIQUE, -- chat.SourceKey of the message
  network  TEXT NOT NULL, -- of who said them
  key      TEXT NOT NULL,
  nick     TEXT NOT NULL,
  place    TEXT NOT NULL, -- where they said it, as people know it
  body     TEXT NOT NULL, -- chat.Text as JSON
  at       INTEGER NOT NULL,
  until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX paste_until ON paste (until_at);
CREATE INDEX paste_by ON paste (network, key);
