import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DeviceEvent, DeviceFailure, DeviceParams } from '../../contract/device.ts'
import type { IssuedOutcome } from '../../contract/gateway.ts'
import { err, ok } from '../../contract/result.ts'
import type { DeviceGone, Devices } from '../devices/index.ts'
import { type Journal, openJournal } from '../journal/journal.ts'
import { createSheets } from '../journeys/certificate/sheets.ts'
import { openQueue, type Queue } from '../queue/queue.ts'
import type { Printing } from '../visit/services.ts'
import { createPaper } from './paper.ts'

// The device process is scripted: which of two messages a crash takes away cannot be chosen with a real one.
type News = Extract<DeviceEvent, { event: 'print' }>
type Answer = DeviceFailure<'printer.print'> | DeviceGone | null
type Script = (job: string, fromPage: number, tell: (state: News['state'], page: number) => void) => Answer

const operation = '01K0M3Z8Q4V7N2B5X9C1D6F8GH'
const [visit, laterVisit] = ['01K0M3Z8Q4V7N2B5X9C1D6F8GA', '01K0M3Z8Q4V7N2B5X9C1D6F8GB']
const outcome: IssuedOutcome = {
  operation,
  types: ['8'],
  protocol: '1',
  idOperazioneAnpr: '1',
  issuedAt: '2026-11-22T10:00:00.000Z',
  pdf: '',
}
const PAGES = 3
/** The three sheets of a certificate; `pdfOnly`: for an office printer. */
function sheetsFor({ pdfOnly = false } = {}): Record<'certificate' | 'receipt' | 'slip', Printing> {
  const place = { totem: 'TT-0001', office: 'Spello' }
  const sheets = createSheets({ place, pdfOnly, keepMs: 0, now: () => new Date() })
  const [italian, english] = [{ session: visit, language: 'it' } as const, { session: visit, language: 'en' } as const]
  const common = { operation, session: visit, fromPage: 1 }
  const queued = { operation, types: outcome.types, requestedAt: outcome.issuedAt }
  return {
    certificate: { ...common, document: 'certificate', sheet: sheets.certificate(outcome) },
    receipt: { ...common, document: 'receipt', sheet: sheets.receipt(italian, outcome, PAGES) },
    slip: { ...common, document: 'slip', sheet: sheets.slip(english, queued) },
  }
}
const { certificate, receipt, slip } = sheetsFor()
const gone: Answer = { kind: 'device-gone' }
const fault = (status: 'paperOut' | 'offline', page: number): Answer => ({ kind: 'printer-fault', status, page })

let dir: string
let queue: Queue
let journal: Journal
let script: Script
let sent: DeviceParams<'printer.print'>[]
let paper: ReturnType<typeof createPaper>

function start() {
  const opened = openQueue({ path: join(dir, 'queue.db'), now: Date.now })
  const openedJournal = openJournal({ path: join(dir, 'journal.db'), totem: 'TT-0001', now: Date.now })
  if (!opened.ok || !openedJournal.ok) throw new Error('no store')
  queue = opened.value
  journal = openedJournal.value
  const call = async (_method: string, params: DeviceParams<'printer.print'>) => {
    sent.push(params)
    const pages = params.sheet.kind === 'pdf' ? PAGES : 1
    const answer = script(params.job, params.fromPage, (state, page) => {
      // The first of two bands: whatever the printer says then, the sheet is not whole yet.
      const band = state === 'rendered' ? 0 : 1
      paper.note({ event: 'print', job: params.job, state, page, pages, band, bands: 2 })
    })
    return answer ? err(answer) : ok({ pages, bytes: 1 })
  }
  const devices = { call } as unknown as Devices
  paper = createPaper({
    devices,
    journal,
    ledger: queue.ledger,
    sign: () => null,
  })
  paper.start()
}
function stop() {
  queue.close()
  journal.close()
}
function restart() {
  stop()
  start()
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'paper-'))
  sent = []
  script = good
  start()
})
afterEach(() => {
  stop()
  rmSync(dir, { recursive: true, force: true })
})

/** Prints up to and with page `last`, then answers `answer`. */
const until =
  (last: number, answer: Answer): Script =>
  (_, fromPage, tell) => {
    for (let page = fromPage; page <= last; page++) {
      tell('rendered', page)
      tell('sent', page)
      tell('acknowledged', page)
    }
    return answer
  }
