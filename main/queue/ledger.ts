import { DAY_MS } from '../../basics/time.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type Storage, type StorageFailure, storageFailure } from './storage.ts'

/** A document of an operation, printed in a visit. */
export type PrintJob = { operation: string; document: string; session: string }

/**
 * What has become of one sheet of paper. `handed`: asked of the device process, which has told nothing of it yet.
 * `perhapsPrinted`: nobody can say that it did not come out whole, and of a sheet that was interrupted, nor those after it.
 * `band` and `bands` null: not rendered yet.
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

/** What the device process tells of a sheet. */
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
   * acknowledged; in a later visit all of it is printed, for nobody knows where the first pages went. `reprint`: some of it
   * came out before, or may have, and the paper must say so. `acknowledged`: pages of this visit that count already.
   */
  begin(job: PrintJob): Result<{ fromPage: number; reprint: boolean; acknowledged: number[] }, StorageFailure>
  /** False: of no sheet that is in hand (or, for taken and retracted, that was acknowledged). */
  note(news: SheetNews): Result<boolean, StorageFailure>
  /** What is in hand is void, whoever's it is: there is one printer. Answers the sheets. `reason` is a code. */
  voidInHand(reason: string): Result<Sheet[], StorageFailure>
  /** True: of what was printed in this visit, something came out before. */
  reprinted(job: PrintJob): boolean
  /** Everything that was asked of the printer for an operation, in order. */
  sheets(operation: string): Sheet[]
}

/** Nothing in it is anybody's, and an operator's question about a paper comes within weeks. */
const KEPT_MS = 90 * DAY_MS

/** The program ended, by a crash or with the power, and what the printer did since then nobody heard. */
export const INTERRUPTED = 'interrupted'

/**
 * Whether a sheet that was given up as `reason` may have come out whole after all. `band` of `bands` is the last one known
 * to be sent; null before it was rendered.
 */
export function perhapsPrinted(reason: string, band: number | null, bands: number | null): boolean {
  if (reason === INTERRUPTED) return true
  if (band === null || bands === null) return false
  switch (reason) {
    case 'device-gone':
      // The device process says "rendered" before the first byte leaves; of what it said last nothing is known.
      return true
    case 'offline':
    case 'absent':
    case 'unacknowledged':
      // Silent in the middle of a band, which then is not told as sent: of the last one enough may have arrived.
      return band >= Math.max(1, bands - 1)
    default:
      // The printer's own word (paper out, jam …), but after the last band it may speak of the paper behind the cut.
      return bands > 0 && band >= bands
  }
}

export function ledgerOn(db: Storage, now: () => number): Ledger {
  const hand = db.prepare(
    `INSERT INTO sheet (operation, document, session, page, reprint, at)
     VALUES (@operation, @document, @session, @page, @reprint, @at)`,
  )
  // The next sheet of the job is in hand before the one before it is put down: a crash between two pages finds it.
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
  // What can still be printed is remembered however old the clock says it is: the clock may be wrong.
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
    // All of it came out in this visit and it is asked for again: from the start.
    if (known[0] && fromPage > known[0].pages) {
      acknowledged.length = 0
      fromPage = 1
    }
    const reprint = selectOut.get({ operation, document, page: fromPage }) !== undefined
    hand.run({ operation, document, session, page: fromPage, reprint: reprint ? 1 : 0, at: iso(now()) })
    return { fromPage, reprint, acknowledged }
  }

  function note({ operation, document, state, page, pages, ...news }: SheetNews): boolean {
    // The device process may be a broken one: what is no sheet is news of none.
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

  const whole = <T>(work: () => T) => written(() => db.transaction(work).immediate())

  return {
    begin: (job) => whole(() => begin(job)),
    note: (news) => whole(() => note(news)),
    voidInHand: (reason) => whole(() => voidInHand(reason)),
    reprinted: ({ operation, document, session }) =>
      selectReprinted.get({ operation, document, session }) !== undefined,
    sheets: (operation) => selectSheets.all(operation).map((row) => sheetOf(row as Row)),
  }
}

function written<T>(work: () => T): Result<T, StorageFailure> {
  try {
    return ok(work())
  } catch (error) {
    return err(storageFailure(error))
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
