-- +goose Up

-- The pace that refusals in a place have taught, in nanoseconds: one part of
-- what is said each; 0 nothing.
ALTER TABLE place ADD COLUMN learned INTEGER NOT NULL DEFAULT 0 CHECK (learned >= 0);
