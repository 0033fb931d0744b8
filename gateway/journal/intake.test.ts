import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { CompactSign } from 'jose'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { FIRST_PREVIOUS, JOURNAL_ANCHOR_TYP, type JournalEntry, journalHashInput } from '../../contract/journal.ts'
import { migratedTables } from '../../test/support/gateway/database.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'
import { soundPart, takeIn } from './intake.ts'
import { type JournalDatabase, withJournals } from './tables.ts'

const TOTEM = 'TT-0001'
const [CHAIN, LATER] = ['01KB0000000000000000000001', '01KB0000000000000000000002']

const sealed = (entry: Omit<JournalEntry, 'hash'>): JournalEntry => ({
  ...entry,
  hash: createHash('sha256').update(journalHashInput(entry)).digest('hex'),
})

function chainOf(count: number, from = { seq: 0, hash: FIRST_PREVIOUS }, chain = CHAIN, tag = 0): JournalEntry[] {
  let previous = from.hash
  return Array.from({ length: count }, (_, index) => {
    const entry = sealed({
      totem: TOTEM,
      chain,
      seq: from.seq + index + 1,
      at: '2026-11-22T10:00:00.000Z',
      event: 'request.submitted',
      severity: 'info',
      fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: index + tag },
      previous,
    })
    previous = entry.hash
    return entry
  })
}

const whole = chainOf(20)
const bounds = { journalEntriesPerTotemDay: 20_000, journalBytesPerTotemDay: 10_000_000 }

describe('the sound part of a batch', () => {
  test('fields in another order are the same entry', () => {
    const turned = whole.map((entry) => ({
      ...entry,
      fields: Object.fromEntries(Object.entries(entry.fields).reverse()),
    }))
    expect(soundPart(TOTEM, turned)).toHaveLength(20)
  })
  test.each<[string, Partial<JournalEntry>]>([
    ['time', { at: '2026-11-22T10:00:01.000Z' }],
    ['chain', { chain: LATER }],
    ['number', { seq: 9 }],
    ['event', { event: 'request.issued' }],
    ['severity', { severity: 'alarm' }],
    ['fields', { fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: 99 } }],
    ['previous', { previous: FIRST_PREVIOUS }],
    ['hash', { hash: FIRST_PREVIOUS }],
    ['totem', { totem: 'TT-0002' }],
  ])('ends before an entry whose %s was changed', (_name, change) => {
    const tampered = whole.map((entry) => (entry.seq === 8 ? { ...entry, ...change } : entry))
    expect(soundPart(TOTEM, tampered)).toEqual(whole.slice(0, 7))
  })
  test.each<[string, Partial<JournalEntry>]>([
    ['an unlisted field', { fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: 1, name: 'x' } }],
    ['free text', { fields: { operation: 'Anna Bianchi', attempt: 1 } }],
    ['a severity not its own', { severity: 'alarm' }],
  ])('well chained, but with %s: not taken', (_name, change) => {
    expect(soundPart(TOTEM, [sealed({ ...(whole[0] as JournalEntry), ...change })])).toEqual([])
  })
})

