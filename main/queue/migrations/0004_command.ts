/**
 * What operators have asked of this totem (contract/command.ts), each once: its serial is spent when the row is there. A row says
 * that the command was begun before anything is done for it, so that a start after a power cut does nothing twice. Times are
 * in ms.
 */
export const commandTable = `
CREATE TABLE command (
  serial INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE
    CHECK (octet_length(id) = 26 AND id GLOB '[0-7]*' AND id NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  kind TEXT NOT NULL CHECK (octet_length(kind) BETWEEN 2 AND 31 AND kind NOT GLOB '*[^-a-z]*'),
  args TEXT NOT NULL CHECK (octet_length(args) <= 1000),
  expires INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('taken', 'begun', 'done', 'refused')),
  refusal TEXT CHECK (octet_length(refusal) BETWEEN 1 AND 32 AND refusal NOT GLOB '*[^-a-z]*'),
  found TEXT NOT NULL DEFAULT '[]' CHECK (octet_length(found) <= 8000),
  ended_at INTEGER,
  -- 1: the gateway has the outcome.
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
  CHECK ((ended_at IS NOT NULL) = (state IN ('done', 'refused'))),
  CHECK ((refusal IS NOT NULL) = (state = 'refused')),
  CHECK (told = 0 OR ended_at IS NOT NULL)
) STRICT;

CREATE TRIGGER command_transition BEFORE UPDATE OF state ON command
WHEN NOT (
  (OLD.state = 'taken' AND NEW.state IN ('begun', 'refused'))
  OR (OLD.state = 'begun' AND NEW.state IN ('done', 'refused'))
)
BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;

CREATE TRIGGER command_fixed BEFORE UPDATE OF serial, id, kind, args, expires, taken_at ON command
BEGIN SELECT RAISE(ABORT, 'what was asked is fixed'); END;
`
