import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { operationsOf } from '../../simulator/bench/gateway.ts'
import { type Centre, openCentre } from '../support/gateway/centre.ts'
import { type HeldAnpr, holdAnpr } from '../support/gateway/held-anpr.ts'
import { type Postgres, startPostgres } from '../support/gateway/postgres.ts'
import { login, sealed, wish } from '../support/gateway/requests.ts'
import { TotemClient } from '../support/gateway/totem-client.ts'

const WHO = 'anna-bianchi'
/** Jobs that one gateway has in hand at once (gateway/operations/work.ts). */
const AT_ONCE = 12
const PENDING = 40
const DAY = 300

type Item = Awaited<ReturnType<typeof sealed>>
const itemsOf = (totem: string, length: number): Promise<Item[]> =>
  Promise.all(Array.from({ length }, () => sealed(wish(WHO, { evidence: login(WHO, { totem }) }))))

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

describe.each(['PGlite', 'PostgreSQL 15'] as const)('a totem that floods a gateway on %s', (engine) => {
  let anpr: HeldAnpr
  let centre: Centre
  let flooding: TotemClient
  let honest: TotemClient

  beforeAll(async () => {
    anpr = await holdAnpr(() => centre.anpr.url)
    centre = await openCentre(
      engine === 'PGlite' ? null : await postgres.database(),
      { anpr: { url: anpr.url, timeoutMs: 60_000 }, bounds: { pendingPerTotem: PENDING, requestsPerTotemDay: DAY } },
      { reusePdf: true },
    )
    flooding = new TotemClient(centre.gateway.url, 'TT-0001')
    honest = new TotemClient(centre.gateway.url, 'TT-0002')
  })
  afterAll(async () => {
    anpr?.release()
    await Promise.all([flooding?.close(), honest?.close()])
    await centre?.stop()
    await anpr?.stop()
  })
  afterEach(() => {
    anpr.release()
    anpr.asked.length = 0
  })

  /** The operations for which ANPR was asked for a certificate, in order. */
  const asked = async () => operationsOf(anpr.asked, await centre.operations())
  const resultsOf = async (client: TotemClient, items: Item[]): Promise<{ state: string; reason?: string }[]> => {
    let answer = await client.submit(...items)
    // The machine has other work too, and a gateway whose event loop is slow turns backlogs away.
    while (answer.status === 429) answer = await client.submit(...items)
    return answer.body.results
  }
  const pendingOf = async (client: TotemClient) =>
    (await client.get('/v1/operations')).body.operations.filter(({ state }: { state: string }) => state === 'pending')

  test('has so many pending and no more, however it sends them; the rest comes in later', async () => {
    anpr.hold()
    const batches = await Promise.all(Array.from({ length: 4 }, () => itemsOf('TT-0001', 20)))
    const results = (await Promise.all(batches.map((batch) => resultsOf(flooding, batch)))).flat()
    const count = (of: string) => results.filter(({ state, reason }) => (reason ?? state) === of).length
    // Two places are left to citizens who stand there.
    expect([count('pending'), count('too-many-pending')]).toEqual([PENDING - 2, 80 - (PENDING - 2)])
    for (const item of await itemsOf('TT-0001', 2))
      expect(await resultsOf(flooding, [item])).toMatchObject([{ state: 'pending' }])
    expect(await resultsOf(flooding, await itemsOf('TT-0001', 1))).toMatchObject([{ reason: 'too-many-pending' }])
    expect(await pendingOf(flooding)).toHaveLength(PENDING)
    expect(await resultsOf(honest, await itemsOf('TT-0002', 20))).toHaveLength(20)
    expect(await pendingOf(honest)).toHaveLength(20)
    anpr.release()
    for (const batch of batches) {
      const { body } = await flooding.settled(...batch)
      let later = body.results.filter(({ state }: { state: string }) => state === 'later')
      while (later.length > 0) {
        const again = batch.filter(({ operation }) =>
          later.some((one: { operation: string }) => one.operation === operation),
        )
        later = (await flooding.settled(...again)).body.results.filter(
          ({ state }: { state: string }) => state === 'later',
        )
      }
    }
    const { operations } = (await flooding.get('/v1/operations')).body
    const states = batches
      .flat()
      .map(({ operation }) => operations.find((one: { operation: string }) => one.operation === operation)?.state)
    expect(new Set(states)).toEqual(new Set(['issued']))
  })

  test.each([
    ['in one batch', 1],
    ['one by one', PENDING - 2],
  ])('does not delay another totem: requests %s', async (_name, submissions) => {
    anpr.hold()
    const flood = await itemsOf('TT-0001', PENDING - 2)
    const size = Math.ceil(flood.length / submissions)
    for (let at = 0; at < flood.length; at += size) await resultsOf(flooding, flood.slice(at, at + size))
    const [citizen] = await itemsOf('TT-0002', 1)
    await resultsOf(honest, [citizen as Item])
    anpr.release()
    await honest.settled(citizen as Item)
    const before = (await asked()).indexOf(citizen?.operation ?? '')
    // What was in hand already goes first, and what took its place meanwhile; nothing else.
    expect(before).toBeGreaterThanOrEqual(0)
    expect(before).toBeLessThanOrEqual(AT_ONCE + 2)
    await flooding.settled(...flood)
  })

  test('does not delay a backlog either: both are carried out in turn', async () => {
    anpr.hold()
    const flood = await itemsOf('TT-0001', PENDING - 2)
    await resultsOf(flooding, flood)
    const backlog = await itemsOf('TT-0002', 10)
    await resultsOf(honest, backlog)
    anpr.release()
    await honest.settled(...backlog)
    await flooding.settled(...flood)
    const order = await asked()
    const last = Math.max(...backlog.map(({ operation }) => order.indexOf(operation)))
    // The n-th of one totem stands behind the first n - 1 of the other.
    expect(last).toBeLessThanOrEqual(2 * AT_ONCE + 2 * backlog.length)
    expect(last).toBeLessThan(flood.length)
  })

  test('still has a place for its own citizen, before its backlog', async () => {
    anpr.hold()
    const flood = await itemsOf('TT-0001', PENDING - 2)
    await resultsOf(flooding, flood)
    const [citizen] = await itemsOf('TT-0001', 1)
    await resultsOf(flooding, [citizen as Item])
    anpr.release()
    await flooding.settled(citizen as Item, ...flood)
    expect((await asked()).indexOf(citizen?.operation ?? '')).toBeLessThanOrEqual(AT_ONCE + 2)
  })

  test('cannot take an operation id away from another totem: each has its own', async () => {
    const { operation } = wish(WHO)
    const own = async (totem: string) => sealed(wish(WHO, { operation, evidence: login(WHO, { totem }) }))
    const [first, second] = [await own('TT-0001'), await own('TT-0002')]
    const [one, other] = [await flooding.settled(first), await honest.settled(second)]
    expect([one.body.results[0].state, other.body.results[0].state]).toEqual(['issued', 'issued'])
    // ANPR would answer a repeated id with what it has issued under it before.
    expect(new Set(anpr.asked).size).toBe(2)
    for (const id of anpr.asked) expect(id).toMatch(/^\d{18}$/)
    expect((await flooding.settled(first)).body).toEqual(one.body)
    expect((await honest.settled(second)).body).toEqual(other.body)
    expect(one.body.results[0].outcome).not.toBe(other.body.results[0].outcome)
  })

  test('brings so many requests a day and no more', async () => {
    const { operations } = (await flooding.get('/v1/operations')).body
    let left = DAY - operations.length
    while (left > 0) {
      const batch = await itemsOf('TT-0001', Math.min(left, 20))
      await flooding.settled(...batch)
      left -= batch.length
    }
    const [item] = await itemsOf('TT-0001', 1)
    expect(await resultsOf(flooding, [item as Item])).toMatchObject([{ state: 'later', reason: 'too-many-today' }])
    expect(await resultsOf(honest, await itemsOf('TT-0002', 1))).toMatchObject([{ state: 'pending' }])
  })
})
