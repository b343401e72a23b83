-- +goose Up

-- The messages that the parts of a row became after its first, whose receipt
-- the row has; of rows that share a post, of the first of them.
CREATE TABLE outbox_part (
  row     INTEGER NOT NULL,
  part    INTEGER NOT NULL CHECK (part > 0),
  receipt TEXT NOT NULL CHECK (receipt <> ''),
  PRIMARY KEY (row, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_part_receipt ON outbox_part (receipt);

-- Rows that change words said before.
ALTER TABLE outbox ADD COLUMN changes INTEGER NOT NULL DEFAULT 0 CHECK (changes IN (0, 1));
