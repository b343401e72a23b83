-- +goose Up

-- How each network is, as the bot that runs last said: for those who look
-- beside it, and for its next start.
CREATE TABLE network_state (
  name        TEXT PRIMARY KEY,
  up          INTEGER NOT NULL CHECK (up IN (0, 1)),
  fatal       INTEGER NOT NULL CHECK (fatal IN (0, 1)), -- it gave up
  since       INTEGER, -- of this state
  note        TEXT NOT NULL,
  every       INTEGER NOT NULL, -- pace in nanoseconds: one message each, 0 no limit
  place_every INTEGER NOT NULL, -- and in each channel
  learned     INTEGER NOT NULL, -- of that, what the server's refusals have taught, 0 nothing
  told_at     INTEGER, -- when organizers were told that it gave up; NULL, or told that it is back
  at          INTEGER NOT NULL -- when this was said
) STRICT, WITHOUT ROWID;
