-- +goose Up

-- What a breaker stopped of what was said in a place.
CREATE TABLE flood (
  network  TEXT NOT NULL,
  channel  TEXT NOT NULL,
  lines    INTEGER NOT NULL CHECK (lines >= 0), -- stopped, and not told yet
  first_at INTEGER, -- when the first and the last of them were said
  last_at  INTEGER,
  page     TEXT NOT NULL, -- token of the page with them, '' none
  kept     INTEGER NOT NULL CHECK (kept >= 0), -- words kept for pages since then
  since    INTEGER,
  told_at  INTEGER, -- when others were told last
  PRIMARY KEY (network, channel)
) STRICT, WITHOUT ROWID;
