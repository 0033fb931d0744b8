import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Ledger, ledgerOn, type PrintJob, type Sheet, type SheetNews } from '../../main/queue/ledger.ts'
import { operationTable } from '../../main/queue/migrations/0001_operation.ts'
import { migrations } from '../../main/queue/migrations.ts'
import { openQueue, type Queue } from '../../main/queue/queue.ts'
import { openStorage } from '../../main/queue/storage.ts'
import Electron33Database from '../../scripts/electron-runtime/sqlite-for-electron-33.ts'

const id = (n: number) => `01KANPR${n.toString().padStart(19, '0')}`
const counts = ({ state }: Sheet) => state === 'acknowledged' || state === 'taken' || state === 'retracted'
const inHand = ({ state }: Sheet) => state === 'handed' || state === 'rendered' || state === 'sent'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'))
  path = join(dir, 'queue.db')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function open(at = path): Queue {
  const opened = openQueue({ path: at, now: Date.now })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

test('program-killed-at-any-moment: the ledger counts or doubts every sheet on paper, and counts no other', async () => {
  const asked = new Set<string>()
  const paper = new Set<string>()
  const counted = new Set<string>()
  for (let round = 0; round < 15; round++) {
    const writer = spawn(process.execPath, [fileURLToPath(new URL('./ledger-writer.ts', import.meta.url)), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(writer, 'exit')
    const enough = 1 + Math.floor(Math.random() * 60)
    let heard = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      const [, what, operation, page] = /^(asked|paper|counted) (\w{26}) (\d)$/.exec(line) ?? []
      // The kill may cut the last line.
      if (!operation) continue
      if (what === 'asked') asked.add(operation)
      else (what === 'paper' ? paper : counted).add(`${operation} ${page}`)
      if (++heard === enough) writer.kill('SIGKILL')
    }
    expect(await exited).toEqual([null, 'SIGKILL'])

    const queue = open()
    expect(queue.ledger.voidInHand('interrupted').ok).toBe(true)
    for (const operation of asked) {
      for (const sheet of queue.ledger.sheets(operation)) {
        const name = `${operation} ${sheet.page}`
        expect(inHand(sheet), name).toBe(false)
        // The writer reports a sheet before the acknowledgement is heard, so every sheet on paper is known here.
        if (counts(sheet)) expect(paper, name).toContain(name)
        else expect(sheet, name).toMatchObject({ state: 'void', reason: 'interrupted', perhapsPrinted: true })
        if (counted.has(name)) expect(counts(sheet), name).toBe(true)
      }
    }
    const known = [...asked].flatMap((operation) => queue.ledger.sheets(operation))
    const names = new Set(known.map(({ operation, page }) => `${operation} ${page}`))
    for (const name of paper) expect(names).toContain(name)
    queue.close()
  }
  expect(counted.size).toBeGreaterThan(50)
})

/** What lies on the printer's tray, and which acknowledgements were heard. */
interface Model {
  /** Each whole sheet that the printer put out, in order. */
  paper: { job: PrintJob; page: number }[]
  /** Sheets whose acknowledgement the ledger heard: "operation document session page". */
  heard: Set<string>
}
interface Real {
  queue: Queue
}
const PAGES = 3
const BANDS = 2
const keyOf = ({ operation, document, session }: PrintJob, page: number) => [operation, document, session, page].join()
const jobs = fc.record({
  operation: fc.constantFrom(id(1), id(2)),
  document: fc.constantFrom('certificate', 'receipt'),
  session: fc.constantFrom(id(101), id(102), id(103)),
})

/**
 * The printer does `printed` steps of a document and then `end`s; `cut`: it had just cut the sheet. Where a process
 * died, its last `lost` messages are not heard.
 */
const ends = ['main-killed', 'device-gone', 'paperOut', 'jam', 'offline', 'absent'] as const
type Step = fc.Command<Model, Real>
const prints: fc.Arbitrary<Step> = fc
  .record({
    job: jobs,
    printed: fc.integer({ min: 0, max: PAGES * (BANDS + 2) }),
    lost: fc.integer({ min: 0, max: 4 }),
    cut: fc.boolean(),
    end: fc.constantFrom(...ends),
  })
  .map(({ job, end, ...scene }) => ({
    check: () => true,
    toString: () => `${JSON.stringify(scene)} ${end}: ${Object.values(job).join(' ')}`,
    run(model, real) {
      const { ledger } = real.queue
      const { operation, document } = job
      const earlier = model.paper.filter(
        (sheet) => sheet.job.operation === operation && sheet.job.document === document,
      )
      const begun = ledger.begin(job)
      if (!begun.ok) throw new Error(begun.error.reason)
      const { fromPage, reprint } = begun.value
      const steps: SheetNews[] = []
      for (let page = fromPage; page <= PAGES; page++) {
        const sheet = { operation, document, page, pages: PAGES, bands: BANDS }
        steps.push({ ...sheet, state: 'rendered', band: 0 })
        for (let band = 1; band <= BANDS; band++) steps.push({ ...sheet, state: 'sent', band })
        steps.push({ ...sheet, state: 'acknowledged', band: BANDS })
      }
      const printed = steps.slice(0, scene.printed)
      const heard = printed.slice(0, Math.max(heardAtLeast(printed, end), printed.length - scene.lost))
      for (const [index, { state, page, band }] of printed.entries()) {
        // A sheet may be out between its last band and the printer's acknowledgement.
        const unheardOf = scene.cut && index === printed.length - 1 && state === 'sent' && band === BANDS
        if (state !== 'acknowledged' && !unheardOf) continue
        model.paper.push({ job, page })
        const again = earlier.some((sheet) => sheet.page === page)
        if (again) expect(reprint, `page ${page} comes out again`).toBe(true)
      }
      for (const step of heard) {
        expect(ledger.note(step)).toEqual({ ok: true, value: true })
        if (step.state === 'acknowledged') model.heard.add(keyOf(job, step.page))
      }
      if (end === 'main-killed') {
        // The file as a kill leaves it: nothing is written at the end.
        real.queue.close()
        real.queue = open()
        real.queue.ledger.voidInHand('interrupted')
      } else {
        ledger.voidInHand(end)
      }
      agrees(model, real)
    },
  }))

/**
 * Messages are lost only with a process that dies; faults of a printer arrive in order. "rendered" goes to the system
 * before any byte goes to the printer, so a dying device process does not lose that one.
 */
function heardAtLeast(printed: SheetNews[], end: (typeof ends)[number]): number {
  if (end === 'main-killed') return 0
  if (end === 'device-gone') return printed.findLastIndex(({ state }) => state === 'rendered') + 1
  return printed.length
}

const leaves: fc.Arbitrary<Step> = fc
  .tuple(jobs, fc.integer({ min: 1, max: PAGES }), fc.constantFrom('taken', 'retracted'))
  .map(([{ operation, document }, page, state]) => ({
    check: () => true,
    toString: () => `page ${page} of ${document} ${operation} ${state}`,
    run(model, real) {
      real.queue.ledger.note({ operation, document, state, page, pages: PAGES, band: BANDS, bands: BANDS })
      agrees(model, real)
    },
  }))

function agrees(model: Model, { queue }: Real) {
  const sheets = [id(1), id(2)].flatMap((operation) => queue.ledger.sheets(operation))
  expect(sheets.filter(inHand)).toEqual([])
  // The ledger counts exactly the acknowledged sheets.
  const counted = sheets.filter(counts).map((sheet) => keyOf(sheet, sheet.page))
  expect(new Set(counted)).toEqual(model.heard)
  // The ledger counts or doubts every sheet on paper.
  for (const { job, page } of model.paper) {
    const known = sheets.some((sheet) => {
      if (keyOf(sheet, page) !== keyOf(job, page)) return false
      if (sheet.state !== 'void') return counts(sheet) && sheet.page === page
      // After a kill the program hears nothing of what followed.
      return sheet.perhapsPrinted && (sheet.reason === 'interrupted' ? sheet.page <= page : sheet.page === page)
    })
    expect(known, keyOf(job, page)).toBe(true)
  }
}

test('any history of faults, crashes and restarts: the ledger counts every acknowledged page and no other', () => {
  fc.assert(
    fc.property(fc.commands([prints, prints, leaves], { maxCommands: 12 }), (commands) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      const real = { queue: open() }
      try {
        fc.modelRun(() => ({ model: { paper: [], heard: new Set<string>() }, real }), commands)
      } finally {
        real.queue.close()
      }
    }),
    { numRuns: 60 },
  )
})

/** One document: page 1 acknowledged, page 2 sent and given up; then printed again in a later visit. */
function story(ledger: Ledger): unknown[] {
  const job = { operation: id(1), document: 'certificate', session: id(101) }
  const tell = (state: SheetNews['state'], page: number) =>
    ledger.note({ operation: job.operation, document: job.document, state, page, pages: 2, band: 1, bands: 1 })
  return [
    ledger.begin(job),
    ...(['rendered', 'sent', 'acknowledged', 'taken', 'taken'] as const).map((state) => tell(state, 1)),
    ...(['rendered', 'sent'] as const).map((state) => tell(state, 2)),
    ledger.voidInHand('interrupted'),
    ledger.begin({ ...job, session: id(102) }),
    ledger.reprinted(job),
    ledger.sheets(job.operation),
  ]
}

test('the schema itself keeps a program bug from counting, reviving or hiding a sheet', () => {
  const queue = open()
  story(queue.ledger)
  queue.close()
  const db = new Database(path)
  const columns = 'operation, document, session, page, reprint, at'
  for (const sql of [
    `UPDATE sheet SET state = 'acknowledged', band = 1, bands = 1, pages = 2 WHERE state = 'handed'`,
    `UPDATE sheet SET state = 'acknowledged', reason = NULL, perhaps_printed = NULL WHERE state = 'void'`,
    `UPDATE sheet SET perhaps_printed = 0 WHERE state = 'void'`,
    `UPDATE sheet SET state = 'void', reason = 'jam', perhaps_printed = 0 WHERE state = 'taken'`,
    `UPDATE sheet SET state = 'retracted' WHERE state = 'taken'`,
    `UPDATE sheet SET state = 'void' WHERE state = 'handed'`,
    `UPDATE sheet SET state = 'lost'`,
    `UPDATE sheet SET reprint = 0`,
    `UPDATE sheet SET page = 9`,
    `UPDATE sheet SET session = '${id(103)}'`,
    `DELETE FROM sheet`,
    `INSERT INTO sheet (${columns}) SELECT operation, document, session, 1, 0, at FROM sheet LIMIT 1`,
    `INSERT INTO sheet (${columns}) SELECT operation, document, session, 2, 0, at FROM sheet LIMIT 1`,
    `INSERT INTO sheet (${columns}) SELECT operation, document, session, 1, 1, at FROM sheet LIMIT 1`,
    `INSERT INTO sheet (${columns}) SELECT operation, 'Bianchi', session, 3, 0, at FROM sheet LIMIT 1`,
    `INSERT INTO sheet (${columns}) SELECT 'BNCNMR51H58I888X', document, session, 3, 0, at FROM sheet LIMIT 1`,
    `INSERT INTO sheet (${columns}, state, band, bands, pages)
       SELECT operation, document, session, 3, 0, at, 'acknowledged', 1, 1, 3 FROM sheet LIMIT 1`,
  ])
    expect(() => db.exec(sql), sql).toThrow(/CHECK|UNIQUE|illegal|never|fixed|begins|reprint/)
  db.close()
})

describe('update of the program', () => {
  const requestedAt = '2026-11-22T09:00:00.000Z'
  const request = {
    ...{ operation: id(1), kind: 'certificate', session: id(101), holder: 'ab'.repeat(32), requestedAt },
    sealed: 'eyJhbGci..aXY.Y2lwaGVydGV4dA.dGFn',
  } as const
  test('from the version without a ledger: its requests are there, and the ledger records their paper from now on', () => {
    const before = openStorage({ path, synchronous: 'FULL', migrations: [operationTable] })
    if (!before.ok) throw new Error(before.error.reason)
    before.value
      .prepare(
        `INSERT INTO operation (operation, kind, session, holder, sealed, requested_at)
         VALUES (@operation, @kind, @session, @holder, @sealed, @requestedAt)`,
      )
      .run(request)
    before.value.close()

    const queue = open()
    expect(queue.get(id(1))).toMatchObject({ state: 'queued', sealed: request.sealed })
    expect(queue.ledger.sheets(id(1))).toEqual([])
    story(queue.ledger)
    queue.close()
    const after = open()
    expect(after.ledger.sheets(id(1)).map(({ state }) => state)).toEqual(['taken', 'void', 'handed'])
    after.close()
  })
  test('downgrade: the version without a ledger leaves the file alone', () => {
    open().close()
    expect(openStorage({ path, synchronous: 'FULL', migrations: [operationTable] })).toEqual({
      ok: false,
      error: { kind: 'storage-unavailable', reason: 'schema-newer' },
    })
    open().close()
  })
})

test('in the SQLite of Electron 33 the ledger is the same', () => {
  const clock = () => Date.parse('2026-11-22T09:00:00.000Z')
  const tell = (Kind: typeof Database) => {
    const db = new Kind(':memory:')
    for (const step of migrations) db.exec(typeof step === 'string' ? step : step.adds)
    const told = story(ledgerOn(db, clock))
    db.close()
    return told
  }
  expect(tell(Electron33Database as unknown as typeof Database)).toEqual(tell(Database))
})
