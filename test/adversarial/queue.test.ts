import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { ulid } from 'ulid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sealing } from '../../contract/gateway.ts'
import { type NewOperation, openQueue, type Queue } from '../../main/queue/queue.ts'
import { holderReference, sealRequest } from '../../main/queue/sealing.ts'
import { people } from '../../simulator/population/people.ts'

const HOLDER = 'ab'.repeat(32)
/** As long as a sealed request with a card's certificate in it. */
const JWE = `eyJhbGci..aXY.${'Y2lwaGVydGV4dA'.repeat(400)}.dGFn`

const ANY = { items: 100_000, bytes: 10 ** 9 }

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'queue-'))
  path = join(dir, 'queue.db')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const item = (changes: Partial<NewOperation> = {}): NewOperation => ({
  operation: ulid(),
  kind: 'certificate',
  session: ulid(),
  holder: HOLDER,
  sealed: JWE,
  requestedAt: new Date().toISOString(),
  ...changes,
})
function open(at = path, maxPages?: number): Queue {
  const opened = openQueue({ path: at, now: Date.now, ...(maxPages !== undefined && { maxPages }) })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}
function using<T>(queue: Queue, work: (queue: Queue) => T): T {
  try {
    return work(queue)
  } finally {
    queue.close()
  }
}

test('program-killed-at-any-moment: every promised request is there, whole', async () => {
  const promised = new Map<string, string>()
  for (let round = 0; round < 12; round++) {
    const writer = spawn(
      process.execPath,
      [fileURLToPath(new URL('../support/store/queue-writer.ts', import.meta.url)), path, HOLDER, JWE],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(writer, 'exit')
    const enough = 1 + Math.floor(Math.random() * 120)
    let heard = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      const [, state, operation] = /^(queued|issued|collected) (\w{26})$/.exec(line) ?? []
      // The kill may cut the last line.
      if (!state || !operation) continue
      promised.set(operation, state)
      if (++heard === enough) writer.kill('SIGKILL')
    }
    expect(await exited).toEqual([null, 'SIGKILL'])

    using(open(), (queue) => {
      const order = ['queued', 'issued', 'collected']
      for (const [operation, state] of promised) {
        const kept = queue.get(operation)
        // The writer may have done more than it had time to print.
        expect(order.indexOf(kept?.state ?? 'lost'), operation).toBeGreaterThanOrEqual(order.indexOf(state))
        if (kept?.state === 'queued') expect(kept.sealed).toBe(JWE)
        if (kept?.state === 'issued') expect(kept.outcome).toBe(JWE)
      }
      for (const kept of queue.due(Date.now(), ANY)) expect(kept.sealed).toBe(JWE)
      for (const kept of queue.waiting(HOLDER)) expect(kept.outcome).toBe(JWE)
    })
  }
  expect(promised.size).toBeGreaterThan(100)
})

test('power-cut-during-commit: a WAL torn at any byte keeps every promised request', () => {
  const queue = open()
  const wal = `${path}-wal`
  // Length of the WAL at each promise; everything before it had been synced.
  const promised: { operation: string; walBytes: number }[] = []
  for (let n = 0; n < 12; n++) {
    const added = item()
    expect(queue.add(added).ok).toBe(true)
    promised.push({ operation: added.operation, walBytes: statSync(wal).size })
  }
  const torn = join(dir, 'torn.db')
  copyFileSync(path, join(dir, 'image.db'))
  copyFileSync(wal, join(dir, 'image.db-wal'))
  queue.close()

  const whole = promised.at(-1)?.walBytes ?? 0
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole }), fc.constantFrom('gone', 'zeros', 'noise'), (cut, tail) => {
      for (const suffix of ['-wal', '-shm', '']) rmSync(torn + suffix, { force: true })
      copyFileSync(join(dir, 'image.db'), torn)
      const image = readFileSync(join(dir, 'image.db-wal'))
      if (tail === 'zeros') image.fill(0, cut)
      if (tail === 'noise') for (let at = cut; at < whole; at++) image[at] = (at * 31) % 251
      writeFileSync(`${torn}-wal`, image)
      if (tail === 'gone') truncateSync(`${torn}-wal`, cut)
      using(open(torn), (kept) => {
        for (const { operation, walBytes } of promised) {
          const found = kept.get(operation)
          if (walBytes <= cut) expect(found).toMatchObject({ state: 'queued', sealed: JWE })
          else if (found) expect(found).toMatchObject({ state: 'queued', sealed: JWE })
        }
      })
    }),
    { numRuns: 60 },
  )
})

describe('disk-full', () => {
  test('a request that does not fit is refused by name and leaves nothing half-written', () => {
    const kept: string[] = []
    using(open(path, 60), (queue) => {
      for (;;) {
        const next = item()
        const added = queue.add(next)
        if (added.ok) {
          kept.push(next.operation)
          continue
        }
        expect(added).toEqual({ ok: false, error: { kind: 'storage-full', reason: 'queue-full' } })
        expect(queue.get(next.operation)).toBeNull()
        break
      }
      expect(kept.length).toBeGreaterThan(5)
      expect(queue.depth().queued).toBe(kept.length)
    })
    using(open(path, 60), (queue) => {
      for (const operation of kept) expect(queue.get(operation)).toMatchObject({ sealed: JWE })
      // A refusal erases the payload, and there is room again.
      for (const operation of kept.slice(0, 5))
        expect(
          queue.settle(
            [{ operation: operation, settlement: { state: 'refused', reason: 'not-in-family', anpr: null } }],
            Date.now(),
            null,
          ).ok,
        ).toBe(true)
      expect(queue.add(item()).ok).toBe(true)
    })
  })
  test('a disk without room for the schema', () => {
    expect(openQueue({ path, now: Date.now, maxPages: 2 })).toEqual({
      ok: false,
      error: { kind: 'storage-full', reason: 'SQLITE_FULL' },
    })
    // With room again the same file becomes a good queue.
    using(open(), (queue) => expect(queue.add(item()).ok).toBe(true))
  })
})

