import { DAY_MS } from '../../basics/time.ts'
import type { Result } from '../../contract/result.ts'
import { inOneCommit, type Storage, type StorageFailure } from './database.ts'

/** A document of an operation, printed in a visit. */
export type PrintJob = { operation: string; document: string; session: string }

/**
 * One sheet of paper and its state. `handed`: the device process was asked for it and has said nothing yet.
 * `perhapsPrinted`: nobody can say whether it came out whole; for an interrupted sheet this holds for the sheets after
 * it too. `band` and `bands` are null before the sheet is rendered.
 */
export type Sheet = PrintJob & {
  page: number
  pages: number | null
  reprint: boolean
  band: number | null
  bands: number | null
  at: string
} & (
    | { state: 'handed' | 'rendered' | 'sent' | 'acknowledged' | 'taken' | 'retracted' }
    | { state: 'void'; reason: string; perhapsPrinted: boolean }
  )

/** News of a sheet from the device process. */
export type SheetNews = Pick<PrintJob, 'operation' | 'document'> & {
  state: 'rendered' | 'sent' | 'acknowledged' | 'taken' | 'retracted'
  page: number
  pages: number
  band: number
  bands: number
}

/** The print ledger: the truth about the paper, on the disk before a call returns. */
export type Ledger = {
  /**
   * Hands a document to the printer. Within one visit it goes on from the first page that the printer has not
   * acknowledged. In a later visit it starts from the first page, because nobody knows where the earlier pages went.
   * `reprint`: some of it came out before, or may have, and the paper must say so. `acknowledged`: pages of this visit
   * that count already.
   */
  begin(job: PrintJob): Result<{ fromPage: number; reprint: boolean; acknowledged: number[] }, StorageFailure>
  /** False when no such sheet is in hand (for taken and retracted: when none was acknowledged). */
  note(news: SheetNews): Result<boolean, StorageFailure>
  /**
   * Voids every sheet in hand, whichever visit asked for it: there is one printer. Answers the sheets. `reason` is a
   * code.
   */
  voidInHand(reason: string): Result<Sheet[], StorageFailure>
  /** True when this visit has printed something that had come out before. */
  reprinted(job: PrintJob): boolean
  /** All sheets of an operation, in the order in which they were asked for. */
  sheets(operation: string): Sheet[]
}

/** No row names a person, and an operator asks about a paper within weeks. */
const KEPT_MS = 90 * DAY_MS

/** The program ended by a crash or with the power, so nobody heard what the printer did next. */
export const INTERRUPTED = 'interrupted'

/**
 * Whether a sheet that was given up as `reason` may have come out whole after all. `band` of `bands` is the last one
 * known to be sent; null before it was rendered.
 */
export function perhapsPrinted(reason: string, band: number | null, bands: number | null): boolean {
  if (reason === INTERRUPTED) return true
  if (band === null || bands === null) return false
  switch (reason) {
    case 'device-gone':
      // The device process says "rendered" before the first byte leaves. Its last messages may be lost.
      return true
    case 'offline':
    case 'absent':
    case 'unacknowledged':
      // The printer fell silent in the middle of a band, which is then not reported as sent. Enough of the last band
      // may have arrived.
      return band >= Math.max(1, bands - 1)
    default:
      // The printer reported the fault itself (paper out, jam …). After the last band that may concern the paper behind
      // the cut.
      return bands > 0 && band >= bands
  }
}

