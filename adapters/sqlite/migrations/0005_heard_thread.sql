-- +goose Up

-- In which thread something was said, '' outside of any: after a restart the
-- threads of a channel are asked for what was said in them meanwhile.
ALTER TABLE heard ADD COLUMN thread TEXT NOT NULL DEFAULT '';
