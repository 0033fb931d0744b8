import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { ulid } from 'ulid'
import { type NewOperation, openQueue, type Queue } from '../../main/queue/queue.ts'
import { type Figure, median } from './report.ts'

/** A month without a line in a busy office. */
const ITEMS = 50_000
/** A sealed request with a card's certificate in it. */
const SEALED_BYTES = 6_000
const COMMITS = 2_000
const STARTS = 7

export async function storeFigures(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-store-'))
  try {
    return [enqueue(folder), ...full(folder)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const sealed = () => `eyJhbGciOiJFQ0RILUVTIn0..aXY.${randomBytes((SEALED_BYTES * 3) / 4).toString('base64url')}.dGFn`
const item = (): NewOperation => ({
  ...{ operation: ulid(), kind: 'certificate', session: ulid(), holder: randomBytes(32).toString('hex') },
  ...{ sealed: sealed(), requestedAt: new Date().toISOString() },
})

function open(path: string): Queue {
  const opened = openQueue({ path, now: Date.now })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

function took(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

const p99 = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0

/** Both in turn on the same disk, so that the machine's other work falls on both. */
function enqueue(folder: string): Figure {
  const queue = open(join(folder, 'enqueue.db'))
  const bare = new Database(join(folder, 'bare.db'))
  bare.pragma('journal_mode = WAL')
  bare.pragma('synchronous = FULL')
  bare.exec('CREATE TABLE request (seq INTEGER PRIMARY KEY, sealed TEXT NOT NULL) STRICT')
  const insert = bare.prepare('INSERT INTO request (sealed) VALUES (?)')
  const [adds, inserts]: [number[], number[]] = [[], []]
  for (let n = 0; n < COMMITS; n++) {
    const [next, same] = [item(), sealed()]
    adds.push(
      took(() => {
        if (!queue.add(next).ok) throw new Error('not added')
      }),
    )
    inserts.push(took(() => insert.run(same)))
  }
  queue.close()
  bare.close()
  return {
    what: 'request recorded for good, p99',
    value: p99(adds),
    unit: 'ms',
    goal: { at: 'most', value: 2 * p99(inserts) },
    references: [
      { what: 'bare one-row commit of the same size (WAL, FULL), p99; the goal is twice that', value: p99(inserts) },
      { what: 'request recorded, median', value: median(adds) },
      { what: 'bare commit, median', value: median(inserts) },
    ],
  }
}

function full(folder: string): Figure[] {
  const path = join(folder, 'full.db')
  open(path).close()
  fill(path)
  const empty = join(folder, 'empty.db')
  const times = (at: string) =>
    Array.from({ length: STARTS }, () => {
      let queue: Queue | undefined
      const ms = took(() => {
        queue = open(at)
      })
      queue?.close()
      return ms
    })
  const queue = open(path)
  if (queue.depth().queued !== ITEMS) throw new Error('not filled')
  const slices: number[] = []
  for (let after: number | null = 0; after !== null; ) {
    const from: number = after
    slices.push(
      took(() => {
        const next = queue.checkNext(from)
        after = next.ok ? next.value : null
      }),
    )
  }
  queue.add(item())
  const bytes = readdirSync(folder)
    .filter((name) => name.startsWith('full.db'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  queue.close()
  return [
    {
      what: `start with ${ITEMS.toLocaleString('en')} requests queued`,
      value: median(times(path)),
      unit: 'ms',
      goal: { at: 'most', value: 300 },
      references: [{ what: 'start with none', value: median(times(empty)) }],
    },
    {
      what: 'check of all payloads after the start, its slices in the main process, p99',
      value: p99(slices),
      unit: 'ms',
      goal: { at: 'most', value: 20 },
      references: [{ what: 'all of it', value: slices.reduce((a, b) => a + b, 0) }],
    },
    {
      what: `${ITEMS.toLocaleString('en')} requests on the disk, log included`,
      value: bytes / 1e6,
      unit: 'MB',
      goal: { at: 'most', value: 500 },
      references: [{ what: 'their payloads alone', value: (ITEMS * sealed().length) / 1e6 }],
    },
  ]
}

/** Fills the queue as if each request had been added, without waiting 50,000 times for the disk. */
function fill(path: string): void {
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  const payload = db.prepare('INSERT INTO sealed (seq, jwe) VALUES (?, ?)')
  const operation = db.prepare(
    `INSERT INTO operation (seq, operation, kind, session, holder, requested_at)
     VALUES (@seq, @operation, @kind, @session, @holder, @requestedAt)`,
  )
  db.transaction(() => {
    for (let seq = 1; seq <= ITEMS; seq++) {
      const { sealed: jwe, ...row } = item()
      payload.run(seq, jwe)
      operation.run({ seq, ...row })
    }
  })()
  db.close()
}
