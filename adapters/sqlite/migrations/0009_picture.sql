-- +goose Up
CREATE TABLE picture ( -- made by the bot, for a day
  token    TEXT PRIMARY KEY CHECK (length(token) >= 20),
  title    TEXT NOT NULL,
  alt      TEXT NOT NULL,
  png      BLOB NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;

CREATE INDEX picture_until ON picture (until_at);