test('the schema itself keeps a program bug from losing or reviving a request', () => {
  using(open(), (queue) => {
    const added = item()
    queue.add(added)
    queue.settle([{ operation: added.operation, settlement: { state: 'issued', outcome: JWE } }], Date.now(), null)
    queue.collected(added.operation)
    queue.add(item())
  })
  const db = new Database(path)
  const collected = `WHERE state = 'collected'`
  const queued = `WHERE state = 'queued'`
  for (const sql of [
    'DELETE FROM operation',
    'DELETE FROM sealed',
    `UPDATE operation SET state = 'queued', settled_at = NULL ${collected}`,
    `UPDATE operation SET state = 'issued' ${collected}`,
    `UPDATE operation SET state = 'issued', settled_at = requested_at ${queued}`,
    `UPDATE operation SET state = 'collected', settled_at = requested_at ${queued}`,
    `UPDATE operation SET state = 'expired' ${queued}`,
    `UPDATE operation SET state = 'submitted' ${queued}`,
    `UPDATE operation SET state = 'aside' ${queued}`,
    `UPDATE operation SET told = 1 ${queued}`,
    `UPDATE operation SET holder = '${'cd'.repeat(32)}'`,
    `UPDATE operation SET operation = session`,
    `UPDATE operation SET state = 'lost'`,
    `UPDATE operation SET attempts = -1`,
    `UPDATE sealed SET jwe = jwe || 'x'`,
    `INSERT INTO sealed SELECT seq, '${JWE}' FROM operation ${collected}`,
    `INSERT INTO outcome SELECT seq, '${JWE}', requested_at FROM operation ${collected}`,
    `INSERT INTO outcome VALUES (99, '${JWE}', '2026-11-22T09:00:00.000Z')`,
    `INSERT INTO operation (seq, operation, kind, session, holder, requested_at)
       SELECT 99, session, kind, session, holder, requested_at FROM operation LIMIT 1`,
  ])
    expect(() => db.exec(sql), sql).toThrow(/CHECK|illegal|never|fixed|begins|of an open/)
  db.close()
})

test('stolen-disk: no file of the queue holds anything readable about a citizen', async () => {
  const { publicKey } = await generateKeyPair(sealing.alg, { crv: 'P-256', extractable: true })
  const gatewayKey = { ...(await exportJWK(publicKey)), kid: 'gateway' }
  const secret = new TextEncoder().encode('a secret of this totem')
  const queue = open()
  for (const person of people) {
    const { operation, session, requestedAt, ...rest } = item({ holder: holderReference(person.codiceFiscale, secret) })
    // A card's certificate carries name and codice fiscale in its subject.
    const certificate = Buffer.from(`CN=${person.codiceFiscale}/${person.name} ${person.surname}`).toString('base64')
    const sealed = await sealRequest(
      {
        version: 3,
        operation,
        kind: 'certificate',
        subject: person.idAnpr,
        types: ['8', '12'],
        bollo: { kind: 'exempt', exemption: 'adozione' },
        language: 'IT',
        requestedAt,
        evidence: {
          by: 'card',
          statement: {
            purpose: 'totem-polis/login/3',
            caller: { channel: 'totem', id: 'TT-0001' },
            session,
            at: requestedAt,
            challenge: Buffer.alloc(32).toString('base64'),
            nonce: Buffer.alloc(32, person.name).toString('base64'),
          },
          certificate,
          signature: certificate,
        },
      },
      gatewayKey,
      'TT-0001',
    )
    expect(queue.add({ ...rest, operation, session, requestedAt, sealed }).ok).toBe(true)
  }
  const files = readdirSync(dir)
  expect(files.sort()).toEqual(['queue.db', 'queue.db-lock', 'queue.db-shm', 'queue.db-wal'])
  for (const file of files) {
    const bytes = readFileSync(join(dir, file))
    for (const { codiceFiscale, name, surname, idAnpr } of people) {
      for (const encoding of ['utf8', 'utf16le', 'base64', 'hex'] as const) {
        // Base64 depends on the position modulo 3, so the test searches the code's middle in all three forms.
        for (const shift of [0, 1, 2]) {
          const needle =
            encoding === 'base64'
              ? base64Core(codiceFiscale, shift)
              : Buffer.from(codiceFiscale, encoding === 'hex' ? 'utf8' : encoding).toString(
                  encoding === 'hex' ? 'hex' : 'latin1',
                )
          expect(bytes.includes(needle, 0, 'latin1')).toBe(false)
        }
      }
      for (const text of [`${name} ${surname}`, idAnpr, 'adozione', 'TT-0001']) expect(bytes.includes(text)).toBe(false)
    }
  }
  queue.close()
})

/** The part of a text's base64 that does not depend on its neighbours, at this position modulo 3. */
function base64Core(text: string, shift: number): string {
  const encoded = Buffer.from('\0'.repeat(shift) + text).toString('base64')
  return encoded.slice(4, -4)
}
