/**
 * The print ledger: one row for each sheet of paper that the totem asked of the printer. The schema holds the rules of
 * paper: a bug in the program cannot count a sheet that the printer did not acknowledge, take one back, or print one
 * again in silence. Nothing personal: ids, codes and numbers. Times are for a human reader, order is `seq`.
 */
export const sheetTable = `
CREATE TABLE sheet (
  seq INTEGER PRIMARY KEY,
  operation TEXT NOT NULL
    CHECK (octet_length(operation) = 26 AND operation GLOB '[0-7]*' AND operation NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  document TEXT NOT NULL CHECK (octet_length(document) BETWEEN 1 AND 32 AND document NOT GLOB '*[^-a-z]*'),
  session TEXT NOT NULL
    CHECK (octet_length(session) = 26 AND session GLOB '[0-7]*' AND session NOT GLOB '*[^0-9A-HJKMNP-TV-Z]*'),
  page INTEGER NOT NULL CHECK (page >= 1),
  -- Null until the document has been opened.
  pages INTEGER CHECK (pages >= page),
  -- 1: the paper says that it is a reprint (for an untouched ANPR PDF its receipt does).
  reprint INTEGER NOT NULL CHECK (reprint IN (0, 1)),
  -- handed: asked of the device process, which has told nothing of it yet.
  state TEXT NOT NULL DEFAULT 'handed'
    CHECK (state IN ('handed', 'rendered', 'sent', 'acknowledged', 'taken', 'retracted', 'void')),
  band INTEGER,
  bands INTEGER,
  reason TEXT CHECK (octet_length(reason) BETWEEN 1 AND 64 AND reason NOT GLOB '*[^-A-Za-z0-9_.+:]*'),
  -- Of a void sheet. 1: nobody can say that it did not come out whole.
  perhaps_printed INTEGER CHECK (perhaps_printed IN (0, 1)),
  at TEXT NOT NULL CHECK (octet_length(at) = 24 AND at GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'),
  CHECK ((band IS NULL) = (bands IS NULL)),
  CHECK (band IS NULL OR band BETWEEN 0 AND bands),
  CHECK (state <> 'handed' OR band IS NULL),
  CHECK (state <> 'rendered' OR band = 0),
  CHECK (state <> 'sent' OR band >= 1),
  CHECK (state NOT IN ('acknowledged', 'taken', 'retracted') OR (band = bands AND band >= 1 AND pages IS NOT NULL)),
  CHECK ((reason IS NOT NULL) = (state = 'void')),
  CHECK ((perhaps_printed IS NOT NULL) = (state = 'void'))
) STRICT;

CREATE INDEX sheet_of ON sheet (operation, document, page);
CREATE UNIQUE INDEX sheet_in_hand ON sheet (operation, document, page) WHERE state IN ('handed', 'rendered', 'sent');

CREATE TRIGGER sheet_born BEFORE INSERT ON sheet WHEN NEW.state <> 'handed'
BEGIN SELECT RAISE(ABORT, 'a sheet begins as handed'); END;

CREATE TRIGGER sheet_again BEFORE INSERT ON sheet
WHEN NEW.reprint = 0 AND EXISTS (
  SELECT 1 FROM sheet
  WHERE operation = NEW.operation AND document = NEW.document AND page = NEW.page
    AND (state IN ('acknowledged', 'taken', 'retracted') OR perhaps_printed = 1)
)
BEGIN SELECT RAISE(ABORT, 'a sheet that came out is printed again as a reprint'); END;

CREATE TRIGGER sheet_transition BEFORE UPDATE ON sheet
WHEN NOT (
  (OLD.state = 'handed' AND NEW.state IN ('rendered', 'void'))
  OR (OLD.state = 'rendered' AND NEW.state IN ('sent', 'void'))
  OR (OLD.state = 'sent' AND NEW.state = 'sent' AND NEW.band >= OLD.band)
  OR (OLD.state = 'sent' AND NEW.state IN ('acknowledged', 'void'))
  OR (OLD.state = 'acknowledged' AND NEW.state IN ('taken', 'retracted'))
)
BEGIN SELECT RAISE(ABORT, 'illegal transition'); END;

CREATE TRIGGER sheet_fixed BEFORE UPDATE OF seq, operation, document, session, page, reprint, at ON sheet
BEGIN SELECT RAISE(ABORT, 'what was asked of the printer is fixed'); END;

CREATE TRIGGER sheet_kept BEFORE DELETE ON sheet WHEN OLD.state IN ('handed', 'rendered', 'sent')
BEGIN SELECT RAISE(ABORT, 'a sheet in hand is never deleted'); END;
`
