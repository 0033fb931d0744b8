import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../basics/time.ts'
import { fleetDatabase, openFleet } from '../../test/support/releases/fleet.ts'

let database: Awaited<ReturnType<typeof fleetDatabase>>
let fleet: Awaited<ReturnType<typeof openFleet>>
beforeAll(async () => {
  database = await fleetDatabase()
})
afterAll(() => database.destroy())
const newest = async () => (await fleet.rollouts.overview())[0]

test('a good release reaches everybody ring by ring, and nobody before their ring', async () => {
  fleet = await openFleet(database, { totems: 60 })
  await fleet.begins(7)
  expect(await fleet.begins(7)).toBe(false)
  expect(await fleet.rollouts.assigned('FL-0001')).toMatchObject({ number: 7 })
  expect(await fleet.rollouts.assigned('FL-0020')).toBeNull()
  const reached: number[] = []
  await fleet.until(async () => {
    const ring = (await newest())?.ring ?? 0
    reached[ring] = Math.max(reached[ring] ?? 0, fleet.reached(7))
    return ring >= 2
  }, 14)
  expect(reached.slice(0, 2)).toEqual([3, 13])
  // A small fleet prints too few papers for the rings of a large one: its operator says that it is urgent, or waits.
  expect((await newest())?.stopped).toBeNull()
})

test('a bad release stops by itself, and whoever has not restarted with it keeps what they have', async () => {
  fleet = await openFleet(database, { totems: 60 })
  await fleet.begins(8, { rollsBack: 1 })
  await fleet.until(async () => (await newest())?.stopped !== null, 2)
  expect(await newest()).toMatchObject({ ring: 0, stopped: { why: 'rolled-back' } })
  expect(fleet.reached(8)).toBe(3)
  expect(await fleet.rollouts.assigned('FL-0001')).toBeNull()
  expect(fleet.logged.filter(({ kind }) => kind === 'release-stopped')).toHaveLength(1)
  await fleet.step()
  expect(fleet.runs(8)).toBe(0)
})

test('a totem that is never heard of again stops a release', async () => {
  fleet = await openFleet(database, { totems: 40 })
  await fleet.begins(8, { dies: 1 }, true)
  await fleet.until(async () => (await newest())?.stopped !== null, 2)
  expect((await newest())?.stopped).toMatchObject({ why: 'silent' })
})

test('a person lifts a stop: what they have seen does not stop it again, anything more does', async () => {
  fleet = await openFleet(database, { totems: 40 })
  await fleet.begins(8, { rollsBack: 1 })
  await fleet.until(async () => (await newest())?.stopped !== null, 2)
  fleet.behaves(8, {})
  // The third has told nothing yet when a person looks.
  await fleet.rollouts.heard('FL-0003', { sheets: 0, faults: 0, release: { running: 0, confirmed: true, next: null } })
  expect(await fleet.rollouts.lift(8)).toBe(true)
  expect(await fleet.rollouts.lift(8)).toBe(false)
  await fleet.rollouts.tend()
  expect(await newest()).toMatchObject({ stopped: null, facts: { rolledBack: 0 } })
  await fleet.rollouts.heard('FL-0003', {
    ...{ sheets: 0, faults: 0 },
    release: { running: 0, confirmed: true, next: { number: 8, state: 'rolled-back', reason: null } },
  })
  await fleet.rollouts.tend()
  expect((await newest())?.stopped).toMatchObject({ why: 'rolled-back' })
})

test('an operator stops the newest release only, and holds a totem back', async () => {
  fleet = await openFleet(database, { totems: 20 })
  await fleet.begins(7)
  await fleet.rollouts.hold('FL-0001', true)
  expect(await fleet.rollouts.assigned('FL-0001')).toBeNull()
  await fleet.rollouts.hold('FL-0001', false)
  expect(await fleet.rollouts.assigned('FL-0001')).not.toBeNull()
  expect(await fleet.rollouts.stop(6)).toBe(false)
  expect(await fleet.rollouts.stop(7)).toBe(true)
  expect(await fleet.rollouts.stop(7)).toBe(false)
  expect(await fleet.rollouts.assigned('FL-0001')).toBeNull()
})

test('two gateways that judge at once move a release by one ring', async () => {
  fleet = await openFleet(database, { totems: 20 })
  await fleet.begins(7)
  await fleet.until(() => fleet.runs(7) === 3, 2)
  fleet.clock.now += DAY_MS
  for (const { id } of fleet.fleet.slice(0, 3))
    await fleet.rollouts.heard(id, { release: { running: 7, confirmed: true, next: null }, sheets: 100, faults: 0 })
  await fleet.step()
  const ring = (await newest())?.ring ?? 0
  await Promise.all([fleet.rollouts.tend(), fleet.rollouts.tend()])
  expect((await newest())?.ring).toBe(ring)
  expect(fleet.logged.filter(({ kind }) => kind === 'release-goes-on')).toHaveLength(ring)
})

test('papers count from the start with the release, over restarts; an older totem tells nothing', async () => {
  fleet = await openFleet(database, { totems: 20 })
  await fleet.begins(7)
  const tell = (running: number, sheets: number, faults = 0) =>
    fleet.rollouts.heard('FL-0001', { release: { running, confirmed: true, next: null }, sheets, faults })
  await tell(0, 40, 3)
  // Restarted with it: what was printed before does not count.
  await tell(7, 0)
  await tell(7, 5, 1)
  await tell(7, 5, 1)
  // Restarted.
  await tell(7, 2)
  await fleet.rollouts.heard('FL-0002', { release: null, sheets: 9, faults: 0 })
  expect((await newest())?.facts).toMatchObject({ visits: 7, faults: 1, confirmed: 1 })
})

test('a hostile totem neither stops a release that it was not given, nor carries one, nor hides a bad one', async () => {
  fleet = await openFleet(database, { totems: 40 })
  await fleet.begins(7)
  const most = Number.MAX_SAFE_INTEGER
  const lie = (next: 'rolled-back' | null, sheets: number, faults: number) =>
    fleet.rollouts.heard('FL-0030', {
      ...{ sheets, faults },
      release: { running: 0, confirmed: true, next: next && { number: 7, state: next, reason: null } },
    })
  await lie('rolled-back', 0, 0)
  await fleet.rollouts.tend()
  expect(await newest()).toMatchObject({ stopped: null, facts: { rolledBack: 0 } })
  const before = (await newest())?.facts.visits
  await lie(null, most, most)
  await lie(null, most, 0)
  expect((await newest())?.facts.visits).toBe(before)
  await fleet.rollouts.heard('FL-0001', {
    ...{ sheets: most, faults: 0 },
    release: { running: 7, confirmed: true, next: null },
  })
  await fleet.rollouts.heard('FL-0001', {
    ...{ sheets: 0, faults: 0 },
    release: { running: 7, confirmed: true, next: null },
  })
  await fleet.rollouts.heard('FL-0001', {
    ...{ sheets: most, faults: 0 },
    release: { running: 7, confirmed: true, next: null },
  })
  expect((await newest())?.facts.visits).toBe(200)
})
