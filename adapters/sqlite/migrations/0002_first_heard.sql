-- +goose Up

-- When what was first heard in a place was said: a gap is never read further
-- back. Places heard before this was kept count as heard for ever.
ALTER TABLE place ADD COLUMN first_at INTEGER;
UPDATE place SET first_at = 0 WHERE mark IS NOT NULL;
