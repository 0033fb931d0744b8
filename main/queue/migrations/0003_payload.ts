/**
 * Requests and outcomes move to tables of their own, so that the part that is searched, counted and checked at each
 * start is small. The states `submitted` and `aside` come in. Each rule is one statement's: whatever a bug in the
 * program leaves out, an open request has its payload, an issued one its outcome, and a closed one neither.
 */
export const payloadTables = `
DROP TRIGGER operation_born;
DROP TRIGGER operation_transition;
DROP TRIGGER operation_fixed;
DROP TRIGGER operation_kept;
DROP INDEX operation_due;
DROP INDEX operation_waiting;
ALTER TABLE operation RENAME TO operation_before;

CREATE TABLE operation (
  -- Order by this and never by a clock: the totem's clock may jump. The newest row is never deleted, so that it only grows.
  seq INTEGER PRIMARY KEY,
  operation TEXT NOT NULL UNIQUE
    CHECK (octet_length(operation) = 26 AND operation GLOB '[0-7]*' AND operation NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  kind TEXT NOT NULL CHECK (kind IN ('certificate')),
  session TEXT NOT NULL
    CHECK (octet_length(session) = 26 AND session GLOB '[0-7]*' AND session NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  -- HMAC of the codice fiscale, hex.
  holder TEXT NOT NULL CHECK (octet_length(holder) = 64 AND holder NOT GLOB '*[^0-9a-f]*'),
  requested_at TEXT NOT NULL
    CHECK (octet_length(requested_at) = 24 AND requested_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  -- submitted: on the gateway's disk, outcome not known yet. aside: somebody must look at it.
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'submitted', 'issued', 'refused', 'collected', 'expired', 'aside')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Milliseconds since the epoch; 0: at once.
  next_attempt INTEGER NOT NULL DEFAULT 0 CHECK (next_attempt >= 0),
  submitted_at INTEGER,
  reason TEXT CHECK (octet_length(reason) BETWEEN 1 AND 64 AND reason NOT GLOB '*[^-A-Za-z0-9_.+:]*'),
  anpr TEXT CHECK (octet_length(anpr) BETWEEN 1 AND 64 AND anpr NOT GLOB '*[^-A-Za-z0-9_.+:]*'),
  settled_at TEXT
    CHECK (octet_length(settled_at) = 24 AND settled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  -- 1: the holder has read on this totem's screen that nothing will come of it.
  told INTEGER NOT NULL DEFAULT 0 CHECK (told = 0 OR (told = 1 AND state IN ('refused', 'expired', 'aside'))),
  CHECK ((submitted_at IS NOT NULL) = (state = 'submitted')),
  CHECK ((settled_at IS NULL) = (state IN ('queued', 'submitted', 'aside'))),
  CHECK (state NOT IN ('refused', 'aside') OR reason IS NOT NULL)
) STRICT;

-- A compact JWE begins with the base64url of a JSON object: a readable payload can't get in by mistake.
CREATE TABLE sealed (
  seq INTEGER PRIMARY KEY,
  jwe TEXT NOT NULL CHECK (jwe GLOB 'eyJ?*.*.?*.?*.?*' AND instr(jwe, '"') = 0 AND octet_length(jwe) <= 100000)
) STRICT;

CREATE TABLE outcome (
  seq INTEGER PRIMARY KEY,
  jwe TEXT NOT NULL CHECK (jwe GLOB 'eyJ?*.*.?*.?*.?*' AND instr(jwe, '"') = 0),
  settled_at TEXT NOT NULL
) STRICT;

-- Up to where the gateway's outcomes have been taken in.
CREATE TABLE inbox (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  cursor INTEGER NOT NULL CHECK (cursor >= 0)
) STRICT;
INSERT INTO inbox (only, cursor) VALUES (1, 0);

-- Row by row, each leaving its pages to the next: moved at one go the file would double, and stay so.
CREATE VIEW operation_move AS SELECT seq FROM operation_before;
CREATE TRIGGER operation_move_one INSTEAD OF INSERT ON operation_move
BEGIN
  INSERT INTO sealed (seq, jwe) SELECT seq, sealed FROM operation_before WHERE seq = NEW.seq AND sealed IS NOT NULL;
  INSERT INTO outcome (seq, jwe, settled_at)
    SELECT seq, outcome, settled_at FROM operation_before WHERE seq = NEW.seq AND outcome IS NOT NULL;
  INSERT INTO operation (seq, operation, kind, session, holder, requested_at, state, attempts, next_attempt, reason, anpr,
      settled_at, told)
    -- What was settled before anybody kept who had been told was told on the spot, or is too old to be news.
    SELECT seq, operation, kind, session, holder, requested_at, state, attempts, next_attempt, reason, anpr, settled_at,
      state IN ('refused', 'expired')
    FROM operation_before WHERE seq = NEW.seq;
  DELETE FROM operation_before WHERE seq = NEW.seq;
END;
INSERT INTO operation_move (seq) SELECT seq FROM operation_before;
DROP VIEW operation_move;
DROP TABLE operation_before;

CREATE INDEX operation_due ON operation (next_attempt, seq) WHERE state = 'queued';
-- Empty as a rule: they cost a request's commit nothing.
CREATE INDEX operation_submitted ON operation (submitted_at, seq) WHERE state = 'submitted';
CREATE INDEX operation_waiting ON operation (holder, seq) WHERE state = 'issued';
CREATE INDEX operation_aside ON operation (seq) WHERE state = 'aside';
CREATE INDEX operation_untold ON operation (holder, seq) WHERE told = 0 AND state IN ('refused', 'expired', 'aside');

CREATE TRIGGER operation_born BEFORE INSERT ON operation
WHEN NEW.state <> 'queued' OR NOT EXISTS (SELECT 1 FROM sealed WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'a request begins as queued, with its payload'); END;

CREATE TRIGGER operation_transition BEFORE UPDATE OF state ON operation
WHEN NOT (
  OLD.state = NEW.state
  OR (OLD.state = 'queued' AND NEW.state IN ('submitted', 'issued', 'refused', 'expired', 'aside'))
  OR (OLD.state = 'submitted' AND NEW.state IN ('queued', 'issued', 'refused', 'expired', 'aside'))
  OR (OLD.state = 'aside' AND NEW.state IN ('queued', 'issued', 'refused', 'expired'))
  OR (OLD.state = 'issued' AND NEW.state IN ('collected', 'expired'))
) OR (NEW.state = 'issued' AND NOT EXISTS (SELECT 1 FROM outcome WHERE seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;

-- The request itself is no more use once there is an answer, nor the outcome once the paper is the citizen's.
CREATE TRIGGER operation_settled AFTER UPDATE OF state ON operation
WHEN NEW.state NOT IN ('queued', 'submitted', 'aside')
BEGIN
  DELETE FROM sealed WHERE seq = NEW.seq;
  DELETE FROM outcome WHERE seq = NEW.seq AND NEW.state <> 'issued';
END;

CREATE TRIGGER operation_fixed BEFORE UPDATE OF seq, operation, kind, session, holder, requested_at ON operation
BEGIN SELECT RAISE(ABORT, 'what was recorded is fixed'); END;

CREATE TRIGGER operation_kept BEFORE DELETE ON operation
WHEN OLD.state NOT IN ('refused', 'collected', 'expired')
  -- The oldest first: a number that is missing between two others then means damage, and never anything else.
  OR EXISTS (SELECT 1 FROM operation WHERE seq < OLD.seq)
  OR NOT EXISTS (SELECT 1 FROM operation WHERE seq > OLD.seq)
BEGIN SELECT RAISE(ABORT, 'a recorded request is never deleted before it is long settled'); END;

CREATE TRIGGER sealed_born BEFORE INSERT ON sealed WHEN EXISTS (SELECT 1 FROM operation WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'a payload begins before its request'); END;
CREATE TRIGGER sealed_fixed BEFORE UPDATE ON sealed
BEGIN SELECT RAISE(ABORT, 'a payload is fixed'); END;
CREATE TRIGGER sealed_kept BEFORE DELETE ON sealed
WHEN EXISTS (SELECT 1 FROM operation WHERE seq = OLD.seq AND state IN ('queued', 'submitted', 'aside'))
BEGIN SELECT RAISE(ABORT, 'an open request is never left without its payload'); END;

CREATE TRIGGER outcome_born BEFORE INSERT ON outcome
WHEN NOT EXISTS (SELECT 1 FROM operation WHERE seq = NEW.seq AND state IN ('queued', 'submitted', 'aside'))
BEGIN SELECT RAISE(ABORT, 'an outcome is of an open request'); END;
CREATE TRIGGER outcome_issues AFTER INSERT ON outcome
BEGIN
  UPDATE operation
  SET state = 'issued', submitted_at = NULL, reason = NULL, told = 0, settled_at = NEW.settled_at WHERE seq = NEW.seq;
END;
CREATE TRIGGER outcome_fixed BEFORE UPDATE ON outcome
BEGIN SELECT RAISE(ABORT, 'an outcome is fixed'); END;
CREATE TRIGGER outcome_kept BEFORE DELETE ON outcome
WHEN EXISTS (SELECT 1 FROM operation WHERE seq = OLD.seq AND state = 'issued')
BEGIN SELECT RAISE(ABORT, 'an outcome is never deleted before it is collected'); END;
`
