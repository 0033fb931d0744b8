/**
 * One row a request, from "recorded" to "collected". The schema is the state machine: a bug in the program cannot
 * resurrect a settled request, lose one or leave a payload behind. `octet_length` and not `length`, which stops at a
 * NUL, and so does GLOB.
 */
export const operationTable = `
CREATE TABLE operation (
  -- Order by this and never by a clock: the totem's clock may jump. Rows are never deleted, so that it only grows.
  seq INTEGER PRIMARY KEY,
  operation TEXT NOT NULL UNIQUE
    CHECK (octet_length(operation) = 26 AND operation GLOB '[0-7]*' AND operation NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  kind TEXT NOT NULL CHECK (kind IN ('certificate')),
  session TEXT NOT NULL
    CHECK (octet_length(session) = 26 AND session GLOB '[0-7]*' AND session NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  -- HMAC of the codice fiscale, hex.
  holder TEXT NOT NULL CHECK (octet_length(holder) = 64 AND holder NOT GLOB '*[^0-9a-f]*'),
  -- A compact JWE begins with the base64url of a JSON object: a readable payload can't get in by mistake. Not its whole
  -- alphabet by GLOB: integrity_check evaluates this too, and 50,000 requests would take seconds at each start.
  sealed TEXT
    CHECK (sealed GLOB 'eyJ?*.*.?*.?*.?*' AND instr(sealed, '"') = 0 AND octet_length(sealed) <= 100000),
  requested_at TEXT NOT NULL
    CHECK (octet_length(requested_at) = 24 AND requested_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'issued', 'refused', 'collected', 'expired')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Milliseconds since the epoch; 0: at once.
  next_attempt INTEGER NOT NULL DEFAULT 0 CHECK (next_attempt >= 0),
  reason TEXT CHECK (octet_length(reason) BETWEEN 1 AND 64 AND reason NOT GLOB '*[^-A-Za-z0-9_.+:]*'),
  anpr TEXT CHECK (octet_length(anpr) BETWEEN 1 AND 64 AND anpr NOT GLOB '*[^-A-Za-z0-9_.+:]*'),
  outcome TEXT CHECK (outcome GLOB 'eyJ?*.*.?*.?*.?*' AND instr(outcome, '"') = 0),
  settled_at TEXT
    CHECK (octet_length(settled_at) = 24 AND settled_at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  CHECK ((sealed IS NOT NULL) = (state = 'queued')),
  CHECK ((outcome IS NOT NULL) = (state = 'issued')),
  CHECK ((settled_at IS NULL) = (state = 'queued')),
  CHECK (state <> 'refused' OR reason IS NOT NULL)
) STRICT;

CREATE INDEX operation_due ON operation (next_attempt, seq) WHERE state = 'queued';
-- No index for what expires, which is looked for once an hour: each one more is a page more in every commit.
CREATE INDEX operation_waiting ON operation (holder, seq) WHERE state = 'issued';

CREATE TRIGGER operation_born BEFORE INSERT ON operation WHEN NEW.state <> 'queued'
BEGIN SELECT RAISE(ABORT, 'a request begins as queued'); END;

CREATE TRIGGER operation_transition BEFORE UPDATE OF state ON operation
WHEN NOT (
  OLD.state = NEW.state
  OR (OLD.state = 'queued' AND NEW.state IN ('issued', 'refused', 'expired'))
  OR (OLD.state = 'issued' AND NEW.state IN ('collected', 'expired'))
)
BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;

CREATE TRIGGER operation_fixed BEFORE UPDATE OF seq, operation, kind, session, holder, requested_at ON operation
BEGIN SELECT RAISE(ABORT, 'what was recorded is fixed'); END;

CREATE TRIGGER operation_kept BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'a recorded request is never deleted'); END;
`