describe('on a database', () => {
  let db: JournalDatabase
  let clock = new Date('2026-11-22T10:00:00.000Z')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signWith = (key: KeyObject) => (typ: string, payload: object) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid: 'a1', typ })
      .sign(key)
  const keys = {
    sign: signWith(privateKey),
    anchors: [{ ...publicKey.export({ format: 'jwk' }), kid: 'a1' }] as GatewayKeys['anchor'],
  }
  const log = pino({ enabled: false })
  const send = (entries: JournalEntry[], base: string | null = null) =>
    takeIn({ db, keys, bounds, now: () => clock, log }, TOTEM, { entries, base }).then((taken) => {
      if (!taken.ok) throw new Error(taken.error.kind)
      return taken.value
    })
  const held = async () =>
    (
      await db.selectFrom('journal_entry').select(['chain', 'seq', 'hash']).orderBy('seq').orderBy('hash').execute()
    ).map(({ seq }) => seq)
  const troubles = async () =>
    (await db.selectFrom('journal_trouble').select(['chain', 'kind', 'seq']).orderBy('kind').execute()).map(
      ({ chain, kind, seq }) => [kind, chain, seq],
    )

  beforeAll(async () => {
    const database = await migratedTables()
    db = withJournals(database)
  })
  beforeEach(async () => {
    await sql`delete from journal_day`.execute(db)
    for (const table of ['journal_entry', 'journal_base', 'journal_chain', 'journal_trouble'] as const)
      await db.deleteFrom(table).execute()
    clock = new Date('2026-11-22T10:00:00.000Z')
  })
  afterAll(() => db.destroy())

  test('a chain cut anywhere into batches that overlap, come twice or leave gaps arrives whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(19), fc.integer({ min: 1, max: 20 })), { maxLength: 6 }),
        async (cuts) => {
          // Each run is a day of its own: a totem may send so many entries in one.
          await sql`delete from journal_day`.execute(db)
          await db.deleteFrom('journal_entry').execute()
          await db.deleteFrom('journal_chain').execute()
          let reached = 0
          for (const [from, length] of [...cuts, [0, 20] as const]) {
            const batch = whole.slice(from, from + length)
            const { upTo, forked } = await send(batch)
            if (from <= reached) reached = Math.max(reached, from + batch.length)
            expect(upTo).toBe(from <= reached ? from + batch.length : reached)
            expect(forked).toBe(false)
          }
          expect(await held()).toEqual(whole.map(({ seq }) => seq))
        },
      ),
      { numRuns: 15 },
    )
    expect(await troubles()).toEqual([])
  })

  test('the end is signed once a minute and each 500 entries', async () => {
    const long = chainOf(1_400)
    const anchors: [number, number][] = []
    for (const [upTo, ms] of [
      [10, 0],
      [20, 59_000],
      [30, 1_000],
      [529, 0],
      [530, 0],
      [1_000, 0],
      [1_400, 60_000],
    ] as const) {
      clock = new Date(+clock + ms)
      const { anchor } = await send(long.slice(anchors.at(-1)?.[1] ?? 0, upTo).slice(-500))
      if (anchor === null) continue
      const said = await openAnchor(anchor, keys.anchors)
      expect(said).toEqual({
        totem: TOTEM,
        chain: CHAIN,
        seq: upTo,
        hash: long[upTo - 1]?.hash,
        at: clock.toISOString(),
      })
      anchors.push([upTo, upTo])
    }
    expect(anchors.map(([seq]) => seq)).toEqual([10, 30, 530, 1_400])
  })

  test('two histories of one chain: both are held, both are told, and each goes on', async () => {
    const [mine, other] = [chainOf(3, whole[9]), chainOf(3, whole[9], CHAIN, 500)]
    await send(whole.slice(0, 10))
    expect(await send(mine)).toMatchObject({ upTo: 13, forked: false })
    expect(await send(other)).toMatchObject({ upTo: 13, forked: true })
    expect(await send(chainOf(1, mine[2]))).toMatchObject({ upTo: 14, forked: true })
    expect(await send(chainOf(2, other[2], CHAIN, 600))).toMatchObject({ upTo: 15, forked: true })
    expect(await held()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15])
    expect(await troubles()).toEqual([['fork', CHAIN, 11]])
  })

  test('a chain that begins anew is no fork; the old one going on beside it is', async () => {
    await send(whole.slice(0, 10))
    expect(await send(chainOf(2, undefined, LATER))).toMatchObject({ upTo: 2, forked: false })
    // Entries that the gateway had already come late.
    expect(await send(whole.slice(5, 10))).toMatchObject({ upTo: 10, forked: false })
    expect(await troubles()).toEqual([])
    expect(await send(whole.slice(10, 12))).toMatchObject({ upTo: 12, forked: true })
    const [last] = chainOf(2, undefined, LATER).slice(-1)
    expect(await send(chainOf(1, last, LATER))).toMatchObject({ upTo: 3, forked: true })
    expect(await troubles()).toEqual([
      ['older-chain', CHAIN, 11],
      ['older-chain', LATER, 2],
    ])
  })

  test('a batch on top of a history that is not held is asked for from further back', async () => {
    await send(chainOf(700).slice(0, 500))
    await send(chainOf(700).slice(500))
    const other = chainOf(1_300, { seq: 0, hash: FIRST_PREVIOUS }, CHAIN, 5_000)
    // The gateway has 700 entries: the totem goes there first, and then back until something hangs.
    expect((await send(other.slice(1_200))).upTo).toBe(700)
    expect((await send(other.slice(700, 1_200))).upTo).toBe(200)
    expect((await send(other.slice(200, 700))).upTo).toBe(0)
    expect(await send(other.slice(0, 500))).toMatchObject({ upTo: 500, forked: true })
  })

  test('restored from a backup: what the totem still has goes on from the base that was signed here', async () => {
    const base = await keys.sign(JOURNAL_ANCHOR_TYP, {
      totem: TOTEM,
      chain: CHAIN,
      seq: 12,
      hash: whole[11]?.hash,
      at: clock.toISOString(),
    })
    await send(whole.slice(0, 5))
    expect(await send(whole.slice(12), base)).toMatchObject({ upTo: 20, forked: false })
    expect(await send(whole.slice(15))).toMatchObject({ upTo: 20 })
    expect(await troubles()).toEqual([['gap', CHAIN, 13]])
  })

  test('a totem brings so many entries, bytes and chains a day; the rest comes in on the next days', async () => {
    const long = chainOf(70)
    const few = { journalEntriesPerTotemDay: 20, journalBytesPerTotemDay: 10_000_000 }
    const bring = (entries: JournalEntry[], most = few) =>
      takeIn({ db, keys, bounds: most, now: () => clock, log }, TOTEM, { entries, base: null })
    const refusal = { ok: false, error: { kind: 'journal-too-much-today', anpr: null } }
    const tomorrow = () => {
      clock = new Date(+clock + 86_400_000)
    }
    const reached: number[] = []
    for (let upTo = 0; upTo < long.length; tomorrow()) {
      for (
        let taken = await bring(long.slice(upTo, upTo + 10));
        taken.ok;
        taken = await bring(long.slice(upTo, upTo + 10))
      ) {
        upTo = taken.value.upTo
        if (upTo === long.length) break
      }
      reached.push(upTo)
    }
    expect(reached).toEqual([20, 40, 60, 70])
    expect(await bring(chainOf(1, long[69]))).toMatchObject({ ok: true })
    expect(await held()).toHaveLength(71)
    const small = { ...few, journalBytesPerTotemDay: 100 }
    tomorrow()
    expect(await bring(chainOf(2, undefined, LATER), small)).toMatchObject({ ok: true })
    expect(await bring(chainOf(1, undefined, LATER), small)).toEqual(refusal)
    tomorrow()
    const told: boolean[] = []
    for (let index = 0; index < 25; index++)
      told.push((await bring(chainOf(1, undefined, `01KC00000000000000000000${10 + index}`), bounds)).ok)
    expect(told.filter(Boolean)).toHaveLength(20)
    // The chain that is there goes on.
    expect(await bring(chainOf(1, long[69]), bounds)).toMatchObject({ ok: true })
  })

  test('entries sent twice at the same moment are held once', async () => {
    const answers = await Promise.all([send(whole), send(whole), send(whole)])
    for (const { upTo, forked } of answers) expect([upTo, forked]).toEqual([20, false])
    expect(await held()).toHaveLength(20)
  })
})
