-- +goose Up

-- Words that a place did not get, kept for a day on a page that only those who
-- were given its address find.
CREATE TABLE skipped (
  token    TEXT NOT NULL, -- of the page's address
  source   TEXT NOT NULL, -- chat.SourceKey of the message
  network  TEXT NOT NULL, -- who said it
  key      TEXT NOT NULL,
  nick     TEXT NOT NULL,
  place    TEXT NOT NULL, -- where, as people know it: "Slack"
  body     TEXT NOT NULL, -- chat.Text, JSON
  at       INTEGER NOT NULL, -- when it was said
  until_at INTEGER NOT NULL,
  PRIMARY KEY (token, source)
) STRICT, WITHOUT ROWID;
CREATE INDEX skipped_source ON skipped (source);
CREATE INDEX skipped_who ON skipped (network, key);
CREATE INDEX skipped_until ON skipped (until_at);