const good: Script = (job, ...rest) => until(job.endsWith('certificate') ? PAGES : 1, null)(job, ...rest)
const fails = (last: number, answer: Answer) => {
  script = (job, fromPage, tell) => {
    until(last, null)(job, fromPage, tell)
    tell('rendered', last + 1)
    tell('sent', last + 1)
    return answer
  }
}
const events = (name: string) =>
  [...journal.entries()].filter(({ event }) => event === name).map(({ fields }) => fields)
const states = () => queue.ledger.sheets(operation).map(({ page, state }) => `${page} ${state}`)
const textOf = (
  { sheet }: { sheet: DeviceParams<'printer.print'>['sheet'] } = { sheet: { kind: 'pdf', pdf: new Uint8Array() } },
) =>
  sheet.kind === 'receipt' ? sheet.document.lines.map((line) => (line.kind === 'text' ? line.text : '')).join('\n') : ''

describe('what counts', () => {
  test('device-process-dies after the second of three pages: only the third is printed anew', async () => {
    fails(2, gone)
    expect(await paper.print(certificate)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 3 }))
    expect(states()).toEqual(['1 acknowledged', '2 acknowledged', '3 void'])
    expect(events('print.void')).toEqual([{ job: `${operation}.certificate`, page: 3, status: 'device-gone' }])
    script = good
    expect(await paper.print({ ...certificate, fromPage: 3 })).toEqual(ok({ pages: 3 }))
    expect(sent.map(({ fromPage }) => fromPage)).toEqual([1, 3])
  })
  test('device-process-dies between the last page and its answer: all paper is out, nothing is printed again', async () => {
    script = until(PAGES, gone)
    expect(await paper.print(certificate)).toEqual(ok({ pages: 3 }))
    expect(events('print.void')).toEqual([])
  })
  test('device-process-dies before any page: the first is void', async () => {
    script = () => gone
    expect(await paper.print(certificate)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 1 }))
    expect(states()).toEqual(['1 void'])
    script = good
    await paper.print(certificate)
    expect(events('print.reprinted')).toEqual([])
  })
  test('a device process that calls a page done of which the printer said nothing is not believed', async () => {
    script = until(2, null)
    expect(await paper.print(certificate)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 3 }))
    expect(states()).toEqual(['1 acknowledged', '2 acknowledged', '3 void'])
  })
  test('a file that is no PDF is unprintable, whatever paper there is', async () => {
    script = () => ({ kind: 'pdf-refused', reason: 'broken' })
    expect(await paper.print(certificate)).toEqual(err({ kind: 'unprintable' }))
    expect(states()).toEqual(['1 void'])
  })
  test('paper-out-mid-certificate: the void page is printed anew, and that is no reprint', async () => {
    fails(1, fault('paperOut', 2))
    expect(await paper.print(certificate)).toEqual(err({ kind: 'print-fault', status: 'paperOut', page: 2 }))
    script = good
    expect(await paper.print({ ...certificate, fromPage: 2 })).toEqual(ok({ pages: 3 }))
    expect(states()).toEqual(['1 acknowledged', '2 void', '2 acknowledged', '3 acknowledged'])
    expect(events('print.reprinted')).toEqual([])
    await paper.print(receipt)
    expect(textOf(sent.at(-1))).not.toContain('RISTAMPA')
  })
  test('what the printer holds out is taken, or drawn back', async () => {
    await paper.print(certificate)
    const last = { event: 'print', job: `${operation}.certificate`, pages: 3, band: 1, bands: 1 } as const
    paper.note({ ...last, state: 'taken', page: 3 })
    paper.note({ ...last, state: 'retracted', page: 2 })
    expect(states()).toEqual(['1 acknowledged', '2 retracted', '3 taken'])
    expect(events('print.taken')).toEqual([{ job: last.job, page: 3 }])
    expect(events('print.retracted')).toEqual([{ job: last.job, page: 2 }])
  })
  test('two documents at once: the second waits for the first to be over', async () => {
    const first = paper.print(certificate)
    expect(await paper.print(slip)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 1 }))
    expect(await first).toEqual(ok({ pages: 3 }))
  })
})

