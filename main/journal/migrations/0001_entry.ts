/** `fields` is JSON. `sent.up_to`: the highest `seq` that the gateway holds without a gap. */
export const entryTable = `
CREATE TABLE entry (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'alarm')),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  previous TEXT NOT NULL CHECK (octet_length(previous) = 64),
  hash TEXT NOT NULL CHECK (octet_length(hash) = 64)
) STRICT;

CREATE TABLE sent (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  up_to INTEGER NOT NULL CHECK (up_to >= 0)
) STRICT;

INSERT INTO sent (only, up_to) VALUES (1, 0);

CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER entry_kept BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;
`
