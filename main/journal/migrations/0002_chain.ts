import { NAMELESS_CHAIN } from '../../../contract/journal.ts'

/**
 * The lives of this log, in order: entries go to the last one. Each entry names its own, so that what is salvaged of a
 * damaged file can be checked by itself. `totem` null: begun before it was written down. `base_*`: the
 * newest entry that was dropped, or the chain's beginning. `up_to`: what the gateway holds. `ends`: the chain is broken
 * after this entry. `anchor`: the gateway's word on an entry (contract/journal.ts). `missed`: entries not taken since the
 * last `journal.lost`.
 */
export const chainTable = `
CREATE TABLE chain (
  place INTEGER PRIMARY KEY CHECK (place >= 1),
  chain TEXT NOT NULL UNIQUE CHECK (octet_length(chain) = 26),
  totem TEXT,
  base_seq INTEGER NOT NULL DEFAULT 0 CHECK (base_seq >= 0),
  base_hash TEXT NOT NULL DEFAULT '${'0'.repeat(64)}' CHECK (octet_length(base_hash) = 64),
  up_to INTEGER NOT NULL DEFAULT 0 CHECK (up_to >= 0),
  ends INTEGER CHECK (ends >= 0),
  forked INTEGER NOT NULL DEFAULT 0 CHECK (forked IN (0, 1))
) STRICT;

INSERT INTO chain (place, chain, up_to)
SELECT 1, '${NAMELESS_CHAIN}', up_to FROM sent WHERE EXISTS (SELECT 1 FROM entry);

ALTER TABLE entry RENAME TO nameless_entry;

CREATE TABLE entry (
  chain TEXT NOT NULL REFERENCES chain (chain),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  at TEXT NOT NULL,
  event TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warn', 'alarm')),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  previous TEXT NOT NULL CHECK (octet_length(previous) = 64),
  hash TEXT NOT NULL CHECK (octet_length(hash) = 64),
  PRIMARY KEY (chain, seq)
) STRICT;

INSERT INTO entry SELECT '${NAMELESS_CHAIN}', seq, at, event, severity, fields, previous, hash FROM nameless_entry ORDER BY seq;

DROP TABLE nameless_entry;
DROP TABLE sent;

CREATE TABLE anchor (
  chain TEXT NOT NULL REFERENCES chain (chain),
  seq INTEGER NOT NULL CHECK (seq >= 1),
  jws TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) STRICT;

CREATE TABLE missed (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  entries INTEGER NOT NULL CHECK (entries >= 0)
) STRICT;

INSERT INTO missed (only, entries) VALUES (1, 0);

CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the journal is only ever added to'); END;

CREATE TRIGGER entry_kept BEFORE DELETE ON entry
WHEN NOT EXISTS (SELECT 1 FROM anchor WHERE chain = OLD.chain AND seq >= OLD.seq)
  OR OLD.seq IS NOT (SELECT base_seq + 1 FROM chain WHERE chain = OLD.chain)
BEGIN SELECT RAISE(ABORT, 'only the oldest goes, and only when an anchor stands for it'); END;

CREATE TRIGGER entry_dropped AFTER DELETE ON entry
BEGIN UPDATE chain SET base_seq = OLD.seq, base_hash = OLD.hash WHERE chain = OLD.chain; END;

CREATE TRIGGER anchor_fixed BEFORE UPDATE ON anchor
BEGIN SELECT RAISE(ABORT, 'an anchor is never changed'); END;

CREATE TRIGGER anchor_kept BEFORE DELETE ON anchor
WHEN OLD.seq >= (SELECT base_seq FROM chain WHERE chain = OLD.chain)
BEGIN SELECT RAISE(ABORT, 'an anchor goes when a later one stands for all before it'); END;

CREATE TRIGGER chain_fixed BEFORE UPDATE OF place, chain ON chain
BEGIN SELECT RAISE(ABORT, 'a chain keeps its name'); END;

CREATE TRIGGER chain_kept BEFORE DELETE ON chain
BEGIN SELECT RAISE(ABORT, 'a chain is never forgotten'); END;
`
