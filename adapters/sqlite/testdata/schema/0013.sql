PRAGMA foreign_keys = 0;
PRAGMA application_id = 1397772884;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
CREATE TABLE event (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  name      TEXT NOT NULL,
  zone      TEXT NOT NULL CHECK (zone <> ''),
  first_day TEXT NOT NULL CHECK (first_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  last_day  TEXT NOT NULL CHECK (last_day >= first_day),
  sample    INTEGER NOT NULL CHECK (sample IN (0, 1))
) STRICT;
CREATE TABLE person (
  id    INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
  nick  TEXT NOT NULL, -- '' once forgotten
  shown INTEGER NOT NULL CHECK (shown IN (0, 1)),
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE identity (
  network TEXT NOT NULL,
  key     TEXT NOT NULL CHECK (key <> ''),
  person  INTEGER NOT NULL REFERENCES person (id),
  nick    TEXT NOT NULL,
  folded  TEXT NOT NULL, -- nick, lower case
  seen    INTEGER NOT NULL,
  PRIMARY KEY (network, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_person ON identity (person);
CREATE INDEX identity_folded ON identity (network, folded);
CREATE TABLE link_code (
  hash     TEXT PRIMARY KEY,
  person   INTEGER NOT NULL REFERENCES person (id),
  added    INTEGER NOT NULL,
  until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX link_code_person ON link_code (person);
CREATE TABLE failed_link (
  id      INTEGER PRIMARY KEY,
  network TEXT NOT NULL,
  key     TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
CREATE INDEX failed_link_handle ON failed_link (network, key, at);
CREATE INDEX failed_link_at ON failed_link (at);
CREATE TABLE project (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  slug          TEXT NOT NULL UNIQUE CHECK (slug <> ''),
  name          TEXT NOT NULL,
  summary       TEXT NOT NULL,
  langs         TEXT NOT NULL,
  level         TEXT NOT NULL,
  first_timers  INTEGER NOT NULL CHECK (first_timers IN (0, 1)),
  setup_minutes INTEGER NOT NULL CHECK (setup_minutes >= 0),
  days          TEXT NOT NULL,
  contact       TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('listed', 'full', 'paused', 'ended')),
  sample        INTEGER NOT NULL CHECK (sample IN (0, 1)),
  at            INTEGER NOT NULL,
  announced     INTEGER
) STRICT;
CREATE TABLE lead (
  id      INTEGER PRIMARY KEY, -- the first lead has the lowest
  project INTEGER NOT NULL REFERENCES project (id),
  person  INTEGER NOT NULL REFERENCES person (id),
  UNIQUE (project, person)
) STRICT;
CREATE INDEX lead_person ON lead (person);
CREATE TABLE page (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  project    INTEGER REFERENCES project (id), -- NULL: its title becomes one
  url        TEXT NOT NULL,
  by_person  INTEGER REFERENCES person (id),
  title      TEXT NOT NULL,
  summary    TEXT NOT NULL,
  status     INTEGER NOT NULL,
  problem    TEXT NOT NULL,
  etag       TEXT NOT NULL,
  checked_at INTEGER,
  next_check INTEGER,
  told       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX page_project ON page (project) WHERE project IS NOT NULL;
CREATE INDEX page_due ON page (next_check);
CREATE INDEX page_person ON page (by_person);
CREATE TABLE repo (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  project   INTEGER NOT NULL REFERENCES project (id),
  owner     TEXT NOT NULL COLLATE NOCASE CHECK (owner <> ''),
  name      TEXT NOT NULL COLLATE NOCASE CHECK (name <> ''),
  labels    TEXT NOT NULL,
  archived  INTEGER NOT NULL CHECK (archived IN (0, 1)),
  known     TEXT NOT NULL,
  synced_at INTEGER,
  next_sync INTEGER,
  problem   TEXT NOT NULL,
  sample    INTEGER NOT NULL CHECK (sample IN (0, 1)),
  UNIQUE (owner, name)
) STRICT;
CREATE INDEX repo_project ON repo (project);
CREATE INDEX repo_due ON repo (next_sync) WHERE sample = 0;
CREATE TABLE repo_etag (
  repo    INTEGER NOT NULL REFERENCES repo (id),
  address TEXT NOT NULL,
  etag    TEXT NOT NULL,
  PRIMARY KEY (repo, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE issue (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  repo       INTEGER NOT NULL REFERENCES repo (id),
  number     INTEGER NOT NULL CHECK (number > 0),
  title      TEXT NOT NULL,
  url        TEXT NOT NULL,
  labels     TEXT NOT NULL,
  tier       INTEGER NOT NULL CHECK (tier >= 0),
  minutes    INTEGER NOT NULL CHECK (minutes >= 0),
  assigned   INTEGER NOT NULL CHECK (assigned IN (0, 1)),
  linked_pr  INTEGER NOT NULL CHECK (linked_pr IN (0, 1)),
  comments   INTEGER NOT NULL CHECK (comments >= 0),
  open       INTEGER NOT NULL CHECK (open IN (0, 1)),
  created_at INTEGER,
  updated_at INTEGER,
  seen_at    INTEGER,
  UNIQUE (repo, number)
) STRICT;
CREATE INDEX issue_easy ON issue (repo)
  WHERE open = 1 AND tier > 0 AND assigned = 0 AND linked_pr = 0;
CREATE INDEX issue_open ON issue (repo, seen_at) WHERE open = 1;
CREATE TABLE claim (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  issue    INTEGER NOT NULL REFERENCES issue (id),
  person   INTEGER NOT NULL REFERENCES person (id),
  state    TEXT NOT NULL CHECK (state IN ('held', 'done', 'dropped', 'expired')),
  held_at  INTEGER NOT NULL,
  until_at INTEGER,
  pr       TEXT NOT NULL,
  end_at   INTEGER CHECK (end_at IS NULL OR state <> 'held')
) STRICT;
CREATE UNIQUE INDEX claim_live ON claim (issue) WHERE state = 'held';
CREATE INDEX claim_overdue ON claim (until_at) WHERE state = 'held';
CREATE INDEX claim_issue ON claim (issue, state);
CREATE INDEX claim_person ON claim (person, state);
CREATE TABLE room (
  folded TEXT PRIMARY KEY CHECK (folded <> ''), -- code, lower case
  code   TEXT NOT NULL,
  name   TEXT NOT NULL,
  floor  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE venue_table (
  folded TEXT PRIMARY KEY CHECK (folded <> ''), -- code, lower case
  code   TEXT NOT NULL,
  room   TEXT NOT NULL REFERENCES room (folded),
  seats  INTEGER NOT NULL CHECK (seats >= 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX venue_table_room ON venue_table (room);
CREATE TABLE table_use (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  venue_table TEXT NOT NULL REFERENCES venue_table (folded),
  project     INTEGER NOT NULL REFERENCES project (id),
  seats       INTEGER CHECK (seats > 0), -- as the lead named them, NULL: the table's own
  from_at     INTEGER NOT NULL,
  to_at       INTEGER CHECK (to_at IS NULL OR to_at >= from_at)
) STRICT;
CREATE UNIQUE INDEX table_use_open ON table_use (venue_table) WHERE to_at IS NULL;
CREATE INDEX table_use_project ON table_use (project) WHERE to_at IS NULL;
CREATE TABLE seat (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person      INTEGER NOT NULL REFERENCES person (id),
  project     INTEGER REFERENCES project (id),
  venue_table TEXT REFERENCES venue_table (folded),
  day         TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  in_at       INTEGER NOT NULL,
  out_at      INTEGER CHECK (out_at IS NULL OR out_at >= in_at),
  out_kind    TEXT CHECK (out_kind IN ('bye', 'moved', 'dayend', 'renewed')),
  via         TEXT NOT NULL,
  CHECK (project IS NOT NULL OR venue_table IS NOT NULL),
  CHECK ((out_at IS NULL) = (out_kind IS NULL))
) STRICT;
CREATE UNIQUE INDEX seat_open ON seat (person) WHERE out_at IS NULL;
CREATE INDEX seat_open_day ON seat (day, project, venue_table) WHERE out_at IS NULL;
CREATE INDEX seat_day ON seat (day, in_at);
CREATE INDEX seat_person ON seat (person);
CREATE TABLE measure ( -- counts: appended, never changed
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  kind       TEXT NOT NULL CHECK (kind IN ('head', 'lunch', 'wifi')),
  value      INTEGER NOT NULL CHECK (value >= 0),
  day        TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  at         INTEGER NOT NULL,
  room       TEXT NOT NULL,
  by_person  INTEGER REFERENCES person (id),
  supersedes INTEGER UNIQUE REFERENCES measure (id) -- a row is corrected once
) STRICT;
CREATE INDEX measure_day ON measure (day, at);
CREATE INDEX measure_person ON measure (by_person);
CREATE TABLE heard (
  network TEXT NOT NULL,
  id      TEXT NOT NULL CHECK (id <> ''),
  at      INTEGER NOT NULL, thread TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (network, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_at ON heard (at);
CREATE TABLE place ( -- a whole channel: how far it is heard, and whether it waits
  network    TEXT NOT NULL,
  channel    TEXT NOT NULL,
  mark       TEXT,
  mark_at    INTEGER,
  held_until INTEGER,
  reason     TEXT NOT NULL, first_at INTEGER, learned INTEGER NOT NULL DEFAULT 0 CHECK (learned >= 0),
  PRIMARY KEY (network, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE listed ( -- what was last listed to a handle
  network  TEXT NOT NULL,
  key      TEXT NOT NULL,
  body     TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (network, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_until ON listed (until_at);
CREATE TABLE question ( -- what a handle was asked
  network  TEXT NOT NULL,
  key      TEXT NOT NULL,
  body     TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (network, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX question_until ON question (until_at);
CREATE TABLE outbox (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  key          TEXT NOT NULL UNIQUE CHECK (key <> ''),
  network      TEXT NOT NULL,
  channel      TEXT NOT NULL,
  thread       TEXT NOT NULL,
  lane         INTEGER NOT NULL CHECK (lane BETWEEN 0 AND 2),
  body         TEXT, -- chat.Outgoing as JSON; NULL once its words are removed
  source       TEXT, -- chat.SourceKey of the message relayed
  created_at   INTEGER NOT NULL,
  not_before   INTEGER,
  expires_at   INTEGER,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'expired', 'dead')),
  attempted_at INTEGER,
  mark         TEXT NOT NULL,
  confirmed    INTEGER NOT NULL CHECK (confirmed >= 0),
  parts        INTEGER CHECK (parts > 0), -- NULL: not known yet
  receipt      TEXT, -- of the first part
  receipt_at   INTEGER, -- of the newest part
  reason       TEXT NOT NULL,
  ended_at     INTEGER, joined INTEGER, changes INTEGER NOT NULL DEFAULT 0 CHECK (changes IN (0, 1)),
  CHECK ((state = 'waiting') = (ended_at IS NULL)),
  CHECK (state <> 'waiting' OR body IS NOT NULL)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (network, id) WHERE state = 'waiting';
CREATE INDEX outbox_place ON outbox (network, channel, created_at) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (network, channel) WHERE state = 'dead';
CREATE INDEX outbox_words ON outbox (ended_at) WHERE state <> 'waiting' AND body IS NOT NULL;
CREATE INDEX outbox_source ON outbox (source) WHERE source IS NOT NULL;
CREATE TABLE job_run (
  name    TEXT PRIMARY KEY,
  at      INTEGER,
  took    INTEGER NOT NULL, -- nanoseconds
  result  TEXT NOT NULL,
  failed  INTEGER NOT NULL CHECK (failed IN (0, 1)),
  next_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  role    TEXT NOT NULL,
  person  INTEGER REFERENCES person (id),
  verb    TEXT NOT NULL,
  object  TEXT NOT NULL,
  refused INTEGER NOT NULL CHECK (refused IN (0, 1))
) STRICT;
CREATE INDEX audit_person ON audit (person);
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
CREATE TABLE bridge_pause ( -- a place whose relays wait
  network   TEXT NOT NULL,
  channel   TEXT NOT NULL,
  at        INTEGER NOT NULL,
  skipped   INTEGER NOT NULL CHECK (skipped >= 0), -- lines said there meanwhile and not carried
  first_at  INTEGER, -- when the first and the last of them were said
  last_at   INTEGER,
  PRIMARY KEY (network, channel)
) STRICT, WITHOUT ROWID;
CREATE TABLE ignored ( -- another relay in our channels: neither carried nor obeyed
  network TEXT NOT NULL,
  who     TEXT NOT NULL CHECK (who <> ''), -- an id, account:NAME, or a nick in which * is anything
  at      INTEGER NOT NULL,
  PRIMARY KEY (network, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_sent ON outbox (network, channel) WHERE state = 'sent';
CREATE TABLE outbox_part (
  row     INTEGER NOT NULL,
  part    INTEGER NOT NULL CHECK (part > 0),
  receipt TEXT NOT NULL CHECK (receipt <> ''),
  PRIMARY KEY (row, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_part_receipt ON outbox_part (receipt);
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
CREATE TABLE trusted ( -- who an organizer says is no relay: not asked about, and carried
  network TEXT NOT NULL,
  who     TEXT NOT NULL CHECK (who <> ''), -- as in ignored
  at      INTEGER NOT NULL,
  PRIMARY KEY (network, who)
) STRICT, WITHOUT ROWID;
CREATE TABLE picture ( -- made by the bot, for a day
  token    TEXT PRIMARY KEY CHECK (length(token) >= 20),
  title    TEXT NOT NULL,
  alt      TEXT NOT NULL,
  png      BLOB NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX picture_until ON picture (until_at);
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
CREATE INDEX outbox_private ON outbox (network, channel) WHERE state <> 'waiting' AND channel GLOB '@*';
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (1, 0, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (2, 1, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (3, 2, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (4, 3, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (5, 4, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (6, 5, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (7, 6, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (8, 7, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (9, 8, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (10, 9, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (11, 10, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (12, 11, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (13, 12, 1, '2026-11-25 15:45:22');
INSERT INTO goose_db_version (id, version_id, is_applied, tstamp) VALUES (14, 13, 1, '2026-11-25 15:45:22');
INSERT INTO event (id, name, zone, first_day, last_day, sample) VALUES (1, 'E', 'UTC', '2027-05-17', '2027-05-17', 0);
INSERT INTO person (id, nick, shown, since) VALUES (1, 'ada', 0, 1795621522702);
INSERT INTO identity (network, key, person, nick, folded, seen) VALUES ('libera', 'account:ada', 1, 'ada', 'ada', 1795621522702);
INSERT INTO project (id, slug, name, summary, langs, level, first_timers, setup_minutes, days, contact, state, sample, at, announced) VALUES (1, 'p', 'P', '', '', '', 0, 0, '', '', 'listed', 0, 1810562400000, NULL);
INSERT INTO repo (id, project, owner, name, labels, archived, known, synced_at, next_sync, problem, sample) VALUES (1, 1, 'o', 'n', '["easy"]', 0, '[]', NULL, NULL, '', 0);
INSERT INTO issue (id, repo, number, title, url, labels, tier, minutes, assigned, linked_pr, comments, open, created_at, updated_at, seen_at) VALUES (1, 1, 1, 'T', '', '[]', 1, 0, 0, 0, 0, 1, NULL, NULL, NULL);
INSERT INTO claim (id, issue, person, state, held_at, until_at, pr, end_at) VALUES (1, 1, 1, 'held', 1810562400000, 1810562400000, '', NULL);
INSERT INTO room (folded, code, name, floor) VALUES ('302', '302', '', '');
INSERT INTO venue_table (folded, code, room, seats) VALUES ('b4', 'B4', '302', 8);
INSERT INTO seat (id, person, project, venue_table, day, in_at, out_at, out_kind, via) VALUES (1, 1, 1, 'b4', '2027-05-17', 1810562400000, NULL, NULL, '');
INSERT INTO heard (network, id, at, thread) VALUES ('libera', '1', 1795621522702, '');
INSERT INTO place (network, channel, mark, mark_at, held_until, reason, first_at, learned) VALUES ('libera', '#c', '1', 1810562400000, NULL, '', 1810562400000, 0);
INSERT INTO outbox (id, key, network, channel, thread, lane, body, source, created_at, not_before, expires_at, state, attempted_at, mark, confirmed, parts, receipt, receipt_at, reason, ended_at, joined, changes) VALUES (1, 'k', 'libera', '@account:ada', '', 0, '{"to":{"network":"libera","channel":"@account:ada"},"kind":"said","reply":{"lines":[{"r":"plain","c":[[{"t":"hi"}]]}]},"at":"2027-05-17T14:00:00Z"}', NULL, 1795621522702, NULL, NULL, 'waiting', NULL, '', 0, NULL, NULL, NULL, '', NULL, NULL, 0);
