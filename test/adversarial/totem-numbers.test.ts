import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { atTotem } from '../../contract/caller.ts'
import { type JournalEntry, journalHashInput } from '../../contract/journal.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { login, sealedText, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'
import { chainOf } from '../support/journal/chain.ts'

// Whatever a totem writes where the contract has a number, a time or a text: the gateway takes it or refuses it, and
// never meets a value that its database does not take.

const NUMBERS = [
  ...[0, 1, -1, -0, 0.5, 1e-7],
  ...[2 ** 31 - 501, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, -(2 ** 31) - 1],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 63, 1e308, 2_000_000_000, 1_999_999_999],
]
const TEXTS = [
  ...['', '\0', 'a\0b', '\ud800', 'x'.repeat(5_000)],
  ...['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
  ...[`2026-01-01T00:00:00.${'1'.repeat(500)}Z`, '2026-01-01T00:00Z', '+275760-09-13T00:00:00.000Z'],
]
const other = (value: unknown): unknown[] =>
  typeof value === 'number' ? NUMBERS : typeof value === 'string' ? TEXTS : [null, ...NUMBERS]

/** The same body with one leaf changed, for each leaf and each value. */
function* changed(body: unknown, path: string[] = []): Generator<{ at: string; body: unknown }> {
  if (typeof body !== 'object' || body === null) {
    for (const value of other(body)) yield { at: path.join('.'), body: value }
    return
  }
  for (const [key, value] of Object.entries(body)) {
    for (const { at, body: next } of changed(value, [...path, key])) {
      yield { at, body: Array.isArray(body) ? body.with(Number(key), next) : { ...body, [key]: next } }
    }
  }
}

const heartbeat = {
  at: '2026-11-22T09:00:00.000Z',
  uptimeS: 1,
  versions: { totem: '0.1.0', electron: '45.4.1', node: '24.21.0', schema: 3 },
  devices: { available: true, restarts: 0, reader: 'empty', printer: 'ready' },
  sheets: 0,
  queue: { queued: 0, submitted: 0, waiting: 0, aside: 0, oldestAgeS: null },
  journal: { unsent: 0 },
  disk: { freeMb: 1 },
}
/** An entry whose hash is right, whatever it says. */
const hashed = (entry: JournalEntry): JournalEntry => ({
  ...entry,
  hash: createHash('sha256').update(journalHashInput(entry)).digest('hex'),
})

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

describe.each(['PGlite', 'PostgreSQL 15'] as const)('on %s', (engine) => {
  let centre: Centre
  let totem: TotemClient
  beforeAll(async () => {
    centre = await openCentre(engine === 'PGlite' ? null : await postgres.database(), {}, { reusePdf: true })
    totem = new TotemClient(centre.gateway.url, 'TT-0001')
  })
  afterAll(async () => {
    await totem?.close()
    await centre?.stop()
  })

  async function never500(asks: Iterable<{ at: string; ask: () => Promise<{ status: number }> }>): Promise<void> {
    const wrong: string[] = []
    for (const { at, ask } of asks) {
      const { status } = await ask()
      if (status >= 500) wrong.push(`${at}: ${status}`)
    }
    expect(wrong).toEqual([])
    expect(/request-failed/.test(centre.logged())).toBe(false)
  }

  test('a heartbeat', () =>
    never500([...changed(heartbeat)].map(({ at, body }) => ({ at, ask: () => totem.post('/v1/heartbeat', body) }))))
  test('a cursor', () =>
    never500(
      NUMBERS.flatMap((value) => [
        { at: `after ${value}`, ask: () => totem.get(`/v1/outcomes?after=${value}&wait=0`) },
        { at: `wait ${value}`, ask: () => totem.get(`/v1/outcomes?after=0&wait=${Math.min(value, 0)}`) },
      ]),
    ))
  test('a sync log', async () => {
    const [entry] = chainOf('TT-0001', 1)
    await never500(
      [...changed({ entries: [entry], base: null })].flatMap(({ at, body }) => {
        const { entries } = body as { entries: JournalEntry[] }
        return [
          { at, ask: () => totem.post('/v1/journal', body) },
          {
            at: `${at}, hash right`,
            ask: () => totem.post('/v1/journal', { entries: entries.map(hashed), base: null }),
          },
        ]
      }),
    )
    // It begins anywhere, as after a disk that was lost; and a batch may reach the end of all numbers.
    const starts = NUMBERS.filter((seq) => Number.isSafeInteger(seq) && seq >= 0)
    await never500(
      starts.map((seq) => ({
        at: `from ${seq}`,
        ask: () =>
          totem.post('/v1/journal', { entries: chainOf('TT-0001', 500, { seq, hash: 'a'.repeat(64) }), base: 'x' }),
      })),
    )
  })
  test('a log-in, a preview, a submission', async () => {
    const evidence = login('anna-bianchi')
    const { body } = await totem.post('/v1/sessions', login('anna-bianchi'))
    const bearer = { authorization: `Bearer ${body.token}` }
    const preview = { subject: 'AB10234CX', types: ['8'], bollo: { kind: 'exempt', exemption: 'processuale' } }
    await never500(
      [...changed(evidence)].map(({ at, body: changedTo }) => ({
        at,
        ask: () => totem.post('/v1/sessions', changedTo),
      })),
    )
    await never500(
      [...changed(preview)].map(({ at, body: changedTo }) => ({
        at,
        ask: () => totem.post('/v1/previews', changedTo, bearer),
      })),
    )
    const request = wish('anna-bianchi')
    const items = []
    for (const { at, body: content } of changed(request)) {
      const { operation } = content as { operation: string }
      const item = await sealedText(operation, content as object, { caller: `totem/${atTotem('TT-0001').id}` })
      items.push({ at, ask: () => totem.submit(item) })
    }
    await never500(items)
    // None of them was one that the database refused to keep.
    expect(/operations-not-recorded/.test(centre.logged())).toBe(false)
  })
})
