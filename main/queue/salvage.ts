import { decodeTime } from 'ulid'
import { isConstraint, type Storage } from './database.ts'
import type { FoundRow } from './pages.ts'
import type { Salvage } from './repair.ts'

/** Reason of a request whose payload is lost: it cannot be sent any more, and its holder is told so. */
const PAYLOAD_LOST = 'storage-damaged'
/** Reason of a payload whose row is lost: only the gateway knows the rest of it, and an operator may ask there. */
const ROW_LOST = 'storage-salvaged'

/** True for base64url and dots. Anything else is no JWE, or was one before a byte of it went wrong. */
export const isCompactJwe = (text: unknown): text is string =>
  typeof text === 'string' && /^eyJ[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/.test(text)

// The number of columns tells the table of a row; a migration that changes it must change this too.
const OPERATION = 14
const SHEET = 13
const COMMAND = 11
const OUTCOME = 3
/** A request's payload, or the cursor. */
const SEALED = 2

/** Puts in every column as it was found; the rules of the columns decide. */
export const salvageQueue: Salvage = (rows, db) => {
  const insertOperation = db.prepare(
    `INSERT OR IGNORE INTO operation (seq, operation, kind, session, holder, requested_at, state, attempts, next_attempt,
       submitted_at, reason, anpr, settled_at, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertSealed = db.prepare('INSERT OR IGNORE INTO sealed (seq, jwe) VALUES (?, ?)')
  const insertOutcome = db.prepare('INSERT OR IGNORE INTO outcome (seq, jwe, settled_at) VALUES (?, ?, ?)')
  const insertSheet = db.prepare(
    `INSERT OR IGNORE INTO sheet (seq, operation, document, session, page, pages, reprint, state, band, bands, reason,
       perhaps_printed, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertCommand = db.prepare(
    `INSERT OR IGNORE INTO command (serial, id, kind, args, expires, taken_at, state, refusal, found, ended_at, told)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateCursor = db.prepare('UPDATE inbox SET cursor = ?')
  // Highest and lowest number in any table: a row of which only the payload was found is lost too.
  let [lowest, highest] = [Number.POSITIVE_INFINITY, 0]
  const saw = (seq: number) => {
    ;[lowest, highest] = [Math.min(lowest, seq), Math.max(highest, seq)]
  }

  function keep({ seq, values }: FoundRow): void {
    if (!Number.isSafeInteger(seq) || seq < 1) return
    switch (values.length) {
      case OPERATION: {
        saw(seq)
        // The row ends with `told`; before 0003, with both payloads in it, with `settled_at`.
        if (typeof values.at(-1) === 'number') {
          insertOperation.run(seq, ...values.slice(1))
          break
        }
        const [, operation, kind, session, holder, sealed, requestedAt, state, attempts, nextAttempt, ...rest] = values
        const [reason, anpr, outcome, settledAt] = rest
        const told = state === 'refused' || state === 'expired' ? 1 : 0
        const settled = [reason, anpr, settledAt, told]
        const before = [operation, kind, session, holder, requestedAt, state, attempts, nextAttempt]
        insertOperation.run(seq, ...before, null, ...settled)
        if (isCompactJwe(sealed)) insertSealed.run(seq, sealed)
        if (isCompactJwe(outcome)) insertOutcome.run(seq, outcome, settledAt)
        break
      }
      case SHEET:
        insertSheet.run(seq, ...values.slice(1))
        break
      case COMMAND:
        insertCommand.run(seq, ...values.slice(1))
        break
      case OUTCOME:
        saw(seq)
        if (isCompactJwe(values[1])) insertOutcome.run(seq, values[1], values[2])
        break
      case SEALED:
        if (typeof values[1] === 'number') updateCursor.run(values[1])
        else saw(seq)
        if (isCompactJwe(values[1])) insertSealed.run(seq, values[1])
    }
  }

  for (const row of rows) {
    try {
      keep(row)
    } catch (error) {
      // The column refuses the value (INSERT OR IGNORE does not cover types).
      if (!isConstraint(error)) throw error
    }
  }
  adopt(db)
  const unsendable = close(db)
  const { kept } = db.prepare('SELECT count(*) AS kept FROM operation').get() as { kept: number }
  // Numbers have no gaps except where a row is lost (migrations/0003_payload.ts, operation_kept).
  const numbers = highest - lowest + 1
  if (highest === 0) return { salvaged: 0, lost: null }
  return { salvaged: kept - unsendable, lost: Math.max(0, numbers - kept) + unsendable }
}

/**
 * A payload whose row is lost names its operation in the header of its seal. That much of the row is made again, for an
 * operator.
 */
function adopt(db: Storage): void {
  const orphans = db
    .prepare('SELECT seq FROM sealed WHERE NOT EXISTS (SELECT 1 FROM operation WHERE operation.seq = sealed.seq)')
    .all() as { seq: number }[]
  const select = db.prepare('SELECT jwe FROM sealed WHERE seq = ?')
  const insert = db.prepare(
    // Counted as tried once, because it may have been: an operation that was never tried does not expire.
    `INSERT OR IGNORE INTO operation (seq, operation, kind, session, holder, requested_at, state, attempts, reason)
     VALUES (@seq, @op, @kind, @op, @nobody, @at, 'aside', 1, @reason)`,
  )
  for (const { seq } of orphans) {
    const { jwe } = select.get(seq) as { jwe: string }
    const header = headerOf(jwe)
    if (!header) continue
    const at = new Date(decodeTime(header.op)).toISOString()
    insert.run({ seq, ...header, nobody: '0'.repeat(64), at, reason: ROW_LOST })
  }
  db.exec('DELETE FROM sealed WHERE seq NOT IN (SELECT seq FROM operation)')
}

/** Ends the requests that cannot be in the state that their row says. Answers how many. */
function close(db: Storage): number {
  const open = `('queued', 'submitted', 'aside')`
  const { changes } = db
    .prepare(
      `UPDATE operation SET state = 'refused', submitted_at = NULL, reason = @reason, told = 0,
       settled_at = coalesce(settled_at, requested_at)
     WHERE (state IN ${open} AND seq NOT IN (SELECT seq FROM sealed))
        OR (state = 'issued' AND seq NOT IN (SELECT seq FROM outcome))`,
    )
    .run({ reason: PAYLOAD_LOST })
  db.exec(`DELETE FROM sealed WHERE seq NOT IN (SELECT seq FROM operation WHERE state IN ${open})`)
  db.exec(`DELETE FROM outcome WHERE seq NOT IN (SELECT seq FROM operation WHERE state = 'issued')`)
  return changes
}

function headerOf(jwe: string): { op: string; kind: string } | null {
  try {
    const { op, kind } = JSON.parse(Buffer.from(jwe.slice(0, jwe.indexOf('.')), 'base64url').toString('utf8'))
    return typeof op === 'string' && /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(op) && typeof kind === 'string'
      ? { op, kind }
      : null
  } catch {
    // No JSON.
    return null
  }
}