describe('printed again', () => {
  test('kept for a later visit: all of it is printed, and its receipt says that it is a reprint', async () => {
    fails(2, fault('paperOut', 3))
    await paper.print(certificate)
    script = good
    restart()
    expect(await paper.print({ ...certificate, session: laterVisit })).toEqual(ok({ pages: 3 }))
    await paper.print({ ...receipt, session: laterVisit })
    expect(sent.map(({ fromPage }) => fromPage)).toEqual([1, 1, 1])
    expect(textOf(sent.at(-1))).toMatch(/^RISTAMPA DEL CERTIFICATO\n/)
    expect(events('print.reprinted')).toEqual([{ job: `${operation}.certificate`, page: 1 }])
  })
  test('kept for a later visit before any page came out: the first print is no reprint', async () => {
    fails(0, fault('paperOut', 1))
    await paper.print(certificate)
    script = good
    await paper.print({ ...certificate, session: laterVisit })
    await paper.print({ ...receipt, session: laterVisit })
    expect(textOf(sent.at(-1))).not.toContain('RISTAMPA')
  })
  test('device-process-dies under a page: it may have come out, so the next one is a reprint', async () => {
    fails(2, gone)
    await paper.print(certificate)
    script = good
    await paper.print(certificate)
    await paper.print(receipt)
    expect(textOf(sent.at(-1))).toMatch(/^RISTAMPA DEL CERTIFICATO\n/)
  })
  test('a slip printed twice says so in its own language', async () => {
    await paper.print(slip)
    expect(textOf(sent.at(-1))).not.toContain('REPRINT')
    await paper.print(slip)
    expect(textOf(sent.at(-1))).toMatch(/^REPRINT\n/)
  })
  test('program-killed under a page: void at the next start, said once, and its receipt tells of a reprint', async () => {
    const never: Script = (_, __, tell) => {
      tell('rendered', 1)
      tell('sent', 1)
      throw new Error('killed here')
    }
    script = never
    await paper.print(certificate).catch(() => undefined)
    expect(states()).toEqual(['1 sent'])
    restart()
    expect(states()).toEqual(['1 void'])
    expect(events('print.void')).toEqual([{ job: `${operation}.certificate`, page: 1, status: 'interrupted' }])
    restart()
    expect(events('print.void')).toHaveLength(1)
    script = good
    await paper.print({ ...certificate, session: laterVisit })
    await paper.print({ ...receipt, session: laterVisit })
    expect(textOf(sent.at(-1))).toMatch(/^RISTAMPA DEL CERTIFICATO\n/)
  })
  test('a bug while one person’s sheet is printed does not stop the next', async () => {
    script = () => {
      throw new Error('a bug')
    }
    await expect(paper.print(certificate)).rejects.toThrow('a bug')
    script = good
    expect(await paper.print(certificate)).toEqual(ok({ pages: 3 }))
  })
})

test('ledger-file-held by a tool: what came out meanwhile is counted, and nothing is printed that cannot be recorded', async () => {
  const tool = new Database(join(dir, 'queue.db'))
  script = (_, __, tell) => {
    tell('rendered', 1)
    tell('sent', 1)
    tool.exec('BEGIN IMMEDIATE')
    tell('acknowledged', 1)
    tool.exec('ROLLBACK')
    return fault('paperOut', 2)
  }
  await paper.print(certificate)
  expect(states()).toEqual(['1 acknowledged', '2 void'])
  tool.exec('BEGIN IMMEDIATE')
  expect(await paper.print(certificate)).toEqual(err({ kind: 'print-fault', status: 'offline', page: 1 }))
  expect(sent).toHaveLength(1)
  tool.close()
  script = good
  expect(await paper.print(certificate)).toEqual(ok({ pages: 3 }))
  expect(sent.map(({ fromPage }) => fromPage)).toEqual([1, 2])
})

test.each(['receipt', 'slip'] as const)(
  'an office printer gets the %s as a PDF: it has no letters of its own',
  async (document) => {
    script = until(PAGES, null)
    await paper.print(sheetsFor({ pdfOnly: true })[document])
    expect(sent).toHaveLength(1)
    const { sheet } = sent[0] ?? {}
    expect(sheet?.kind).toBe('pdf')
    expect(Buffer.from(sheet?.kind === 'pdf' ? sheet.pdf : []).toString('latin1')).toMatch(/^%PDF-/)
  },
)