export function ledgerOn(db: Storage, now: () => number): Ledger {
  const hand = db.prepare(
    `INSERT INTO sheet (operation, document, session, page, reprint, at)
     VALUES (@operation, @document, @session, @page, @reprint, @at)`,
  )
  // The next sheet is in hand before the previous one is put down, so that a crash between two pages finds it.
  const handNext = db.prepare(
    `INSERT INTO sheet (operation, document, session, page, pages, reprint, at)
     SELECT operation, document, session, @page, @pages, reprint, @at FROM sheet
     WHERE operation = @operation AND document = @document AND page = @page - 1 AND state = 'sent'
     ON CONFLICT DO NOTHING`,
  )
  const inHand = `operation = @operation AND document = @document AND page = @page
     AND state IN ('handed', 'rendered', 'sent')`
  const render = db.prepare(
    `UPDATE sheet SET state = 'rendered', pages = @pages, band = 0, bands = @bands WHERE ${inHand} AND state = 'handed'`,
  )
  const send = db.prepare(
    `UPDATE sheet SET state = 'sent', pages = @pages, band = @band, bands = @bands
     WHERE ${inHand} AND state <> 'handed' AND band <= @band`,
  )
  const acknowledge = db.prepare(
    `UPDATE sheet SET state = 'acknowledged', pages = @pages, band = bands WHERE ${inHand} AND state = 'sent'`,
  )
  const leave = db.prepare(
    `UPDATE sheet SET state = @state WHERE seq = (
       SELECT seq FROM sheet
       WHERE operation = @operation AND document = @document AND page = @page AND state = 'acknowledged'
       ORDER BY seq DESC LIMIT 1)`,
  )
  const selectInHand = db.prepare(`SELECT * FROM sheet WHERE state IN ('handed', 'rendered', 'sent') ORDER BY seq`)
  const giveUp = db.prepare(
    `UPDATE sheet SET state = 'void', reason = @reason, perhaps_printed = @perhapsPrinted WHERE seq = @seq`,
  )
  const selectAcknowledged = db.prepare(
    `SELECT page, max(pages) AS pages FROM sheet
     WHERE operation = @operation AND document = @document AND session = @session
       AND state IN ('acknowledged', 'taken', 'retracted')
     GROUP BY page ORDER BY page`,
  )
  const selectOut = db.prepare(
    `SELECT 1 FROM sheet
     WHERE operation = @operation AND document = @document AND page >= @page
       AND (state IN ('acknowledged', 'taken', 'retracted') OR perhaps_printed = 1)
     LIMIT 1`,
  )
  const selectReprinted = db.prepare(
    `SELECT 1 FROM sheet
     WHERE operation = @operation AND document = @document AND session = @session AND reprint = 1
       AND state IN ('acknowledged', 'taken', 'retracted')
     LIMIT 1`,
  )
  const selectSheets = db.prepare('SELECT * FROM sheet WHERE operation = ? ORDER BY seq')
  // A sheet that can still be printed is kept however old it looks: the clock may be wrong.
  const forget = db.prepare(
    `DELETE FROM sheet
     WHERE at < ? AND state NOT IN ('handed', 'rendered', 'sent')
       AND operation NOT IN (SELECT operation FROM operation WHERE state IN ('queued', 'submitted', 'aside', 'issued'))`,
  )
  const iso = (ms: number) => new Date(ms).toISOString()

  function begin({ operation, document, session }: PrintJob) {
    forget.run(iso(now() - KEPT_MS))
    const known = selectAcknowledged.all({ operation, document, session }) as { page: number; pages: number }[]
    const acknowledged = known.map(({ page }) => page)
    let fromPage = 1
    while (acknowledged.includes(fromPage)) fromPage++
    // The whole document came out in this visit and is asked for again: print from the start.
    if (known[0] && fromPage > known[0].pages) {
      acknowledged.length = 0
      fromPage = 1
    }
    const reprint = selectOut.get({ operation, document, page: fromPage }) !== undefined
    hand.run({ operation, document, session, page: fromPage, reprint: reprint ? 1 : 0, at: iso(now()) })
    return { fromPage, reprint, acknowledged }
  }

  function note({ operation, document, state, page, pages, ...news }: SheetNews): boolean {
    // A broken device process may send numbers that are no sheet.
    if (![page, pages, news.band, news.bands].every(Number.isSafeInteger) || page < 1 || pages < page) return false
    const sheet = { operation, document, page }
    const at = iso(now())
    const band = Math.max(1, news.band)
    switch (state) {
      case 'rendered':
        handNext.run({ ...sheet, pages, at })
        return render.run({ ...sheet, pages, bands: Math.max(0, news.bands) }).changes > 0
      case 'sent':
        return send.run({ ...sheet, pages, band, bands: Math.max(band, news.bands) }).changes > 0
      case 'acknowledged':
        if (page < pages) handNext.run({ operation, document, page: page + 1, pages, at })
        return acknowledge.run({ ...sheet, pages }).changes > 0
      case 'taken':
      case 'retracted':
        return leave.run({ ...sheet, state }).changes > 0
    }
  }

  const voidInHand = (reason: string): Sheet[] =>
    (selectInHand.all() as Row[]).map((row) => {
      const perhaps = perhapsPrinted(reason, row.band, row.bands) ? 1 : 0
      giveUp.run({ seq: row.seq, reason, perhapsPrinted: perhaps })
      return sheetOf({ ...row, state: 'void', reason, perhaps_printed: perhaps })
    })

  return {
    begin: (job) => inOneCommit(db, () => begin(job)),
    note: (news) => inOneCommit(db, () => note(news)),
    voidInHand: (reason) => inOneCommit(db, () => voidInHand(reason)),
    reprinted: ({ operation, document, session }) =>
      selectReprinted.get({ operation, document, session }) !== undefined,
    sheets: (operation) => selectSheets.all(operation).map((row) => sheetOf(row as Row)),
  }
}

/** A row as the schema's CHECKs leave it. */
type Row = PrintJob & {
  seq: number
  page: number
  pages: number | null
  reprint: 0 | 1
  band: number | null
  bands: number | null
  at: string
} & (
    | { state: Exclude<Sheet['state'], 'void'>; reason: null; perhaps_printed: null }
    | { state: 'void'; reason: string; perhaps_printed: 0 | 1 }
  )

function sheetOf({ seq: _, ...row }: Row): Sheet {
  const { reason, perhaps_printed: perhaps, state, ...rest } = row
  const sheet = { ...rest, reprint: row.reprint === 1 }
  return state === 'void'
    ? { ...sheet, state, reason: reason ?? '', perhapsPrinted: perhaps === 1 }
    : { ...sheet, state }
}
