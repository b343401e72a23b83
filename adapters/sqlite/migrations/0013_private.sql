-- +goose Up

-- The private rows that are over, for the day somebody is forgotten.
CREATE INDEX outbox_private ON outbox (network, channel) WHERE state <> 'waiting' AND channel GLOB '@*';
