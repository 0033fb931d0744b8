import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { ulid } from 'ulid'
import { DAY_MS } from '../../basics/time.ts'
import { openJournal } from '../../main/journal/journal.ts'
import type { Operation } from '../../main/queue/operation.ts'
import { openQueue } from '../../main/queue/queue.ts'

// power-cut.ts runs this under strace. It changes queue and journal at random, one commit a step, and prints each
// promise: `queue <state>` and `journal <entry's hash>`, with `step` before each.

const HOLDER = 'ab'.repeat(32)

/**
 * The contents of the queue's file: equal texts if and only if each row of each table is equal. The tables are those that
 * the file has, so that a new one is looked at from its first day. `empty`: tables without a row.
 */
export function stateOf(folder: string): { text: string; empty: string[] } {
  const db = new Database(join(folder, 'queue.db'), { readonly: true })
  try {
    const names = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all() as string[]
    const tables = names.map((name) => ({ name, rows: db.prepare(`SELECT * FROM "${name}" ORDER BY 1`).all() }))
    const text = createHash('sha256').update(JSON.stringify(tables)).digest('hex')
    return { text, empty: tables.filter(({ rows }) => rows.length === 0).map(({ name }) => name) }
  } finally {
    db.close()
  }
}

/** Numbers from 0 to 1 that repeat for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let at = seed
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let t = Math.imul(at ^ (at >>> 15), 1 | at)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Destroys the sector of the header: the file no longer shows that it is a database. */
function damage(path: string): void {
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.alloc(100, 0xa5), 0, 100, 0)
  fsyncSync(fd)
  closeSync(fd)
}

function write(folder: string, steps: number, seed: number): void {
  const random = seeded(seed)
  const upTo = (most: number) => Math.floor(random() * most)
  const say = (line: string) => void writeSync(1, `${line}\n`)
  let clock = Date.parse('2026-11-22T09:00:00Z')

  const open = () => {
    const path = join(folder, 'queue.db')
    const queue = openQueue({ path, now: () => clock })
    const journal = openJournal({ path: join(folder, 'journal.db'), totem: 'TT-0001', now: () => clock })
    if (!queue.ok || !journal.ok) throw new Error('storage')
    return { queue: queue.value, journal: journal.value }
  }
  /** Tables that no step has written yet. */
  let unwritten: string[] | null = null
  const promise = () => {
    const { text, empty } = stateOf(folder)
    unwritten = (unwritten ?? empty).filter((name) => empty.includes(name))
    say(`queue ${text}`)
  }
  say('step')
  let { queue, journal } = open()
  promise()

  const jwe = (most: number) =>
    `eyJhbGciOiJFQ0RILUVTIn0..aXY.${Buffer.alloc(40 + upTo(most), 65 + upTo(26)).toString()}.dGFn`
  const among = (...states: Operation['state'][]) =>
    queue.list({ limit: 1_000, states }).map(({ operation }) => operation)
  const some = (operations: string[]) => operations.filter((_, n) => n === 0 || random() < 0.3).slice(0, 5)
  const one = (operations: string[]) => operations[upTo(operations.length)] ?? ulid()
  const job = () => ({ operation: one(among('issued')), document: 'certificate', session: ulid() })
  let cursor = 0
  let inHand = false
  /** Of the commands that operators have sent. */
  let serial = 0
  const opened = (state: 'taken' | 'begun') => queue.commands.open().find((each) => each.state === state)?.serial ?? 0

  const acts: (() => unknown)[] = [
    ...Array<() => unknown>(4).fill(() =>
      queue.add({
        ...{ operation: ulid(), kind: 'certificate', session: ulid() },
        ...{ holder: HOLDER, sealed: jwe(9_000), requestedAt: new Date(clock).toISOString() },
      }),
    ),
    () => queue.submitted(some(among('queued')), clock),
    () => queue.requeue(some(among('submitted'))),
    () => queue.defer(some(among('queued')).map((operation) => ({ operation, reason: 'line-down', until: clock }))),
    () => queue.setAside(one(among('queued')), 'request-malformed'),
    () => queue.retry(one(among('aside'))),
    ...Array<() => unknown>(2).fill(() => {
      const page = some(among('queued', 'submitted', 'aside'))
      const items = page.map((operation, n) => ({
        operation,
        settlement:
          n % 3 === 2
            ? { state: 'refused' as const, reason: 'not-in-family', anpr: 'EN286' }
            : { state: 'issued' as const, outcome: jwe(20_000) },
      }))
      cursor += page.length
      return queue.settle(items, clock, cursor)
    }),
    () => queue.collected(one(among('issued'))),
    () => queue.told(one(among('refused', 'expired', 'aside'))),
    () => queue.expire(clock - 30 * DAY_MS),
    () => {
      const expires = new Date(clock + DAY_MS).toISOString()
      const command = { id: ulid(), totem: 'TT-0001', kind: 'withdraw' as const, args: {}, notBefore: expires, expires }
      return queue.commands.take({ ...command, serial: ++serial })
    },
    () => queue.commands.begin(opened('taken')),
    () => queue.commands.end(opened('begun'), { refusal: upTo(2) === 0 ? 'failed' : null }),
    () => queue.commands.told(queue.commands.untold().map(({ id }) => id)),
    ...Array<() => unknown>(2).fill(() => {
      // There is one printer.
      inHand = !inHand
      return inHand ? queue.ledger.begin(job()) : queue.ledger.voidInHand('paperOut')
    }),
  ]

  for (let n = 0; n < steps; n++) {
    clock += upTo(2 * DAY_MS)
    say('step')
    // Each once, and then as it comes: no table stays unwritten in a short run.
    const act = acts[n < acts.length ? n : upTo(acts.length)]
    act?.()
    promise()
    for (let left = upTo(3); left > 0; left--) journal.record('line.changed', { state: random() < 0.5 ? 'up' : 'down' })
    const last = random() < 0.3 && journal.unsent(500)?.entries.at(-1)
    if (last) say(`journal ${last.hash}`)
    if (random() < 0.04) {
      queue.close()
      journal.close()
      // The repair is one step: after any interruption the former contents are there.
      if (random() < 0.5) {
        say('step damaged')
        damage(join(folder, 'queue.db'))
      }
      ;({ queue, journal } = open())
      promise()
    }
  }
  say(`unwritten ${(unwritten ?? []).join(',')}`)
}

if (import.meta.main) {
  const [folder = '', steps = '', seed = ''] = process.argv.slice(2)
  write(folder, Number(steps), Number(seed))
  // The stores stay open, because the last cut is at the very end.
}
